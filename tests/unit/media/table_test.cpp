// data_in and the table writers: numbers survive, columns are found, times are understood.
#include "media_host.h"

#include <cmath>
#include <limits>

namespace weft::test {
namespace {

class TableTest : public MediaTest {
protected:
    Source data(const std::string& name, const std::string& text,
                const std::vector<std::string>& outputs) {
        write_text(path(name), text);
        Opened opened = try_open("data_in", outputs, {{"", path(name)}});
        if (!opened.source) throw std::runtime_error(opened.message);
        return std::move(*opened.source);
    }

    std::string data_error(const std::string& name, const std::string& text,
                           const std::vector<std::string>& outputs = {"a"}) {
        write_text(path(name), text);
        return try_open("data_in", outputs, {{"", path(name)}}).message;
    }

    std::string write_table(const std::string& file, const std::vector<std::string>& names,
                            const std::vector<std::vector<double>>& rows) {
        std::vector<weft_str> columns;
        for (const std::string& name : names) columns.push_back({name.data(), name.size()});
        weft_writer_options wanted = options(0, 0, WEFT_FORMAT_RGBA8);
        wanted.columns = columns.data();
        wanted.column_count = static_cast<uint32_t>(columns.size());
        return write(file, wanted, [&](weft_writer* open, weft_error* error) {
            for (const std::vector<double>& row : rows)
                if (writer->row(open, row.data(), error) != WEFT_OK) return WEFT_INTERNAL;
            return WEFT_OK;
        });
    }

