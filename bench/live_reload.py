#!/usr/bin/env python3
"""How long a save takes to be seen and to be heard, beyond what compiling it takes: a program that
runs on a JACK server of its own is edited, and says by OSC which edition its frames are of; each
edition plays a level of its own, which a recorder finds in the sound."""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

from process import ROOT, WEFT, sample

os.environ.setdefault("WEFT", WEFT)
os.environ.setdefault("WEFT_ROOT", str(ROOT))
sys.path.insert(0, str(ROOT / "tests" / "e2e" / "lib"))

import jack
import osc

RATE, BLOCK, FPS = 48000, 256, 60


class Levels(jack.Recorder):
    """Keeps only when the sound came to each level."""

    def __init__(self, server):
        super().__init__(server, ["weft:out_0"])
        self.came = {}
        self.level = 0

    def process(self, count, given):
        super().process(count, given)
        now = time.monotonic()
        heard = memoryview(bytes(self.channels[0][-count * 4:])).cast("f")
        del self.channels[0][:]
        # A fade has begun where the sound is no longer at the level before.
        if abs(heard[-1] - self.level) > 1e-4 and self.level not in self.came:
            self.came[self.level] = now
        if heard[0] == heard[-1]:
            self.level = heard[0]
        return 0


def edition(number, port):
    """What changes is compiled anew: constants are part of the code."""
    return (f"play({number / 100} + 0 * me@time)\n"
            f'osc("/edit", {number}, to: "127.0.0.1:{port}", rate: {FPS})\n'
            f"display(fract(me@x * {number} + me@time), noise(me@x * {number}, me@y), 0)\n")


def last_status(path):
    return json.loads(path.read_text(encoding="utf-8").splitlines()[-1])["reloads"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    edits = 6 if parser.parse_args().quick else 24
    with tempfile.TemporaryDirectory() as temporary:
        os.chdir(temporary)
        os.environ["XDG_CACHE_HOME"] = temporary
        file, status = pathlib.Path("show.weft"), pathlib.Path("status")
        with jack.Server() as server, osc.Receiver() as receiver:
            file.write_text(edition(1, receiver.port), encoding="utf-8")
            with subprocess.Popen([WEFT, "run", "--headless", str(file), "--size", "640x360",
                                   "--status", str(status)], stdin=subprocess.DEVNULL) as process:
                with Levels(server) as levels:
                    receiver.wait(lambda one: one[1] == [1], "the program runs")
                    for number in range(2, edits + 2):
                        level = levels.level
                        pathlib.Path("next").write_text(edition(number, receiver.port),
                                                        encoding="utf-8")
                        saved, shown = time.monotonic(), time.time()
                        os.replace("next", file)
                        _, seen = receiver.wait(lambda one, n=number: one[1] == [n],
                                                f"edition {number}")
                        jack.wait_until(lambda: level in levels.came, f"the sound of {number}")
                        jack.wait_until(lambda: last_status(status)["taken"] == number - 1,
                                        "its status")
                        compiled = last_status(status)["seconds"]
                        sample("reload-compile", value=compiled * 1000)
                        sample("reload-picture", value=(seen - shown - compiled) * FPS)
                        sample("reload-sound",
                               value=(levels.came[level] - saved - compiled) * RATE / BLOCK)
                process.terminate()


if __name__ == "__main__":
    main()
