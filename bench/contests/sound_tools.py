"""The tools of the sound contests: how each is asked for so many seconds of a piece, and for a file."""

from __future__ import annotations

import dataclasses
import json
import os
import pathlib
import struct
import time
from collections.abc import Callable

from contest import BIN, PEERS, ROOT, Missing, Sample, command, first_line, need, told

SOURCES = ROOT / "bench" / "peers" / "sound"
RATE = 48000
CHECKED = RATE  # samples that are compared
FIRST = 64 / RATE  # seconds of a first result
BLOCK = 800  # samples of a frame


def built(name: str) -> pathlib.Path:
    path = PEERS / "bin" / name
    if not path.exists():
        raise Missing(f"{name} is not built: scripts/bench builds it, if it finds what it needs")
    return path


def elapsed(*words, **options) -> float:
    begin = time.perf_counter()
    command(*words, **options)
    return time.perf_counter() - begin


class Tool:
    """A contender's way with one piece: "partials", "saws" or "echo"."""

    def __init__(self, piece: str, quick: bool) -> None:
        self.piece = piece
        self.quick = quick
        self.scratch = pathlib.Path()

    def prepare(self, scratch: pathlib.Path) -> None:
        self.scratch = scratch

    def measure(self) -> Sample:
        raise NotImplementedError

    def result(self, to: pathlib.Path) -> None:
        raise NotImplementedError

    def version(self) -> str:
        return ""


