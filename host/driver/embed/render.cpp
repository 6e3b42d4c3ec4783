// What shows of the C API compute: pictures, sound, values.
#include <cmath>

#include <weft/clock.h>

#include "driver/embed/border.h"
#include "driver/embed/show.h"

namespace weft::driver {
namespace {

constexpr std::int64_t kMostTicks = std::int64_t{1} << 50;

Result<void> check_picture(const Loaded& loaded, const weft_picture& picture) {
    if (picture.display >= loaded.displays().size()) {
        return no_such("display", picture.display, loaded.displays().size());
    }
    if (picture.frame < 0 || picture.frame > kMostTicks) {
        return invalid("weft_picture.frame is out of range");
    }
    const std::uint64_t pixel = pixel_bytes(picture.pixels);
    if (pixel == 0) {
        return invalid("weft_picture.pixels is no kind of pixel");
    }
    if (picture.data == nullptr) {
        return invalid("weft_picture.data is NULL");
    }
    const auto width = static_cast<std::uint64_t>(loaded.program().settings[WEFT_FIELD_WIDTH]);
    const auto height = static_cast<std::uint64_t>(loaded.program().settings[WEFT_FIELD_HEIGHT]);
    const std::uint64_t row = width * pixel;
    const std::uint64_t stride = picture.row_stride != 0 ? picture.row_stride : row;
    const std::uint64_t number = pixel / 4;
    if (reinterpret_cast<std::uintptr_t>(picture.data) % number != 0 || stride % number != 0) {
        return invalid("weft_picture.data or row_stride is not aligned for its numbers");
    }
    if (stride < row) {
        return invalid("weft_picture.row_stride is " + std::to_string(stride) + ", a row has " +
                       std::to_string(row) + " bytes");
    }
    // No overflow: a stride that fits into `size` but not into the product is refused before.
    if (picture.size < row || (height - 1) > (picture.size - row) / stride) {
        return invalid("weft_picture.size is " + std::to_string(picture.size) + ", a picture of " +
                       std::to_string(width) + "x" + std::to_string(height) + " takes more");
    }
    return {};
}

Result<void> check_sound(const weft_sound& sound) {
    if (sound.channels == nullptr && sound.channel_count != 0) {
        return invalid("weft_sound.channels is NULL");
    }
    constexpr std::uint64_t kMost = kMostTicks;
    if (sound.first < WEFT_SOUND_NEXT || sound.first > kMostTicks || sound.count > kMost ||
        sound.stride > kMost) {
        return invalid("weft_sound.first, count or stride is out of range");
    }
    return {};
}

void make_silent(const weft_sound& sound) {
    const std::uint64_t stride = sound.stride != 0 ? sound.stride : 1;
    for (float* const channel : cpp::list(sound.channels, sound.channel_count)) {
        for (std::uint64_t i = 0; channel != nullptr && i < sound.count; ++i) {
            channel[i * stride] = 0;
        }
    }
}

// Coordinates that nobody gave follow from the others.
std::vector<Point> points_of(const weft_values& asked, const double* settings) {
    std::vector<Point> points(asked.count);
    for (std::uint64_t p = 0; p < asked.count; ++p) {
        for (std::uint32_t f = 0; asked.fields != nullptr && f < asked.field_count; ++f) {
            if (asked.fields[f] != nullptr) {
                points[p].fields[f] = asked.fields[f][p];
                points[p].given.set(f);
            }
        }
        complete_point(points[p], settings);
    }
    return points;
}

Result<void> answer(Loaded& loaded, weft_values& asked) {
    if (asked.field_count > WEFT_FIELD_COUNT) {
        return invalid("weft_values.field_count is more than " + std::to_string(WEFT_FIELD_COUNT));
    }
    if (asked.values == nullptr && asked.count != 0) {
        return invalid("weft_values.values is NULL");
    }
    auto answers = loaded.answers(text_of(asked.expression));
    if (!answers) {
        return std::move(answers).error();
    }
    const std::size_t strands = (*answers)->strands();
    asked.strands = static_cast<std::uint32_t>(strands);
    if (asked.count > asked.capacity / strands) {
        return invalid("weft_values.capacity is " + std::to_string(asked.capacity) + "; " +
                       std::to_string(asked.count) + " points of " + std::to_string(strands) +
                       " values take more");
    }
    if (asked.count == 0) {
        return {};
    }
    return (*answers)->ask(points_of(asked, loaded.program().settings.data()),
                           loaded.params().values(), asked.values);
}

}  // namespace
}  // namespace weft::driver

using namespace weft::driver;  // the C functions stand in no namespace
using weft::Result;

weft_status weft_show_picture(weft_show* show, const weft_picture* given, weft_error* error) {
    return at_border(error, [&]() -> Result<void> {
        const auto loaded = loaded_of(show);
        if (!loaded) {
            return loaded.error();
        }
        const auto picture = take_in(given, "weft_picture");
        if (!picture) {
            return picture.error();
        }
        if (auto done = check_picture(**loaded, *picture); !done) {
            return done;
        }
        const Stop::Call call(show->context.stop);
        auto pictures = (*loaded)->pictures(picture->pixels);
        return pictures ? (*pictures)->render(*picture, (*loaded)->params())
                        : std::move(pictures).error();
    });
}

weft_status weft_show_frame_at(weft_show* show, double time, int64_t* frame, weft_error* error) {
    return at_border(error, [&]() -> Result<void> {
        const auto loaded = loaded_of(show);
        if (!loaded) {
            return loaded.error();
        }
        if (frame == nullptr) {
            return invalid("frame is NULL");
        }
        const double found = weft_clock_count(time, (*loaded)->program().settings[WEFT_FIELD_FPS]);
        if (!(found >= 0 && found <= static_cast<double>(kMostTicks))) {
            return invalid("time is out of range");
        }
        *frame = static_cast<std::int64_t>(found);
        return {};
    });
}

weft_status weft_show_sound(weft_show* show, const weft_sound* given, weft_error* error) {
    return at_border(error, [&]() -> Result<void> {
        const auto loaded = loaded_of(show);
        if (!loaded) {
            return loaded.error();
        }
        const auto sound = take_in(given, "weft_sound");
        if (!sound) {
            return sound.error();
        }
        if (auto done = check_sound(*sound); !done) {
            return done;
        }
        const bool goes_on = sound->first == WEFT_SOUND_NEXT;
        const std::int64_t first = goes_on ? show->next_sample : sound->first;
        if ((*loaded)->channels() == 0) {
            make_silent(*sound);
        } else {
            const Stop::Call call(show->context.stop);
            auto heard = (*loaded)->sound();
            if (!heard) {
                return std::move(heard).error();
            }
            if (auto done = (*heard)->render(*sound, first, goes_on, (*loaded)->params()); !done) {
                return done;
            }
        }
        show->next_sample = first + static_cast<std::int64_t>(sound->count);
        return {};
    });
}

weft_status weft_show_values(weft_show* show, weft_values* given, weft_error* error) {
    return at_border(error, [&]() -> Result<void> {
        const auto loaded = loaded_of(show);
        if (!loaded) {
            return loaded.error();
        }
        auto values = take_in(given, "weft_values");
        if (!values) {
            return std::move(values).error();
        }
        const Stop::Call call(show->context.stop);
        auto done = answer(**loaded, *values);
        given->strands = values->strands;
        return done;
    });
}
