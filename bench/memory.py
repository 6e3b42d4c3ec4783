#!/usr/bin/env python3
"""Peak resident memory of plasma at 1920x1080: what the whole process takes, and that it does not
grow with the number of frames."""

import argparse
import pathlib
import tempfile

from process import PROGRAMS, WEFT, peak_memory, sample


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    quick = parser.parse_args().quick
    with tempfile.TemporaryDirectory() as temporary:
        def peak(frames: int, out: str) -> float:
            return peak_memory(WEFT, "render", PROGRAMS / "plasma.weft", "--size", "1920x1080",
                               "--frames", f"0:{frames}", "-o", out)

        for _ in range(1 if quick else 2):
            few = peak(10, "-")
            many = peak(600, "-")
            sample("memory-10", value=few)
            sample("memory-600", value=many)
            sample("memory-growth", ours=many, theirs=few)
        sample("memory-film", value=peak(30, str(pathlib.Path(temporary) / "plasma.mp4")))


if __name__ == "__main__":
    main()
