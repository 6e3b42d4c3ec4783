"""Files go out and come back in: what render wrote, load reads, at the same pixel, sample and time.
Files that are missing or broken are errors that name them."""

import pathlib
import shutil

from weft_e2e import ROOT, check, program, weft

SIZE = ("--size", "48x32")


def values(file, strand, *points, on="reference"):
    """One number a point, of a film or sound at the point's own time."""
    at = [word for point in points for word in ("--at", point)]
    return [float(line) for line in weft("eval", file, strand, *at, "--on", on).stdout.split()]


def near(found, wanted, tolerance, what):
    check(abs(found - wanted) <= tolerance, f"{what}: {found}, not {wanted}")


# A picture, in every format: the value of a pixel at its centre.
program("out.weft", "display(<me@x, me@y, 0.25>)\n")
CENTRE = f"x={12.5 / 48},y={7.5 / 32}"
for name, tolerance in (("p.png", 0.002), ("p.tif", 0.00001), ("p.bmp", 0.002), ("p.jpg", 0.02),
                        ("p.exr", 1e-7), ("p.pfm", 1e-7)):
    weft("render", "out.weft", "-o", name, *SIZE)
    program("in.weft", f'p<r,g,b,a> = load("{name}")\ndisplay(p@r)\n')
    near(values("in.weft", "p@r", CENTRE)[0], 12.5 / 48, tolerance, f"{name} red")
    near(values("in.weft", "p@g", CENTRE)[0], 7.5 / 32, tolerance, f"{name} green")
    near(values("in.weft", "p@b", CENTRE)[0], 0.25, tolerance, f"{name} blue")
    near(values("in.weft", "p@a", CENTRE)[0], 1, 0, f"{name} alpha")

# A film that tells its frame by its brightness, with a tone that tells its second by its level.
program("film.weft", """
display((me@frame + 10) / 64)
play((0.1 + 0.2 * floor(me@time)) * cos(me@time * 1256.6370614359172))
""")
for name, tolerance in (("f.mp4", 0.03), ("f.mkv", 1e-6), ("f.webm", 0.03)):
    weft("render", "film.weft", "-o", name, *SIZE, "--fps", "12", "--duration", "3")
    program("back.weft", f'f<r> = load("{name}")\ns<l> = load("{name}", stream: "sound")\n'
                         "display(f@r)\nplay(s@l)\n")
    frames = [0, 7, 35, 3, 20, 19, 34]
    found = values("back.weft", "f@r", *(f"time={k / 12}" for k in frames))
    for k, value in zip(frames, found):
        near(value, (k + 10) / 64, 0.007, f"{name}, frame {k}")
    compiled = values("back.weft", "f@r", *(f"time={k / 12}" for k in frames), on="cpu")
    check(compiled == found, f"{name}: the same at points of compiled code: {compiled}")
    for second, value in enumerate(values("back.weft", "s@l", "time=.5", "time=1.5", "time=2.5")):
        near(value, 0.1 + 0.2 * second, tolerance, f"{name}, sound in second {second}")
    # Frame by frame through the program, the film is the same film.
    weft("render", "back.weft", "-o", "again.mkv", *SIZE, "--fps", "12", "--frames", "0:36")
    program("third.weft", 'f<r> = load("again.mkv")\ndisplay(f@r)\n')
    for k, value in zip(frames, values("third.weft", "f@r", *(f"time={k / 12}" for k in frames))):
        near(value, (k + 10) / 64, 0.012, f"{name} again, frame {k}")

# A table: written, read.
program("table.weft", 'data("t.csv", me@time * 2, me@frame)\n')
weft("render", "table.weft", "--fps", "10", "--duration", "1")
check(pathlib.Path("t.csv").read_text().count("\n") == 11, "a header and ten rows")

# What is not right is said with the file's name and the exit code of a wrong program.
shutil.copy(ROOT / "examples/assets/dandelions.jpg", "dandelions.jpg")
program("missing.weft", 'p<r> = load("dandelion.jpg")\ndisplay(p)\n')
said = weft("check", "missing.weft", expect=1).stderr.decode()
check("dandelion.jpg" in said and "dandelions.jpg" in said and "did you mean" in said, said)
photograph = pathlib.Path("dandelions.jpg").read_bytes()
pathlib.Path("half.jpg").write_bytes(photograph[:len(photograph) // 2])
program("half.weft", 'p<r> = load("half.jpg")\ndisplay(p)\n')
said = weft("render", "half.weft", "-o", "x.png", expect=1).stderr.decode()
check("half.jpg" in said and "truncated" in said, said)
check(not pathlib.Path("x.png").exists(), "nothing is written")
said = weft("render", "out.weft", "-o", "no/x.png", *SIZE, expect=1).stderr.decode()
check("there is no directory" in said, said)
