"""OSC through a running program: what comes in is in the next frame, at its time, by patterns, over
every transport; what goes out is read by sockets and by oscdump; hostile packets do nothing."""

import json
import os
import pathlib
import shutil
import socket
import subprocess
import time

import osc
import shows
from weft_e2e import check, program, skip, weft

for tool in "oscsend", "oscdump":
    if not shutil.which(tool):
        skip(f"{tool} is not installed (liblo-tools)")


def running(name, *words):
    return shows.running(name, "--audio-device", "none", *words)


def echo(receiver):
    return program("echo.weft", f"""
me<fps> = 60
level<v, w> = osc_in("/level/a", 0.25)
any<v> = osc_in("/any/*")
osc("/echo", level@v, level@w, any@v, to: "127.0.0.1:{receiver.port}", rate: 60)
""")


def status(path):
    with socket.socket(socket.AF_UNIX) as reader:
        reader.settimeout(osc.PATIENCE_S)
        reader.connect(path)
        return json.loads(reader.makefile().readline())


def counters(path):
    """What the status socket says of osc."""
    return next(one for one in status(path)["inputs"] if one["name"] == "osc")


def values_come_and_go():
    port, stream = osc.free_port(), osc.free_port()
    with osc.Receiver() as receiver:
        unix = os.path.abspath("in")
        with running(echo(receiver), "--osc", f"udp:{port}", "--osc", f"tcp:{stream}",
                     "--osc", f"unix:{unix}", "--status", "unix:status"):
            def shows(*numbers):
                return receiver.wait(lambda one: one[1] == list(numbers), f"/echo {numbers}")

            # At first the defaults, then whatever comes, each argument for its output.
            (address, _, tag), _ = shows(0.25, 0.25, 0)
            check(address == "/echo" and tag != osc.IMMEDIATELY, "a bundle with the frame's time")
            subprocess.run(["oscsend", "127.0.0.1", str(port), "/level/a", "fi", "0.5", "3"], check=True)
            shows(0.5, 3, 0)
            subprocess.run(["oscsend", f"osc.tcp://127.0.0.1:{stream}", "/level/a", "d", "0.75"],
                           check=True)
            shows(0.75, 3, 0)
            subprocess.run(["oscsend", f"osc.unix://{unix}", "/level/a", "T"], check=True)
            shows(1, 3, 0)

            receiver.send(port, osc.message("/lev*/[a-c]", 0.5))
            shows(0.5, 3, 0)
            receiver.send(port, osc.message("//a", 0.125))
            shows(0.125, 3, 0)
            receiver.send(port, osc.message("/any/thing", 7))
            shows(0.125, 3, 7)

            # A bundle holds together and at its time, not before it.
            due = time.time() + 0.4
            receiver.send(port, osc.bundle(osc.tag_of(due), osc.message("/level/a", 2, 4),
                                           osc.bundle(osc.IMMEDIATELY, osc.message("/any/x", 8))))
            receiver.send(port, osc.message("/any/x", 9))
            shows(0.125, 3, 9)
            (_, _, tag), _ = shows(2, 4, 8)
            # In the frame during which it is due, of those that are shown.
            shown = osc.seconds_of(tag)
            check(shown > due - 2 / 60, f"due at {due}, shown at {shown}")

            # Whatever is thrown at it, it counts and goes on.
            before = counters("status")["malformed"]
            hostile = [b"abc", b"/", b"#bundle\0", os.urandom(400), osc.message("/level/a", 9)[:-2],
                       osc.bundle(1, osc.message("/level/a", 9)) + b"\x7f\xff\xff\xfc/a\0\0",
                       osc.message("/level/a", float("nan")), b"\0" * 60000]
            for packet in hostile:
                receiver.send(port, packet)
            with socket.create_connection(("127.0.0.1", stream)) as attacker:
                attacker.sendall(b"\x7f\xff\xff\xff" + b"x" * 100)
            receiver.send(port, osc.message("/any/thing", 10))
            shows(2, 4, 10)
            wanted = before + len(hostile) + 1
            end = time.monotonic() + osc.PATIENCE_S
            while counters("status")["malformed"] < wanted and time.monotonic() < end:
                pass
            check(counters("status")["malformed"] == wanted, f"{wanted} are counted")
            check(counters("status")["unsent"] == 0, "nothing is lost on the way out")

            # Another program in its place, at the same ports: what came before still holds, and still
            # counts. One that is wrong changes nothing.
            told = counters("status")
            text = pathlib.Path("echo.weft").read_text()
            pathlib.Path("echo.weft").write_text(text.replace("osc(", "osc(nothing"))
            receiver.send(port, osc.message("/any/thing", 11))
            shows(2, 4, 11)
            pathlib.Path("echo.weft").write_text(text.replace("any@v,", "any@v * 2, 1,"))
            shows(2, 4, 22, 1)
            subprocess.run(["oscsend", f"osc.tcp://127.0.0.1:{stream}", "/level/a", "i", "5"],
                           check=True)
            shows(5, 4, 22, 1)
            now = counters("status")
            check(now["received"] == told["received"] + 2 and now["malformed"] == told["malformed"],
                  f"two messages more than {told}: {now}")
            check(now["sent"] >= told["sent"] + 3, f"all that was sent since {told}: {now}")


