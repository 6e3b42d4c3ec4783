// Reading grids: from coordinates to positions on the axes (weft/grid.h), and from positions to the
// mix of the points around them. An index never leaves the grid, whatever the coordinate was; a
// coordinate that is NaN comes through as the fraction.
#include <algorithm>
#include <cmath>
#include <optional>

#include <weft/cpp/backend.hpp>

#include "gpu/text_region.h"

namespace weft::gpu {
namespace {

// A position this close to a grid point that every point of a row or column shares is that point.
constexpr double kSnap = 1e-9;

// Beyond so many points a float no longer tells where between two of them a position is.
constexpr std::uint64_t kMostForFloat = 16384;

// Shifts of whole pictures end here, far outside.
constexpr double kFarShift = 536870912.0;

bool repeats(const weft_axis& axis) {
    return axis.wrap == WEFT_WRAP_REPEAT || axis.wrap == WEFT_WRAP_MIRROR;
}

// Constants beyond so many points are placed as any other coordinate.
constexpr double kFarConst = 1e9;

double period_of(const weft_axis& axis) {
    return static_cast<double>(axis.count) * (axis.wrap == WEFT_WRAP_MIRROR ? 2.0 : 1.0);
}

std::string text_of(std::int64_t number) {
    return std::to_string(number);
}

struct KnownPlace {
    std::int64_t base = 0;
    double fraction = 0.0;
};

KnownPlace known_place(const weft_axis& axis, double coordinate) {
    const double u = (coordinate - axis.origin) / axis.step;
    const double below = std::floor(u);
    const double base = repeats(axis)
                            ? below - std::floor(below / period_of(axis)) * period_of(axis)
                            : std::fmax(std::fmin(below, static_cast<double>(axis.count)), -1.0);
    // Far outside there is nothing between two points.
    const bool outside = !repeats(axis) && base != below;
    const bool between = axis.filter == WEFT_FILTER_LINEAR && !outside;
    return {static_cast<std::int64_t>(base), between ? u - below : 0.0};
}

// How many ticks back a constant is; none when it is not a number.
std::optional<std::int64_t> known_ticks(const weft_axis& axis, double coordinate) {
    const double k = std::floor((coordinate - axis.origin) / axis.step);
    if (!std::isfinite(k)) return std::nullopt;
    const auto count = static_cast<double>(axis.count);
    return static_cast<std::int64_t>(k - count * std::floor(k / count));
}

}  // namespace

std::int64_t unit_of(const weft_grid& grid) {
    return grid.format == WEFT_FORMAT_F64 ? 8 : 4;
}

bool is_far(const weft_grid& grid) {
    double last = 0.0;
    for (std::uint32_t a = 0; a < grid.axis_count; ++a) {
        const weft_axis& axis = grid.axes[a];
        const std::uint64_t count = axis.wrap == WEFT_WRAP_RING ? axis.capacity : axis.count;
        last += static_cast<double>(count) * std::fabs(static_cast<double>(axis.stride));
    }
    return last / static_cast<double>(unit_of(grid)) >= 2147483648.0;
}

void check_grid(const weft_grid& grid, bool read) {
    bool fits = grid.axis_count <= WEFT_MAX_AXES && grid.format <= WEFT_FORMAT_RGBA16 &&
                grid.channel_stride % unit_of(grid) == 0;
    for (std::uint32_t a = 0; fits && a < grid.axis_count; ++a) {
        const weft_axis& axis = grid.axes[a];
        const std::uint64_t count = axis.wrap == WEFT_WRAP_RING ? axis.capacity : axis.count;
        fits = axis.stride % unit_of(grid) == 0 &&
               (!read || (count > 0 && count < (std::uint64_t{1} << 30)));
    }
    if (!fits)
        throw cpp::Failure(WEFT_UNSUPPORTED,
                           "a grid whose numbers do not stand at whole words, or with 2^30 points "
                           "and more on an axis");
}

// x modulo n, for whole x of any size; infinities give NaN.
std::string Region::remainder(const std::string& x, double n, Real real) {
    const std::string period = w.num(real, n);
    const std::string zero = w.num(real, 0.0);
    const std::string turns = let(real.type(), "floor(" + x + " * " + w.num(real, 1.0 / n) + ")");
    std::string m = let(real.type(), x + " - " + turns + " * " + period);
    m = let(real.type(), std::string(real.sel()) + "(" + m + " < " + zero + ", " + m + " + " +
                             period + ", " + m + ")");
    return let(real.type(), std::string(real.sel()) + "(" + m + " >= " + period + ", " + m + " - " +
                                period + ", " + m + ")");
}

// The slot of the tick at which the point reads.
std::string Region::ring_now(const weft_axis& axis, std::uint32_t input) {
    const std::string capacity = text_of(static_cast<std::int64_t>(axis.capacity));
    if (over == Over::points && !gather) {
        const Real real = w.widest();
        const bool frames = axis.tick == WEFT_TICK_FRAME;
        const std::string tick =
            let("D", point_field(frames ? WEFT_FIELD_ABSFRAME : WEFT_FIELD_ABSSAMPLE));
        const std::string known = let("D", "floor(" + tick + ")");
        const std::string slot = remainder(known, static_cast<double>(axis.capacity), real);
        const std::string within = "AND(" + slot + " >= " + w.num(real, 0.0) + ", " + slot + " < " +
                                   w.num(real, static_cast<double>(axis.capacity)) + ")";
        return let("I", "ISEL_D(" + within + ", " + real.to_int(slot) + ", INUM(0))");
    }
    const std::string now = w.whole(Whole::ring_now, input);
    if (plan.domain == WEFT_DOMAIN_STREAM && axis.tick == WEFT_TICK_SAMPLE)
        return let("I", "IMOD(INUM(" + now + ") + INUM(sample_index), " + capacity + ")");
    return let("I", "INUM(" + now + ")");
}

Region::Position Region::ring_position(const weft_axis& axis, std::uint32_t input,
                                       std::uint32_t coordinate) {
    Position made;
    const auto count = static_cast<double>(axis.count);
    const std::string now = ring_now(axis, input);
    const PlanValue& known = plan.values[coordinate];
    std::string back;
    if (known.op == WEFT_OP_CONST) {
        const std::optional<std::int64_t> ticks = known_ticks(axis, known.imm);
        if (!ticks) {
            made.base = "INUM(-1)";
            made.anywhere = true;
            return made;
        }
        back = text_of(*ticks);
    } else if (known.op == kOpConstOfTurn) {
        std::vector<double> ticks;
        for (const double c : plan.turns[known.aux])
            ticks.push_back(static_cast<double>(known_ticks(axis, c).value_or(-1)));
        made.anywhere = std::find(ticks.begin(), ticks.end(), -1.0) != ticks.end();
        back = let("I", "INUM(" + w.table("int", ticks) + turn_of(coordinate) + ")");
    } else {
        const Real real = w.widest();
        std::string k = use(coordinate, real);
        if (axis.origin != 0.0) k = "(" + k + " - " + w.num(real, axis.origin) + ")";
        if (axis.step != 1.0) k = "(" + k + " / " + w.num(real, axis.step) + ")";
        k = let(real.type(), "floor(" + k + ")");
        const std::string ticks = remainder(k, count, real);
        // Also false for what is not finite: such a coordinate reads 0.
        const std::string finite = std::string("AND(") + ticks + " >= " + w.num(real, 0.0) + ", " +
                                   ticks + " < " + w.num(real, count) + ")";
        back = let("I", std::string(real.isel()) + "(" + finite + ", " + real.to_int(ticks) +
                            ", INUM(-1))");
        made.anywhere = true;
    }
    const std::string capacity = text_of(static_cast<std::int64_t>(axis.capacity));
    made.base = let("I", now + " - " + back);
    made.base = let("I", "ISEL(" + made.base + " < INUM(0), " + made.base + " + " + capacity +
                             ", " + made.base + ")");
    if (made.anywhere)
        made.base = let("I", "ISEL(" + back + " < INUM(0), INUM(-1), " + made.base + ")");
    return made;
}

// A coordinate that walks the grid at a constant step. Where the step is one point, the picture is
// read as it lies, moved by what all of a row or column share: indices are whole numbers then.
bool Region::affine_position(std::uint32_t value, std::uint32_t number, Position& made) {
    const auto found = plan.affines.find({value, number});
    if (found == plan.affines.end()) return false;
    const weft_ir_affine& affine = found->second;
    const PlanValue& sample = plan.values[value];
    const weft_axis& axis = inputs[sample.aux].grid.axes[number];
    const bool across = affine.field == WEFT_FIELD_X;
    if (axis.wrap == WEFT_WRAP_RING) return false;
    if (over == Over::columns && !across) return false;
    if (over == Over::rows && across) return false;
    const auto points = static_cast<double>(across ? plan.width : plan.height);
    const double per_point = affine.scale / (points * axis.step);
    const bool unit = std::fabs(per_point - 1.0) * points < kSnap;
    const double shift = (affine.scale * 0.5 / points - axis.origin) / axis.step;
    const Real real = w.widest();
    made.real = {};
    const std::string place = across ? "column" : "row";
    const bool linear = axis.filter == WEFT_FILTER_LINEAR;
    const double period = period_of(axis);
    const PlanValue& base = plan.values[affine.base];
    const bool known = base.op == WEFT_OP_CONST && std::isfinite(base.imm);
    if (!unit) {
        // In double, so that the position is as exact as that of a table over the columns.
        std::string u = real.of_int(place) + " * " + w.num(real, per_point) + " + ";
        u += known ? w.num(real, shift + base.imm / axis.step)
                   : "(" + use(affine.base, real) + " / " + w.num(real, axis.step) + " + " +
                         w.num(real, shift) + ")";
        made = place_at(axis, let(real.type(), u), real);
        return true;
    }
    if (known) {
        double u = shift + base.imm / axis.step;
        if (std::fabs(u - std::round(u)) < kSnap) u = std::round(u);
        if (repeats(axis)) u -= std::floor(u / period) * period;
        u = std::fmax(std::fmin(u, kFarShift), -kFarShift);
        const auto low = static_cast<std::int64_t>(std::floor(u));
        made.base = low == 0 ? place : let("I", place + " + INUM(" + text_of(low) + ")");
        if (linear && u != std::floor(u)) made.fraction = w.num({false}, u - std::floor(u));
        return true;
    }
    std::string u = let(real.type(), use(affine.base, real) + " / " + w.num(real, axis.step) +
                                         " + " + w.num(real, shift));
    const std::string whole = let(real.type(), "floor(" + u + " + " + w.num(real, 0.5) + ")");
    const std::string off = let(real.type(), u + " - " + whole);
    u = let(real.type(), std::string(real.sel()) + "(" + off + " * " + off + " < " +
                             w.num(real, kSnap * kSnap) + ", " + whole + ", " + u + ")");
    const std::string far = w.num(real, kFarShift);
    const std::string minus = w.num(real, -kFarShift);
    if (repeats(axis)) {
        u = remainder(u, period, real);
    } else {
        u = let(real.type(),
                std::string(real.sel()) + "(" + u + " > " + far + ", " + far + ", " + u + ")");
        u = let(real.type(),
                std::string(real.sel()) + "(" + u + " < " + minus + ", " + minus + ", " + u + ")");
    }
    const std::string below = let(real.type(), "floor(" + u + ")");
    made.base = let("I", std::string(real.isel()) + "(" + below + " >= " + minus + ", " + place +
                             " + " + real.to_int(below) + ", INUM(0))");
    const std::string rest = u + " - " + (linear ? below : u);
    made.fraction = let("F", Words::convert(rest, real, {false}));
    return true;
}

Region::Position Region::free_position(const weft_axis& axis, std::uint32_t coordinate) {
    Position made;
    const bool linear = axis.filter == WEFT_FILTER_LINEAR;
    const PlanValue& known = plan.values[coordinate];
    Real real = real_of(coordinate);
    if (exact_ || !linear || axis.count > kMostForFloat || known.op == WEFT_OP_UNIFORM ||
        known.op == WEFT_OP_PARAM || known.op == WEFT_OP_CONST)
        real = w.widest();
    made.real = real;
    if (known.op == WEFT_OP_CONST && std::fabs((known.imm - axis.origin) / axis.step) < kFarConst) {
        const KnownPlace place = known_place(axis, known.imm);
        made.base = "INUM(" + text_of(place.base) + ")";
        if (place.fraction != 0.0) made.fraction = w.num(real, place.fraction);
        return made;
    }
    if (known.op == kOpConstOfTurn && of_turns_position(axis, coordinate, made)) return made;
    std::string c = use(coordinate, real);
    // Where the filter looks for the point below, the very formula of the grid counts.
    std::string u;
    if (linear) {
        u = let(real.type(), c + " * " + w.num(real, 1.0 / axis.step) + " + " +
                                 w.num(real, -axis.origin / axis.step));
    } else {
        u = let(real.type(),
                "(" + c + " - " + w.num(real, axis.origin) + ") / " + w.num(real, axis.step));
    }
    return place_at(axis, u, real);
}

// The places of constants that each turn of a loop has of its own.
bool Region::of_turns_position(const weft_axis& axis, std::uint32_t coordinate, Position& made) {
    std::vector<double> bases, fractions;
    bool between = false;
    for (const double c : plan.turns[plan.values[coordinate].aux]) {
        if (!(std::fabs((c - axis.origin) / axis.step) < kFarConst)) return false;
        const KnownPlace place = known_place(axis, c);
        bases.push_back(static_cast<double>(place.base));
        fractions.push_back(place.fraction);
        between = between || place.fraction != 0.0;
    }
    const std::string turn = turn_of(coordinate);
    made.base = let("I", "INUM(" + w.table("int", bases) + turn + ")");
    made.real = {false};
    if (between) made.fraction = let("F", "NUM(" + w.table("float", fractions) + turn + ")");
    return true;
}

// The place of position u on an axis, of which nothing is known.
Region::Position Region::place_at(const weft_axis& axis, std::string u, Real real) {
    Position made;
    made.real = real;
    const bool linear = axis.filter == WEFT_FILTER_LINEAR;
    const auto count = static_cast<double>(axis.count);
    std::string index;
    std::string below;
    if (repeats(axis)) {
        below = let(real.type(), "floor(" + u + ")");
        index = remainder(below, period_of(axis), real);
    } else {
        const std::string low = w.num(real, -1.0);
        const std::string high = w.num(real, count);
        u = let(real.type(),
                std::string(real.sel()) + "(" + u + " < " + low + ", " + low + ", " + u + ")");
        u = let(real.type(),
                std::string(real.sel()) + "(" + u + " > " + high + ", " + high + ", " + u + ")");
        below = let(real.type(), "floor(" + u + ")");
        index = below;
    }
    made.base = let("I", std::string(real.isel()) + "(" + index + " >= " + w.num(real, -1.0) +
                             ", " + real.to_int(index) + ", INUM(0))");
    made.fraction = let(real.type(), u + " - " + (linear ? below : u));
    if (repeats(axis)) {
        // Near the end of what a float can tell, a remainder may round up to the period.
        const auto last = static_cast<std::int64_t>(period_of(axis)) - 1;
        made.base = let("I", "IMAX(IMIN(" + made.base + ", INUM(" + text_of(last) + ")), INUM(0))");
    }
    return made;
}

Region::Position Region::position(std::uint32_t value, std::uint32_t number) {
    const PlanValue& sample = plan.values[value];
    const weft_axis& axis = inputs[sample.aux].grid.axes[number];
    const std::uint32_t coordinate = sample.args[number];
    const bool ring = axis.wrap == WEFT_WRAP_RING;
    const auto affine = plan.affines.find({value, number});
    const std::uint32_t shape =
        axis.filter + 2 * axis.wrap + 16 * axis.tick + (affine == plan.affines.end() ? 0u : 64u);
    // What was found in the head is seen by the bodies, not the other way round.
    const std::uint32_t here = w.place == Words::Place::head ? 1 : 0;
    PositionKey key{
        coordinate, shape, ring ? sample.aux : 0u, axis.count, axis.capacity, axis.origin,
        axis.step,  1u};
    for (const std::uint32_t place : {1u, here}) {
        std::get<7>(key) = place;
        const auto found = positions_.find(key);
        if (found != positions_.end()) return found->second;
    }
    Position made;
    if (ring) {
        made = ring_position(axis, sample.aux, coordinate);
    } else if (!affine_position(value, number, made)) {
        made = free_position(axis, coordinate);
    }
    return positions_[key] = made;
}

Region::Tap Region::tap(const weft_axis& axis, const Position& position, bool high,
                        std::int64_t unit, bool far) {
    Tap tap;
    std::string i = position.base;
    const auto n = static_cast<std::int64_t>(axis.count);
    const std::string last = "INUM(" + text_of(n - 1) + ")";
    const std::string zero = "INUM(0)";
    if (high) i = let("I", i + " + INUM(1)");
    switch (axis.wrap) {
        case WEFT_WRAP_RING:
            if (position.anywhere) {
                tap.mask = let("B", i + " >= " + zero);
                i = let("I", "IMAX(" + i + ", " + zero + ")");
            }
            break;
        case WEFT_WRAP_REPEAT: i = let("I", "IMOD(" + i + ", " + text_of(n) + ")"); break;
        case WEFT_WRAP_MIRROR:
            i = let("I", "IMOD(" + i + ", " + text_of(2 * n) + ")");
            i = let("I", "IMIN(" + i + ", INUM(" + text_of(2 * n - 1) + ") - " + i + ")");
            break;
        case WEFT_WRAP_ZERO:
            tap.mask = let("B", "AND(" + i + " >= " + zero + ", " + i + " <= " + last + ")");
            [[fallthrough]];
        default: i = let("I", "IMIN(IMAX(" + i + ", " + zero + "), " + last + ")"); break;
    }
    const std::string steps = text_of(axis.stride / unit);
    if (far) {
        tap.index = "TO_L(" + i + ") * " + steps;
    } else {
        tap.index = steps == "1" ? i : i + " * " + steps;
    }
    return tap;
}

std::string Region::load(const TextInput& input, const std::string& memory,
                         const std::string& index, const std::string& mask, Real real) {
    const weft_grid& grid = input.grid;
    const bool far = is_far(grid);
    const std::string get = far ? "FAR_" : "GET_";
    std::string at = index.empty() ? "INUM(0)" : index;
    if (far && index.empty()) at = "TO_L(INUM(0))";
    std::string text;
    Real loaded{};
    if (grid.format == WEFT_FORMAT_F32) {
        text = get + "F32(" + memory + ", " + at + ")";
    } else if (grid.format == WEFT_FORMAT_F64) {
        if (!w.options.f64)
            throw cpp::Failure(WEFT_UNSUPPORTED, "doubles on a device without them");
        loaded.d = true;
        text = get + "F64(" + memory + ", " + at + ")";
    } else {
        const bool bytes = grid.format == WEFT_FORMAT_RGBA8;
        const std::string word = let("U", get + "U32(" + memory + ", " + at + ")");
        const std::uint32_t shift = bytes ? input.channel * 8 : input.channel % 2 * 16;
        const std::string level =
            "(" + word + " >> " + std::to_string(shift) + ") & " + (bytes ? "255u" : "65535u");
        loaded = real;
        const std::string number = real.d ? "U_TO_D(" + level + ")" : "U_TO_F(" + level + ")";
        text = w.call(WEFT_OP_DIV, real, number + ", " + w.num(real, bytes ? 255.0 : 65535.0));
    }
    std::string v = let(real.type(), Words::convert(text, loaded, real));
    if (mask.empty()) return v;
    const std::string wide = real.d ? "BD_OF(" + mask + ")" : mask;
    return let(real.type(),
               std::string(real.sel()) + "(" + wide + ", " + v + ", " + w.num(real, 0.0) + ")");
}

// The value over axes [0, axis], the others already fixed in `index`.
std::string Region::mix(const TextInput& input, const std::string& memory,
                        std::vector<std::pair<Tap, Tap>>& taps,
                        const std::vector<Position>& positions, int axis, const std::string& index,
                        const std::string& mask, Real real) {
    if (axis < 0) return load(input, memory, index, mask, real);
    const auto a = static_cast<std::size_t>(axis);
    const auto with = [&](const Tap& tap) {
        const std::string sum = index.empty() ? tap.index : index + " + " + tap.index;
        std::string both = mask.empty() ? tap.mask : mask;
        if (!mask.empty() && !tap.mask.empty()) both = "AND(" + mask + ", " + tap.mask + ")";
        return mix(input, memory, taps, positions, axis - 1, sum, both, real);
    };
    std::string first = with(taps[a].first);
    const Position& position = positions[a];
    if (position.fraction.empty()) return first;
    const std::string fraction = Words::convert(position.fraction, position.real, real);
    // Nothing, or NaN.
    if (input.grid.axes[a].filter != WEFT_FILTER_LINEAR)
        return let(real.type(), first + " + " + fraction);
    const std::string second = with(taps[a].second);
    return let(real.type(), std::string(real.sel()) + "(" + fraction + " == " + w.num(real, 0.0) +
                                ", " + first + ", " + first + " + (" + second + " - " + first +
                                ") * " + fraction + ")");
}

std::string Region::sample(std::uint32_t value, Real real) {
    const PlanValue& v = plan.values[value];
    const TextInput& input = inputs[v.aux];
    const weft_grid& grid = input.grid;
    check_grid(grid, true);
    const bool packed = grid.format == WEFT_FORMAT_RGBA8 || grid.format == WEFT_FORMAT_RGBA16;
    std::int64_t begin = grid.channel_stride * static_cast<std::int64_t>(input.channel);
    if (packed) begin = grid.format == WEFT_FORMAT_RGBA16 && input.channel >= 2 ? 4 : 0;
    std::string memory = w.parameter(Use::input, v.aux);
    if (begin != 0) memory += " + " + text_of(begin) + "ul";
    std::vector<Position> positions;
    std::vector<std::pair<Tap, Tap>> taps;
    for (std::uint32_t a = 0; a < grid.axis_count; ++a) {
        const weft_axis& axis = grid.axes[a];
        positions.push_back(position(value, a));
        const bool two = axis.filter == WEFT_FILTER_LINEAR && !positions.back().fraction.empty() &&
                         axis.wrap != WEFT_WRAP_RING;
        std::pair<Tap, Tap> pair;
        pair.first = tap(axis, positions.back(), false, unit_of(grid), is_far(grid));
        if (two) pair.second = tap(axis, positions.back(), true, unit_of(grid), is_far(grid));
        taps.push_back(pair);
    }
    return mix(input, memory, taps, positions, static_cast<int>(grid.axis_count) - 1, "", "", real);
}

}  // namespace weft::gpu
