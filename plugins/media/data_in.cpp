// `data_in`: columns of a table as strands over time. A first column called `time` or `t` gives
// each row's second; without one, row i stands at frame i. Between rows it is linear, outside held.

#include "bytes.h"
#include "stored_source.h"
#include "table.h"

#include <algorithm>
#include <cmath>

namespace weft::media {

namespace {

constexpr uint64_t kMaxFileBytes = 256ull << 20;
// Rows at uneven times are laid out on the grid of their common step, up to so many points.
constexpr uint64_t kMaxPoints = 1u << 22;

// Even points in time, and where the rows stand between them.
struct TimeGrid {
    uint64_t count = 1;
    double origin = 0;
    double step = 1;
    bool rows_are_points = true;
    bool approximate = false;
};

bool is_time(const std::string& name) {
    return name == "time" || name == "Time" || name == "t" || name == "T";
}

// The largest step of which all gaps are multiples, to a millionth of the smallest gap.
double common_step(const std::vector<double>& times) {
    double smallest = times[1] - times[0];
    for (size_t i = 2; i < times.size(); ++i)
        smallest = std::min(smallest, times[i] - times[i - 1]);
    const double tolerance = smallest * 1e-6;
    double step = smallest;
    for (size_t i = 1; i < times.size(); ++i) {
        double a = times[i] - times[i - 1];
        double b = step;
        while (b > tolerance) {
            // The remainder nearest zero, so that a multiple that was rounded down leaves nothing.
            const double rest = std::abs(std::remainder(a, b));
            a = b;
            b = rest;
        }
        step = a;
    }
    return step;
}

Result<TimeGrid> lay_out(const std::vector<double>& times) {
    for (size_t i = 0; i < times.size(); ++i) {
        if (!std::isfinite(times[i]) || (i > 0 && !(times[i] > times[i - 1])))
            return Failure{WEFT_INVALID, "the times must rise; row " + std::to_string(i + 1) +
                                             " does not stand after the one before"};
    }
    TimeGrid grid;
    grid.count = times.size();
    grid.origin = times.front();
    if (times.size() == 1) return grid;
    const double length = times.back() - times.front();
    grid.step = length / static_cast<double>(times.size() - 1);
    const double tolerance = grid.step * 1e-6;
    for (size_t i = 0; i < times.size() && grid.rows_are_points; ++i)
        grid.rows_are_points =
            std::abs(grid.origin + static_cast<double>(i) * grid.step - times[i]) <= tolerance;
    if (grid.rows_are_points) return grid;

    const double points = std::round(length / common_step(times)) + 1;
    grid.approximate = points > static_cast<double>(kMaxPoints);
    grid.count = grid.approximate ? kMaxPoints : static_cast<uint64_t>(points);
    grid.step = length / static_cast<double>(grid.count - 1);
    return grid;
}

// Values at the points of the grid, linear between rows.
void spread(const std::vector<double>& times, const std::vector<double>& column,
            const TimeGrid& grid, double* out) {
    if (grid.rows_are_points) {
        std::copy(column.begin(), column.end(), out);
        return;
    }
    size_t row = 0;
    for (uint64_t i = 0; i < grid.count; ++i) {
        const double time = grid.origin + static_cast<double>(i) * grid.step;
        while (row + 2 < times.size() && times[row + 1] <= time) ++row;
        const double gap = times[row + 1] - times[row];
        const double along = (time - times[row]) / gap;
        // Rounding in `time` must not mix a neighbour (which may be missing) into a row's value.
        constexpr double kNear = 1e-6;
        if (std::abs(along) < kNear)
            out[i] = column[row];
        else if (std::abs(along - 1) < kNear)
            out[i] = column[row + 1];
        else
            out[i] = column[row] + (column[row + 1] - column[row]) * along;
    }
}

// Which column an output reads: the one of its name, else the one in its place.
Result<size_t> choose_column(const Table& table, size_t first,
                             const std::vector<std::string>& names, size_t output) {
    const auto named = std::find(table.names.begin(), table.names.end(), names[output]);
    if (named != table.names.end()) return static_cast<size_t>(named - table.names.begin());
    if (first + output < table.columns.size()) return first + output;
    std::string known;
    for (size_t i = first; i < table.names.size(); ++i)
        known += (known.empty() ? ": " : ", ") + table.names[i];
    return Failure{WEFT_INVALID, "there is no column for output '" + names[output] + "'; it has " +
                                     std::to_string(table.columns.size() - first) + known};
}

Result<Table> read_table(const std::string& path) {
    Result<std::unique_ptr<Bytes>> bytes = open_file(path);
    if (!bytes.ok()) return bytes.failure();
    Result<std::string> text = read_all(**bytes, kMaxFileBytes);
    if (!text.ok()) return text.failure();
    const size_t start = text->find_first_not_of(" \t\r\n");
    const bool json = path.ends_with(".json") || (start != std::string::npos &&
                                                  ((*text)[start] == '[' || (*text)[start] == '{'));
    Result<Table> table = json ? parse_json(*text) : parse_csv(*text);
    if (!table.ok()) return Failure{WEFT_INVALID, "'" + path + "': " + table.failure().message};
    if (table->rows() == 0) return Failure{WEFT_INVALID, "'" + path + "' has no rows"};
    return table;
}

OpenedSource make_source(const Table& table, const OpenRequest& request, uint32_t wrap,
                         const std::string& path) {
    const bool timed = !table.names.empty() && is_time(table.names[0]);
    std::vector<double> times;
    if (timed) {
        times = table.columns[0];
    } else {
        for (size_t i = 0; i < table.rows(); ++i)
            times.push_back(static_cast<double>(i) / request.fps);
    }
    Result<TimeGrid> layout = lay_out(times);
    if (!layout.ok()) return layout.failure();
    if (layout->approximate)
        request.services->warn("'" + path +
                               "' has times without a common step; its values are "
                               "read from " +
                               std::to_string(layout->count) + " even points");

    weft_grid grid = {};
    grid.format = WEFT_FORMAT_F64;
    grid.axis_count = 1;
    weft_axis& axis = grid.axes[0];
    axis.field = WEFT_FIELD_TIME;
    axis.filter = WEFT_FILTER_LINEAR;
    axis.wrap = wrap;
    axis.count = layout->count;
    axis.origin = layout->origin;
    axis.step = layout->step;
    axis.stride = sizeof(double);

    auto source = std::make_unique<StoredSource>();
    GridStore& store = source->store;
    const auto outputs = static_cast<uint32_t>(request.outputs.size());
    if (Status status = store.allocate(*request.services, grid, outputs); !status.ok())
        return status.failure();
    for (uint32_t i = 0; i < outputs; ++i) {
        Result<size_t> column = choose_column(table, timed ? 1 : 0, request.outputs, i);
        if (!column.ok()) return column.failure();
        auto* plane =
            reinterpret_cast<double*>(static_cast<char*>(store.data()) + i * store.plane_bytes());
        spread(times, table.columns[*column], *layout, plane);
    }
    return std::unique_ptr<Source>(std::move(source));
}

}  // namespace

OpenedSource open_data_in(OpenRequest& request) {
    Result<std::string> path = request.arguments.take_text("the name of a file");
    if (!path.ok()) return path.failure();
    Result<uint32_t> wrap = take_wrap(request.arguments, WEFT_WRAP_CLAMP);
    if (!wrap.ok()) return wrap.failure();
    if (Status rest = request.arguments.finish(); !rest.ok()) return rest.failure();
    Result<Table> table = read_table(*path);
    if (!table.ok()) return table.failure();
    OpenedSource source = make_source(*table, request, *wrap, *path);
    if (source.ok()) return source;
    return Failure{source.failure().code, "'" + *path + "': " + source.failure().message};
}

}  // namespace weft::media
