// me<field> = e: constants, which may use each other; the command line wins.
#include <cmath>
#include <limits>
#include <utility>

#include "sema/checker.h"

namespace weft::sema {
namespace {

struct Range {
    double least, most;
    bool whole;
    const char* text;
};

Range range_of(std::uint32_t field) {
    constexpr double kSmallest = 1e-6;
    switch (field) {
        case WEFT_FIELD_WIDTH:
        case WEFT_FIELD_HEIGHT: return {1, 32768, true, "a whole number from 1 to 32768"};
        case WEFT_FIELD_FPS: return {kSmallest, 100'000, false, "above 0 and at most 100000"};
        case WEFT_FIELD_RATE: return {1, 1'000'000, true, "a whole number from 1 to 1000000"};
        case WEFT_FIELD_LOOP: return {0, 1e15, true, "a whole number of frames, or 0 for never"};
        case WEFT_FIELD_BPM: return {kSmallest, 1e6, false, "above 0 and at most 1000000"};
        default: return {kSmallest, 1e6, false, "above 0"};
    }
}

}  // namespace

void Checker::collect_settings() {
    program_.overruled.fill(std::numeric_limits<double>::quiet_NaN());
    for (std::uint32_t field = 0; field < WEFT_FIELD_COUNT; ++field) {
        if (!environment_.overrides[field]) continue;
        program_.settings[field] = *environment_.overrides[field];
        program_.is_set[field] = true;
    }
    for (const Item& item : session_.items) {
        const syntax::Stmt& stmt = *item.stmt;
        if (stmt.kind != syntax::StmtKind::setting || item.imported) continue;
        const auto field = field_named(stmt.name.text);
        if (!field) {
            Diagnostic& unknown = error(Code::unknown_setting, stmt.name.span, {stmt.name.text});
            const std::string_view near = nearest_name(stmt.name.text, field_names(true));
            if (!near.empty()) unknown.suggest("did you mean me<" + std::string(near) + ">?");
            continue;
        }
        if (field_class(*field) != WEFT_FIELD_CLASS_SETTING) {
            const bool clock = field_class(*field) == WEFT_FIELD_CLASS_CLOCK;
            error(Code::not_a_setting, stmt.name.span,
                  {field_name(*field), clock ? "a clock" : "a coordinate"});
            continue;
        }
        if (setting_stmts_[*field] != nullptr) {
            error(Code::bound_twice, stmt.name.span, {"me@" + std::string(field_name(*field))})
                .note(setting_stmts_[*field]->name.span, "first set here");
            continue;
        }
        setting_stmts_[*field] = &stmt;
        program_.is_set[*field] = true;
    }
}

// Most were folded when something asked for them; a setting that nothing uses is checked here.
void Checker::finish_settings() {
    for (std::uint32_t field = 0; field < WEFT_FIELD_COUNT; ++field)
        if (setting_stmts_[field] != nullptr && setting_state_[field] == 0)
            check_setting(*setting_stmts_[field], field);
}

// A setting as a constant. None while it is being folded itself: who asked first reports the cycle.
std::optional<double> Checker::setting_value(std::uint32_t field) {
    if (setting_state_[field] == 1) {
        setting_cycle_ = true;
        return std::nullopt;
    }
    if (setting_state_[field] == 0 && setting_stmts_[field] != nullptr)
        check_setting(*setting_stmts_[field], field);
    return program_.settings[field];
}

void Checker::check_setting(const syntax::Stmt& stmt, std::uint32_t field) {
    setting_state_[field] = 1;
    BodyScope* const scope = std::exchange(scope_, nullptr);
    const Expr* const value = eval(stmt.value, {});
    setting_cycle_ = false;
    const auto folded = fold(value);
    scope_ = scope;
    setting_state_[field] = 2;
    if (value == nullptr) return;
    if (!folded) {
        if (setting_cycle_) {
            error(Code::setting_cycle, stmt.name.span, {stmt.name.text});
            return;
        }
        error(Code::not_constant, stmt.value->span, {"the setting me<" + stmt.name.text + ">"})
            .suggest("it may use numbers, other settings and constant instances");
        return;
    }
    const Range range = range_of(field);
    const bool whole = !range.whole || *folded == std::floor(*folded);
    if (!(*folded >= range.least && *folded <= range.most) || !whole) {
        error(Code::setting_range, stmt.value->span,
              {stmt.name.text, range.text, plain_number(*folded)});
        return;
    }
    if (!environment_.overrides[field])
        program_.settings[field] = *folded;
    else if (*environment_.overrides[field] != *folded)
        program_.overruled[field] = *folded;
}

}  // namespace weft::sema