class Weft(Tool):
    """The cpu back end on one thread, as the others have one."""

    def prepare(self, scratch: pathlib.Path) -> None:
        super().prepare(scratch)
        self.program = ROOT / "bench" / "programs" / {
            "partials": "partials64.weft", "saws": "saws8.weft", "echo": "echo32.weft"}[self.piece]
        for name in ("weft", "bench_frames"):
            if not (BIN / name).exists():
                raise Missing(f"{name} is not built")

    def frames(self, backend: str, *options):
        return (BIN / "bench_frames", self.program, "--on", backend, "--threads", 1, "--rate", RATE,
                "--block", BLOCK, "--frames", RATE // BLOCK, *options)

    def measure(self) -> Sample:
        warm = told(*self.frames("cpu", "--seconds", 0.3 if self.quick else 1)).warm * RATE / BLOCK
        return Sample(warm, elapsed(BIN / "weft", "render", self.program, "--on", "cpu", "--threads", 1,
                                    "--no-cache", "--duration", FIRST, "-o", self.scratch / "first.wav"))

    def write(self, backend: str, to: pathlib.Path) -> None:
        command(*self.frames(backend, "--write", to))

    def result(self, to: pathlib.Path) -> None:
        self.write("cpu", to)

    def version(self) -> str:
        return first_line(BIN / "weft", "--version")


class Ours(Tool):
    """A program of bench/peers/sound/offline.h."""

    def __init__(self, program: str, name: str, piece: str, quick: bool) -> None:
        super().__init__(piece, quick)
        self.program, self.name = program, name

    def prepare(self, scratch: pathlib.Path) -> None:
        super().prepare(scratch)
        self.path = built(self.program)

    def warm(self, name: str, seconds: float) -> float:
        return told(self.path, name, "--seconds", seconds).warm

    def measure(self) -> Sample:
        first = elapsed(self.path, self.name, "--write", self.scratch / "first.raw", "--samples", 64)
        return Sample(self.warm(self.name, 0.3 if self.quick else 1), first)

    def result(self, to: pathlib.Path) -> None:
        command(self.path, self.name, "--write", to, "--samples", CHECKED)

    def version(self) -> str:
        return first_line(os.environ.get("CXX", "c++"), "--version")


class Faust(Ours):
    """The fastest of what Faust makes of the piece, found once."""

    WAYS = {"partials": ("table", "computed", "rotated"), "saws": ("process",), "echo": ("process",)}
    MODES = {"scal": "-scal", "vec": "-vec -lv 1 -vs 32", "double": "-double -scal"}

    def __init__(self, piece: str, quick: bool) -> None:
        super().__init__("sound_faust", "", piece, quick)

    def prepare(self, scratch: pathlib.Path) -> None:
        super().prepare(scratch)
        names = [f"{self.piece}_{way}_{mode}" for way in self.WAYS[self.piece] for mode in self.MODES]
        took = {name: [] for name in names}
        for _ in range(3):  # in turns: a slow moment must not choose
            for name in names:
                took[name].append(self.warm(name, 0.05))
        self.name = min(names, key=lambda name: min(took[name]))

    def version(self) -> str:
        words = {"process": "", **self.MODES}
        chosen = [words.get(word, word) for word in self.name.split("_")[1:]]
        return " ".join([first_line(need("faust", "faust"), "--version"), *filter(None, chosen)])


class Whole(Tool):
    """A process that computes a piece from its start: what a second costs is the difference between
    a long run and one that ends with its first samples."""

    early = 0  # samples into the piece that it begins; they are silent
    many = 0.0

    def run(self, seconds: float, file: pathlib.Path | None) -> None:
        """Of the piece; with a file, at least the first `seconds` of it are written there."""
        raise NotImplementedError

    def singles(self, file: pathlib.Path) -> bytes:
        """Of a file that `run` wrote, both channels."""
        return file.read_bytes()

    def timed(self, seconds: float, file: pathlib.Path | None = None) -> float:
        begin = time.perf_counter()
        self.run(seconds, file)
        return time.perf_counter() - begin

    def measure(self) -> Sample:
        first = self.timed(FIRST, self.scratch / "first")
        if not self.many:  # as long as it takes for starts not to matter
            self.many = 2.0
            while self.timed(self.many) < first + (0.2 if self.quick else 0.8) and self.many < 1000:
                self.many *= 2
        return Sample(max(self.timed(self.many) - first, 1e-12) / (self.many - FIRST), first)

    def result(self, to: pathlib.Path) -> None:
        file = self.scratch / "result"
        self.run(CHECKED / RATE, file)
        whole = bytes(8 * self.early) + self.singles(file)
        to.write_bytes(whole[:8 * CHECKED])


class Csound(Whole):
    BLOCK = 240  # 5 ms; more gains nothing

    def prepare(self, scratch: pathlib.Path) -> None:
        super().prepare(scratch)
        self.csound = need("csound", "csound")

    def run(self, seconds: float, file: pathlib.Path | None) -> None:
        to = ("--format=float", "--noheader", "--nopeaks", "-o", file) if file else ("--nosound",)
        command(self.csound, "--nodisplays", "--messagelevel=0", f"--omacro:KSMPS={self.BLOCK}",
                f"--smacro:SECONDS={seconds:.9f}", *to, SOURCES / f"{self.piece}.csd")

    def version(self) -> str:
        return first_line(self.csound, "--version").removeprefix("--")


def osc(address: str, *arguments: str | int) -> bytes:
    def text(value: str) -> bytes:
        data = value.encode() + b"\0"
        return data + bytes(-len(data) % 4)

    tags = "," + "".join("s" if isinstance(a, str) else "i" for a in arguments)
    return text(address) + text(tags) + b"".join(
        text(a) if isinstance(a, str) else struct.pack(">i", a) for a in arguments)


class SuperCollider(Whole):
    """scsynth -N; the SynthDefs are compiled by sclang, once."""

    def prepare(self, scratch: pathlib.Path) -> None:
        super().prepare(scratch)
        self.early = 1 if self.piece == "saws" else 0  # LFSaw starts at its second sample
        self.scsynth = need("scsynth", "supercollider-server")
        sclang = need("sclang", "supercollider-language sc3-plugins-language sc3-plugins-server")
        # It wants a home and a screen; its web view, which nothing here opens, a sandbox.
        surroundings = {**os.environ, "HOME": str(scratch), "XDG_RUNTIME_DIR": str(scratch),
                        "QT_QPA_PLATFORM": "offscreen", "QTWEBENGINE_DISABLE_SANDBOX": "1"}
        told_us = command(sclang, "-D", SOURCES / "synthdefs.scd", scratch, environment=surroundings)
        self.definition = scratch / f"{self.piece}.scsyndef"
        if not self.definition.exists():
            lines = [line for line in told_us.splitlines() if "ERROR" in line]
            raise Missing(f"sclang compiled nothing: {lines[0] if lines else 'no sc3-plugins?'}")

    def run(self, seconds: float, file: pathlib.Path | None) -> None:
        score = b""
        for at, message in ((0, osc("/d_load", str(self.definition))),
                            (0, osc("/s_new", self.piece, 1000, 0, 0)), (seconds, osc("/c_set", 0, 0))):
            timed = struct.pack(">Qi", round(at * 2**32), len(message))
            bundle = b"#bundle\0" + timed + message
            score += struct.pack(">i", len(bundle)) + bundle
        path = self.scratch / "score"
        path.write_bytes(score)
        command(self.scsynth, "-N", path, "_", file or os.devnull, RATE, "raw", "float",
                "-i", 0, "-o", 2)

    def version(self) -> str:
        return first_line(self.scsynth, "-v").partition(" (")[0]


class ChucK(Whole):
    def prepare(self, scratch: pathlib.Path) -> None:
        super().prepare(scratch)
        self.chuck = need("chuck", "chuck")

    def run(self, seconds: float, file: pathlib.Path | None) -> None:
        # What it has not written when it ends is lost: a little more than is wanted.
        arguments = f"{seconds + 0.05:.9f}:{file}" if file else f"{seconds:.9f}"
        command(self.chuck, "--silent", f"--srate:{RATE}", SOURCES / "record.ck",
                f"{SOURCES / self.piece}.ck:{arguments}")

    def singles(self, file: pathlib.Path) -> bytes:
        import numpy

        return numpy.loadtxt(file, max_rows=CHECKED).astype("<f4").tobytes()

    def version(self) -> str:
        return first_line(self.chuck, "--version")


class PureData(Whole):
    def prepare(self, scratch: pathlib.Path) -> None:
        super().prepare(scratch)
        self.pd = need("pd", "puredata-core")

    def run(self, seconds: float, file: pathlib.Path | None) -> None:
        command(self.pd, "-batch", "-nrt", "-nogui", "-noprefs", "-noaudio", "-nomidi", "-r", RATE,
                "-send", f"; go {seconds + 0.01:.9f} {file or self.scratch / 'rest'}",
                "-open", SOURCES / f"{self.piece}.pd")

    def singles(self, file: pathlib.Path) -> bytes:
        data = file.with_suffix(".wav").read_bytes()
        return data[data.index(b"data") + 8:]

    def version(self) -> str:
        return first_line(self.pd, "-version").partition(" (")[0]


TOOLS: dict[str, Callable[[str, bool], Tool]] = {
    "Faust": Faust, "Csound": Csound, "SuperCollider": SuperCollider, "ChucK": ChucK,
    "Pure Data": PureData}


@dataclasses.dataclass
class Floor:
    """Seconds that the multiply-adds of a second of sound take, at least."""

    apart: float  # as many as wait for nothing, of 16 samples each
    chained: float  # those of which each waits for the one before

    def seconds(self) -> float:
        try:
            costs = json.loads(command(built("sound_hand"), "floor"))
        except Missing:
            return 0.0  # of what cannot be measured nothing is said
        return max(self.apart * costs["apart"], self.chained * costs["chained"])
