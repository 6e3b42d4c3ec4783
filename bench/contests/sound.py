"""Sound: 64 partials, 8 filtered saws, a network of 32 echoes, at 48 kHz in two channels, offline and
on one thread.

No files are written while warm time is taken, apart from the first second of Pure Data. Cold is from
the start of a process to a file of 64 samples: Weft, Csound, ChucK and Pure Data read and compile the
piece in it; of C++, Faust and SuperCollider it is compiled already."""

from __future__ import annotations

import pathlib

from contest import Contender, Contest
from contests.sound_tools import RATE, TOOLS, Floor, Ours, Tool, Weft

VECTORS = RATE // 16  # of 16 samples, a second
# The least decibels: phases in singles leave 60 after a second. Of saws, where turns are whole, one that
# is off by its last bit jumps a sample early or late.
PIECES = {
    "partials": ("64 partials, each with a swell and a place of its own", 55,
                 Floor(apart=64 * VECTORS * 3, chained=0),
                 "3 multiply-adds a partial: one steps a sine on, two mix"),
    "saws": ("8 saws, each through a low-pass biquad", 30, Floor(apart=0, chained=2 * RATE),
             "2 multiply-adds a sample that wait for those of the last"),
    "echo": ("a plucked note through 32 echoes that feed one another", 55,
             Floor(apart=32 * VECTORS * 2, chained=0), "2 multiply-adds an echo"),
}
HAND = {
    "partials": "swells in steps of 64 samples",
    "partials_tuned": "a recurrence instead of sines; swells in steps of 128 samples",
    "saws": "",
    "saws_tuned": "the voices in the lanes of a vector",
    "echo": "64 samples at once, as no echo is as short",
}
NOTES = {
    "Faust": "-ffast-math; the fastest of scalar and vector, singles and doubles, and its oscillators",
    "Csound": "in doubles; ksmps 240",
    "SuperCollider": "blocks of 64",
    "ChucK": "in doubles, sample by sample",
    "Pure Data": "blocks of 64",
}
CONTROL_RATE = ("Csound", "SuperCollider", "ChucK")  # of the swells


def contender(name: str, kind: str, tool: Tool, note: str = "") -> Contender:
    return Contender(name, kind, tool.measure, result=tool.result, prepare=tool.prepare,
                     version=tool.version, note=note)


def contest(piece: str, quick: bool) -> Contest:
    work, least_db, floor, floor_text = PIECES[piece]
    weft = Weft(piece, quick)
    contenders = [contender("weft cpu", "weft", weft)]
    for name, way in (("C++", piece), ("C++, tuned", f"{piece}_tuned")):
        if way in HAND:
            contenders.append(contender(name, "hand", Ours("sound_hand", way, piece, quick), HAND[way]))
    for name, make in TOOLS.items():
        slow = "; swells at control rate" if piece == "partials" and name in CONTROL_RATE else ""
        contenders.append(contender(name, "peer", make(piece, quick), NOTES[name] + slow))

    def reference(to: pathlib.Path) -> None:
        weft.prepare(to.parent)
        weft.write("reference", to)

    return Contest(f"sound.{piece}", work, "ms a second of sound", 1e3, contenders, floor=floor.seconds,
                   floor_text=floor_text, reference=reference, least_db=least_db,
                   must={"peer": 1.0, "C++": 1.1})


def contests(quick: bool) -> list[Contest]:
    return [contest(piece, quick) for piece in PIECES]
