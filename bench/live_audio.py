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


def offline(way, program, seconds):
    """The bench that says how long the same frames take `way`; `result` waits for its figure."""
    return subprocess.Popen([BIN / "bench_live_audio", way, program, str(seconds)], text=True,
                            stdout=subprocess.PIPE)


def result(process):
    out, _ = process.communicate()
    if process.returncode != 0:
        raise SystemExit("bench_live_audio failed")
    return float(out)


def measure(program, seconds):
    """Shares of a block's time: what computing it takes in a running program; in a callback of the
    same server meanwhile, block by block beside it, so that what the machine does meets both; and,
    with nothing beside it, at the device's pace and as fast as possible."""
    with jack.Server(period=64):
        show = subprocess.Popen([WEFT, "run", "--headless", "--block", "64", "--duration",
                                 str(seconds + 3), "--status", "-", program], text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        called = result(offline("called", program, seconds))
        told = [json.loads(line)["sound"] for line in show.communicate()[0].splitlines()]
    # The first second has the first touch of everything in it.
    live = statistics.median(one["load"] for one in told[1:seconds + 1])
    return live, called, *(result(offline(way, program, seconds)) for way in ("paced", "fast"))


def main():
    quick = "--quick" in sys.argv[1:]
    seconds, rounds = (3, 1) if quick else (5, 6)
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
