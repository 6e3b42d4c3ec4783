// What every contender of the pictures shares: its command line, its clock and how it writes.
//
// NAME WORK WIDTH HEIGHT [--photo FILE] [--seconds S] [--planes] [--frame F] [--write FILE]
//
// WORK is plasma, blur or reaction. The photo is raw singles, three planes of the picture's size.
// Pictures are made as the screen takes them, RGBA8; with --planes as singles, where the contender
// can. --write measures nothing: it writes frame F as raw singles, r g b of a pixel beside each
// other. Otherwise "warm" is the median frame of S seconds, "cold" from main to the first frame,
// "processor" what a frame takes of all cores together.
#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <exception>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace peer {

struct Task {
    std::string work, photo_file, file;
    int width = 0, height = 0;
    double seconds = 1;
    std::int64_t frame = 0;
    bool planes = false;

    [[nodiscard]] std::size_t pixels() const { return static_cast<std::size_t>(width) * height; }
    [[nodiscard]] std::vector<float> photo() const {
        std::vector<float> values(pixels() * 3);
        std::ifstream in(photo_file, std::ios::binary);
        const auto bytes = static_cast<std::streamsize>(values.size() * 4);
        if (!in.read(reinterpret_cast<char*>(values.data()), bytes))
            throw std::runtime_error("no photo of this size: " + photo_file);
        return values;
    }
};

// A picture of one of the works, made again and again.
class Contender {
public:
    virtual ~Contender() = default;
    // Computes frame `f` and waits for it; of the reaction, the step from the frame before.
    virtual void frame(std::int64_t f) = 0;
    // The last frame: RGBA8, or three planes of singles where the task asks for them.
    [[nodiscard]] virtual const void* result() = 0;
    // Is the result in planes?
    [[nodiscard]] virtual bool planes() const = 0;
};

// The plasma's time, and what of it depends on nothing else.
struct Moment {
    explicit Moment(std::int64_t f) {
        const double time = static_cast<double>(f) / 60;
        t = static_cast<float>(time);
        a = static_cast<float>(std::sin(time / 2));
        b = static_cast<float>(std::cos(time / 3));
        cx = static_cast<float>(0.5 * std::sin(time / 5) - 0.5);
        cy = static_cast<float>(0.5 * std::cos(time / 3) - 0.5);
    }
    float t, a, b, cx, cy;
};

constexpr float kFeed = 0.037f, kKill = 0.06f;

// The reaction's beginning: how much of the second substance there is; of the first, the rest.
inline float seed(int i, int j, int width, int height) {
    const double x = (i + 0.5) / width, y = (j + 0.5) / height;
    const double bump = 2 * std::sin(120 * x) * std::sin(68 * y) - 0.5;
    return static_cast<float>(0.01 + 0.99 * std::clamp(bump, 0.0, 1.0));
}

inline int write(Contender& contender, const Task& task) {
    const std::size_t size = task.pixels();
    std::vector<float> values(size * 3);
    const void* result = contender.result();
    for (std::size_t i = 0; i < size; ++i)
        for (std::size_t c = 0; c < 3; ++c)
            values[3 * i + c] = contender.planes()
                                    ? static_cast<const float*>(result)[c * size + i]
                                    : static_cast<const std::uint8_t*>(result)[4 * i + c] / 255.0f;
    std::ofstream out(task.file, std::ios::binary);
    out.write(reinterpret_cast<const char*>(values.data()),
              static_cast<std::streamsize>(values.size() * 4));
    return out.flush() ? 0 : 1;
}

inline Task read_arguments(int argc, char** argv) {
    Task task;
    std::vector<std::string> words;
    for (int i = 1; i < argc; ++i) {
        const std::string word = argv[i];
        if (word == "--planes") {
            task.planes = true;
        } else if (word == "--photo" && i + 1 < argc) {
            task.photo_file = argv[++i];
        } else if (word == "--write" && i + 1 < argc) {
            task.file = argv[++i];
        } else if (word == "--frame" && i + 1 < argc) {
            task.frame = std::atoll(argv[++i]);
        } else if (word == "--seconds" && i + 1 < argc) {
            task.seconds = std::atof(argv[++i]);
        } else {
            words.push_back(word);
        }
    }
    if (words.size() != 3) throw std::runtime_error("wanted: WORK WIDTH HEIGHT");
    task.work = words[0];
    task.width = std::atoi(words[1].c_str());
    task.height = std::atoi(words[2].c_str());
    if (task.width <= 0 || task.height <= 0 || task.width % 16 != 0)
        throw std::runtime_error("widths are multiples of 16");
    return task;
}

// The whole program; `make` takes the task and gives a contender.
template <class Make>
int main(int argc, char** argv, Make&& make) try {
    using Clock = std::chrono::steady_clock;
    const auto since = [](Clock::time_point begin) {
        return std::chrono::duration<double>(Clock::now() - begin).count();
    };
    const auto begin = Clock::now();
    const Task task = read_arguments(argc, argv);
    const std::unique_ptr<Contender> contender = make(task);
    if (!task.file.empty()) {
        for (std::int64_t f = task.work == "reaction" ? 0 : task.frame; f <= task.frame; ++f)
            contender->frame(f);
        return write(*contender, task);
    }
    std::int64_t f = 0;
    contender->frame(f++);
    const double cold = since(begin);
    contender->frame(f++);
    std::vector<double> frames;
    const std::clock_t spent = std::clock();
    const auto start = Clock::now();
    const auto enough = [&](double passed) {
        return passed >= (frames.size() < 3 ? 10 : 1) * task.seconds;
    };
    while (frames.empty() || !enough(since(start))) {
        const auto one = Clock::now();
        contender->frame(f++);
        frames.push_back(since(one));
    }
    const auto middle = frames.begin() + static_cast<std::ptrdiff_t>(frames.size() / 2);
    std::nth_element(frames.begin(), middle, frames.end());
    const double processor = static_cast<double>(std::clock() - spent) / CLOCKS_PER_SEC;
    std::printf("{\"processor\": %.9g, \"warm\": %.9g, \"cold\": %.9g}\n",
                processor / static_cast<double>(frames.size()), *middle, cold);
    return 0;
} catch (const std::exception& problem) {
    std::fprintf(stderr, "%s\n", problem.what());
    return 1;
}

}  // namespace peer
