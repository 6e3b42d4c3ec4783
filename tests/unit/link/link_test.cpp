// The plugin through its exported symbol, with a second peer of Link's in this process.
#include <weft/control.h>
#include <weft/plugin.h>
#include <weft/cpp/text.hpp>
#include <weft/cpp/wake.hpp>

#include <dlfcn.h>
#include <gtest/gtest.h>

#include <weft_paths.h>

#include <chrono>
#include <cmath>
#include <condition_variable>
#include <mutex>
#include <stdexcept>
#include <vector>

#include "tests/support/absent.h"
#include "timeline.h"

namespace weft::test {
namespace {

constexpr auto kPatience = std::chrono::seconds(60);

// What sessions were told.
class News {
public:
    [[nodiscard]] weft_control_host host() {
        weft_control_host host = {};
        host.struct_size = sizeof host;
        host.context = this;
        host.tempo = [](void* context, const weft_control_tempo* tempo) {
            auto& news = *static_cast<News*>(context);
            const std::lock_guard lock(news.mutex_);
            news.tempos_.push_back(*tempo);
            news.changed_.notify_all();
        };
        return host;
    }
    template <class Holds>
    [[nodiscard]] bool wait(Holds&& holds) {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, kPatience,
                                 [&] { return !tempos_.empty() && holds(tempos_.back()); });
    }
    [[nodiscard]] std::size_t count() {
        const std::lock_guard lock(mutex_);
        return tempos_.size();
    }
    [[nodiscard]] weft_control_tempo last() {
        const std::lock_guard lock(mutex_);
        return tempos_.back();
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<weft_control_tempo> tempos_;
};

class Link : public testing::Test {
protected:
    Link() {
        void* const library = dlopen(in_build("/lib/weft/link.so").c_str(), RTLD_NOW | RTLD_LOCAL);
        if (!library) throw std::runtime_error(dlerror());
        const auto entry = reinterpret_cast<weft_plugin_query>(dlsym(library, WEFT_PLUGIN_SYMBOL));
        api_ = entry(WEFT_ABI_VERSION)->backend;
        host_.struct_size = sizeof host_;
        host_.log = [](void*, std::uint32_t, weft_str) {};
        if (api_->create(&host_, &backend_, nullptr) != WEFT_OK)
            throw std::runtime_error("create failed");
        control = static_cast<const weft_control_api*>(
            api_->extension(cpp::to_str(WEFT_CONTROL_EXTENSION)));
    }
    ~Link() override { api_->cleanup(backend_); }

    weft_control_session* open(const weft_control_host& host, const char* link,
                               const char* quantum = nullptr) {
        weft_arg options[2] = {};
        std::uint32_t count = 0;
        const auto option = [&](const char* name, const char* text) {
            if (text)
                options[count++] = {cpp::to_str(name), WEFT_ARG_TEXT, 0, 0, cpp::to_str(text)};
        };
        option("tempo.link", link);
        option("tempo.quantum", quantum);
        weft_control_wish wish = {};
        wish.struct_size = sizeof wish;
        wish.options = options;
        wish.option_count = count;
        weft_control_session* session = nullptr;
        status = control->open(backend_, &wish, &host, &session, nullptr);
        return session;
    }
    // The program's own tempo, now.
    void lead(weft_control_session* session, double beat, double bpm) const {
        const weft_control_tempo tempo = {sizeof tempo, 1, cpp::now(), beat, bpm};
        control->tempo(session, &tempo);
    }
    [[nodiscard]] bool led(weft_control_session* session, double beat, double bpm,
                           News& news) const;
    static double phase(const weft_control_tempo& tempo, double time) {
        const double beat = tempo.beat + (time - tempo.time) * tempo.bpm / 60;
        return beat - 4 * std::floor(beat / 4);
    }

