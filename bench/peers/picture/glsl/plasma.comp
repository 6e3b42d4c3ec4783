#version 450
layout(local_size_x = 64, local_size_y = 1) in;
layout(constant_id = 0) const bool planes = false;
layout(binding = 0) writeonly buffer Picture { uint words[]; };
layout(push_constant) uniform Frame { uint width, height; float t, a, b, cx, cy; };

void main() {
    uvec2 at = gl_GlobalInvocationID.xy;
    if (at.x >= width || at.y >= height) return;
    float x = (float(at.x) + 0.5) / float(width);
    float y = (float(at.y) + 0.5) / float(height);
    float across = sin(x * 10.0 + t);
    float turning = sin(10.0 * (x * a + y * b) + t);
    float dx = x + cx, dy = y + cy;
    float rings = sin(sqrt(100.0 * (dx * dx + dy * dy) + 1.0) + t);
    float v = across + turning + rings;
    float base = 0.5 + 0.5 * across * cos(y * 10.0 + 1.3 * t);
    vec3 colour = 0.5 * base + 0.25 * sin(v * 3.14159265 + vec3(0.0, 2.094, 4.188)) + 0.25;
    uint to = at.y * width + at.x;
    if (planes) {
        uint plane = width * height;
        words[to] = floatBitsToUint(colour.r);
        words[to + plane] = floatBitsToUint(colour.g);
        words[to + 2 * plane] = floatBitsToUint(colour.b);
    } else {
        words[to] = packUnorm4x8(vec4(colour, 1.0));
    }
}
