// Values that are computed more rarely than points are kept in tables. Regions ask for a value of a
// rarer class as they are emitted, and so decide what the tables hold.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "plan.h"

namespace weft::cpu {

enum class Element : std::uint8_t { f32, f64, i32 };

struct ColumnSlot {
    std::uint32_t node = 0;
    Element element = Element::f64;
    std::uint64_t offset = 0;  // bytes
};

struct Tables {
    std::vector<std::uint32_t> scalars;  // node per slot
    std::vector<std::uint32_t> rows;
    std::vector<ColumnSlot> columns;
    std::uint64_t column_bytes = 0;

    std::uint32_t scalar_slot(std::uint32_t node) { return slot(scalars, scalar_of_, node); }
    std::uint32_t row_slot(std::uint32_t node) { return slot(rows, row_of_, node); }

    const ColumnSlot& column_slot(std::uint32_t node, Element element, std::uint64_t padded) {
        const auto found = column_of_.find(node);
        if (found != column_of_.end()) return columns[found->second];
        column_of_[node] = columns.size();
        columns.push_back({node, element, column_bytes});
        const std::uint64_t size = element == Element::f64 ? 8 : 4;
        column_bytes += (padded * size + 63) / 64 * 64;
        return columns.back();
    }

private:
    static std::uint32_t slot(std::vector<std::uint32_t>& list,
                              std::map<std::uint32_t, std::uint32_t>& index, std::uint32_t node) {
        const auto [at, fresh] = index.try_emplace(node, static_cast<std::uint32_t>(list.size()));
        if (fresh) list.push_back(node);
        return at->second;
    }

    std::map<std::uint32_t, std::uint32_t> scalar_of_;
    std::map<std::uint32_t, std::uint32_t> row_of_;
    std::map<std::uint32_t, std::size_t> column_of_;
};

}  // namespace weft::cpu
