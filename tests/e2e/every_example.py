"""Every example's picture, on every back end, is the reference's picture: a few frames of it, small.
One step of 256 is rounding; where an edge runs through a pixel, more may be."""

import pathlib

from weft_e2e import ROOT, backends, check, skip, weft

SIZE, FRAMES = (48, 27), 3
EDGES = 0.005  # share of samples that may lie on an edge

owners = [name for name in backends() if name != "reference"]
if not owners:
    skip("no back end but the reference works here")


def pictures(path, owner):
    return weft("render", path, "-o", "-", "--size", "%dx%d" % SIZE, "--frames", f"0:{FRAMES}",
                "--on", owner, cwd=ROOT).stdout


shown = 0
for path in sorted(pathlib.Path(ROOT, "examples").glob("*.weft")):
    if "display(" not in path.read_text(encoding="utf-8"):
        continue
    shown += 1
    due = pictures(path, "reference")
    check(len(due) == SIZE[0] * SIZE[1] * 4 * FRAMES, f"{path.name}: {FRAMES} pictures")
    for owner in owners:
        got = pictures(path, owner)
        check(len(got) == len(due), f"{path.name} on {owner}: {FRAMES} pictures")
        off = [at for at, (a, b) in enumerate(zip(due, got)) if abs(a - b) > 1]
        check(len(off) <= EDGES * len(due),
              f"{path.name} on {owner}: {len(off)} of {len(due)} samples are not the reference's, "
              f"the first is {off[:1]}")
check(shown > 5, "most examples have a picture")
