"""Ableton Link: of two shows on one network the one that comes later takes the tempo and the bar of
the one that is there; without the plugin that is said. All of it on a network of its own."""

import contextlib
import os
import pathlib
import shutil
import signal
import subprocess
import sys

import osc
from weft_e2e import WEFT, check, program, skip

APART = 0.25  # beats: frames of two shows are due at different moments
ALONE = "WEFT_TEST_NETWORK"  # set: this process has a network of its own


def on_a_network_of_its_own():
    """Begins anew where nobody else speaks Link, and multicast stays within."""
    if os.environ.get(ALONE):
        return
    command = ["unshare", "--user", "--map-root-user", "--net"]
    if not shutil.which("ip") or subprocess.run([*command, "true"], capture_output=True,
                                                check=False).returncode != 0:
        skip("no network of its own: unshare or ip does not work here")
    prepare = ("ip link set lo up && ip link set lo multicast on && "
               "ip route add 224.0.0.0/4 dev lo && exec \"$@\"")
    os.environ[ALONE] = "1"
    os.execvp(command[0], [*command, "sh", "-c", prepare, "sh", sys.executable, __file__])


@contextlib.contextmanager
def show(name, bpm, receiver):
    """A show that tells its beat with every frame, and the moment at which that is seen."""
    program(f"{name}.weft", f"me<bpm> = {bpm}\nme<fps> = 60\n"
            f'osc("/{name}", me@beat, to: "127.0.0.1:{receiver.port}", always: 1)\n')
    with open(f"{name}.log", "wb") as log:
        process = subprocess.Popen([WEFT, "run", f"{name}.weft", "--headless", "--audio-device",
                                    "none", "--link"], stdin=subprocess.DEVNULL, stderr=log)
    try:
        yield
        process.send_signal(signal.SIGTERM)
        process.wait(osc.PATIENCE_S)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
    told = pathlib.Path(f"{name}.log").read_text(errors="replace")
    check(process.returncode == 0, f"{name} ends with 0, not {process.returncode}:\n{told}")


class Beats:
    """What the shows tell, by their addresses: the newest two moments with their beats."""

    def __init__(self, receiver):
        self.receiver = receiver
        self.told = {}

    def wait(self, holds, text):
        def take(one):
            address, (beat, *_), tag = one
            self.told[address] = [*self.told.get(address, [])[-1:], (osc.seconds_of(tag), beat)]
            return holds()
        self.receiver.wait(take, text)

    def goes_at(self, address, bpm):
        pairs = self.told.get(address, [])
        if len(pairs) < 2:
            return False
        (before, beat_before), (now, beat) = pairs
        return abs((beat - beat_before) - (now - before) * bpm / 60) < (now - before) * 0.1

    def agree(self, one, other, bpm):
        """Whether two shows are at the same place of a bar of four beats."""
        if not (self.told.get(one) and self.told.get(other)):
            return False
        (now, beat), (then, other_beat) = self.told[one][-1], self.told[other][-1]
        apart = (beat - other_beat - (now - then) * bpm / 60) % 4
        return min(apart, 4 - apart) < APART


def two_shows():
    with osc.Receiver() as receiver:
        beats = Beats(receiver)
        with show("first", 150, receiver):
            # Of two that come within half a second of each other anybody's tempo may win.
            beats.wait(lambda: beats.goes_at("/first", 150) and beats.told["/first"][-1][1] > 4,
                       "alone it goes at its own tempo")
            with show("second", 90, receiver):
                beats.wait(lambda: beats.goes_at("/second", 150), "the other one's tempo is taken")
                beats.wait(lambda: beats.agree("/first", "/second", 150), "and its bar")
                beats.wait(lambda: beats.goes_at("/first", 150), "the first goes on as before")


def without_the_plugin():
    installed = pathlib.Path(WEFT).resolve().parents[1]
    pathlib.Path("bin").mkdir()
    shutil.copy2(WEFT, "bin/weft")
    plugins = pathlib.Path("lib/weft")
    plugins.mkdir(parents=True)
    for library in (installed / "lib").glob("libweft.so*"):
        (plugins.parent / library.name).symlink_to(library)
    for file in (installed / "lib" / "weft").iterdir():
        if file.stem != "link":
            (plugins / file.name).symlink_to(file)
    program("silent.weft", 'osc("/x", me@beat, to: "127.0.0.1:9")\n')
    done = subprocess.run(["bin/weft", "run", "silent.weft", "--headless", "--link", "--duration",
                           "1"], capture_output=True, timeout=osc.PATIENCE_S, check=False)
    check(done.returncode == 3 and b"shares its tempo" in done.stderr,
          f"it says what is missing, and ends with 3: {done.returncode} {done.stderr.decode()}")


if not (pathlib.Path(WEFT).resolve().parents[1] / "lib" / "weft" / "link.so").exists():
    skip("built without the plugin: WEFT_WITH_LINK=OFF")
on_a_network_of_its_own()
two_shows()
without_the_plugin()
