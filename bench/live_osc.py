#!/usr/bin/env python3
"""From an OSC message to the frame and to the sound that has its value. `weft run` answers each
message in the frame that shows it, and says when that frame shows; it plays each as a level, which a
recorder finds in the blocks that a JACK server of its own has for the device: what they still wait
there, the latency of the output, does not count. Messages come at all phases of a frame and of a
block. With --histogram, who is how late, in tenths of a frame or a block, goes to standard error."""

import collections
import contextlib
import math
import os
import pathlib
import random
import statistics
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

FPS, RATE, BLOCKS = 60, 48000, (64, 256)


class Levels(jack.Recorder):
    """Keeps when the server had the first block of each level: seconds of time.monotonic. Its own
    time of a block is of no use: without a sound card that is when the block was due, and on a busy
    machine all of them come late, and their sound with them."""

    def __init__(self, server):
        super().__init__(server, ["weft:out_0"])
        self.came = {}
        self.level = None

    def process(self, count, given):
        now = time.monotonic()
        super().process(count, given)
        heard = memoryview(bytes(self.channels[0])).cast("f")
        self.channels[0].clear()
        if heard[-1] != self.level:
            self.level = heard[-1]
            # A level holds for whole blocks.
            self.came[self.level] = now if heard[0] == self.level else math.inf
        return 0


@contextlib.contextmanager
def running(text, port, *words):
    pathlib.Path("show.weft").write_text(text, encoding="utf-8")
    process = subprocess.Popen([WEFT, "run", "show.weft", "--headless", "--osc", f"udp:{port}", *words],
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        process.wait()


def to_frames(count):
    """Frames from sending a message to the moment at which its frame shows, and to the answer."""
    port, draw = osc.free_port(), random.Random(4)
    shown, answered = [], []
    with osc.Receiver() as receiver, running(
            f'me<fps> = {FPS}\nasked<v> = osc_in("/ask")\n'
            f'osc("/shown", asked@v, to: "127.0.0.1:{receiver.port}")\n',
            port, "--audio-device", "none"):
        receiver.wait(lambda one: one[1] == [0], "the first frame")
        for number in range(1, count + 1):
            time.sleep(draw.uniform(1, 2) / FPS)
            sent = time.time()
            receiver.send(port, osc.message("/ask", number))
            (_, _, tag), now = receiver.wait(lambda one, n=number: one[1] == [n], f"answer {number}")
            shown.append((osc.seconds_of(tag) - sent) * FPS)
            answered.append((now - sent) * FPS)
    return shown, answered


def to_sound(block, count):
    """Blocks from sending a message to having the first block that has its value."""
    port, draw, late = osc.free_port(), random.Random(4), []
    with jack.Server(rate=RATE, period=block) as server, osc.Receiver() as sender, \
            running('level<v> = osc_in("/level", 0.5)\nplay(level@v)\n', port, "--block", str(block)), \
            Levels(server) as levels:
        jack.wait_until(lambda: 0.5 in levels.came, "the program plays")
        for number in range(1, count + 1):
            time.sleep(draw.uniform(1, 2) * block / RATE)
            level = 0.5 + number / 4096
            sent = time.monotonic()
            sender.send(port, osc.message("/level", level))
            while level not in levels.came:
                time.sleep(block / RATE)
            late.append((levels.came[level] - sent) * RATE / block)
    return late


def tell(row, unit, late):
    sample(row, value=statistics.median(late))
    sample(f"{row}-99", value=statistics.quantiles(late, n=100)[98])
    if "--histogram" not in sys.argv:
        return
    tenths = collections.Counter(math.floor(one * 10) for one in late)
    print(f"{row}: {len(late)} messages by {unit}, a # for one of 100", file=sys.stderr)
    for tenth in sorted(tenths):
        bar = "#" * round(100 * tenths[tenth] / len(late))
        print(f"{tenth / 10:5.1f} {tenths[tenth]:5d} {bar}", file=sys.stderr)


def main():
    quick = "--quick" in sys.argv
    with tempfile.TemporaryDirectory() as directory:
        os.chdir(directory)
        shown, answered = to_frames(60 if quick else 400)
        tell("osc-to-frame", "frames", answered)
        sample("osc-to-frame-shown", value=statistics.median(shown))
        for block in BLOCKS:
            tell(f"osc-to-sound-{block}", "blocks", to_sound(block, 300 if quick else 2000))


main()
