"""The pictures of pictures.weft, pixel by pixel."""

import math

from chance import pcg

W, H, FRAMES = 6, 4, 6


def clamped(picture, x, y):
    """Bilinear, at pixel coordinates where whole numbers are centres."""
    x, y = min(max(x, 0), W - 1), min(max(y, 0), H - 1)
    i, j = min(math.floor(x), W - 2), min(math.floor(y), H - 2)
    u, v = x - i, y - j
    return ((picture[j][i] * (1 - u) + picture[j][i + 1] * u) * (1 - v)
            + (picture[j + 1][i] * (1 - u) + picture[j + 1][i + 1] * u) * v)


def grid(make):
    return [[make(i, j) for i in range(W)] for j in range(H)]


def life_after(old):
    def cell(i, j):
        near = sum(old[(j + dj) % H][(i + di) % W] for di in (-1, 0, 1) for dj in (-1, 0, 1)
                   if (di, dj) != (0, 0))
        return float(near == 3 or (near == 2 and old[j][i] > 0.5))
    return grid(cell)


def model():
    frames = []
    for n in range(FRAMES):
        if n == 0:
            now = {"life": grid(lambda i, j: float(pcg(i, j) > 0.5)),
                   "heat": grid(lambda i, j: float(i == 0 and j == 0)),
                   "gone": grid(lambda i, j: 1 + (i + .5) / W)}
        else:
            old = frames[-1]
            heat = old["heat"]
            now = {"life": life_after(old["life"]),
                   "heat": grid(lambda i, j: (clamped(heat, i - .5, j) + clamped(heat, i + .5, j)
                                              + clamped(heat, i, j - .5)
                                              + clamped(heat, i, j + .5)) / 4),
                   "gone": grid(lambda i, j: old["gone"][j][i - 1] if i else 0.0)}
        now["two_a"] = grid(lambda i, j: n + (i + .5) / W)
        now["two_b"] = grid(lambda i, j: (frames[n - 1]["two_a"][j][i] if n >= 1 else 0)
                            + (frames[n - 2]["two_b"][j][i] if n >= 2 else 0))
        now["corner"] = now["heat"][0][0]
        frames.append(now)
    return frames


def cases():
    frames = model()
    for n, now in enumerate(frames):
        for j in range(H):
            for i in range(W):
                point = {"x": (i + .5) / W, "y": (j + .5) / H, "time": n / 10}
                yield "life@v", point, now["life"][j][i]
                yield "heat@v", point, now["heat"][j][i]
                yield "gone@v", point, now["gone"][j][i]
                if j == 1:
                    yield "two@b", point, now["two_b"][j][i], 1e-6
                    # Mirrored at 0, the pixel reads itself, two frames before.
                    yield "reflected", point, (i + .5) / W + n - 2 if n >= 2 else 0.0, 1e-6
        yield "stays@v", {"x": .1, "y": .1, "time": n / 10}, 0.5**n
        yield "corner@v", {"time": n / 10}, now["corner"]
    # Between pixels, and beyond the edge.
    last = frames[-1]
    for x, y in ((.3, .4), (.52, .9), (0, 0), (1, 1), (-3, .5), (.25, 7)):
        point = {"x": x, "y": y, "time": (FRAMES - 1) / 10}
        yield "heat@v", point, clamped(last["heat"], x * W - .5, y * H - .5), 1e-6
