#include "driver/eval.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <numeric>

#include <nlohmann/json.hpp>

#include "driver/build_show.h"
#include "driver/points.h"

namespace weft::driver {
namespace {

// Values at points, in the order given. Points of one frame are asked for together, after the
// frames that their caches need have run.
class Evaluator {
public:
    Evaluator(runtime::Show& show, const std::vector<Point>& points)
        : show_(show), points_(points) {}

    Result<void> run(std::vector<std::vector<double>>& results) {
        results.assign(points_.size(), std::vector<double>(show_.values_outputs.size()));
        std::vector<std::size_t> order(points_.size());
        std::iota(order.begin(), order.end(), std::size_t{0});
        std::stable_sort(order.begin(), order.end(),
                         [&](std::size_t a, std::size_t b) { return frame_of(a) < frame_of(b); });
        for (std::size_t begin = 0; begin < order.size();) {
            std::size_t end = begin + 1;
            while (end < order.size() && frame_of(order[end]) == frame_of(order[begin])) {
                ++end;
            }
            if (auto done = run_until(frame_of(order[begin])); !done) {
                return done;
            }
            if (auto done = ask({order.begin() + static_cast<std::ptrdiff_t>(begin),
                                 order.begin() + static_cast<std::ptrdiff_t>(end)},
                                results);
                !done) {
                return done;
            }
            begin = end;
        }
        return {};
    }

private:
    [[nodiscard]] std::int64_t frame_of(std::size_t point) const {
        const double frame = points_[point].fields[WEFT_FIELD_ABSFRAME];
        return std::isfinite(frame) && std::fabs(frame) < 9e15 ? static_cast<std::int64_t>(frame)
                                                               : 0;
    }

    Result<void> run_until(std::int64_t frame) {
        const bool caches = std::any_of(show_.steps.begin(), show_.steps.end(),
                                        [](const runtime::Step& step) { return step.captures; });
        if (!caches || frame < 0) {
            return {};
        }
        std::int64_t first = next_;
        if (show_.run_up_frames) {
            first = std::max(first, frame - static_cast<std::int64_t>(std::min<std::uint64_t>(
                                                *show_.run_up_frames, 1ull << 60)));
        }
        for (next_ = first; next_ <= frame; ++next_) {
            runtime::FrameRequest request;
            request.absframe = next_;
            request.params = show_.initial_params.data();
            request.skip_targets = true;
            if (auto done = show_.run(request); !done) {
                return done;
            }
        }
        return {};
    }

    Result<void> ask(const std::vector<std::size_t>& which,
                     std::vector<std::vector<double>>& results) {
        std::array<std::vector<double>, WEFT_FIELD_COUNT> columns;
        std::array<const double*, WEFT_FIELD_COUNT> pointers{};
        for (std::size_t f = 0; f < WEFT_FIELD_COUNT; ++f) {
            for (const std::size_t point : which) {
                columns[f].push_back(points_[point].fields[f]);
            }
            pointers[f] = columns[f].data();
        }
        weft_points asked{};
        asked.struct_size = sizeof asked;
        asked.count = which.size();
        asked.fields = pointers.data();
        asked.constants = points_[which[0]].fields.data();
        asked.params = show_.initial_params.data();
        std::vector<double> values(which.size());
        for (std::uint32_t v = 0; v < show_.values_outputs.size(); ++v) {
            if (auto done = show_.values(v, asked, values.data()); !done) {
                return done;
            }
            for (std::size_t i = 0; i < which.size(); ++i) {
                results[which[i]][v] = values[i];
            }
        }
        return {};
    }

    runtime::Show& show_;
    const std::vector<Point>& points_;
    std::int64_t next_ = 0;
};

void print(bool json, const std::vector<Point>& points,
           const std::vector<std::vector<double>>& results) {
    if (!json) {
        for (const std::vector<double>& row : results) {
            for (std::size_t v = 0; v < row.size(); ++v) {
                std::printf("%s%.17g", v == 0 ? "" : " ", row[v]);
            }
            std::putchar('\n');
        }
        return;
    }
    // JSON has no infinities and no NaN: they are given as texts.
    const auto number = [](double value) {
        return std::isfinite(value) ? nlohmann::json(value)
                                    : nlohmann::json(std::isnan(value) ? "nan"
                                                     : value > 0       ? "inf"
                                                                       : "-inf");
    };
    nlohmann::json document = nlohmann::json::array();
    for (std::size_t p = 0; p < points.size(); ++p) {
        nlohmann::json values = nlohmann::json::array();
        for (const double value : results[p]) {
            values.push_back(number(value));
        }
        document.push_back({{"x", points[p].fields[WEFT_FIELD_X]},
                            {"y", points[p].fields[WEFT_FIELD_Y]},
                            {"time", points[p].fields[WEFT_FIELD_TIME]},
                            {"values", values}});
    }
    std::printf("%s\n", document.dump(2).c_str());
}

}  // namespace

int eval(Session& session, const EvalOptions& options) {
    Diagnostics& diagnostics = session.diagnostics();
    sema::Program program =
        sema::analyze(options.file, session.sources(), session.environment(), diagnostics);
    if (diagnostics.has_errors()) {
        return 1;
    }
    BuildRequest request;
    request.program = &program;
    request.wanted = [](std::uint32_t) { return false; };
    request.values =
        sema::analyze_expression(program, options.expression, session.sources(), diagnostics);
    if (diagnostics.has_errors() || request.values.empty()) {
        return 1;
    }
    std::vector<Point> points;
    const auto add = [&](auto parsed) {
        if (!parsed) {
            diagnostics.add(Code::eval_points, {}, {parsed.error().message});
            return false;
        }
        if constexpr (std::is_same_v<decltype(parsed), Result<Point>>) {
            points.push_back(*parsed);
        } else {
            points.insert(points.end(), parsed->begin(), parsed->end());
        }
        return true;
    };
    for (const std::string& at : options.at) {
        if (!add(parse_point(at, program.settings.data()))) {
            return 2;
        }
    }
    if (!options.points.empty() && !add(read_points(options.points, program.settings.data()))) {
        return 1;
    }
    if (options.at.empty() && options.points.empty() &&
        !add(parse_point("", program.settings.data()))) {
        return 2;
    }
    const std::optional<BuiltShow> built = build_show(session, request);
    if (!built) {
        return 1;
    }
    std::vector<std::vector<double>> results;
    Result<void> outcome;
    session.main_group().run([&] { outcome = Evaluator(*built->show, points).run(results); });
    if (!outcome) {
        diagnostics.add(Code::command_failed, {}, {outcome.error().message});
        return 3;
    }
    print(session.options().json, points, results);
    return 0;
}

}  // namespace weft::driver
