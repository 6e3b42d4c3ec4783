"""A camera: the test picture where nobody is live, the same on every back end and in every run; live,
one that is not there is said once, and the show runs."""

from weft_e2e import backends, check, program, weft

WIDTH, HEIGHT, FRAMES, FPS = 64, 32, 5, 10
MISSING = 4095  # more than the kernel numbers on any machine with cameras

SHOW = """
me<width> = %d
me<height> = %d
me<fps> = %d
camera(%s)::c<r,g,b,a>
display(c@r, c@g[me@time ~ me@time - 0.2], c@b[me@x ~ 1 - me@x, me@time ~ me@time - me@y])
play(c@r[me@x ~ 0.01, me@y ~ 0.99])
"""


def show(which):
    return program("show.weft", SHOW % (WIDTH, HEIGHT, FPS, which))


def render(which, owner):
    pixels = weft("render", show(which), "-o", "-", "--frames", f"0:{FRAMES}", "--on", owner).stdout
    check(len(pixels) == WIDTH * HEIGHT * 4 * FRAMES, f"{owner}: {FRAMES} pictures")
    return pixels


def number_of(pixels, frame):
    """What the blocks below the bars say, in red."""
    row = pixels[((frame + 1) * HEIGHT - 1) * WIDTH * 4:][:WIDTH * 4]
    bits = ["1" if row[(2 * bit + 1) * WIDTH // 32 * 4] > 127 else "0" for bit in range(16)]
    return int("".join(bits), 2)


due = render('"test"', "reference")
for frame in range(FRAMES):
    check(number_of(due, frame) == frame, f"frame {frame} says its number")
for owner in backends():
    for which in ("", str(MISSING), '"test"'):
        got = render(which, owner)
        off = max(abs(a - b) for a, b in zip(due, got))
        check(off <= 1, f"camera({which}) on {owner}: off by {off}")

for which, warnings in ((str(MISSING), 1), ('"test"', 0)):
    done = weft("run", show(which), "--headless", "--audio-device", "none", "--duration", "0.5",
                timeout=60)
    said = done.stderr.decode().count("camera")
    check(said == warnings, f"camera({which}) live: {done.stderr.decode()}")
    if warnings:
        check(f"/dev/video{MISSING} ".encode() in done.stderr, "the device is named")