def what_is_too_much_is_dropped_and_said():
    """Of values that wait for their time there is room for 4,096."""
    port = osc.free_port()
    with osc.Receiver() as receiver:
        with running(echo(receiver), "--osc", f"udp:{port}", "--status", "unix:status"):
            receiver.wait(lambda one: one[1] == [0.25, 0.25, 0], "it runs")
            later = osc.tag_of(time.time() + 600)
            apart = 1 << 22  # a millisecond: two at the same moment of the host's clock are one
            for first in range(0, 5000, 1000):  # no more at once than a socket keeps
                for i in range(first, first + 1000, 100):
                    parts = [osc.bundle(later + k * apart, osc.message("/any/x", k))
                             for k in range(i, i + 100)]
                    receiver.send(port, osc.bundle(later, *parts))
                end = time.monotonic() + osc.PATIENCE_S
                while (taken := status("status")["events"]["taken"]) < first + 1000:
                    check(time.monotonic() < end, f"of {first + 1000} {taken} came")
            receiver.send(port, osc.message("/any/thing", 12))
            receiver.wait(lambda one: one[1] == [0.25, 0.25, 12], "what comes later")
            events = status("status")["events"]
            check(events["taken"] >= 5001 and events["waiting"] <= 4096 and
                  events["dropped"] == 5000 - events["waiting"], f"{events}")
            check("values from outside were dropped" in shows.said(), shows.said())


def a_taken_port_is_an_error():
    with osc.Receiver() as holder:
        name = echo(holder)
        done = weft("run", name, "--headless", "--audio-device", "none", "--osc",
                    f"udp:{holder.port}", "--duration", "1", expect=3)
        said = done.stderr.decode()
        check(f"udp:{holder.port} is taken" in said and "--osc" in said, said)


def oscdump_reads_it():
    port = osc.free_port()
    with subprocess.Popen(["oscdump", "-L", str(port)], stdout=subprocess.PIPE, text=True) as dump:
        try:
            name = program("out.weft", f"""
me<fps> = 30
count = floor(me@abstime * 10)
osc("/count", count, 0.5, to: "127.0.0.1:{port}")
osc("/still", 1, to: "127.0.0.1:{port}")
""")
            with running(name):
                lines = [dump.stdout.readline().split() for _ in range(6)]
        finally:
            dump.terminate()
    counts = [float(line[3]) for line in lines if line[1] == "/count"]
    check(counts == sorted(set(counts)) and len(counts) >= 4, f"only what changed is sent: {lines}")
    check(all(line[2] == "ff" and float(line[4]) == 0.5 for line in lines if line[1] == "/count"),
          f"{lines}")
    check(sum(line[1] == "/still" for line in lines) <= 2, f"what stands still is not: {lines}")


values_come_and_go()
what_is_too_much_is_dropped_and_said()
a_taken_port_is_an_error()
oscdump_reads_it()
