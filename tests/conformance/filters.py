"""The filters of filters.weft, sample by sample."""

import math

from chance import pcg

LENGTH = 60


def model():
    signals = {name: [] for name in ("pole", "in", "biquad", "comb", "a", "b", "ping", "pong",
                                     "logistic", "counter", "swept")}

    def old(name, k):
        return signals[name][-k] if len(signals[name]) >= k else 0.0

    cs, sn = math.cos(math.tau / 10), math.sin(math.tau / 10)
    for n in range(LENGTH):
        impulse = float(n == 0)
        square = 1.0 if n % 10 < 5 else -1.0
        noisy = pcg(n) - 0.5
        now = {
            "pole": 0.1 * square + 0.9 * old("pole", 1),
            "biquad": 0.2 * noisy + 0.4 * old("in", 1) + 0.2 * old("in", 2)
                      + 0.5 * old("biquad", 1) - 0.3 * old("biquad", 2),
            "in": noisy,
            "comb": impulse + 0.5 * old("comb", 25),
            "a": cs * old("a", 1) - sn * old("b", 1) + impulse,
            "b": sn * old("a", 1) + cs * old("b", 1),
            "ping": 0.5 * old("pong", 1) + impulse,
            "pong": old("ping", 1) + 1,
            "logistic": 0.3 if old("logistic", 1) == 0 else
                        3.5 * old("logistic", 1) * (1 - old("logistic", 1)),
            "counter": old("counter", 1) + (square > 0),
            # Of the 64 samples kept, the one of floor(n / 2) ago.
            "swept": float(n - n // 2),
        }
        for name, value in now.items():
            signals[name].append(value)
    return signals


def cases():
    signals = model()
    strands = {"pole@v": "pole", "biquad@v": "biquad", "comb@v": "comb", "spin@a": "a",
               "spin@b": "b", "pong@v": "pong", "counter@n": "counter", "swept": "swept"}
    for strand, name in strands.items():
        for n in (0, 1, 2, 3, 24, 25, 26, 50, LENGTH - 1):
            yield strand, {"time": n / 1000}, signals[name][n], 1e-5
    for n in range(6):  # chaos magnifies the rounding of f32
        yield "logistic@v", {"time": n / 1000}, signals["logistic"][n], 1e-4


def samples():
    signals = model()
    for n in (0, 1, 2, 10, 25, 26, 49, 50, LENGTH - 1):
        channels = [signals[name][n] for name in ("pole", "biquad", "comb", "a", "b")]
        channels += [signals["pong"][n] / 4, signals["logistic"][n], signals["counter"][n] / 100,
                     signals["swept"][n] / 100]
        yield n, [max(-1.0, min(1.0, value)) for value in channels], 1e-3
