"""Spectra by the definition: a Hann window, a Fourier sum, straight lines between frequencies."""

import cmath
import functools
import math

from chance import pcg

RATE = 1000
FRAME = 100  # samples


def mixture(n):
    if n < 0:
        return 0.0
    return 0.5 * math.sin(math.tau * 125 * n / RATE) + 0.25 * (pcg(n) - 0.5) + 0.1


@functools.cache
def soft(n):
    return 0.0 if n < 0 else 0.5 * mixture(n) + 0.5 * soft(n - 1)


def broken(n):
    return 0.0 if n < 0 or n == 150 or pcg(n) < 0.5 else 0.3 / (n - 150)


def magnitudes(signal, newest, bins):
    """Of the samples up to `newest`."""
    size = 2 * bins
    kept = [signal(newest - size + 1 + i) * (0.5 - 0.5 * math.cos(math.tau * i / size))
            for i in range(size)]
    found = []
    for k in range(bins):
        wave = sum(v * cmath.exp(-1j * math.tau * i * k / size) for i, v in enumerate(kept))
        found.append(abs(wave) * (1 if k == 0 else 2) / bins)
    return found


def at(signal, newest, bins, freq):
    values = magnitudes(signal, newest, bins)
    if bins == 1:
        return values[0]
    place = min(max(freq * 2 * bins / RATE, 0), bins - 1)
    low = min(int(place), bins - 2)
    return values[low] + (values[low + 1] - values[low]) * (place - low)


@functools.cache
def heard(name, n):
    """What sound reads at sample n: of the newest that ends a step."""
    bins = {"other": 25, "quiet": 16, "slow": 8}.get(name, 32)
    newest = n // bins * bins
    if n < 0:
        return 0.0
    if name == "other":
        return at(mixture, newest, 25, 120)
    if name == "quiet":
        return at(soft, newest, 16, 125)
    if name == "slow":
        return at(lambda i: heard("tone", i), newest, 8, 0)
    return at(mixture, newest, 32, {"tone": 125, "between": 130}[name])


def cases():
    for frame in (0, 1, 2, 7):
        point = {"time": frame / 10}
        newest = frame * FRAME
        tone = at(mixture, newest, 32, 125)
        yield "still", point, at(mixture, newest, 32, 0), 1e-6
        yield "tone", point, tone, 1e-6
        yield "between", point, at(mixture, newest, 32, 130), 1e-5
        yield "above", point, magnitudes(mixture, newest, 32)[31], 1e-6
        yield "below", point, at(mixture, newest, 32, 0), 1e-6
        yield "other", point, at(mixture, newest, 25, 120), 1e-6
        yield "both", point, tone + at(soft, newest, 16, 125), 1e-5
        yield "moved", point, tone, 1e-6
        yield "single", point, abs(mixture(newest)), 1e-6
        yield "fine", point, at(mixture, newest, 127, 123.4), 1e-5
        yield "numbers", point, at(broken, newest, 16, 100), 1e-6
        yield "nothing", point, 0, 0
        yield "slow", point, at(lambda i: heard("tone", i), newest, 8, 0), 1e-5
    # Within a frame it is the frame's.
    yield "tone", {"time": 0.25}, at(mixture, 2 * FRAME, 32, 125), 1e-6


def samples():
    for n in (0, 1, 24, 25, 31, 32, 33, 63, 64, 99, 100, 127, 128, 150, 199, 200, 224, 290):
        yield n, [heard("tone", n), heard("between", n), heard("other", n),
                  heard("quiet", n) + heard("tone", n), heard("slow", n)], 1e-4
