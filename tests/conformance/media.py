"""What media.weft reads, and what sampling it must give."""

import math
import struct

# 3 x 2 pixels, the top row first; grey is 2 x 1.
RED = [[0, 1, 2], [10, 11, 12]]
GREY = [[0.25, 0.75]]
RATE = 8
TONE = [(0.0, 1.0), (0.5, 0.5), (1.0, 0.0), (-1.0, 0.25)]
TABLE = [(0, 1, -1), (1, 3, -2), (4, 0, -2)]


def pfm(path, kind, rows):
    height, width = len(rows), len(rows[0])
    with open(path, "wb") as out:
        out.write(f"{kind}\n{width} {height}\n-1.0\n".encode())
        for row in reversed(rows):  # the format begins at the bottom
            for pixel in row:
                out.write(struct.pack(f"<{len(pixel)}f", *pixel))


def prepare(directory):
    pfm(directory / "three.pfm", "PF", [[(v, 20, -v) for v in row] for row in RED])
    pfm(directory / "grey.pfm", "Pf", [[(v,) for v in row] for row in GREY])
    data = b"".join(struct.pack("<2f", *frame) for frame in TONE)
    (directory / "tone.wav").write_bytes(
        b"RIFF" + struct.pack("<I", 36 + len(data)) + b"WAVEfmt "
        + struct.pack("<IHHIIHH", 16, 3, 2, RATE, RATE * 8, 8, 32)
        + b"data" + struct.pack("<I", len(data)) + data)
    (directory / "table.csv").write_text(
        "time,a,b\n" + "".join(f"{t},{a},{b}\n" for t, a, b in TABLE))


def line(values, position, outside):
    below = math.floor(position)
    part = position - below

    def at(index):
        n = len(values)
        if outside == "clamp":
            return values[min(max(index, 0), n - 1)]
        if outside == "repeat":
            return values[index % n]
        if outside == "mirror":
            index %= 2 * n
            return values[index if index < n else 2 * n - 1 - index]
        return values[index] if 0 <= index < n else 0.0
    return at(below) * (1 - part) + at(below + 1) * part


def red(x, y):
    columns = [line(row, x * 3 - .5, "clamp") for row in RED]
    return line(columns, y * 2 - .5, "clamp")


def cases():
    for x in (-1, 0, 1 / 6, .25, .4, .5, .7, 5 / 6, .99, 3):
        for y in (-.5, .25, .4, .5, .75, 2):
            point = {"x": x, "y": y}
            yield "pic@r", point, red(x, y), 1e-6
            yield "pic@b", point, -red(x, y), 1e-6
            yield "flipped", point, red(x, 1 - y), 1e-6
        for name, outside in (("grey@r", "clamp"), ("wide", "repeat"), ("back", "mirror"),
                              ("none", "zero")):
            name = name if "@" in name else name + "@v"
            yield name, {"x": x}, line(GREY[0], x * 2 - .5, outside), 1e-6
    left, right = ([frame[c] for frame in TONE] for c in (0, 1))
    for time in (0, .0625, .125, .2, .25, .3, .375, 10):
        inside = time <= 3 / RATE
        yield "tone@l", {"time": time}, line(left, time * RATE, "zero") if inside else 0, 1e-6
        yield "tone@r", {"time": time}, line(right, time * RATE, "zero") if inside else 0, 1e-6
        yield "late", {"time": time + .5}, line(left, time * RATE, "zero") if inside else 0, 1e-6
    yield "late", {"time": .25}, 0
    for time, a, b in ((0, 1, -1), (.5, 2, -1.5), (1, 3, -2), (2, 2, -2), (3, 1, -2), (4, 0, -2)):
        yield "table@a", {"time": time}, a, 1e-6
        yield "table@b", {"time": time}, b, 1e-6
