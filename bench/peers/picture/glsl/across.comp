// The second step of the blur: means of nine such sums beside each other.
#version 450
layout(local_size_x = 64, local_size_y = 1) in;
layout(constant_id = 0) const bool planes = false;
layout(binding = 0) writeonly buffer Picture { uint words[]; };
layout(binding = 2) readonly buffer Sums { float sums[]; };
layout(push_constant) uniform Frame { uint width, height; };

float mean(uint row, uint x) {
    float sum = 0.0;
    for (int d = -4; d <= 4; ++d) sum += sums[row + clamp(int(x) + d, 0, int(width) - 1)];
    return sum / 81.0;
}

void main() {
    uvec2 at = gl_GlobalInvocationID.xy;
    if (at.x >= width || at.y >= height) return;
    uint plane = width * height, row = at.y * width, to = row + at.x;
    vec3 colour = vec3(mean(row, at.x), mean(row + plane, at.x), mean(row + 2 * plane, at.x));
    if (planes) {
        words[to] = floatBitsToUint(colour.r);
        words[to + plane] = floatBitsToUint(colour.g);
        words[to + 2 * plane] = floatBitsToUint(colour.b);
    } else {
        words[to] = packUnorm4x8(vec4(colour, 1.0));
    }
}
