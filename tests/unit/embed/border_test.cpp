// What a caller may do wrong, and several engines in one process.
#include "tests/unit/embed/embedded.h"

#include <dirent.h>
#include <malloc.h>

#include <atomic>
#include <regex>
#include <set>
#include <thread>

namespace weft::test {
namespace {

std::set<std::string> names_in(const std::string& text, const char* pattern) {
    const std::regex wanted(pattern);
    std::set<std::string> names;
    for (std::sregex_iterator found(text.begin(), text.end(), wanted), end; found != end; ++found)
        names.insert((*found)[1]);
    return names;
}

// All functions of the header are there, and nothing else is to be seen.
TEST(Library, ShowsItsHeaderAndNoMore) {
    std::ifstream file(in_source("/sdk/include/weft/weft.h"));
    const std::string header(std::istreambuf_iterator<char>(file), {});
    const std::string command = "nm -D --defined-only " + in_build("/lib/libweft.so");
    FILE* const pipe = popen(command.c_str(), "r");
    ASSERT_NE(pipe, nullptr);
    std::string symbols;
    char part[4096];
    for (std::size_t got = 0; (got = fread(part, 1, sizeof part, pipe)) != 0;)
        symbols.append(part, got);
    ASSERT_EQ(pclose(pipe), 0);
    const auto declared = names_in(header, R"(WEFT_EXPORT [^;(]*?\b(weft_\w+)\()");
    EXPECT_GE(declared.size(), 19u);
    EXPECT_EQ(names_in(symbols, R"(\w+ [A-Z] (\w+))"), declared);
}

TEST(Library, SaysItsVersion) {
    EXPECT_EQ("weft " + std::string(weft_version()) + "\n", weft("--version"));
}

TEST(Border, TakesNoNull) {
    auto error = sized<weft_error>();
    EXPECT_EQ(weft_engine_create(nullptr, nullptr, &error), WEFT_INVALID);
    EXPECT_STREQ(error.message, "engine is NULL");
    weft_show* none = nullptr;
    EXPECT_EQ(weft_show_create(nullptr, &none, nullptr), WEFT_INVALID);
    EXPECT_EQ(weft_show_load(nullptr, nullptr, nullptr), WEFT_INVALID);
    EXPECT_EQ(weft_show_describe(nullptr, nullptr, nullptr), WEFT_INVALID);
    EXPECT_EQ(weft_show_picture(nullptr, nullptr, nullptr), WEFT_INVALID);
    EXPECT_EQ(weft_show_diagnostic_count(nullptr), 0u);
    weft_show_cancel(nullptr);
    weft_show_destroy(nullptr);
    weft_engine_destroy(nullptr);
    const auto engine = make_engine();
    EXPECT_EQ(weft_show_create(engine.get(), nullptr, nullptr), WEFT_INVALID);
    const auto show = loaded(engine, "me<width> = 4  me<height> = 4  display(1)  play(1)\n");
    EXPECT_EQ(weft_show_load(show.get(), nullptr, nullptr), WEFT_INVALID);
    EXPECT_EQ(weft_show_describe(show.get(), nullptr, nullptr), WEFT_INVALID);
    EXPECT_EQ(weft_show_display(show.get(), 0, nullptr, nullptr), WEFT_INVALID);
    EXPECT_EQ(weft_show_param(show.get(), 0, nullptr, nullptr), WEFT_INVALID);
    EXPECT_EQ(weft_show_picture(show.get(), nullptr, nullptr), WEFT_INVALID);
    EXPECT_EQ(weft_show_sound(show.get(), nullptr, nullptr), WEFT_INVALID);
    EXPECT_EQ(weft_show_values(show.get(), nullptr, nullptr), WEFT_INVALID);
    EXPECT_EQ(weft_show_frame_at(show.get(), 0, nullptr, nullptr), WEFT_INVALID);
    EXPECT_EQ(weft_show_messages(show.get(), 0, nullptr, nullptr), WEFT_INVALID);
    EXPECT_EQ(weft_show_diagnostic(show.get(), 0, nullptr, nullptr), WEFT_INVALID);
}

TEST(Border, WantsAProgramFirst) {
    const auto engine = make_engine();
    const auto show = make_show(engine);
    auto error = sized<weft_error>();
    auto about = sized<weft_show_info>();
    EXPECT_EQ(weft_show_describe(show.get(), &about, &error), WEFT_INVALID);
    EXPECT_STREQ(error.message, "no program is loaded");
    EXPECT_EQ(weft_show_set_param(show.get(), weft_text("a"), 0, nullptr), WEFT_INVALID);
    EXPECT_EQ(weft_show_diagnostic_count(show.get()), 0u);
    EXPECT_EQ(messages(show), "");
    EXPECT_EQ(messages(show, WEFT_MESSAGES_JSON), "[]");
    auto empty = sized<weft_load>();
    EXPECT_EQ(weft_show_load(show.get(), &empty, nullptr), WEFT_INVALID);
}

TEST(Border, ChecksSizesOfStructs) {
    auto options = hermetic();
    options.struct_size = 8;
    weft_engine* none = nullptr;
    auto error = sized<weft_error>();
    EXPECT_EQ(weft_engine_create(&options, &none, &error), WEFT_INVALID);
    EXPECT_EQ(none, nullptr);
    EXPECT_NE(std::string(error.message).find("struct_size is 8"), std::string::npos);
    // Of a caller who knows more than we do, what follows stays.
    struct Larger {
        weft_show_info known;
        std::uint64_t more;
    } larger{{}, 5};
    larger.known.struct_size = sizeof larger;
    const auto engine = make_engine();
    const auto show = loaded(engine, "display(1)\n");
    ASSERT_EQ(weft_show_describe(show.get(), &larger.known, nullptr), WEFT_OK);
    EXPECT_EQ(larger.known.struct_size, sizeof larger);
    EXPECT_EQ(larger.known.display_count, 1u);
    EXPECT_EQ(larger.more, 5u);
}

TEST(Border, ChecksOptions) {
    weft_engine* none = nullptr;
    auto options = hermetic();
    options.threads = 1025;
    EXPECT_EQ(weft_engine_create(&options, &none, nullptr), WEFT_INVALID);
    options = hermetic();
    options.flags = 1u << 31;
    EXPECT_EQ(weft_engine_create(&options, &none, nullptr), WEFT_INVALID);
    options = hermetic();
    options.plugin_directory_count = 1;
    EXPECT_EQ(weft_engine_create(&options, &none, nullptr), WEFT_INVALID);
}

TEST(Border, ChecksMemoryForPictures) {
    const auto engine = make_engine();
    const auto show = loaded(engine, "me<width> = 4  me<height> = 4  display(1)\n");
    std::vector<float> memory(64 + 1, 5);
    const auto wrong = [&](const auto& change) {
        auto wanted = sized<weft_picture>();
        wanted.data = memory.data();
        wanted.size = 64;
        change(wanted);
        auto error = sized<weft_error>();
        EXPECT_EQ(weft_show_picture(show.get(), &wanted, &error), WEFT_INVALID);
        EXPECT_NE(error.message[0], '\0');
    };
    wrong([](weft_picture& p) { p.size = 63; });
    wrong([](weft_picture& p) { p.size = 0; });
    wrong([](weft_picture& p) { p.data = nullptr; });
    wrong([](weft_picture& p) { p.row_stride = 15; });
    wrong([](weft_picture& p) { p.row_stride = 17; });
    wrong([](weft_picture& p) { p.row_stride = ~std::uint64_t{0} / 2; });
    wrong([](weft_picture& p) { p.display = 1; });
    wrong([](weft_picture& p) { p.frame = -1; });
    wrong([](weft_picture& p) { p.frame = INT64_MAX; });
    wrong([](weft_picture& p) { p.pixels = 3; });
    wrong([](weft_picture& p) { p.pixels = WEFT_PIXELS_RGBA32F; });
    wrong([](weft_picture& p) {
        p.pixels = WEFT_PIXELS_RGBA32F;
        p.data = static_cast<char*>(p.data) + 1;
        p.size = 256;
    });
    EXPECT_EQ(memory, std::vector<float>(65, 5));
}

TEST(Border, ChecksSound) {
    const auto engine = make_engine();
    const auto show = loaded(engine, "play(1)\n");
    auto wanted = sized<weft_sound>();
    wanted.channel_count = 1;
    EXPECT_EQ(weft_show_sound(show.get(), &wanted, nullptr), WEFT_INVALID);
    wanted.channel_count = 0;
    wanted.first = -2;
    EXPECT_EQ(weft_show_sound(show.get(), &wanted, nullptr), WEFT_INVALID);
    wanted.first = 0;
    wanted.count = UINT64_MAX;
    EXPECT_EQ(weft_show_sound(show.get(), &wanted, nullptr), WEFT_INVALID);
    wanted.count = 0;
    EXPECT_EQ(weft_show_sound(show.get(), &wanted, nullptr), WEFT_OK);
}

TEST(Engines, WorkBesideEachOther) {
    const auto work = [](std::vector<std::uint8_t>& result) {
        const auto engine = make_engine();
        const auto show = loaded(engine,
                                 "me<width> = 32  me<height> = 32  me<fps> = 60\n"
                                 "display(noise(me@x * 9, me@y * 9, me@time), me@x, me@y)\n"
                                 "play(sin(me@time * 999))\n");
        for (int frame = 0; frame < 20; ++frame) {
            result = picture(show, frame);
            (void)sound(show, WEFT_SOUND_NEXT, 800, 2);
            EXPECT_EQ(value(show, "me@x"), .5);
        }
    };
    std::vector<std::uint8_t> one;
    std::vector<std::uint8_t> other;
    std::thread beside([&] { work(one); });
    work(other);
    beside.join();
    EXPECT_EQ(one, other);
}

TEST(Engines, HaveSeveralShows) {
    const auto engine = make_engine();
    const auto one = loaded(engine, "me<width> = 1  me<height> = 1  display(1)\n");
    const auto other = loaded(engine, "me<width> = 1  me<height> = 1  display(0)\n");
    EXPECT_EQ(load(one, "display(nobody)\n"), WEFT_INVALID);
    EXPECT_EQ(weft_show_diagnostic_count(other.get()), 0u);
    EXPECT_EQ(picture(other, 0)[0], 0);
    EXPECT_EQ(picture(one, 0)[0], 255);
    EXPECT_EQ(weft_show_diagnostic_count(one.get()), 0u) << "of the picture, which was compiled";
}

std::size_t open_files() {
    std::size_t count = 0;
    DIR* const directory = opendir("/proc/self/fd");
    while (readdir(directory) != nullptr) ++count;
    closedir(directory);
    return count;
}

// Everything that an engine does, from its creation to its end.
void live_once(const char* backend) {
    const auto engine = make_engine(hermetic(backend));
    const auto show = loaded(engine,
                             "me<width> = 16  me<height> = 16\n"
                             "past<v> = cache(now@v, 3)\n"
                             "now<v> = past@v[past@k ~ 1] * .5 + me@x\n"
                             "display(now@v)  play(sin(me@time * 999))\n",
                             WEFT_LOAD_PICTURES | WEFT_LOAD_SOUND);
    (void)picture(show, 2);
    (void)sound(show, 0, 100, 1);
    EXPECT_EQ(value(show, "1 + 1"), 2);
    EXPECT_EQ(load(show, "display(nobody)\n"), WEFT_INVALID);
    EXPECT_EQ(load(show, "display(1)\n", WEFT_LOAD_PICTURES), WEFT_OK);
}

TEST(Engines, KeepNothingOfWhatIsGone) {
    for (const auto& [backend, times] : {std::pair("reference", 100), std::pair("cpu", 10)}) {
        for (int i = 0; i < 3; ++i) live_once(backend);
        const std::size_t files = open_files();
        const std::size_t bytes = mallinfo2().uordblks;
        for (int i = 0; i < times; ++i) live_once(backend);
        EXPECT_EQ(open_files(), files) << backend;
        // A little may lie in caches of libraries; what a show takes a hundred times is megabytes.
        EXPECT_LT(mallinfo2().uordblks, bytes + (std::size_t{1} << 19)) << backend;
    }
}

// A long way to the picture, cancelled from another thread.
TEST(Engines, EndWhatIsCancelled) {
    const auto engine = make_engine();
    const auto show = loaded(engine,
                             "me<width> = 256  me<height> = 256\n"
                             "past<v> = cache(now@v, 2)\n"
                             "now<v> = past@v[past@k ~ 1] * .5 + noise(me@x, me@y, me@time)\n"
                             "display(now@v)\n",
                             WEFT_LOAD_PICTURES);
    std::atomic<bool> ended{false};
    std::thread canceller([&] {
        while (!ended) {
            weft_show_cancel(show.get());
            std::this_thread::yield();
        }
    });
    std::vector<std::uint8_t> memory(std::size_t{4} * 256 * 256);
    auto wanted = sized<weft_picture>();
    wanted.frame = std::int64_t{1} << 40;
    wanted.data = memory.data();
    wanted.size = memory.size();
    auto error = sized<weft_error>();
    EXPECT_EQ(weft_show_picture(show.get(), &wanted, &error), WEFT_CANCELLED) << error.message;
    ended = true;
    canceller.join();
    wanted.frame = 1;
    EXPECT_EQ(weft_show_picture(show.get(), &wanted, &error), WEFT_OK) << error.message;
}

}  // namespace
}  // namespace weft::test
