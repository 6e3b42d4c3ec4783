// Rows of the three pictures for one width of vectors, written with the compiler's own vectors.
// Included once for each instruction set, in a namespace and under a target of its own; kLanes is
// how many singles a vector holds.

using Lanes = float __attribute__((vector_size(4 * kLanes)));
using Loose = float __attribute__((vector_size(4 * kLanes), aligned(4)));  // at any address
using Whole = std::int32_t __attribute__((vector_size(4 * kLanes)));
using Bits = std::uint32_t __attribute__((vector_size(4 * kLanes)));
using LooseBits = std::uint32_t __attribute__((vector_size(4 * kLanes), aligned(4)));

inline Lanes load(const float* from) {
    return *reinterpret_cast<const Loose*>(from);
}
inline void store(float* to, Lanes v) {
    *reinterpret_cast<Loose*>(to) = v;
}

inline Bits byte(Lanes v) {
    v = v < 0.0f ? Lanes{} : v;
    v = v > 1.0f ? Lanes{} + 1.0f : v;
    return reinterpret_cast<Bits>(__builtin_convertvector(v * 255.0f + 0.5f, Whole));
}
inline void store_pixels(std::uint32_t* to, Lanes r, Lanes g, Lanes b) {
    *reinterpret_cast<LooseBits*>(to) = byte(r) | byte(g) << 8 | byte(b) << 16 | 0xff000000u;
}

// Of moderate arguments: reduction by pi in two steps, polynomial of degree 9. Adding kRound leaves
// the nearest whole number in the low bits.
inline Lanes sine(Lanes x) {
    constexpr float kRound = 12582912.0f;
    const Lanes shifted = x * 0.318309886f + kRound;
    const Lanes k = shifted - kRound;
    Lanes r = x - k * 3.140625f;
    r = r - k * 0.000967653589793f;
    const Bits odd = reinterpret_cast<Bits>(shifted) << 31;
    const Lanes z = r * r;
    Lanes p = z * 2.6057797e-6f - 1.98096026e-4f;
    p = p * z + 8.33306624e-3f;
    p = p * z - 0.166666596f;
    return reinterpret_cast<Lanes>(reinterpret_cast<Bits>(r * z * p + r) ^ odd);
}

inline void plasma(std::uint32_t* out, int width, int height, int begin, int end,
                   const peer::Moment& m) {
    Lanes lane;
    for (int l = 0; l < kLanes; ++l) lane[l] = static_cast<float>(l) + 0.5f;
    for (int j = begin; j < end; ++j) {
        const float y = (static_cast<float>(j) + 0.5f) / static_cast<float>(height);
        const float dy = y + m.cy;
        const float wave = std::cos(y * 10 + 1.3f * m.t);
        for (int i = 0; i < width; i += kLanes) {
            const Lanes x = (lane + static_cast<float>(i)) * (1.0f / static_cast<float>(width));
            const Lanes across = sine(x * 10.0f + m.t);
            const Lanes turning = sine((x * m.a + y * m.b) * 10.0f + m.t);
            const Lanes dx = x + m.cx;
            const Lanes square = (dx * dx + dy * dy) * 100.0f + 1.0f;
            Lanes root;
            for (int l = 0; l < kLanes; ++l) root[l] = std::sqrt(square[l]);
            const Lanes v = (across + turning + sine(root + m.t)) * 3.14159265f;
            const Lanes half = across * (0.25f * wave) + 0.5f;
            store_pixels(out + static_cast<std::ptrdiff_t>(j) * width + i, sine(v) * 0.25f + half,
                         sine(v + 2.094f) * 0.25f + half, sine(v + 4.188f) * 0.25f + half);
        }
    }
}

// The 9x9 mean, sample by sample.
inline void blur(std::uint32_t* out, const float* planes, int width, int height, int begin,
                 int end) {
    const std::ptrdiff_t size = static_cast<std::ptrdiff_t>(width) * height;
    for (int j = begin; j < end; ++j)
        for (int i = 0; i < width; i += kLanes) {
            Lanes mean[3];
            for (int c = 0; c < 3; ++c) {
                Lanes sum{};
                for (int dj = -4; dj <= 4; ++dj) {
                    const float* row =
                        planes + c * size +
                        static_cast<std::ptrdiff_t>(std::clamp(j + dj, 0, height - 1)) * width;
                    for (int di = -4; di <= 4; ++di) {
                        if (i + di >= 0 && i + di + kLanes <= width) {
                            sum += load(row + i + di);
                        } else {
                            Lanes edge;
                            for (int l = 0; l < kLanes; ++l)
                                edge[l] = row[std::clamp(i + di + l, 0, width - 1)];
                            sum += edge;
                        }
                    }
                }
                mean[c] = sum * (1.0f / 81);
            }
            store_pixels(out + static_cast<std::ptrdiff_t>(j) * width + i, mean[0], mean[1],
                         mean[2]);
        }
}

