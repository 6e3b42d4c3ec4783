// Files that change, in all the ways in which editors change them.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "driver/live/watch.h"
#include "tests/support/temp_dir.h"

namespace weft::driver {
namespace {

namespace fs = std::filesystem;

class Watching : public testing::Test {
protected:
    Watching() {
        write(file, "1");
        watch = std::move(*Watch::create());
        watch->set_files({file.string()});
    }

    static void write(const fs::path& path, const std::string& text) {
        std::ofstream(path) << text;
    }
    // A change is seen; false: wake() was, which ends every wait of these tests.
    bool sees() {
        if (watch->has_changed()) {
            return watch->wait();
        }
        watch->wake();
        return watch->wait();
    }

    test::TempDir directory;
    fs::path file = directory / "show.weft";
    std::unique_ptr<Watch> watch;
};

TEST_F(Watching, WrittenInPlace) {
    EXPECT_FALSE(sees());
    write(file, "2");
    EXPECT_TRUE(sees());
    EXPECT_FALSE(sees());
}

TEST_F(Watching, ReplacedByRename) {
    write(directory / "show.weft~", "2");
    EXPECT_FALSE(sees());
    fs::rename(directory / "show.weft~", file);
    EXPECT_TRUE(sees());
    // As another editor does it: the old one moves away first.
    fs::rename(file, directory / "backup");
    write(file, "3");
    EXPECT_TRUE(sees());
    EXPECT_FALSE(sees());
}

TEST_F(Watching, AwayForAMoment) {
    fs::remove(file);
    EXPECT_FALSE(watch->has_changed());
    write(file, "2");
    EXPECT_TRUE(sees());
}

TEST_F(Watching, GoneForGood) {
    fs::remove(file);
    EXPECT_TRUE(watch->wait());  // when it has been away for long
    write(file, "2");
    EXPECT_TRUE(sees());
}

TEST_F(Watching, OthersDoNotMatter) {
    write(directory / "notes.txt", "2");
    fs::create_directory(directory / "more");
    EXPECT_FALSE(sees());
}

TEST_F(Watching, SeveralSavesAreOne) {
    for (const char* text : {"2", "3", "4"}) {
        write(file, text);
    }
    EXPECT_TRUE(sees());
    EXPECT_FALSE(sees());
}

TEST_F(Watching, FilesThatDoNotExistYet) {
    const fs::path later = directory / "library" / "later.weft";
    watch->set_files({file.string(), later.string()});
    fs::create_directory(later.parent_path());
    EXPECT_TRUE(watch->wait());  // the directory: what is in it nobody has seen come
    write(later, "1");
    EXPECT_TRUE(watch->wait());
}

TEST_F(Watching, ADirectoryThatIsReplaced) {
    const fs::path inside = directory / "library" / "file.weft";
    fs::create_directory(inside.parent_path());
    write(inside, "1");
    watch->set_files({inside.string()});
    fs::remove_all(inside.parent_path());
    EXPECT_TRUE(watch->wait());
    fs::create_directory(inside.parent_path());
    write(inside, "2");
    EXPECT_TRUE(watch->wait());
}

TEST_F(Watching, LinksAndWhatTheyPointTo) {
    fs::create_directory(directory / "versions");
    write(directory / "versions/a.weft", "a");
    write(directory / "versions/b.weft", "b");
    const fs::path link = directory / "current.weft";
    fs::create_symlink("versions/a.weft", link);
    watch->set_files({link.string()});
    write(directory / "versions/a.weft", "aa");
    EXPECT_TRUE(sees());
    fs::create_symlink("versions/b.weft", directory / "new");
    fs::rename(directory / "new", link);
    EXPECT_TRUE(sees());
}

TEST_F(Watching, AWaitEndsWhenItIsWoken) {
    std::thread other([&] { watch->wake(); });
    EXPECT_FALSE(watch->wait());
    other.join();
}

}  // namespace
}  // namespace weft::driver
