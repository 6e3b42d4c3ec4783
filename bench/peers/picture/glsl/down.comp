// The first step of the blur: sums of nine rows, of three planes.
#version 450
layout(local_size_x = 64, local_size_y = 1) in;
layout(binding = 1) readonly buffer Photo { float photo[]; };
layout(binding = 2) writeonly buffer Sums { float sums[]; };
layout(push_constant) uniform Frame { uint width, height; };

void main() {
    uvec2 at = gl_GlobalInvocationID.xy;
    if (at.x >= width || at.y >= height) return;
    for (uint c = 0; c < 3; ++c) {
        uint plane = c * width * height;
        float sum = 0.0;
        for (int d = -4; d <= 4; ++d)
            sum += photo[plane + clamp(int(at.y) + d, 0, int(height) - 1) * width + at.x];
        sums[plane + at.y * width + at.x] = sum;
    }
}
