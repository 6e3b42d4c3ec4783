#!/usr/bin/env python3
"""Hours of a show as fast as it runs: edited, under storms of messages, with a device that is lost
again and again. What the process holds, what became of the edits, and how far its clock is from where
it should be."""

import argparse
import json
import os
import pathlib
import random
import shutil
import socket
import struct
import subprocess
import tempfile
import time

from process import BIN, WEFT, sample

HOURS = 8
# A back end that does what a file says: tests/plugins/moody.c.
MOODY = BIN.parent / "tests" / "plugins" / "moody.so"
PROGRAM = """
me<width> = 64
me<height> = 36
me<fps> = 60
fader<v> = osc_in("/fader", 0.5)
old<v> = cache(trail, 2)
trail = max(step(distance(me@x, me@y, 0.5 + 0.3 * cos(me@time), fader@v), 0.1), 0.97 * old@v[old@k ~ 1])
moody<v> = cache(me@x, 2)
display(trail, fader@v, moody@v)
play(sin(me@time * 6.283185307179586 * {pitch}) * 0.2)
osc("/edit", {edit}, to: "127.0.0.1:{port}")
"""
LOST_EVERY_S = 2
EDIT_PATIENCE_S = 20


def udp():
    one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    one.bind(("127.0.0.1", 0))
    return one


def free_port():
    with udp() as one:
        return one.getsockname()[1]


def fader(value):
    return b"/fader\0\0,f\0\0" + struct.pack(">f", value)


def slope(points):
    """Least squares, per unit of x."""
    mean_x = sum(x for x, _ in points) / len(points)
    mean_y = sum(y for _, y in points) / len(points)
    return (sum((x - mean_x) * (y - mean_y) for x, y in points) /
            sum((x - mean_x) ** 2 for x, _ in points))


class Show:
    def __init__(self, directory, hours):
        self.directory = directory
        self.status = directory / "status.jsonl"
        self.answers = udp()
        self.answers.setblocking(False)
        self.port = free_port()
        self.edits = self.lost_edits = self.losses = 0
        self.runs = -1  # the newest edit that answers
        plugins = directory / "plugins"
        plugins.mkdir()
        shutil.copy(MOODY, plugins)
        (plugins / "moody.json").write_text(json.dumps(
            {"name": "moody", "version": "1.0", "summary": "a fixture", "abi_min": 1,
             "abi_target": 1, "contexts": ["visual", "audio"]}))
        self.mood("well")
        self.save()
        self.process = subprocess.Popen(
            [WEFT, "run", directory / "show.weft", "--simulate", "--duration", str(hours * 3600),
             "--status", self.status, "--osc", f"udp:127.0.0.1:{self.port}", "--plugin-dir",
             plugins, "--owner", "moody=moody"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env={**os.environ, "WEFT_TEST_MOOD": str(directory / "mood")})

    def replace(self, name, text):
        beside = self.directory / "beside"
        beside.write_text(text)
        beside.replace(self.directory / name)

    def mood(self, word):
        self.replace("mood", word)

    def save(self):
        self.saved = time.monotonic()
        self.replace("show.weft", PROGRAM.format(
            pitch=110 + self.edits % 440, edit=self.edits, port=self.answers.getsockname()[1]))

    def listen(self):
        """The edits that run tell their numbers, once each and whenever something is lost."""
        while True:
            try:
                packet = self.answers.recv(4096)
            except BlockingIOError:
                return
            at = packet.find(b",f\0\0")
            if at >= 0:
                self.runs = max(self.runs, round(struct.unpack_from(">f", packet, at + 4)[0]))

    def lose(self):
        """Its device, for a moment."""
        self.mood("lost")
        time.sleep(0.05)
        self.mood("well")
        self.losses += 1

    def edit(self):
        """One after the other: of two edits at once the newer one alone is compiled."""
        self.listen()
        if self.runs < self.edits:
            if time.monotonic() - self.saved < EDIT_PATIENCE_S:
                return
            self.lost_edits += 1
        self.edits += 1
        self.save()

    def storm(self, sender):
        for _ in range(100):
            try:
                sender.sendto(fader(random.random()), ("127.0.0.1", self.port))
                sender.sendto(random.randbytes(random.randrange(1, 64)), ("127.0.0.1", self.port))
            except OSError:
                pass  # a full buffer loses it, as any network may

    def run(self):
        """Lines of status."""
        lost = time.monotonic()
        with udp() as sender:
            while self.process.poll() is None:
                time.sleep(0.1)
                self.edit()
                self.storm(sender)
                if time.monotonic() - lost > LOST_EVERY_S:
                    lost = time.monotonic()
                    self.lose()
        if self.process.returncode != 0:
            raise SystemExit(f"weft run: exit code {self.process.returncode}")
        text = self.status.read_text()
        return [json.loads(line) for line in text[:text.rfind("\n") + 1].splitlines()]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    hours = HOURS / 16 if parser.parse_args().quick else HOURS
    with tempfile.TemporaryDirectory() as temporary:
        show = Show(pathlib.Path(temporary), hours)
        lines = show.run()
    last = lines[-1]
    # What it holds in its first tenth it may hold.
    settled = lines[len(lines) // 10:]
    for what in ("resident", "descriptors", "threads"):
        grows = slope([(line["time"] / 3600, line["process"][what]) for line in settled])
        sample(f"hours-{what}", value=max(0.0, grows) / (1e6 if what == "resident" else 1))
    sample("hours-edits", value=show.lost_edits)
    sample("hours-edited", value=show.edits)
    sample("hours-losses", value=show.losses)
    ticks = last["frames"]["shown"] + last["frames"]["left_out"]
    sample("hours-time", value=abs(last["time"] - (ticks - 1) / 60))
    sample("hours-frames", value=ticks / (hours * 3600 * 60))


if __name__ == "__main__":
    main()
