"""The load of the audio thread of a running program, at 64 samples a block on a JACK server of its
own, against the cost of the same frames offline: in a stream of PortAudio that does nothing else,
called by the same thread; at the same pace; and as fast as possible."""

import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

from process import BIN, PROGRAMS, ROOT, WEFT, may_be_realtime, sample

os.environ.update({"WEFT": WEFT, "WEFT_ROOT": str(ROOT)})
sys.path.insert(0, str(ROOT / "tests" / "e2e" / "lib"))
import jack  # noqa: E402: it wants to know WEFT

PROGRAMS_AND_ROWS = (("partials64", "live-partials"), ("saws8", "live-saws"))


def measure(way, program, seconds):
    """The median second: shares of a block's time that computing it takes."""
    told = subprocess.run([BIN / "bench_live_audio", way, program, str(seconds)], text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True).stdout
    columns = zip(*([float(number) for number in line.split()] for line in told.splitlines()
                    if line[:1].isdigit()))
    return [statistics.median(column) for column in columns]


def main():
    quick = "--quick" in sys.argv[1:]
    realtime = may_be_realtime()
    # Where its memory comes to lie makes half of what distinguishes one process from another.
    seconds, turns = (2, 1) if quick else (3, 8)
    with tempfile.TemporaryDirectory(prefix="weft-bench-") as directory:
        os.chdir(directory)
        for name, row in PROGRAMS_AND_ROWS:
            program = str(pathlib.Path(PROGRAMS, f"{name}.weft"))
            loads = []
            for _ in range(turns):
                with jack.Server(period=64, sync=False, realtime=realtime):
                    load, bare = measure("beside", program, seconds)
                sample(row, ours=load, theirs=bare)
                loads.append(load)
            load = statistics.median(loads)
            for way in ("paced", "fast"):
                sample(f"{row}-{way}", ours=load, theirs=measure(way, program, seconds)[0])
            sample(f"{row}-share", value=100 * load)


main()
