// A source that is read into shared memory when it is opened, and stays as it is.
#pragma once

#include "grid_store.h"
#include "source.h"

namespace weft::media {

class StoredSource final : public Source {
public:
    [[nodiscard]] weft_handle handle(uint32_t output) const override {
        return store.handle(output);
    }
    [[nodiscard]] Status values(uint32_t output, const weft_points& points,
                                double* values) override {
        store.read(output, points, values);
        return {};
    }
    [[nodiscard]] Status execute(const weft_frame&) override { return {}; }

    GridStore store;
};

}  // namespace weft::media
