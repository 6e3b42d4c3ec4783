"""A plugin that was built against the first SDK and nothing newer (sdk/abi/archive/1) does in today's
weft what it could do then: it is listed, asked, draws, remembers, and shares memory with others."""

import json
import pathlib
import struct

from weft_e2e import WEFT, check, program, skip, weft

OLD = pathlib.Path(WEFT).resolve().parent.parent / "tests/archive/1/plugins"
if not (OLD / "archived.so").exists():
    skip(f"{OLD} was not built")
WITH = ("--plugin-dir", OLD)
SMALL = ("--size", "32x4", "--fps", "4", "--frames", "0:5")


def numbers(path):
    return [value for value, in struct.iter_unpack("<f", path.read_bytes().split(b"\n", 3)[3])]


def same(text, name, out, frames, **expect):
    """Rendered by the old plugin and by the judge."""
    program(name, text)
    for backend in ("archived", "reference"):
        pathlib.Path(backend).mkdir(exist_ok=True)
        weft("render", name, "-o", f"{backend}/{out}", *SMALL, "--visual", backend, *WITH, **expect)
    for frame in frames:
        yield (pathlib.Path("archived", frame), pathlib.Path("reference", frame))


found = json.loads(weft("plugins", "--json", *WITH).stdout)["plugins"]
old = next(one for one in found if one["name"] == "archived")
check(old["state"] == "ready" and old["abi_target"] == 1, f"it is ready: {old}")

program("line.weft", "a = sin(me@x * 3) % 0.4 + (if me@y > 1 then 2 else me@time)\n")
points = ("--at", "x=.25,y=2", "--at", "x=-4,y=.5,time=1e6")
asked = [[float(line) for line in weft("eval", "line.weft", "a", *points, "--on", name, *WITH).stdout.split()]
         for name in ("archived", "reference")]
check(asked[0] == asked[1], f"values at points: {asked}")

# Pictures, and what is remembered of them: the operators of then, rings, uniforms.
trail = """
trail<v> = me@x * 0.5 + sin(me@time * 3 + me@y) * 0.25 + past@v[past@k ~ 1] * 0.5
past<v> = cache(trail@v, 4)
level = cache(me@frame, 3)
display(trail@v, past@v[past@k ~ 2], level[level@k ~ 1] / 8)
"""
for mine, theirs in same(trail, "trail.weft", "%d.pfm", [f"{i}.pfm" for i in range(5)]):
    far = max(abs(a - b) for a, b in zip(numbers(mine), numbers(theirs), strict=True))
    check(far <= 2e-7, f"{mine} is {far} from the judge")

# Edges in both directions: it exposes caches to whoever plays, and reads theirs.
shared = """
seen<v> = cache(me@x + me@time, 2)
display(seen@v[seen@k ~ 1], 0, 0)
play(seen@v[me@x ~ 0.03125, me@y ~ 0.5, seen@k ~ 1] * 0.1)
"""
read = """
tone<v> = cache(sin(me@abssample * 0.05), 480)
play(tone@v[tone@k ~ 0])
display(tone@v[tone@k ~ me@x * 100], 0, 0)
"""
for name, text, way in (("shared.weft", shared, ("archived", "cpu")),
                        ("read.weft", read, ("cpu", "archived"))):
    for mine, theirs in same(text, name, "out.wav", ["out.wav"]):
        check(mine.read_bytes() == theirs.read_bytes(), f"{name}: the same sound")
    for mine, theirs in same(text, name, "%d.png", [f"{i}.png" for i in range(5)]):
        check(mine.read_bytes() == theirs.read_bytes(), f"{name}: the same picture {mine}")
    said = weft("explain", name, "--visual", "archived", *WITH).stdout.decode()
    check(f"{way[0]} -> {way[1]}  handle: host memory in place" in said, f"{name}: shared in place\n{said}")

# What it does not know it refuses, by name, and others compute it.
program("future.weft", "display(noise(me@x * 9), 0, 0)\n")
said = weft("render", "future.weft", "-o", "no.png", *SMALL[:2], "--on", "archived", *WITH, expect=1).stderr
check(b"'archived'" in said and b"no random numbers here" in said, f"a reason that names it: {said}")
# It does not say where; of one statement there is no doubt.
check(said.startswith(b"future.weft:1:1: error: "), f"the place: {said}")
program("future.weft", 'display(noise(me@x * 9), 0, 0)\ndisplay(0, me@y, 0, target: "other")\n')
said = weft("render", "future.weft", "-o", "no.png", *SMALL[:2], "--on", "archived", *WITH, expect=1).stderr
check(said.startswith(b"error: "), f"it could be either: {said}")

# All that is asked of a plugin of today, but for one thing that it cannot know (docs/sdk/growth.md):
# how many frames a live show left out.
judged = json.loads(weft("validate", OLD / "archived.so", "--json", "--patience", "5", expect=1).stdout)
failed = {one["id"]: one["message"] for one in judged["checks"] if one["result"] == "failed"}
check(set(failed) == {"semantics.programs", "semantics.run-up"} and judged["passed"] > 50,
      f"{judged['passed']} passed, {failed}")
