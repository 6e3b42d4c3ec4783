// The three pictures, sixteen pixels a work item: on a driver for the processor, a vector of its
// own width, as its manual advises. PLANES stores singles instead of what the screen takes.
typedef struct { uint width, height; float t, a, b, cx, cy; } Frame;

#define BYTE(v) convert_uint16(clamp(v, 0.0f, 1.0f) * 255.0f + 0.5f)

void show(global uint* pixels, uint at, uint plane, float16 r, float16 g, float16 b) {
#ifdef PLANES
    global float* numbers = (global float*)pixels;
    vstore16(r, 0, numbers + at);
    vstore16(g, 0, numbers + at + plane);
    vstore16(b, 0, numbers + at + 2 * plane);
#else
    vstore16(BYTE(r) | BYTE(g) << 8 | BYTE(b) << 16 | 0xff000000u, 0, pixels + at);
#endif
}

kernel void plasma(global uint* pixels, global const float* from, global float* to, Frame f) {
    uint i = get_global_id(0) * 16, j = get_global_id(1);
    float16 lane = (float16)(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    float16 x = ((float)i + 0.5f + lane) / f.width;
    float y = (j + 0.5f) / f.height;
    float16 across = sin(x * 10.0f + f.t);
    float16 turning = sin(10.0f * (x * f.a + y * f.b) + f.t);
    float16 dx = x + f.cx;
    float dy = y + f.cy;
    float16 rings = sin(sqrt(100.0f * (dx * dx + dy * dy) + 1.0f) + f.t);
    float16 v = (across + turning + rings) * 3.14159265f;
    float16 shade = 0.25f * across * cos(y * 10.0f + 1.3f * f.t) + 0.5f;
    show(pixels, j * f.width + i, f.width * f.height, shade + 0.25f * sin(v),
         shade + 0.25f * sin(v + 2.094f), shade + 0.25f * sin(v + 4.188f));
}

// The blur's sums of nine rows, of three planes; then means of nine such sums beside each other.
kernel void down(global uint* pixels, global const float* from, global float* to, Frame f) {
    uint i = get_global_id(0) * 16, j = get_global_id(1), plane = f.width * f.height;
    for (uint c = 0; c < 3; ++c) {
        float16 sum = 0.0f;
        for (int d = -4; d <= 4; ++d) {
            int row = clamp((int)j + d, 0, (int)f.height - 1);
            sum += vload16(0, from + c * plane + row * f.width + i);
        }
        vstore16(sum, 0, to + c * plane + j * f.width + i);
    }
}

float16 mean(global const float* row, uint i, uint width) {
    float16 sum = 0.0f;
    if (i == 0 || i + 16 == width) {
        float ends[24];
        for (int l = 0; l < 24; ++l) ends[l] = row[clamp((int)i + l - 4, 0, (int)width - 1)];
        for (int d = 0; d <= 8; ++d) sum += vload16(0, ends + d);
    } else {
        for (int d = 0; d <= 8; ++d) sum += vload16(0, row + i + d - 4);
    }
    return sum * (1.0f / 81.0f);
}

kernel void across(global uint* pixels, global const float* from, global float* to, Frame f) {
    uint i = get_global_id(0) * 16, j = get_global_id(1), plane = f.width * f.height;
    global const float* row = to + j * f.width;
    show(pixels, j * f.width + i, plane, mean(row, i, f.width), mean(row + plane, i, f.width),
         mean(row + 2 * plane, i, f.width));
}

// Sixteen cells, each with the one `shift` beside it.
float16 beside(global const float* row, uint i, int shift, uint width) {
    if (i > 0 && i + 16 < width) return vload16(0, row + i + shift);
    float ends[16];
    for (int l = 0; l < 16; ++l) ends[l] = row[clamp((int)i + l + shift, 0, (int)width - 1)];
    return vload16(0, ends);
}

float16 spread(global const float* p, uint i, uint j, uint width, uint height) {
    global const float* up = p + (j == 0 ? 0 : j - 1) * width;
    global const float* here = p + j * width;
    global const float* down = p + min(j + 1, height - 1) * width;
    float16 sides = beside(here, i, -1, width) + beside(here, i, 1, width) + vload16(0, up + i) +
                    vload16(0, down + i);
    float16 corners = beside(up, i, -1, width) + beside(up, i, 1, width) +
                      beside(down, i, -1, width) + beside(down, i, 1, width);
    return 0.2f * sides + 0.05f * corners - vload16(0, here + i);
}

kernel void reaction(global uint* pixels, global const float* from, global float* to, Frame f) {
    const float feed = 0.037f, kill = 0.06f;
    uint i = get_global_id(0) * 16, j = get_global_id(1);
    uint plane = f.width * f.height, at = j * f.width + i;
    float16 a0 = vload16(0, from + at), b0 = vload16(0, from + plane + at);
    float16 eaten = a0 * b0 * b0;
    float16 a = a0 + spread(from, i, j, f.width, f.height) - eaten + feed * (1.0f - a0);
    float16 b = b0 + 0.5f * spread(from + plane, i, j, f.width, f.height) + eaten -
                (kill + feed) * b0;
    vstore16(a, 0, to + at);
    vstore16(b, 0, to + plane + at);
    vstore16(BYTE(a) | BYTE(b) << 8 | 0xff000000u, 0, pixels + at);
}
