"""Knobs of a running program: they learn what turns them, also from the keys of a terminal, stand
where they stood when the program is started again, may be edited by hand while it runs, and are
called by presets; a file that cannot be read stays as it is."""

import fcntl
import json
import os
import pathlib
import pty
import termios
import time

import osc
import shows
from weft_e2e import check, program, weft

FILE = pathlib.Path("show.weft.params.json")


def running(*words, **how):
    return shows.running("show.weft", "--audio-device", "none", *words, **how)


def wait_until_said(text):
    end = time.monotonic() + shows.PATIENCE_S
    while text not in shows.said():
        check(time.monotonic() < end, f"'{text}' is said:\n{shows.said()}")
        time.sleep(0.02)


def kept():
    return json.loads(FILE.read_text(encoding="utf-8"))


with osc.Receiver() as receiver:
    port = osc.free_port()
    program("show.weft", f"""
me<fps> = 60
#slider speed<s> = 10, 20, 12
#toggle on<s> = false
osc("/echo", speed, on, to: "127.0.0.1:{receiver.port}", always: 1)
""")

    def echoes(*numbers):
        receiver.wait(lambda one: one[1] == list(numbers), f"/echo {numbers}")

    with running("--learn", "--osc", f"udp:{port}"):
        echoes(12, 0)
        receiver.send(port, osc.message("/fader", 0.5))
        echoes(15, 0)
        receiver.send(port, osc.message("/fader", 1.0))
        echoes(20, 0)
        receiver.send(port, osc.message("/button", 1.0))
        echoes(20, 1)
        receiver.send(port, osc.message("/button", 0.0))
        receiver.send(port, osc.message("/button", 1.0))
        echoes(20, 0)
    check(kept()["bindings"] == {"speed@s": 'osc_in("/fader")', "on@s": 'osc_in("/button")'},
          f"what was learned is kept: {kept()}")
    check(kept()["values"] == {"speed@s": 20, "on@s": 0}, f"and where knobs stood: {kept()}")

    # By hand, with something that we do not know.
    by_hand = kept()
    by_hand["bindings"]["speed@s"] = 'osc_in("/other")[1]'
    by_hand["presets"] = {"calm": {"speed@s": 11}}
    by_hand["author"] = "somebody"
    FILE.write_text(json.dumps(by_hand), encoding="utf-8")
    with running("--osc", f"udp:{port}"):
        echoes(20, 0)
        receiver.send(port, osc.message("/other", 0.0, 0.25))
        echoes(12.5, 0)
    check(kept()["author"] == "somebody" and kept()["values"]["speed@s"] == 12.5, f"{kept()}")
    with running("--preset", "calm"):
        echoes(11, 0)
        by_hand = kept()
        by_hand["values"] = {"speed@s": 17, "on@s": True}
        FILE.write_text(json.dumps(by_hand), encoding="utf-8")
        echoes(17, 1)
    check(kept()["values"] == {"speed@s": 17, "on@s": True} and kept()["author"] == "somebody",
          f"what was edited is what is kept: {kept()}")
    FILE.unlink()

    # Keys of a terminal, where there are no windows.
    terminal, other_end = pty.openpty()
    before = termios.tcgetattr(other_end)

    def take_terminal():
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)

    with running("--learn", stdin=other_end, start_new_session=True, preexec_fn=take_terminal):
        echoes(12, 0)
        wait_until_said("learn speed@s (free)")
        os.write(terminal, b"\t")
        wait_until_said("learn on@s (free)")
        os.write(terminal, b"x")  # learned, and it is pressed
        wait_until_said("on@s is turned by key(x)")
        echoes(12, 1)
        os.write(terminal, b"\x1b[Z")
        wait_until_said("learn speed@s (free)")
    check(kept()["bindings"] == {"on@s": "key(x)"}, f"a key was learned: {kept()}")
    check(termios.tcgetattr(other_end) == before, "the terminal is as it was")
    os.close(terminal)
    os.close(other_end)

    FILE.write_text("{\"weft-params\": 1, ", encoding="utf-8")
    with running("--learn", "--osc", f"udp:{port}"):
        echoes(12, 0)
        receiver.send(port, osc.message("/fader", 0.5))
        echoes(15, 0)
    check("W0820" in shows.said(), "what is wrong with the file is said")
    check(FILE.read_text() == "{\"weft-params\": 1, ", "it stays as it is")
    FILE.unlink()
    done = weft("run", "--headless", "show.weft", "--preset", "wild", expect=1)
    check("W0821" in done.stderr.decode(), f"there is no such preset: {done.stderr}")
