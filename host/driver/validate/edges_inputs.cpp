// What is read of others: by a handle and by a getter alike, as it is when the frame begins and
// never before, and not at all where it cannot be reached.
#include "driver/validate/edges.h"

#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <limits>

namespace weft::validate {
namespace {

weft_binding binding_of(const kit::Picture& picture) {
    weft_binding binding{};
    binding.struct_size = sizeof binding;
    binding.kind = WEFT_HANDLE_HOST;
    binding.handle = picture.handle;
    return binding;
}

// Whether a plain picture of another compiles at all; skipped where not.
bool reads_pictures(Context& context, const Instance& instance, std::uint32_t of) {
    const kit::Picture picture(Kept::kWidth, Kept::kHeight);
    Work work = shown(of, binding_of(picture), false);
    const Driven program(context, instance, work);
    if (!program.ok()) context.skip("it reads no pictures of others: " + program.refusal());
    return program.ok();
}

struct Setting {
    std::uint32_t of = WEFT_CONTEXT_COUNT;
    Instance instance;
};

bool prepare(Context& context, Setting& setting) {
    setting.of = kernel_context(context, WEFT_CONTEXT_VISUAL);
    if (setting.of == WEFT_CONTEXT_COUNT) return false;
    setting.instance = instance_of(context);
    return setting.instance.backend != nullptr &&
           reads_pictures(context, setting.instance, setting.of);
}

void fill(std::vector<float>& data, std::int64_t frame) {
    for (std::uint64_t i = 0; i < data.size(); ++i)
        data[i] = Kept::value(i % Kept::kWidth, i / Kept::kWidth, frame);
}

// A handle that nobody can read.
struct Bad {
    std::string name;
    weft_binding binding;
};

}  // namespace

void check_getter(Context& context) {
    Setting at;
    if (!prepare(context, at)) return;
    std::string bytes[2];
    for (int getter = 0; getter < 2; ++getter) {
        Work work("a picture of another", at.of);
        const std::uint64_t id = work.host_picture(Kept::kWidth, Kept::kHeight, getter == 1);
        Work reader = shown(at.of, work.bindings[id], false);
        Driven program(context, at.instance, reader);
        if (!program.ok()) return context.skip("it reads no getters: " + program.refusal());
        Frame frame(reader, 0);
        if (!program.run(frame)) return;
        bytes[getter] = bytes_of(frame);
    }
    context.expect(bytes[0] == bytes[1],
                   "a picture read by its getter differs from the same "
                   "picture read in place");
}

// The producer's memory moves and changes from frame to frame; before the first one there is
// nothing.
void check_late_producer(Context& context) {
    Setting at;
    if (!prepare(context, at)) return;
    kit::Picture picture(Kept::kWidth, Kept::kHeight);
    std::vector<float> other(picture.data.size());
    std::fill(picture.data.begin(), picture.data.end(), std::numeric_limits<float>::quiet_NaN());
    Work reader = shown(at.of, binding_of(picture), false);
    Driven program(context, at.instance, reader);
    if (!program.ok()) return;
    for (std::int64_t n = 0; n < 6; ++n) {
        // Written where it was twice, then elsewhere.
        std::vector<float>& now = n / 2 % 2 == 0 ? picture.data : other;
        std::vector<float>& before = n / 2 % 2 == 0 ? other : picture.data;
        std::fill(before.begin(), before.end(), std::numeric_limits<float>::quiet_NaN());
        fill(now, n);
        picture.view.data = now.data();
        ++picture.view.generation;
        Frame frame(reader, n);
        if (!program.run(frame)) return;
        const std::string unlike = unlike_kept(frame, n);
        if (!context.expect(unlike.empty(),
                            fmt::format("what a producer wrote just before the frame: {}", unlike)))
            return;
    }
}

void check_bad_handles(Context& context) {
    Setting at;
    if (!prepare(context, at)) return;
    weft_memory_caps caps;
    if (!caps_of(context, at.instance, caps)) return;
    const kit::Picture picture(Kept::kWidth, Kept::kHeight);
    weft_view nowhere{};
    nowhere.tick = -1;
    const int fd = memfd_create("weft-validate-nothing", MFD_CLOEXEC);
    std::vector<Bad> bad;
    const auto add = [&](std::string name, std::uint32_t kind, int memory_fd) {
        weft_binding binding = binding_of(picture);
        binding.kind = binding.handle.kind = kind;
        binding.handle.view = &nowhere;
        binding.handle.memory_fd = memory_fd;
        binding.handle.memory_size = memory_fd >= 0 ? 65536 : 0;
        bad.push_back({std::move(name), binding});
    };
    add("memory of a kind that nobody knows", 30, -1);
    for (const std::uint32_t kind : {WEFT_HANDLE_OPAQUE_FD, WEFT_HANDLE_DMA_BUF}) {
        add(fmt::format("{} that is no memory of a device", kind_name(kind)), kind, fd);
        add(fmt::format("{} that is closed", kind_name(kind)), kind, 1 << 20);
    }
    add("memory of another instance", WEFT_HANDLE_LOCAL, -1);
    kit::Holdings before;
    for (int turn = 0; turn < 2 && !context.ended(); ++turn) {
        if (turn == 1) before = kit::Holdings::now();
        for (const Bad& one : bad) {
            Work work = shown(at.of, one.binding, false);
            at.instance.host->inputs = work.bindings;
            weft_program* program = nullptr;
            weft_error error = empty_error();
            const weft_batch batch = work.batch();
            const weft_status status =
                context.calls().compile(at.instance.backend, &batch, &program, &error);
            if (!context.expect(status != WEFT_OK,
                                fmt::format("it compiles a reader of {}", one.name)))
                break;
            context.expect(!program,
                           fmt::format("compile refuses {} and leaves a program", one.name));
            context.expect_error("compile", status, error);
        }
    }
    if (!context.ended()) expect_flat(context, before, "imports that fail");
    close(fd);
    if (context.ended()) return;
    // And it still works.
    kit::Picture good(Kept::kWidth, Kept::kHeight);
    fill(good.data, 0);
    Work work = shown(at.of, binding_of(good), false);
    Driven program(context, at.instance, work);
    Frame frame(work, 0);
    if (program.ok() && program.run(frame)) {
        const std::string unlike = unlike_kept(frame, 0);
        context.expect(unlike.empty(), "after imports that fail, " + unlike);
    }
}

}  // namespace weft::validate
