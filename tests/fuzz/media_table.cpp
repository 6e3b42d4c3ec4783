// `data_in` on any bytes, as CSV and as JSON.
#include <cstdint>
#include <string_view>

#include "table.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    for (const auto parse : {weft::media::parse_csv, weft::media::parse_json}) {
        weft::media::Result<weft::media::Table> table = parse(text);
        if (!table.ok()) continue;
        for (const auto& column : table->columns)
            if (column.size() != table->rows()) __builtin_trap();
    }
    return 0;
}
