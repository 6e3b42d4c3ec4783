// Devices of a JACK server: listed, chosen, refused with reasons; and where there is none.
#include <jack/jack.h>
#include <weft/devices.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>

#include "audio_host.h"
#include "cards.h"

namespace weft::test {
namespace {

// Another client of the server, which PortAudio takes for a device.
class Client {
public:
    explicit Client(const char* name, int ports, unsigned long direction,
                    const char* kind = JACK_DEFAULT_AUDIO_TYPE)
        : client_(jack_client_open(name, JackNoStartServer, nullptr)) {
        for (int i = 0; i < ports; ++i)
            jack_port_register(client_, ("port" + std::to_string(i)).c_str(), kind, direction, 0);
        jack_activate(client_);
    }
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;
    ~Client() { jack_client_close(client_); }

private:
    jack_client_t* client_;
};

weft_probe probe(const weft_backend_api* api) {
    weft_probe result = {};
    result.struct_size = sizeof result;
    weft_error error = {};
    error.struct_size = sizeof error;
    EXPECT_EQ(api->probe(&result, &error), WEFT_OK) << error.message;
    return result;
}

std::string text_of(const char* text) {
    return text;
}

using AudioDevices = AudioTest;

TEST_F(AudioDevices, AreNoneWithoutServerAndCardAndNobodySaysMore) {
    const Quiet quiet;
    if (!devices().empty()) GTEST_SKIP() << "this machine has a sound card";
    // It is of use without one.
    const weft_probe found = probe(api);
    EXPECT_EQ(found.available, 1u);
    EXPECT_EQ(text_of(found.device), "no sound device: no JACK server runs, and ALSA has no card");
    EXPECT_FALSE(open(wish(2), [](const weft_audio_block&) {}));
    EXPECT_EQ(status, WEFT_UNAVAILABLE);
    EXPECT_EQ(error, "no sound device: no JACK server runs, and ALSA has no card");
    EXPECT_EQ(quiet.said(), "");
    EXPECT_TRUE(logged("JACK: "));
}

TEST_F(AudioDevices, AreListed) {
    JackServer server({44100, 128, true});
    const Quiet quiet;
    const auto all = devices();
    ASSERT_GE(all.size(), 1u);
    const weft_audio_device& first = all.back();
    EXPECT_EQ(text_of(first.api) + ": " + first.name, "JACK: system");
    EXPECT_EQ(first.inputs, 2u);
    EXPECT_EQ(first.outputs, 2u);
    EXPECT_EQ(first.rate, 44100);
    EXPECT_EQ(first.flags, WEFT_AUDIO_DEFAULT_OUTPUT | WEFT_AUDIO_DEFAULT_INPUT);
    EXPECT_EQ(text_of(probe(api).device), "JACK: system (2 in, 2 out, 44100 Hz)");
    EXPECT_EQ(quiet.said(), "");
}

TEST_F(AudioDevices, OfSeveralSystemsStandSideBySide) {
    const Cards cards;
    JackServer server;
    std::vector<std::string> names;
    for (const auto& one : devices()) {
        names.push_back(text_of(one.api) + ": " + one.name);
        EXPECT_EQ(one.flags != 0, names.back() == "JACK: system");
    }
    std::sort(names.begin(), names.end());
    EXPECT_EQ(names, (std::vector<std::string>{"ALSA: default", "ALSA: stage", "JACK: system"}));

    auto wanted = wish(2, 2);
    const std::string stage = "stage";
    const std::string jack = "jack";
    wanted.output = {stage.data(), stage.size()};
    wanted.input = {jack.data(), jack.size()};
    EXPECT_FALSE(open(wanted, [](const weft_audio_block&) {}));
    EXPECT_EQ(status, WEFT_UNSUPPORTED);
    EXPECT_EQ(error, "'ALSA: stage' and 'JACK: system' have a clock each: they are two streams");
    const std::string other = "default";
    wanted.input = {other.data(), other.size()};
    EXPECT_FALSE(open(wanted, [](const weft_audio_block&) {}));
    EXPECT_EQ(status, WEFT_UNSUPPORTED);
}

TEST_F(AudioDevices, ThatPortAudioCannotBearAreAFailureAndNoMore) {
    {
        const Cards cards(false);
        EXPECT_TRUE(devices().empty());
        EXPECT_TRUE(logged("PortAudio: devIdx < numDeviceNames does not hold"));
        EXPECT_FALSE(open(wish(2), [](const weft_audio_block&) {}));
        EXPECT_EQ(status, WEFT_UNAVAILABLE);
    }
    const Cards cards;
    EXPECT_EQ(devices().size(), 2u);
}

TEST_F(AudioDevices, OfAlsaPlayInTheBlocksAskedFor) {
    const Cards cards;
    auto wanted = wish(2);
    const std::string stage = "stage";
    wanted.output = {stage.data(), stage.size()};
    wanted.rate = 32000;
    wanted.block = 192;
    for (int i = 0; i < 5; ++i) {
        std::atomic<bool> other{false};
        const auto stream = open(wanted, [&](const weft_audio_block& block) {
            if (block.count != 192) other = true;
            block.output[1][191] = 1;
        });
        ASSERT_TRUE(stream) << error;
        stream->wait_for(20);
        EXPECT_EQ(text_of(stream->state().device), "ALSA: stage");
        EXPECT_EQ(stream->state().rate, 32000);
        EXPECT_FALSE(other);
    }
}

TEST_F(AudioDevices, ThatAreNamedAreMeantWhole) {
    const Cards cards;
    JackServer server;
    auto wanted = wish(2, 2);
    const std::string stage = "stage";
    wanted.output = {stage.data(), stage.size()};
    const auto stream = open(wanted, [](const weft_audio_block&) {});
    ASSERT_TRUE(stream) << error;
    EXPECT_EQ(text_of(stream->state().device), "ALSA: stage");
}

TEST_F(AudioDevices, AreListedForWhoeverMustChoose) {
    JackServer server;
    const Client other("looper", 3, JackPortIsInput);
    const std::string id = WEFT_DEVICES_EXTENSION;
    const auto* list = static_cast<const weft_devices_api*>(api->extension({id.data(), id.size()}));
    ASSERT_NE(list, nullptr);
    std::vector<weft_device> all(8);
    for (weft_device& one : all) one.struct_size = sizeof one;
    std::uint32_t count = 0;
    ASSERT_EQ(list->list(all.data(), 8, &count, nullptr), WEFT_OK);
    std::vector<std::string> names;
    for (std::uint32_t i = 0; i < count; ++i)
        names.push_back(all[i].name + std::string(all[i].chosen ? "!" : ""));
    EXPECT_NE(std::find(names.begin(), names.end(), "JACK: system (2 in, 2 out, 48000 Hz)!"),
              names.end());
    EXPECT_NE(std::find(names.begin(), names.end(), "JACK: looper (0 in, 3 out, 48000 Hz)"),
              names.end());
}

TEST_F(AudioDevices, OfMidiAreNoneAndNamesAreNoPatterns) {
    JackServer server;
    const Client midi("keys", 2, JackPortIsInput, JACK_DEFAULT_MIDI_TYPE);
    const Client longer("my system", 5, JackPortIsInput);
    const Client odd("a.b (c) [d]", 3, JackPortIsInput);
    std::vector<std::string> names;
    for (const auto& one : devices())
        if (text_of(one.api) == "JACK")
            names.push_back(one.name + (" " + std::to_string(one.outputs)));
    EXPECT_EQ(names, (std::vector<std::string>{"system 2", "my system 5", "a.b (c) [d] 3"}));
    auto wanted = wish(3);
    const std::string name = "a.b (c) [d]";
    wanted.output = {name.data(), name.size()};
    const auto stream = open(wanted, [](const weft_audio_block&) {});
    ASSERT_TRUE(stream) << error;
    stream->wait_for(3);
    EXPECT_TRUE(server.connect("weft:out_2", "system:playback_1"));
}

TEST_F(AudioDevices, ThatAreNotThereOrSeveralAreToldWithThoseThatAre) {
    JackServer server;
    const Client other("system-b", 2, JackPortIsInput);
    auto wanted = wish(2);
    std::string name = "tape";
    wanted.output = {name.data(), name.size()};
    EXPECT_FALSE(open(wanted, [](const weft_audio_block&) {}));
    EXPECT_EQ(status, WEFT_INVALID);
    EXPECT_NE(error.find("no sound device for output is called 'tape': there are"),
              std::string::npos);
    EXPECT_NE(error.find("'JACK: system', 'JACK: system-b'"), std::string::npos) << error;
    name = "jack: s";
    wanted.output = {name.data(), name.size()};
    EXPECT_FALSE(open(wanted, [](const weft_audio_block&) {}));
    EXPECT_EQ(status, WEFT_INVALID);
    EXPECT_NE(error.find("several sound devices for output match"), std::string::npos) << error;
}

TEST_F(AudioDevices, RefuseARateThatTheyDoNotOffer) {
    JackServer server({48000, 256, true});
    auto wanted = wish(2);
    for (const double rate : {44100.0, 48000.5}) {
        wanted.rate = rate;
        EXPECT_FALSE(open(wanted, [](const weft_audio_block&) {}));
        EXPECT_EQ(status, WEFT_INVALID);
        EXPECT_NE(error.find("'JACK: system' offers 48000 samples a second, not 4"),
                  std::string::npos)
            << error;
    }
    wanted.rate = 48000;
    EXPECT_TRUE(open(wanted, [](const weft_audio_block&) {})) << error;
}

TEST_F(AudioDevices, TakeWhatTheyHaveOfTheChannels) {
    JackServer server;
    const auto stream = open(wish(5, 3), [](const weft_audio_block& block) {
        // All five can be written, all three read.
        for (int c = 0; c < 5; ++c) block.output[c][block.count - 1] = 1;
        EXPECT_EQ(block.input[2][block.count - 1], 0);
    });
    ASSERT_TRUE(stream) << error;
    stream->wait_for(5);
    EXPECT_TRUE(logged("JACK: system lacks 3 of the channels played: they are dropped"));
    EXPECT_TRUE(logged("JACK: system lacks 1 of the channels heard: they are silent"));
}

TEST_F(AudioDevices, RefuseMapsThatMakeNoSense) {
    const std::uint32_t twice[] = {1, 1};
    auto wanted = wish(2);
    wanted.output_map = twice;
    EXPECT_FALSE(open(wanted, [](const weft_audio_block&) {}));
    EXPECT_EQ(error, "two channels of sound go to one channel of the device");
    EXPECT_FALSE(open(wish(0), [](const weft_audio_block&) {}));
    EXPECT_EQ(status, WEFT_INVALID);
}

TEST_F(AudioDevices, CompileNoMic) {
    weft_source source = {};
    source.builtin = {"mic", 3};
    source.node = {"ears", 4};
    weft_batch batch = {};
    batch.struct_size = sizeof batch;
    batch.sources = &source;
    batch.source_count = 1;
    weft_program* program = nullptr;
    weft_error failure = {};
    failure.struct_size = sizeof failure;
    EXPECT_EQ(api->compile(backend, &batch, &program, &failure), WEFT_UNSUPPORTED);
    EXPECT_EQ(text_of(failure.message),
              "mic is filled by the host from the blocks of an open device");
    EXPECT_EQ(text_of(failure.node), "ears");
}

}  // namespace
}  // namespace weft::test