    std::string text_of(const std::string& file) const {
        const std::vector<uint8_t> bytes = read_bytes(file);
        return {bytes.begin(), bytes.end()};
    }
};

TEST_F(TableTest, ATimeColumnGivesTheTimes) {
    const Source table =
        data("a.csv", "time,level,pan\n1,10,0.5\n2,20,0.25\n3,40,0\n", {"pan", "level"});
    EXPECT_DOUBLE_EQ(table.at_time(1, 1), 10);
    EXPECT_DOUBLE_EQ(table.at_time(1, 2.5), 30) << "linear between rows";
    EXPECT_DOUBLE_EQ(table.at_time(0, 1.5), 0.375) << "found by name";
    EXPECT_DOUBLE_EQ(table.at_time(1, -7), 10) << "held before";
    EXPECT_DOUBLE_EQ(table.at_time(1, 99), 40) << "and after";
    EXPECT_TRUE(std::isnan(table.at_time(0, std::nan(""))));
}

TEST_F(TableTest, WithoutTimesARowIsAFrame) {
    // The program runs at 10 frames a second.
    const Source table = data("a.csv", "5\n7\n9\n", {"value"});
    EXPECT_DOUBLE_EQ(table.at_time(0, 0), 5);
    EXPECT_NEAR(table.at_time(0, 0.1), 7, 1e-12);
    EXPECT_NEAR(table.at_time(0, 0.15), 8, 1e-12);
    EXPECT_DOUBLE_EQ(table.at_time(0, 3), 9);
}

TEST_F(TableTest, OutputsWithoutAColumnOfTheirNameGoByPosition) {
    const Source table = data("a.csv", "t,x,y\n0,1,2\n1,1,2\n", {"first", "second"});
    EXPECT_EQ(table.at_time(0, 0), 1);
    EXPECT_EQ(table.at_time(1, 0), 2);
    const std::string message = data_error("b.csv", "t,x\n0,1\n", {"p", "q"});
    EXPECT_NE(message.find("no column for output 'q'; it has 1: x"), std::string::npos) << message;
}

TEST_F(TableTest, UnevenTimesKeepEveryRow) {
    const Source table = data("a.csv", "time,v\n0,0\n0.1,1\n0.5,3\n1.7,-2\n", {"v"});
    EXPECT_NEAR(table.at_time(0, 0.1), 1, 1e-9);
    EXPECT_NEAR(table.at_time(0, 0.3), 2, 1e-9);
    EXPECT_NEAR(table.at_time(0, 0.5), 3, 1e-9);
    EXPECT_NEAR(table.at_time(0, 1.7), -2, 1e-9);
    EXPECT_NEAR(table.at_time(0, 1.1), 0.5, 1e-9);
    EXPECT_EQ(table.handle(0).grid.axes[0].count, 18u);
    EXPECT_TRUE(host.warnings.empty());
}

TEST_F(TableTest, CsvDialects) {
    EXPECT_EQ(data("a.csv", "\xef\xbb\xbftime;\"the; level\"\r\n0;1.5\r\n1;2.5\r\n", {"the; level"})
                  .at_time(0, 1),
              2.5);
    EXPECT_EQ(data("b.csv", "# measured\n\nt\tv\n0\t+3\n1\t4e2\n", {"v"}).at_time(0, 1), 400);
    EXPECT_TRUE(std::isnan(data("c.csv", "t,v\n0,\n1,2\n", {"v"}).at_time(0, 0)));
}

TEST_F(TableTest, JsonShapes) {
    EXPECT_EQ(data("a.json", R"([{"time": 0, "v": 1}, {"time": 2, "v": 5}])", {"v"}).at_time(0, 1),
              3);
    EXPECT_NEAR(data("b.json", "[[1, 2], [3, 4]]", {"x", "y"}).at_time(1, 0.1), 4, 1e-12);
    EXPECT_NEAR(data("c.json", "[1, 2, 3.5]", {"x"}).at_time(0, 0.2), 3.5, 1e-12);
    EXPECT_EQ(data("d.json", R"({"t": [0, 1], "v": [true, null]})", {"v"}).at_time(0, 0), 1);
}

TEST_F(TableTest, MistakesAreLocated) {
    const auto says = [](const std::string& message, const char* wanted) {
        EXPECT_NE(message.find(wanted), std::string::npos) << message;
    };
    says(data_error("a.csv", "t,v\n0,1\n1,many\n"), "line 3: 'many' is not a number");
    says(data_error("a.csv", "t,v\n0,1\n1\n"), "line 3: 1 values, but 2 columns");
    says(data_error("a.csv", "t,v\n1,1\n1,2\n"), "the times must rise; row 2");
    says(data_error("a.csv", "t,v\n"), "has no rows");
    says(data_error("a.json", "[1, 2"), "line 1");
    says(data_error("a.json", "[{\"v\": \"x\"}]"), "row 0: 'v' is not a number");
    says(data_error("a.json", "[[1], [1, 2]]"), "row 1: 2 values, but 1 columns");
    says(data_error("a.json", "3"), "an array of rows or an object of columns");
    says(try_open("data_in", {"a"}, {{"", path("none.csv")}}).message, "there is no file");
    (void)data_error("deep.json", std::string(200000, '['));
}

TEST_F(TableTest, WrittenTablesReadBackExactly) {
    const std::vector<std::vector<double>> rows = {
        {0, 0.1, -1e300}, {1, 1.0 / 3, 5e-324}, {2, 123456789.123456789, 0}};
    for (const char* name : {"a.csv", "a.json"}) {
        ASSERT_EQ(write_table(path(name), {"time", "a \"b\"", "c,d"}, rows), "");
        Opened opened = try_open("data_in", {"a \"b\"", "c,d"}, {{"", path(name)}});
        ASSERT_TRUE(opened.source) << opened.message;
        for (size_t i = 0; i < rows.size(); ++i) {
            EXPECT_EQ(opened.source->stored(0, i), rows[i][1]) << name;
            EXPECT_EQ(opened.source->stored(1, i), rows[i][2]) << name;
        }
    }
    EXPECT_EQ(text_of(path("a.csv")),
              "time,\"a \"\"b\"\"\",\"c,d\"\n0,0.1,-1e+300\n1,0.3333333333333333,5e-324\n"
              "2,123456789.12345679,0\n");
}

TEST_F(TableTest, WhatIsNoNumberStaysReadable) {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    ASSERT_EQ(write_table(path("a.json"), {"v"}, {{nan}, {HUGE_VAL}}), "");
    EXPECT_EQ(text_of(path("a.json")), "[\n{\"v\": null},\n{\"v\": null}\n]\n");
    ASSERT_EQ(write_table(path("a.csv"), {"v"}, {{nan}, {-HUGE_VAL}}), "");
    EXPECT_EQ(text_of(path("a.csv")), "v\nnan\n-inf\n");
}

}  // namespace
}  // namespace weft::test
