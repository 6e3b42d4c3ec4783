#include "driver/eval.h"

#include <cmath>
#include <cstdio>

#include <unistd.h>
#include <nlohmann/json.hpp>

#include <weft/cpp/text.hpp>

#include "base/diagnostics.h"
#include "driver/offline/points.h"
#include "driver/shown.h"

namespace weft::driver {
namespace {

constexpr int kWrong = 1;
constexpr int kUsage = 2;
constexpr int kDevice = 3;

// JSON has no infinities and no NaN: they are given as texts.
nlohmann::json json_of(double value) {
    if (std::isfinite(value)) {
        return value;
    }
    return std::isnan(value) ? "nan" : value > 0 ? "inf" : "-inf";
}

class Evaluation {
public:
    Evaluation(weft_engine& engine, const EvalOptions& options, bool json)
        : show_(new_show(engine)), options_(options), json_(json) {}

    int run() {
        if (load_file(show_.get(), options_.file, 0, &error_) != WEFT_OK) {
            return fail();
        }
        print_messages(show_.get());
        weft_values values{};
        values.struct_size = sizeof values;
        values.expression = cpp::to_str(options_.expression);
        if (weft_show_values(show_.get(), &values, &error_) != WEFT_OK) {
            return fail();
        }
        print_messages(show_.get());
        if (const int code = read(); code != 0) {
            return code;
        }
        std::vector<double> results(points_.size() * values.strands);
        values.values = results.data();
        values.capacity = results.size();
        if (ask(values) != WEFT_OK) {
            return fail();
        }
        print(results, values.strands);
        return 0;
    }

private:
    // What the library says of the program, or else why it could not do it.
    int fail() {
        if (!has_errors(show_.get())) {
            return tell(Code::command_failed, error_.message, kDevice);
        }
        if (json_) {
            std::printf("{\"diagnostics\":%s}\n", messages_json(show_.get()).c_str());
        } else {
            print_messages(show_.get());
        }
        return error_.code == WEFT_UNAVAILABLE ? kDevice : kWrong;
    }

    int tell(Code code, const std::string& text, int exit_code) const {
        Diagnostics diagnostics(nullptr);
        diagnostics.add(code, {}, {text});
        if (json_) {
            std::printf("{\"diagnostics\":%s}\n", diagnostics.render_json().c_str());
        } else {
            std::fputs(diagnostics.render(isatty(STDERR_FILENO) != 0).c_str(), stderr);
        }
        return exit_code;
    }

    // The points of the command line; the exit code if they make no sense.
    int read() {
        weft_show_info info{};
        info.struct_size = sizeof info;
        if (weft_show_describe(show_.get(), &info, &error_) != WEFT_OK) {
            return fail();
        }
        std::vector<std::string> at = options_.at;
        if (at.empty() && options_.points.empty()) {
            at.emplace_back();  // in the middle, at the beginning
        }
        for (const std::string& text : at) {
            auto point = parse_point(text, info.settings);
            if (!point) {
                return tell(Code::eval_points, point.error().message, kUsage);
            }
            points_.push_back(*point);
        }
        if (!options_.points.empty()) {
            auto read = read_points(options_.points, info.settings);
            if (!read) {
                return tell(Code::eval_points, read.error().message, kWrong);
            }
            points_.insert(points_.end(), read->begin(), read->end());
        }
        return 0;
    }

    weft_status ask(weft_values values) {
        std::array<std::vector<double>, WEFT_FIELD_COUNT> columns;
        std::array<const double*, WEFT_FIELD_COUNT> fields{};
        for (std::uint32_t f = 0; f < WEFT_FIELD_COUNT; ++f) {
            for (const Point& point : points_) {
                columns[f].push_back(point.fields[f]);
            }
            fields[f] = columns[f].data();
        }
        values.fields = fields.data();
        values.field_count = WEFT_FIELD_COUNT;
        values.count = points_.size();
        return weft_show_values(show_.get(), &values, &error_);
    }

    void print(const std::vector<double>& results, std::size_t width) const {
        if (!json_) {
            for (std::size_t i = 0; i < results.size(); ++i) {
                std::printf("%.17g%c", results[i], (i + 1) % width == 0 ? '\n' : ' ');
            }
            return;
        }
        nlohmann::json document = nlohmann::json::array();
        for (std::size_t p = 0; p < points_.size(); ++p) {
            nlohmann::json values = nlohmann::json::array();
            for (std::size_t v = 0; v < width; ++v) {
                values.push_back(json_of(results[p * width + v]));
            }
            document.push_back({{"x", points_[p].fields[WEFT_FIELD_X]},
                                {"y", points_[p].fields[WEFT_FIELD_Y]},
                                {"time", points_[p].fields[WEFT_FIELD_TIME]},
                                {"values", values}});
        }
        std::printf("%s\n", document.dump(2).c_str());
    }

    ShownProgram show_;
    const EvalOptions& options_;
    bool json_;
    weft_error error_{sizeof error_, WEFT_OK, {}, {}, {}};
    std::vector<Point> points_;
};

}  // namespace

int eval(weft_engine& engine, const EvalOptions& options, bool json) {
    return Evaluation(engine, options, json).run();
}

}  // namespace weft::driver
