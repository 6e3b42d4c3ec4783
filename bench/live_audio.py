"""The load of the audio thread of a running program, at 64 samples a block on a JACK server of its
own, against the cost of the same frames offline: at the same pace, and as fast as possible."""

import json
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


WAYS = ("called", "paced", "fast")


def measure(program, seconds, realtime):
    """Shares of a block's time, a list of seconds each: what computing it takes in a running program;
    and offline, in a callback of the same server, at the device's pace, and as fast as possible."""
    with jack.Server(period=64, sync=False, realtime=realtime):
        done = subprocess.run([WEFT, "run", "--headless", "--block", "64", "--duration",
                               str(seconds + 2), "--status", "-", program], text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True)
        offline = [subprocess.run([BIN / "bench_live_audio", way, program, str(seconds)], text=True,
                                  stdout=subprocess.PIPE, check=True).stdout for way in WAYS]
    told = [json.loads(line)["sound"]["load"] for line in done.stdout.splitlines()]
    # The first second has the first touch of everything in it.
    return told[2:], *([float(line) for line in text.splitlines()] for text in offline)


def undisturbed(turns):
    """The median second of the turn that was disturbed least. What others do on the machine comes and
    goes with turns, or lasts for most of them, and makes three of what a block takes; never less."""
    return min(statistics.median(seconds) for seconds in turns)


def main():
    quick = "--quick" in sys.argv[1:]
    realtime = may_be_realtime()
    seconds, turns = (2, 1) if quick else (3, 8)
    with tempfile.TemporaryDirectory(prefix="weft-bench-") as directory:
        os.chdir(directory)
        for name, row in PROGRAMS_AND_ROWS:
            program = str(pathlib.Path(PROGRAMS, f"{name}.weft"))
            all_turns = zip(*(measure(program, seconds, realtime) for _ in range(turns)))
            load, *offline = (undisturbed(each) for each in all_turns)
            for way, cost in zip(WAYS, offline):
                sample(row if way == "called" else f"{row}-{way}", ours=load, theirs=cost)
            sample(f"{row}-share", value=100 * load)


main()
