#!/usr/bin/env python3
"""What it takes to start: the bare command, and one small frame, against gst-launch-1.0 that moves
one buffer from nowhere to nowhere."""

import argparse
import pathlib
import shutil
import tempfile

from process import PROGRAMS, WEFT, run, sample

GSTREAMER = ("gst-launch-1.0", "-q", "fakesrc", "num-buffers=1", "!", "fakesink")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    quick = parser.parse_args().quick
    if shutil.which(GSTREAMER[0]) is None:
        raise SystemExit("gst-launch-1.0 is not installed; scripts/packages.txt names its package")
    run(*GSTREAMER)
    run(WEFT, "--version")
    for _ in range(10 if quick else 40):
        ours = run(WEFT, "--version")
        sample("version", ours=ours.elapsed, theirs=run(*GSTREAMER).elapsed)
    with tempfile.TemporaryDirectory() as temporary:
        directory = pathlib.Path(temporary)
        frame = (WEFT, "render", PROGRAMS / "plasma.weft", "--size", "64x64", "--frames", "0:1",
                 "-o", directory / "frame.png")
        for i in range(5 if quick else 15):
            cache = str(directory / f"cache{i}")
            for row in ("frame-cold", "frame-cached"):
                ours = run(*frame, WEFT_CACHE_DIR=cache).elapsed
                sample(row, ours=ours, theirs=run(*GSTREAMER).elapsed)
                sample(row + "-ms", value=ours * 1e3)


if __name__ == "__main__":
    main()
