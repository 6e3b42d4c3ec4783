"""The same bytes twice, on one core or all, and however the range of frames is split."""

import pathlib
import time

from weft_e2e import check, program, weft

PROGRAMS = {
    "waves": """
v = sin(me@x * 10 + me@time) + sin(10 * (me@x * sin(me@time / 2) + me@y * cos(me@time / 3)))
img<r,g,b> = <0.5 + 0.25 * sin(v * 3), 0.5 + 0.25 * cos(v * 3), noise(me@x, me@y, me@time)>
display(img)
""",
    "trails": """
spot = 1 - smoothstep(0.02, 0.06, distance(me@x, me@y, 0.5 + 0.3 * cos(me@time * 3), 0.5))
old<v> = cache(trail, 2)
trail = max(spot, 0.97 * old@v[old@k ~ 1, me@x ~ me@x + 0.004])
display(trail)
""",
}
FRAMES = 12
RENDER = ("--size", "160x90", "--fps", "24")


def frames(name, directory, ranges, one_core=False):
    pathlib.Path(directory).mkdir()
    for begin, end in ranges:
        weft("render", f"{name}.weft", "-o", f"{directory}/%05d.png", *RENDER,
             "--frames", f"{begin}:{end}", one_core=one_core)
    return {path.name: path.read_bytes() for path in sorted(pathlib.Path(directory).iterdir())}


for name, text in PROGRAMS.items():
    program(f"{name}.weft", text)
    whole = frames(name, f"{name}-whole", [(0, FRAMES)])
    check(len(whole) == FRAMES, f"{name}: {sorted(whole)} for frames 0:{FRAMES}")
    check(len(set(whole.values())) > 1, f"{name}: the frames differ from each other")
    check(frames(name, f"{name}-again", [(0, FRAMES)]) == whole, f"{name}: the same bytes twice")
    check(frames(name, f"{name}-core", [(0, FRAMES)], one_core=True) == whole,
          f"{name}: the same bytes on one core")
    split = frames(name, f"{name}-split", [(0, 3), (3, 4), (4, FRAMES)])
    check(split == whole, f"{name}: the same bytes in three ranges")

program("tone.weft", "play(0.3 * sin(me@time * 1000) * sin(me@time * 3))\n")
sounds = set()
for one_core in (False, False, True):
    weft("render", "tone.weft", "-o", "tone.wav", "--duration", "1", one_core=one_core)
    sounds.add(pathlib.Path("tone.wav").read_bytes())
    time.sleep(1.1)  # a date in the file would show
check(len(sounds) == 1, "the same sound every time")
