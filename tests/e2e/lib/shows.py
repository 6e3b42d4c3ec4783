"""A show that runs without windows: what it says, and the program that is edited meanwhile."""

import contextlib
import json
import os
import pathlib
import signal
import subprocess

from weft_e2e import WEFT, check

PATIENCE_S = 60  # for what takes milliseconds on an idle machine


@contextlib.contextmanager
def running(name, *words, **how):
    """`weft run --headless`, ended by SIGTERM, which it must obey with 0; `how` is for Popen."""
    with open("said", "wb") as out:
        process = subprocess.Popen([WEFT, "run", "--headless", name, *words],
                                   **{"stdin": subprocess.DEVNULL, **how}, stdout=out, stderr=out)
    try:
        yield process
        process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE_S)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
    check(process.returncode == 0, f"`weft run` ends with 0, not {process.returncode}:\n{said()}")


@contextlib.contextmanager
def to_its_end(*words, environment=None, expect=0):
    """`weft run --headless`, until it ends by itself, with `expect`; it says all in run.log."""
    command = [WEFT, "run", "--headless", *words]
    with open("run.log", "wb") as log:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                   env={**os.environ, **(environment or {})})
    try:
        yield process
        check(process.wait(PATIENCE_S) == expect, f"{' '.join(command)} ends with {expect}: "
              + pathlib.Path("run.log").read_text(errors="replace"))
    finally:
        process.kill()
        process.wait()


def said():
    """All that it has said so far."""
    return pathlib.Path("said").read_text(errors="replace")


def told(status):
    """The newest line of a status file; {} before the first."""
    lines = pathlib.Path(status).read_text().split("\n")[:-1] if os.path.exists(status) else []
    return json.loads(lines[-1]) if lines else {}


def save(text, name="show.weft"):
    """As editors do: beside it, and then in its place."""
    pathlib.Path(name + "~").write_text(text, encoding="utf-8")
    os.replace(name + "~", name)