    const weft_control_api* control = nullptr;
    weft_status status = WEFT_OK;

private:
    const weft_backend_api* api_ = nullptr;
    weft_host host_ = {};
    weft_backend* backend_ = nullptr;
};

// Asks until `holds`.
template <class Holds>
bool eventually(Holds&& holds, std::chrono::milliseconds patience = kPatience) {
    cpp::Wake never;
    const double end = cpp::now() + std::chrono::duration<double>(patience).count();
    while (!holds()) {
        if (cpp::now() > end) return false;
        never.sleep_until(cpp::now() + 0.01);
    }
    return true;
}

bool peers_find_each_other() {
    const link::Timeline one(120, 4, [] {});
    const link::Timeline other(120, 4, [] {});
    return eventually([&] { return one.peers() > 0 && other.peers() > 0; },
                      std::chrono::seconds(10));
}

// The program says its tempo with every frame, until it is told that it is so.
bool Link::led(weft_control_session* session, double beat, double bpm, News& news) const {
    const double begun = cpp::now();
    return eventually([&] {
        lead(session, beat + (cpp::now() - begun) * bpm / 60, bpm);
        return news.count() > 0 && std::abs(news.last().bpm - bpm) < 1e-3;
    });
}

TEST_F(Link, UnlessAskedForItIsSilent) {
    News news;
    const weft_control_host host = news.host();
    for (const char* off : {static_cast<const char*>(nullptr), "off", "0"}) {
        weft_control_session* session = open(host, off);
        ASSERT_EQ(status, WEFT_OK);
        lead(session, 0, 100);
        EXPECT_EQ(control->flush(session, 0, nullptr), WEFT_OK);
        weft_control_counters counters = {};
        control->counters(session, &counters);
        EXPECT_EQ(counters.received, 0u);
        control->close(session);
    }
    EXPECT_EQ(news.count(), 0u);
    EXPECT_EQ(open(host, "", "zero"), nullptr);
    EXPECT_EQ(status, WEFT_INVALID);
}

TEST_F(Link, AloneTheProgramLeads) {
    News news;
    const weft_control_host host = news.host();
    weft_control_session* session = open(host, "");
    ASSERT_NE(session, nullptr);
    const double begun = cpp::now();
    ASSERT_TRUE(led(session, 8, 93, news));
    weft_control_counters counters = {};
    control->counters(session, &counters);
    if (std::string_view(counters.reason) != "peers: 0") {
        control->close(session);
        return absent("others speak Link on this network", false);
    }
    // Its beat as well.
    const weft_control_tempo tempo = news.last();
    EXPECT_EQ(tempo.playing, 1u);
    EXPECT_NEAR(tempo.beat - (tempo.time - begun) * 93 / 60, 8, 0.1);
    EXPECT_TRUE(led(session, 100, 140, news));
    // Told again though nothing changes.
    const std::size_t told = news.count();
    EXPECT_TRUE(eventually([&] { return news.count() > told + 1; }));
    control->close(session);
    const std::size_t closed = news.count();
    EXPECT_FALSE(eventually([&] { return news.count() > closed; }, std::chrono::seconds(1)));
}

TEST_F(Link, ATempoThatKeepsMovingIsTold) {
    News news;
    const weft_control_host host = news.host();
    weft_control_session* session = open(host, "on");
    ASSERT_NE(session, nullptr);
    ASSERT_TRUE(led(session, 0, 100, news));
    // Another one every few milliseconds, as a knob that is being turned.
    const std::size_t before = news.count();
    cpp::Wake never;
    for (int i = 1; i <= 60; ++i) {
        lead(session, 0, 100 + 0.5 * i);
        never.sleep_until(cpp::now() + 0.005);
    }
    EXPECT_GT(news.count(), before + 5);
    EXPECT_TRUE(news.wait([](const auto& tempo) { return std::abs(tempo.bpm - 130) < 1e-3; }));
    control->close(session);
}

TEST_F(Link, PeersAgree) {
    if (!peers_find_each_other())
        return absent("peers of Link do not find each other: no UDP multicast here", false);
    News news;
    const weft_control_host host = news.host();
    weft_control_session* session = open(host, "on");
    ASSERT_NE(session, nullptr);
    link::Timeline peer(87, 4, [] {});
    ASSERT_TRUE(eventually([&] { return peer.peers() > 0; }));
    EXPECT_TRUE(eventually([&] {
        weft_control_counters counters = {};
        control->counters(session, &counters);
        return std::string_view(counters.reason) != "peers: 0";
    }));
    // Another's change is heard; ours is not imposed on others.
    lead(session, 0, 200);
    weft_control_tempo set = peer.at(cpp::now());
    set.bpm = 131;
    peer.set(set, false);
    ASSERT_TRUE(news.wait([](const auto& tempo) { return std::abs(tempo.bpm - 131) < 1e-3; }));
    EXPECT_TRUE(eventually([&] { return std::abs(peer.at(cpp::now()).bpm - 131) < 1e-3; }));
    // Phases agree to a small part of a beat.
    const auto apart = [&] {
        const double time = cpp::now();
        const double distance = std::abs(phase(news.last(), time) - phase(peer.at(time), time));
        return std::min(distance, 4 - distance);
    };
    EXPECT_TRUE(eventually([&] { return apart() < 0.02; })) << apart();
    control->close(session);
    // Whoever comes now hears one. (The peer itself may count who left until somebody else comes.)
    const link::Timeline late(120, 4, [] {});
    EXPECT_TRUE(eventually([&] { return late.peers() == 1; }));
}

TEST_F(Link, AReloadStays) {
    News before;
    News after;
    const weft_control_host first = before.host();
    const weft_control_host second = after.host();
    weft_control_session* old = open(first, "on");
    ASSERT_NE(old, nullptr);
    ASSERT_TRUE(led(old, 3, 101, before));
    weft_control_session* next = open(second, "on");
    control->close(old);
    EXPECT_TRUE(after.wait([](const auto& tempo) { return std::abs(tempo.bpm - 101) < 1e-3; }));
    const double time = cpp::now();
    const double distance = std::abs(phase(before.last(), time) - phase(after.last(), time));
    EXPECT_LT(std::min(distance, 4 - distance), 0.01);
    control->close(next);
}

}  // namespace
}  // namespace weft::test
