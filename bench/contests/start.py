"""What one waits for: whole processes that only say who they are, and texts until they run."""

from __future__ import annotations

import os
import pathlib
import shutil

from contest import BIN, PEERS, Contender, Contest, Missing, Sample, first_line, need, told
from process import PROGRAMS, ROOT, WEFT, run

PROCESSES = 12  # a sample is the shortest of them: other work only adds
SOUND = ROOT / "bench" / "peers" / "sound"
PARTIALS = SOUND / "partials.dsp"


def process(*words) -> float:
    """Seconds of a whole process."""
    try:
        return run(*words).elapsed
    except SystemExit as failed:
        raise Missing(str(failed)) from None


def started(*words) -> Sample:
    return Sample(min(process(*words) for _ in range(PROCESSES)))


def start() -> list[Contest]:
    def whole(name: str, kind: str, package: str, *words, version=("--version",)) -> Contender:
        return Contender(name, kind, lambda: started(*words),
                         prepare=lambda scratch: void(need(words[0], package)),
                         version=lambda: first_line(words[0], *version))

    frame = Kept()
    pipeline = ("gst-launch-1.0", "-q", "fakesrc", "num-buffers=1", "!", "fakesink")
    return [Contest(
        key="start.version", work="`--version`, whole process", unit="ms", scale=1e3,
        contenders=[
            whole("weft", "weft", "weft", WEFT, "--version"),
            whole("gst-inspect", "peer", "gstreamer1.0-tools", "gst-inspect-1.0", "--version"),
            whole("csound", "peer", "csound", "csound", "--version"),
            whole("faust", "peer", "faust", "faust", "--version"),
        ], must={"gst-inspect": 1.0}), Contest(
        key="start.frame", work="one unit of work, whole process: 64x64 of plasma; an empty buffer",
        unit="ms", scale=1e3, contenders=[
            Contender("weft", "weft", frame.measure, prepare=frame.prepare,
                      version=lambda: first_line(WEFT, "--version"),
                      note="a picture that was compiled before, as raw pixels"),
            whole("gst-launch", "peer", "gstreamer1.0-tools", *pipeline),
        ])]


class Kept:
    """A frame by a process of its own, when its code is kept on disk."""

    def __init__(self) -> None:
        self.words: tuple = ()

    def prepare(self, scratch: pathlib.Path) -> None:
        self.words = ("env", f"WEFT_CACHE_DIR={scratch / 'cache'}", WEFT, "render",
                      PROGRAMS / "plasma.weft", "--size", "64x64", "--frames", "0:1", "-o", "-")
        process(*self.words)

    def measure(self) -> Sample:
        return started(*self.words)


def void(_value) -> None:
    """Only that there is one counts."""


class Compiler:
    """A program that goes from a text to a first result, told where what it keeps may lie."""

    def __init__(self, program: pathlib.Path, *words, kept: bool) -> None:
        self.words = (program, *words)
        self.environment = dict(os.environ)
        self.kept = kept
        self.caches: list[pathlib.Path] = []

    def prepare(self, scratch: pathlib.Path) -> None:
        if not self.words[0].exists():
            raise Missing(f"{self.words[0].name} is not built")
        for name in ("WEFT_CACHE_DIR", "POCL_CACHE_DIR", "MESA_SHADER_CACHE_DIR"):
            cache = scratch / name.lower()
            cache.mkdir()
            self.environment[name] = str(cache)
            self.caches.append(cache)
        if not self.kept:
            self.environment |= {"POCL_KERNEL_CACHE": "0", "MESA_SHADER_CACHE_DISABLE": "1",
                                 "MESA_GLSL_CACHE_DISABLE": "1"}
        self.measure()  # that it works at all; and what is kept, is

    def measure(self) -> Sample:
        if not self.kept:
            for cache in self.caches:
                shutil.rmtree(cache)
                cache.mkdir()
        return told(*self.words, environment=self.environment)


def compiler(name: str, kind: str, program: pathlib.Path, *words, kept: bool, version=lambda: "",
             note: str = "") -> Contender:
    made = Compiler(program, *words, kept=kept)
    return Contender(name, kind, made.measure, prepare=made.prepare, version=version, note=note)


def weft(program: str, kept: bool) -> Contender:
    return compiler("weft", "weft", BIN / "bench_contest_compile", PROGRAMS / f"{program}.weft",
                    *(["--kept"] if kept else []), kept=kept,
                    version=lambda: first_line(WEFT, "--version"))


class GeneratedCpp:
    """Faust to C++, that by g++ to a library: two processes, as Faust's scripts for plugins have it."""

    def __init__(self) -> None:
        self.scratch = pathlib.Path()

    def prepare(self, scratch: pathlib.Path) -> None:
        need("faust", "faust")
        need("g++", "g++")
        self.scratch = scratch

    def measure(self) -> Sample:
        source, library = self.scratch / "partials.cpp", self.scratch / "partials.so"
        took = process("faust", "-lang", "cpp", "-a", "minimal.cpp", PARTIALS, "-o", source)
        took += process("g++", "-O3", "-march=native", "-ffast-math", "-shared", "-fPIC", source,
                        "-o", library)
        return Sample(took, took)


def plasma(kept: bool) -> Contest:
    return Contest(
        key="compile.plasma." + ("kept" if kept else "fresh"),
        work="plasma, text to first picture in a warm process, " + STATE[kept],
        unit="ms", scale=1e3, must={} if kept else {"GLSL, lavapipe": 1.0, "OpenCL C, PoCL": 1.0},
        contenders=[
            weft("plasma", kept),
            compiler("GLSL, lavapipe", "peer", PEERS / "bin" / "peer_compile_glsl", kept=kept,
                     version=lambda: first_line("glslangValidator", "--version"),
                     note="glslang to SPIR-V, then the driver"),
            compiler("OpenCL C, PoCL", "peer", PEERS / "bin" / "peer_compile_opencl", kept=kept,
                     note="clBuildProgram, and the work group's own code at the first run"),
        ])


def partials(kept: bool) -> Contest:
    generated = GeneratedCpp()
    faust = [
        compiler("Faust, LLVM", "peer", PEERS / "bin" / "peer_compile_faust", PARTIALS, kept=False,
                 version=lambda: first_line("faust", "--version"), note="libfaust, in the process"),
        Contender("Faust, g++", "peer", generated.measure, prepare=generated.prepare,
                  version=lambda: first_line("faust", "--version"), note="two processes"),
    ]
    return Contest(
        key="compile.partials." + ("kept" if kept else "fresh"),
        work="64 partials, text to first block in a warm process, " + STATE[kept],
        unit="ms", scale=1e3, must={} if kept else {"Faust, LLVM": 1.0, "Faust, g++": 1.0},
        contenders=[
            weft("partials64", kept),
            *([] if kept else faust),  # it keeps nothing
            compiler("Csound", "peer", PEERS / "bin" / "peer_compile_csound", SOUND / "partials.csd",
                     "--omacro:KSMPS=64", kept=kept,
                     version=lambda: first_line("csound", "--version"),
                     note="makes no machine code: a list of its own functions"),
        ])


STATE = {False: "nothing kept on disk", True: "with what is kept on disk"}


def contests(quick: bool) -> list[Contest]:
    return start() + [make(kept) for make in (plasma, partials)
                      for kept in ((False,) if quick else (False, True))]
