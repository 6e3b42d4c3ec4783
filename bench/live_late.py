#!/usr/bin/env python3
"""Ten minutes of two shows at 64 samples a block: blocks that took longer than they last, which are
underruns of our making, and underruns of any. The machine is late by itself, too: a third server, whose
client computes the same samples in its callback and does nothing else, tells how often.

All three run beside each other, with the rights to real time where this user has them."""

import contextlib
import json
import os
import pathlib
import subprocess
import sys
import tempfile

from process import BIN, PROGRAMS, ROOT, WEFT, may_be_realtime, sample

os.environ.update({"WEFT": WEFT, "WEFT_ROOT": str(ROOT)})
sys.path.insert(0, str(ROOT / "tests" / "e2e" / "lib"))
import jack  # noqa: E402: it wants to know WEFT

SHOWS = (("partials64", "late-partials"), ("saws8", "late-saws"))


def main():
    seconds = 10 if "--quick" in sys.argv[1:] else 600
    realtime = may_be_realtime()
    with contextlib.ExitStack() as stack:
        os.chdir(stack.enter_context(tempfile.TemporaryDirectory(prefix="weft-bench-")))

        def on_server(*command):
            server = stack.enter_context(jack.Server(period=64, sync=False, realtime=realtime))
            return server, subprocess.Popen(command, text=True, stdout=subprocess.PIPE,
                                            stderr=subprocess.DEVNULL)

        bare, client = on_server(BIN / "bench_live_audio", "called",
                                 PROGRAMS / "saws8.weft", str(seconds))
        shows = [on_server(WEFT, "run", "--headless", "--block", "64", "--duration", str(seconds),
                           "--status", "-", PROGRAMS / f"{name}.weft")[1] for name, _ in SHOWS]
        told = [show.communicate()[0] for show in shows]
        client.communicate()
        late = pathlib.Path(bare.said).read_text(errors="replace").count("XRun")
    for process in (client, *shows):
        if process.returncode != 0:
            raise SystemExit(f"{process.args[0]} failed")
    sample("late-bare-underruns", value=60 * late / seconds)
    for (_, row), text in zip(SHOWS, told):
        sound = json.loads(text.splitlines()[-1])["sound"]
        sample(row, value=sound["slow"])
        sample(f"{row}-underruns", value=60 * sound["underruns"] / seconds)


main()
