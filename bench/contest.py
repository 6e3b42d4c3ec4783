"""What a contest is: one piece of work, done by Weft, by hand-written code and by what a user could
pick instead, each checked against the f64 reference before its time may count.

A group is a module bench/contests/NAME.py with `contests(quick)`, which returns Contests. Nothing is
built or measured while modules are loaded."""

from __future__ import annotations

import dataclasses
import json
import math
import pathlib
import shutil
import subprocess
from collections.abc import Callable, Sequence

from process import BIN, ROOT

PEERS = ROOT / "build" / "peers"  # built from bench/peers by scripts/bench
PATIENCE_S = 300


class Missing(Exception):
    """A contender that cannot run here; the text says why, and what to install."""


@dataclasses.dataclass
class Sample:
    """Seconds of one measurement: `warm`, a unit of the work once everything is in place; `cold`,
    from nothing to the first result, where that is a thing of its own."""

    warm: float
    cold: float | None = None


@dataclasses.dataclass
class Contender:
    """One way to do the work.

    kind     "weft", "hand" (written by hand for this machine) or "peer" (what one could pick)
    measure  [called in turns with the others] one Sample
    result   writes what it computes to the file, as raw little-endian singles in the order of the
             contest's reference; None where there is nothing to compare (an empty node)
    prepare  builds what it needs in a directory of its own, once; raises Missing
    version  what ran, a line
    note     a remark for the table: an unfair advantage, a setting"""

    name: str
    kind: str
    measure: Callable[[], Sample]
    result: Callable[[pathlib.Path], None] | None = None
    prepare: Callable[[pathlib.Path], None] = lambda scratch: None
    version: Callable[[], str] = lambda: ""
    note: str = ""


@dataclasses.dataclass
class Contest:
    """key        of its row in reports: "picture.plasma.1080p"
    work       in words
    unit       of the table: "ms a frame", ...; `scale` turns seconds into it
    floor      seconds a unit below which nothing can go (measured: memcpy, or arithmetic), or None
    reference  writes the f64 reference's values (singles, as `result`), once; None with no results
    least_db   signal over error below which a time does not count
    must       ratios that must hold, weft over the contender's name or kind: {"peer": 1.0, ...}
    most       for a unit in which weft alone is judged: at most so many of `unit`"""

    key: str
    work: str
    unit: str
    scale: float
    contenders: Sequence[Contender]
    floor: Callable[[], float] | None = None
    floor_text: str = ""
    reference: Callable[[pathlib.Path], None] | None = None
    least_db: float = 40.0
    must: dict[str, float] = dataclasses.field(default_factory=dict)
    most: float | None = None


def need(command: str, package: str) -> str:
    """The path of a command, or Missing."""
    path = shutil.which(command)
    if path is None:
        raise Missing(f"no {command} here: apt-get install {package}")
    return path


def command(*words, cwd=None, environment=None) -> str:
    """What it prints; a failure ends this contender, with the last line of its errors."""
    done = subprocess.run([str(word) for word in words], cwd=cwd, env=environment, text=True,
                          stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE_S, check=False)
    if done.returncode != 0:
        lines = (done.stderr or done.stdout).strip().splitlines()
        raise Missing(f"{words[0]} failed ({done.returncode}): {lines[-1] if lines else ''}")
    return done.stdout


def first_line(*words) -> str:
    """Of a command's answer to --version and the like, wherever it prints it."""
    done = subprocess.run([str(word) for word in words], text=True, stdin=subprocess.DEVNULL, timeout=60,
                          capture_output=True, check=False)
    lines = [line.strip() for line in (done.stdout + "\n" + done.stderr).splitlines() if line.strip()]
    return lines[0] if lines else ""


def told(*words, **options) -> Sample:
    """Of a program of ours that prints {"warm": seconds, "cold": seconds} as its last line."""
    line = command(*words, **options).strip().splitlines()[-1]
    numbers = json.loads(line)
    return Sample(numbers["warm"], numbers.get("cold"))


def slope(run: Callable[[int], float], few: int, many: int) -> Sample:
    """Of whole processes that do `few` and `many` units: what starting costs is in neither. `run`
    returns seconds."""
    short, long = run(few), run(many)
    return Sample(max(long - short, 1e-12) / (many - few), short)


def decibels(result: Sequence[float], reference: Sequence[float]) -> float:
    """Signal over error; infinite where they are the same. Arrays of numpy."""
    import numpy

    found = numpy.asarray(result, dtype=numpy.float64)
    wanted = numpy.asarray(reference, dtype=numpy.float64)
    if found.shape != wanted.shape:
        raise Missing(f"it gives {found.size} values, the reference {wanted.size}")
    if not numpy.all(numpy.isfinite(found)):
        return -math.inf
    error = numpy.sum((found - wanted) ** 2)
    signal = numpy.sum(wanted**2)
    return math.inf if error == 0 else 10 * math.log10(signal / error) if signal else -math.inf


__all__ = ["BIN", "PEERS", "ROOT", "Contender", "Contest", "Missing", "Sample", "command", "decibels",
           "first_line", "need", "slope", "told"]
