"""The same formulas in Python's doubles. Tolerances are what the operators' bounds add up to where a
single carries the argument."""

from math import atan2, cos, exp2, floor, fmod, hypot, log, pi, sin, sqrt, tan

MONTH = 30 * 86400.0
FPS = 60
POINTS = [(0.25, 0.5), (0.375, 0.75), (0.6875, 0.125), (1.0, 1.0)]
TIMES = [0.0, 1.25, MONTH + 0.5, 12 * MONTH + 86399.75]


def fract(v):
    return v - floor(v)


def reduced(turns):
    """sin(2 pi turns): whole turns fall out exactly."""
    return sin(2 * pi * fract(turns))


def cases():
    for x, y in POINTS:
        for time in TIMES:
            at = {"x": x, "y": y, "time": time}
            frame = floor(time * FPS)
            yield "tone", at, reduced(fract(time * 440) + 7 * x / (2 * pi)), 2e-5
            yield "beat", at, cos(time * 2.5 - 3 * y) * sin(time / 7 + x), 2e-5
            yield "turn", at, fract(time * 0.3) + x / 8, 2e-5
            yield ("spiral", at, sin(10 * (x * sin(time / 2) + y * cos(time / 3)) + time), 4e-5)
            yield "late", at, frame % 7 + x, 4e-6
            yield "age", at, x if time > MONTH else -x
        at = {"x": x, "y": y}
        yield "far_sine", at, sin(x * 1048576)
        yield "far_cosine", at, cos(x * 33554432 + y), 4e-6
        yield "far_tangent", at, tan(x * 4096), 1e-5
        yield "far_angle", at, atan2(y, -x)
        yield "far_root", at, sqrt(x * 1e30) / 1e15
        yield "far_exp", at, x * 80 + exp2(y), 4e-5
        yield "far_power", at, x ** 3, 1e-5
        yield "near_power", at, x ** 3, 1e-5
        yield "near_root", at, sqrt(x)
        yield "near_log", at, log(x * 1e-30), 1e-5
        yield "far_length", at, hypot(x, y)
        yield "far_part", at, fract(x * 8388608 + 0.5)
        yield "far_rest", at, fmod(x * 16777216, 1000)
