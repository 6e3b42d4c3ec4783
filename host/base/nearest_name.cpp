// "Did you mean ...?": misspelt names of every layer are looked up here.
#include <algorithm>
#include <cctype>

#include "base/diagnostics.h"

namespace weft {
namespace {

// Longer names are never a slip of the fingers, and the bound keeps the table on the stack.
constexpr std::size_t kMaxLength = 64;

std::size_t allowed_distance(std::size_t length) {
    if (length < 2) return 0;
    if (length < 5) return 1;
    return length < 9 ? 2 : 3;
}

bool same_ignoring_case(std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](unsigned char x, unsigned char y) {
        return std::tolower(x) == std::tolower(y);
    });
}

// Insertions, deletions, replacements and swaps of neighbours, each 1; at most kMaxLength letters.
std::size_t distance(std::string_view a, std::string_view b) {
    std::size_t rows[3][kMaxLength + 1];
    std::size_t* before = rows[0];
    std::size_t* last = rows[1];
    std::size_t* now = rows[2];
    for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        now[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
            now[j] = std::min({last[j] + 1, now[j - 1] + 1, replaced});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                now[j] = std::min(now[j], before[j - 2] + 1);
        }
        std::size_t* const free_row = before;
        before = last;
        last = now;
        now = free_row;
    }
    return last[b.size()];
}

}  // namespace

std::string_view nearest_name(std::string_view name,
                              const std::vector<std::string_view>& candidates) {
    if (name.size() > kMaxLength) return {};
    std::string_view best;
    std::size_t best_distance = allowed_distance(name.size()) + 1;
    for (const std::string_view candidate : candidates) {
        if (candidate == name) continue;
        if (same_ignoring_case(name, candidate)) return candidate;
        const std::size_t longer = std::max(name.size(), candidate.size());
        const std::size_t shorter = std::min(name.size(), candidate.size());
        if (longer > kMaxLength || longer - shorter >= best_distance) continue;
        const std::size_t d = distance(name, candidate);
        // A name of which nothing is left is no misspelling.
        if (d >= best_distance || d >= shorter) continue;
        best = candidate;
        best_distance = d;
    }
    return best;
}

}  // namespace weft
