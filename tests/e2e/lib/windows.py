"""What cases about windows share: a show that runs, and what its windows ought to show."""

import contextlib
import json
import os
import pathlib
import subprocess

import xvfb
from weft_e2e import WEFT, check, read_png, weft


@contextlib.contextmanager
def running(*args, excused=None, **more):
    """`weft run ARGS`, which is to end by itself, with 0, before the block is left. What it says is
    in the file `said`; of validation nothing but what is `excused`."""
    with open("said", "wb") as said:
        process = subprocess.Popen([WEFT, "run", *args], stdin=subprocess.DEVNULL, stdout=said,
                                   stderr=said, **more)
    try:
        yield process
        process.wait(xvfb.PATIENCE_S)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        print(said_so_far(), end="")
    check(process.returncode == 0, f"`weft run` ends with 0, not {process.returncode}")
    objections = [line for line in said_so_far().splitlines()
                  if "validation" in line and not (excused and excused in line)]
    check(not objections, "nothing is said by validation")


def said_so_far():
    return pathlib.Path("said").read_text(errors="replace")


def told_last(status):
    """The newest line of a status file, {} before the first."""
    lines = pathlib.Path(status).read_text().split("\n")[:-1] if os.path.exists(status) else []
    return json.loads(lines[-1]) if lines else {}


def wait_for_frames(status, more=10):
    """Until a show that writes this status has shown so many frames more."""
    shown = told_last(status)["frames"]["shown"]
    xvfb.wait_until(lambda: told_last(status)["frames"]["shown"] >= shown + more, "frames go on")


def rendered(name, *args, frame=0):
    """Rows of r, g, b of one frame."""
    weft("render", name, "-o", "still.png", "--frames", f"{frame}:{frame + 1}", *args)
    return colours_of("still.png")


def colours_of(png):
    _, _, channels, rows = read_png(png)
    if channels == 1:
        return [bytearray(v for v in row for _ in range(3)) for row in rows]
    return [bytearray(v for i, v in enumerate(row) if i % channels < 3) for row in rows]


def enlarged(rows, factor):
    wide = [bytearray(b for x in range(0, len(row), 3) for b in bytes(row[x:x + 3]) * factor)
            for row in rows]
    return [row for row in wide for _ in range(factor)]


def wait_for(screen, window, wanted, text):
    """Until the window shows these rows."""
    xvfb.wait_until(lambda: screen.picture_of(window) == wanted, text)


def colour(rows, x, y):
    return tuple(rows[y][x * 3:x * 3 + 3])
