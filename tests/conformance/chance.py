"""PCG3D, value noise on its lattice, and octaves of it."""

import math
import random

MASK = 0xFFFFFFFF


def pcg(a, b=0.0, c=0.0):
    x, y, z = ((math.floor(v) * 1664525 + 1013904223) & MASK for v in (a, b, c))
    for last in (False, True):
        x = (x + y * z) & MASK
        y = (y + z * x) & MASK
        z = (z + x * y) & MASK
        if not last:
            x, y, z = x ^ x >> 16, y ^ y >> 16, z ^ z >> 16
    return (x >> 8) / 2**24


def noise(x, y=0.0, t=0.0):
    place = (3.1 * x, 3.1 * y, 0.5 * t)
    low = [math.floor(v) for v in place]
    weight = [(v - f) ** 2 * (3 - 2 * (v - f)) for v, f in zip(place, low)]
    total = 0.0
    for corner in range(8):
        side = [corner >> axis & 1 for axis in range(3)]
        share = math.prod(w if s else 1 - w for w, s in zip(weight, side))
        total += share * pcg(*(f + s for f, s in zip(low, side)))
    return total


def fbm(x, y, t, octaves=5):
    octaves = math.floor(octaves)
    strengths = [2.0**-i for i in range(octaves)]
    return sum(s * noise(x / s, y / s, t / s) for s in strengths) / sum(strengths)


def cases():
    dice = random.Random(7)
    for n in range(40):
        # Sixteenths: f32 holds them, so that the lattice point is never in doubt.
        x, y = dice.randrange(-64, 160) / 16, dice.randrange(-64, 160) / 16
        time = dice.randrange(0, 400) / 16
        point = {"x": x, "y": y, "time": time}
        yield "h1", point, pcg(x), 1e-12
        yield "h2", point, pcg(x, y), 1e-12
        yield "h3", point, pcg(x * 1000, y * -1000, time), 1e-12
        yield "n1", point, noise(x), 4e-6
        yield "n2", point, noise(x, y), 4e-6
        yield "n3", point, noise(x, y, time), 4e-6
        yield "f1", point, noise(x, y, time), 4e-6
        yield "f3", point, fbm(x, y, time), 4e-5
        yield "f8", point, fbm(x, y, time, 8), 2e-4
        if time < 6:
            yield "fv", point, fbm(x, y, 0, 1 + time), 1e-4
