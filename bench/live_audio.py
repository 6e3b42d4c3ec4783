"""The load of the audio thread of a running program, at 64 samples a block on a JACK server of its
own, against the cost of the same frames offline: at the same pace, and as fast as possible."""

import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

from process import BIN, PROGRAMS, ROOT, WEFT, sample

os.environ.update({"WEFT": WEFT, "WEFT_ROOT": str(ROOT)})
sys.path.insert(0, str(ROOT / "tests" / "e2e" / "lib"))
import jack  # noqa: E402: it wants to know WEFT

PROGRAMS_AND_ROWS = (("partials64", "live-partials"), ("saws8", "live-saws"))


def measure(program, seconds):
    """Shares of a block's time: what computing it takes in a running program; and offline, in a
    callback of the same server, at the device's pace, and as fast as possible."""
    with jack.Server(period=64):
        done = subprocess.run([WEFT, "run", "--headless", "--block", "64", "--duration",
                               str(seconds + 2), "--status", "-", program], text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True)
        offline = [subprocess.run([BIN / "bench_live_audio", way, program, str(seconds)], text=True,
                                  stdout=subprocess.PIPE, check=True).stdout
                   for way in ("called", "paced", "fast")]
    told = [json.loads(line)["sound"] for line in done.stdout.splitlines()]
    # The first second has the first touch of everything in it.
    live = statistics.median(one["load"] for one in told[2:])
    return live, *map(float, offline)


def main():
    quick = "--quick" in sys.argv[1:]
    # Short and often: what the machine does beside it lasts for seconds, and must slow both.
    seconds, rounds = (2, 1) if quick else (3, 6)
    with tempfile.TemporaryDirectory(prefix="weft-bench-") as directory:
        os.chdir(directory)
        for _ in range(rounds):
            for name, row in PROGRAMS_AND_ROWS:
                program = str(pathlib.Path(PROGRAMS, f"{name}.weft"))
                load, called, paced, fast = measure(program, seconds)
                sample(row, ours=load, theirs=called)
                sample(f"{row}-paced", ours=load, theirs=paced)
                sample(f"{row}-fast", ours=load, theirs=fast)
                sample(f"{row}-share", value=100 * load)


main()
