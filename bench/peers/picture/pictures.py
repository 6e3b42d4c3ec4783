"""The three pictures in numpy: bands of rows on all cores, as its functions release the interpreter,
in singles throughout. The command line is that of peer.h."""

import argparse
import concurrent.futures
import json
import math
import os
import statistics
import sys
import time

BEGIN = time.perf_counter()

import numpy as np  # noqa: E402 (what loading it takes is a part of starting)

BAND = 36
FEED, KILL = np.float32(0.037), np.float32(0.06)
POOL = concurrent.futures.ThreadPoolExecutor(os.cpu_count())


def show(out, levels):
    """Planes of singles, or bytes as the screen takes them."""
    if out.dtype == np.float32:
        for c, level in enumerate(levels):
            out[:, :, c] = level
        return
    for c, level in enumerate(levels):
        np.clip(level, 0, 1, out=level)
        level *= np.float32(255)
        level += np.float32(0.5)
        out[:, :, c] = level
    out[:, :, 3] = 255


class Picture:
    def __init__(self, options):
        self.width, self.height = options.width, options.height
        singles = options.planes and options.work != "reaction"
        self.out = np.zeros((self.height, self.width, 3 if singles else 4),
                            np.float32 if singles else np.uint8)
        self.rows = [slice(j, min(j + BAND, self.height)) for j in range(0, self.height, BAND)]

    def bands(self, work):
        list(POOL.map(work, self.rows))

    def result(self):
        if self.out.dtype == np.float32:
            return self.out
        return self.out[:, :, :3].astype(np.float32) / np.float32(255)


class Plasma(Picture):
    def frame(self, f):
        t = f / 60
        single = np.float32
        x = ((np.arange(self.width, dtype=single) + single(0.5)) / single(self.width))[None, :]
        y = ((np.arange(self.height, dtype=single) + single(0.5)) / single(self.height))[:, None]
        across = np.sin(x * single(10) + single(t))
        turn_x = x * single(10 * math.sin(t / 2)) + single(t)
        turn_y = y * single(10 * math.cos(t / 3))
        dx = x + single(0.5 * math.sin(t / 5) - 0.5)
        dy = y + single(0.5 * math.cos(t / 3) - 0.5)
        square_x = dx * dx * single(100) + single(1)
        square_y = dy * dy * single(100)
        wave = np.cos(y * single(10) + single(1.3 * t)) * single(0.25)

        def work(rows):
            v = np.sqrt(square_x + square_y[rows])
            v += single(t)
            np.sin(v, out=v)
            v += np.sin(turn_x + turn_y[rows])
            v += across
            v *= single(math.pi)
            shade = across * wave[rows]
            shade += single(0.5)
            levels = []
            for phase in (0, 2.094, 4.188):
                level = v + single(phase)
                np.sin(level, out=level)
                level *= single(0.25)
                level += shade
                levels.append(level)
            show(self.out[rows], levels)

        self.bands(work)


class Blur(Picture):
    def __init__(self, options):
        super().__init__(options)
        photo = np.fromfile(options.photo, np.float32).reshape(3, self.height, self.width)
        self.photo = np.pad(photo, ((0, 0), (4, 4), (4, 4)), "edge")

    def frame(self, f):
        def work(rows):
            levels = []
            for plane in self.photo:
                sums = plane[rows.start:rows.stop] + plane[rows.start + 1:rows.stop + 1]
                for d in range(2, 9):
                    sums += plane[rows.start + d:rows.stop + d]
                level = sums[:, :self.width] + sums[:, 1:self.width + 1]
                for d in range(2, 9):
                    level += sums[:, d:self.width + d]
                level *= np.float32(1 / 81)
                levels.append(level)
            show(self.out[rows], levels)

        self.bands(work)


class Reaction(Picture):
    def __init__(self, options):
        super().__init__(options)
        self.now = np.empty((2, self.height + 2, self.width + 2), np.float32)
        self.next = np.empty_like(self.now)

    def frame(self, f):
        if f == 0:
            x = (np.arange(self.width) + 0.5) / self.width
            y = (np.arange(self.height) + 0.5)[:, None] / self.height
            bump = 2 * np.sin(120 * x) * np.sin(68 * y) - 0.5
            b = 0.01 + 0.99 * np.clip(bump, 0, 1)
            self.next[0, 1:-1, 1:-1] = 1 - b
            self.next[1, 1:-1, 1:-1] = b
        else:
            self.bands(self.step)
        for p in self.next:
            p[0], p[-1] = p[1], p[-2]
            p[:, 0], p[:, -1] = p[:, 1], p[:, -2]
        self.now, self.next = self.next, self.now

    def step(self, rows):
        def spread(p):
            up, here, down = (p[rows.start + d:rows.stop + d] for d in range(3))
            sides = here[:, :-2] + here[:, 2:]
            sides += up[:, 1:-1]
            sides += down[:, 1:-1]
            sides *= np.float32(0.2)
            corners = up[:, :-2] + up[:, 2:]
            corners += down[:, :-2]
            corners += down[:, 2:]
            corners *= np.float32(0.05)
            sides += corners
            sides -= here[:, 1:-1]
            return here[:, 1:-1], sides

        a0, a = spread(self.now[0])
        b0, b = spread(self.now[1])
        eaten = b0 * b0
        eaten *= a0
        a += a0
        a -= eaten
        a += FEED * (np.float32(1) - a0)
        b *= np.float32(0.5)
        b += eaten
        b += (np.float32(1) - (KILL + FEED)) * b0
        self.next[0, rows.start + 1:rows.stop + 1, 1:-1] = a
        self.next[1, rows.start + 1:rows.stop + 1, 1:-1] = b
        show(self.out[rows], (a, b))

    def result(self):
        planes = np.zeros((self.height, self.width, 3), np.float32)
        planes[:, :, 0], planes[:, :, 1] = self.now[:, 1:-1, 1:-1]
        return planes


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("work", choices=("plasma", "blur", "reaction"))
    parser.add_argument("width", type=int)
    parser.add_argument("height", type=int)
    parser.add_argument("--photo")
    parser.add_argument("--write")
    parser.add_argument("--planes", action="store_true")
    parser.add_argument("--frame", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=1)
    options = parser.parse_args()
    picture = {"plasma": Plasma, "blur": Blur, "reaction": Reaction}[options.work](options)
    if options.write:
        for f in range(0 if options.work == "reaction" else options.frame, options.frame + 1):
            picture.frame(f)
        picture.result().tofile(options.write)
        return
    picture.frame(0)
    cold = time.perf_counter() - BEGIN
    picture.frame(1)
    frames = []
    start = time.perf_counter()
    while len(frames) < 3 or time.perf_counter() - start < options.seconds:
        one = time.perf_counter()
        picture.frame(2 + len(frames))
        frames.append(time.perf_counter() - one)
    print(json.dumps({"warm": statistics.median(frames), "cold": cold}))


if __name__ == "__main__":
    sys.exit(main())
