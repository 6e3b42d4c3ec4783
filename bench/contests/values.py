"""Values at points: one, sixteen and a million a call, of a strand that is cheap, of one that is not,
and of a picture that is read."""

from __future__ import annotations

import csv
import os
import pathlib
import struct

from contest import BIN, PEERS, ROOT, Contender, Contest, Missing, command, first_line, need, told
from process import PROGRAMS, WEFT

FORMULAS = {
    "cheap": ("x*x + y*y", "values::cheap(x[i], y[i])"),
    "dear": ("two sines and a root", "values::dear(x[i], y[i], time)"),
    "kept": ("a bilinear read of 1280x720", "values::kept(pixels, x[i], y[i])"),
}
COUNTS = {"one": 1, "sixteen": 16, "million": 1_000_000}
WRITTEN = 4096  # points.h
MOST_NS = 10.0  # one value of a cheap strand

# Everything after `return` is the expression; the rest is the shape of the call.
SOURCE = """#include "formulas.h"
extern "C" void formula(const float* pixels, double time, const double* x, const double* y,
                        std::size_t count, double* results) {{
    (void)pixels, (void)time;
    for (std::size_t i = 0; i < count; ++i) results[i] = {0};
}}
"""


def point(i: int) -> tuple[float, float]:
    """As points.h has it."""
    return (0.5 + 0.7548776662466927 * (i + 1)) % 1, (0.5 + 0.5698402909980532 * (i + 1)) % 1


def reference(formula: str):
    """Of the judge, at the first points."""
    def write(path: pathlib.Path) -> None:
        points = path.with_suffix(".csv")
        with points.open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["x", "y", "time"])
            # The picture is that of frame 0; everything else is asked for at the points' own time.
            time = 0 if formula == "kept" else 0.25
            writer.writerows((repr(x), repr(y), time) for x, y in map(point, range(WRITTEN)))
        strand = "kept@v" if formula == "kept" else formula
        told_values = command(WEFT, "eval", PROGRAMS / "values.weft", strand, "--points", points,
                              "--on", "reference", "--size", "1280x720")
        numbers = [float(line.split(",")[-1]) for line in told_values.splitlines()][-WRITTEN:]
        path.write_bytes(struct.pack(f"<{len(numbers)}f", *numbers))
    return write


def contender(name: str, kind: str, program: pathlib.Path, formula: str, count: int,
              **more) -> Contender:
    def built(_scratch: pathlib.Path) -> None:
        if not program.exists():
            raise Missing(f"{program.name} is not built")
    more.setdefault("prepare", built)
    return Contender(name, kind, lambda: told(program, formula, count),
                     lambda path: void(command(program, formula, count, path)), **more)


def void(_said: str) -> None:
    """A result is what a program leaves, not what it says."""


def compiled(formula: str, count: int) -> Contender:
    """The same expression by g++, in a library that is loaded."""
    environment = {**os.environ}

    def prepare(scratch: pathlib.Path) -> None:
        source, library = scratch / "formula.cpp", scratch / "formula.so"
        source.write_text(SOURCE.format(FORMULAS[formula][1]))
        command(need("g++", "g++"), "-O2", "-march=native", "-std=c++20", "-shared", "-fPIC",
                "-I", ROOT / "bench" / "peers" / "values", source, "-o", library)
        environment["WEFT_FORMULA"] = str(library)

    program = PEERS / "bin" / "peer_values_shared"
    return Contender(
        "g++ -O2, loaded", "peer", lambda: told(program, formula, count, environment=environment),
        lambda path: void(command(program, formula, count, path, environment=environment)), prepare,
        lambda: first_line("g++", "--version"),
        "a function that takes all points of a call" if count > 1 else "")


def contest(formula: str, size: str) -> Contest:
    count = COUNTS[size]
    peers = PEERS / "bin"
    return Contest(
        key=f"values.{formula}.{size}",
        work=f"{FORMULAS[formula][0]}, "
             + ("one point a call" if count == 1 else f"{count} points a call"),
        unit="ns a value", scale=1e9, reference=reference(formula), least_db=80,
        contenders=[
            contender("weft", "weft", BIN / "bench_contest_values", formula, count,
                      version=lambda: first_line(WEFT, "--version"), note="the getter of an edge"),
            contender("function pointer", "hand", peers / "peer_values_hand", formula, count),
            contender("std::function of a map", "peer", peers / "peer_values_map", formula, count),
            compiled(formula, count),
        ],
        must={"std::function of a map": 1.0},
        most=MOST_NS if (formula, count) == ("cheap", 1) else None)


def contests(quick: bool) -> list[Contest]:
    return [contest(formula, size) for formula in FORMULAS for size in COUNTS
            if not quick or formula == "cheap"]
