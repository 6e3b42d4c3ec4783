#version 450
layout(local_size_x = 64, local_size_y = 1) in;
layout(binding = 0) writeonly buffer Picture { uint words[]; };
layout(binding = 1) readonly buffer Now { float now[]; };
layout(binding = 2) writeonly buffer Next { float next[]; };
layout(push_constant) uniform Frame { uint width, height; };

const float feed = 0.037, kill = 0.06;

void main() {
    uvec2 at = gl_GlobalInvocationID.xy;
    if (at.x >= width || at.y >= height) return;
    uint plane = width * height;
    uint x0 = at.x == 0 ? 0 : at.x - 1, x2 = min(at.x + 1, width - 1);
    uint up = (at.y == 0 ? 0 : at.y - 1) * width, here = at.y * width;
    uint down = min(at.y + 1, height - 1) * width;
    vec2 old, spread;
    for (uint s = 0; s < 2; ++s) {
        uint p = s * plane;
        float middle = now[p + here + at.x];
        float sides = now[p + here + x0] + now[p + here + x2] + now[p + up + at.x] +
                      now[p + down + at.x];
        float corners = now[p + up + x0] + now[p + up + x2] + now[p + down + x0] +
                        now[p + down + x2];
        old[s] = middle;
        spread[s] = 0.2 * sides + 0.05 * corners - middle;
    }
    float eaten = old.x * old.y * old.y;
    float a = old.x + spread.x - eaten + feed * (1.0 - old.x);
    float b = old.y + 0.5 * spread.y + eaten - (kill + feed) * old.y;
    uint to = here + at.x;
    next[to] = a;
    next[to + plane] = b;
    words[to] = packUnorm4x8(vec4(a, b, 0.0, 1.0));
}
