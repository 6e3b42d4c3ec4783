// Buffers through a pipeline of identities: fakesrc ! identity ! ... ! fakesink, or a tee with a
// fakesink for each node. No queues, so that one thread calls from element to element; nothing is
// logged, dropped, synchronised or counted.
#include <gst/gst.h>

#include <atomic>
#include <string>

#include "graph.h"

namespace {

[[noreturn]] void fail(const char* why) {
    std::fprintf(stderr, "%s\n", why);
    std::exit(1);
}

GstElement* element(const char* factory) {
    GstElement* const made = gst_element_factory_make(factory, nullptr);
    if (made == nullptr) fail("an element of coreelements is missing");
    return made;
}

void set_state(GstElement* of, GstState state) {
    if (gst_element_set_state(of, state) == GST_STATE_CHANGE_FAILURE ||
        gst_element_get_state(of, nullptr, nullptr, GST_CLOCK_TIME_NONE) ==
            GST_STATE_CHANGE_FAILURE)
        fail("the pipeline does not start");
}

// The time between two buffers of the source, as its thread passes them on, tells when a number of
// them has been through everything.
struct Meter {
    std::int64_t seen = 0;
    std::int64_t wanted = 0;
    std::chrono::steady_clock::time_point begin;
    double best = 1e30;  // seconds a frame
    std::atomic<int> left = graph::kMeasurements;
};

GstPadProbeReturn pass(GstPad*, GstPadProbeInfo*, gpointer user) {
    auto& meter = *static_cast<Meter*>(user);
    if (meter.seen++ == 0) meter.begin = std::chrono::steady_clock::now();
    if (meter.seen <= meter.wanted) return GST_PAD_PROBE_OK;
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - meter.begin;
    meter.seen = 0;
    if (took.count() < graph::kSeconds) {
        meter.wanted *= 2;
    } else {
        meter.best = std::min(meter.best, took.count() / static_cast<double>(meter.wanted));
        --meter.left;
    }
    return GST_PAD_PROBE_OK;
}

}  // namespace

int main(int argc, char** argv) {
    const graph::Shape shape = graph::shape_of(argc, argv);
    gst_init(nullptr, nullptr);
    GstElement* const pipeline = gst_pipeline_new(nullptr);
    GstElement* const source = element("fakesrc");
    gst_bin_add(GST_BIN(pipeline), source);
    const auto follow = [&](GstElement* before, const char* factory) {
        GstElement* const made = element(factory);
        if (std::string(factory) == "fakesink")
            g_object_set(made, "sync", FALSE, "async", FALSE, "enable-last-sample", FALSE, nullptr);
        gst_bin_add(GST_BIN(pipeline), made);
        if (!gst_element_link(before, made)) fail("elements do not link");
        return made;
    };
    if (shape.chain) {
        GstElement* last = source;
        for (int i = 0; i < shape.nodes; ++i) last = follow(last, "identity");
        follow(last, "fakesink");
    } else {
        GstElement* const tee = follow(source, "tee");
        for (int i = 1; i < shape.nodes; ++i) follow(tee, "fakesink");
    }
    Meter meter;
    meter.wanted = 16;
    GstPad* const pad = gst_element_get_static_pad(source, "src");
    gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_BUFFER, pass, &meter, nullptr);
    gst_object_unref(pad);
    set_state(pipeline, GST_STATE_PLAYING);
    while (meter.left > 0) g_usleep(10'000);
    set_state(pipeline, GST_STATE_NULL);
    gst_object_unref(pipeline);
    std::printf("{\"warm\": %.9g}\n", meter.best / shape.nodes);
    return 0;
}