// The same mean in two steps: sums of nine rows that run from row to row, then nine neighbours of
// such a sum. `sums` holds three rows of width + 32.
inline void blur_apart(std::uint32_t* out, const float* planes, int width, int height, int begin,
                       int end, float* sums) {
    const std::ptrdiff_t size = static_cast<std::ptrdiff_t>(width) * height;
    const int stride = width + 32;
    const auto row = [&](int c, int j) {
        return planes + c * size +
               static_cast<std::ptrdiff_t>(std::clamp(j, 0, height - 1)) * width;
    };
    for (int j = begin; j < end; ++j) {
        for (int c = 0; c < 3; ++c) {
            float* sum = sums + c * stride + 16;
            if (j == begin) {
                for (int i = 0; i < width; i += kLanes) {
                    Lanes first{};
                    for (int dj = -4; dj <= 4; ++dj) first += load(row(c, j + dj) + i);
                    store(sum + i, first);
                }
            } else {
                const float* come = row(c, j + 4);
                const float* gone = row(c, j - 5);
                for (int i = 0; i < width; i += kLanes)
                    store(sum + i, load(sum + i) + (load(come + i) - load(gone + i)));
            }
            for (int i = 1; i <= 4; ++i) {
                sum[-i] = sum[0];
                sum[width - 1 + i] = sum[width - 1];
            }
        }
        for (int i = 0; i < width; i += kLanes) {
            Lanes mean[3];
            for (int c = 0; c < 3; ++c) {
                const float* sum = sums + c * stride + 16 + i;
                mean[c] = ((load(sum - 4) + load(sum - 3)) + (load(sum - 2) + load(sum - 1)) +
                           (load(sum + 1) + load(sum + 2)) + (load(sum + 3) + load(sum + 4)) +
                           load(sum)) *
                          (1.0f / 81);
            }
            store_pixels(out + static_cast<std::ptrdiff_t>(j) * width + i, mean[0], mean[1],
                         mean[2]);
        }
    }
}

// Rows of one step of the reaction. Each plane's rows stand width + 32 apart, the picture begins at
// 16, and one column is repeated on each side.
inline void reaction(std::uint32_t* out, const float* a, const float* b, float* next_a,
                     float* next_b, int width, int height, int begin, int end) {
    const std::ptrdiff_t stride = width + 32;
    for (int j = begin; j < end; ++j) {
        const std::ptrdiff_t here = j * stride + 16;
        const std::ptrdiff_t up = std::max(j - 1, 0) * stride + 16;
        const std::ptrdiff_t down = std::min(j + 1, height - 1) * stride + 16;
        const auto spread = [&](const float* p, int i) {
            const Lanes sides = load(p + here + i - 1) + load(p + here + i + 1) + load(p + up + i) +
                                load(p + down + i);
            const Lanes corners = load(p + up + i - 1) + load(p + up + i + 1) +
                                  load(p + down + i - 1) + load(p + down + i + 1);
            return sides * 0.2f + corners * 0.05f - load(p + here + i);
        };
        for (int i = 0; i < width; i += kLanes) {
            const Lanes a0 = load(a + here + i), b0 = load(b + here + i);
            const Lanes eaten = a0 * b0 * b0;
            const Lanes a1 = a0 + spread(a, i) - eaten + (1.0f - a0) * peer::kFeed;
            const Lanes b1 = b0 + spread(b, i) * 0.5f + eaten - b0 * (peer::kKill + peer::kFeed);
            store(next_a + here + i, a1);
            store(next_b + here + i, b1);
            store_pixels(out + static_cast<std::ptrdiff_t>(j) * width + i, a1, b1, Lanes{});
        }
        for (float* p : {next_a + here, next_b + here}) {
            p[-1] = p[0];
            p[width] = p[width - 1];
        }
    }
}
