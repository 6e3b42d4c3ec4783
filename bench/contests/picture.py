"""Pictures: a plasma of sines, a blur of 81 samples, a reaction that feeds on its last frame, each as
the screen takes it, at 1080p and in 4K.

All compute in singles and leave RGBA8 in memory, if nothing else is said. They are compared as planes
of singles, which most can be asked for; those that only have bytes are compared as such: rounding
to 8 bits alone leaves 50 to 60 dB."""

from __future__ import annotations

import functools
import os
import pathlib
import subprocess
import time
from collections.abc import Callable, Sequence

from contest import Contender, Contest, Missing, Sample, command, first_line, need, slope, told
from contests import picture_tools as tools
from contests.picture_tools import Size

SIZES: dict[str, Size] = {"1080p": (1920, 1080), "4k": (3840, 2160)}
# The frame that is compared, and where: a plasma at the size of the contest.
FRAME = {"plasma": 60, "blur": 0, "reaction": 40}
GEQ_SETS = ("st(0,X/W+0.5/W);st(1,Y/H+0.5/H);st(2,sin(ld(0)*10+T));"
            "st(3,ld(0)+0.5*sin(T/5)-0.5);st(4,ld(1)+0.5*cos(T/3)-0.5);"
            "st(5,PI*(ld(2)+sin(10*(ld(0)*sin(T/2)+ld(1)*cos(T/3))+T)"
            "+sin(sqrt(100*(ld(3)*ld(3)+ld(4)*ld(4))+1)+T)));")
GEQ_LEVEL = "255*(0.5+0.25*ld(2)*cos(ld(1)*10+1.3*T)+0.25*sin(ld(5)+{phase}))+0.5"


def check_size(work: str, size: Size) -> Size:
    return size if work == "plasma" else tools.SMALL


def seconds(quick: bool) -> str:
    return "0.3" if quick else "1"


def weft(work: str, size: Size, backend: str, quick: bool) -> Contender:
    where = check_size(work, size)

    def measure() -> Sample:
        return told(tools.ours("bench_frames"), tools.program(work, size), "--on", backend,
                    "--width", size[0], "--height", size[1], "--seconds", seconds(quick),
                    environment=tools.drivers())

    def prepare(_scratch: pathlib.Path) -> None:
        tools.ours("bench_frames")
        tools.ours("weft")
        tools.program(work, size)

    notes = {"cpu": "", "vulkan": "lavapipe", "opencl": "PoCL"}
    return Contender(f"weft {backend}", "weft", tools.patient(measure), prepare=prepare,
                     note=notes[backend],
                     result=lambda to: tools.render(work, where, FRAME[work], backend, to),
                     version=lambda: first_line(tools.ours("weft"), "--version"))


def program_of(work: str, size: Size, name: str, kind: str, executable: Callable[[], Sequence[str]],
               quick: bool, note: str = "", version: Callable[[], str] = lambda: "",
               planes: bool = True, **environment: str) -> Contender:
    """A program with the command line of bench/peers/picture/peer.h."""
    where = check_size(work, size)

    def words(of: Size) -> list[str]:
        photo = ["--photo", str(tools.photo(of).with_suffix(".f32"))] if work == "blur" else []
        return [*map(str, executable()), work, str(of[0]), str(of[1]), *photo]

    surroundings = {**tools.drivers(), **environment}

    def measure() -> Sample:
        return told(*words(size), "--seconds", seconds(quick), environment=surroundings)

    def result(to: pathlib.Path) -> None:
        command(*words(where), *(["--planes"] if planes else []), "--frame", FRAME[work], "--write", to,
                environment=surroundings)

    return Contender(name, kind, tools.patient(measure), result=result, note=note, version=version,
                     prepare=lambda _scratch: words(size) and None)


def elapsed(*words, **options) -> float:
    begin = time.perf_counter()
    command(*words, **options)
    return time.perf_counter() - begin


def gmic(work: str, size: Size) -> Contender:
    """Commands of G'MIC; planes of singles, which are what it computes with."""
    def words(of: Size, frames: int, first: int) -> list[str]:
        arguments = {"plasma": f"{of[0]},{of[1]},{frames},{first}",
                     "blur": f"{tools.photo(of)},{frames}" if work == "blur" else "",
                     "reaction": f"{of[0]},{of[1]},{frames}"}[work]
        return [need("gmic", "gmic"), "-v", "-", "m", str(tools.SOURCES / "pictures.gmic"),
                f"contest_{work}", arguments]

    def measure() -> Sample:
        return slope(lambda count: elapsed(*words(size, count, 0)), 1, 4 if size[0] < 3000 else 3)

    def result(to: pathlib.Path) -> None:
        of = check_size(work, size)
        raw = to.with_name("gmic.raw")
        frames, first = (FRAME[work], 0) if work == "reaction" else (1, FRAME[work])
        command(*words(of, frames, first), "o", f"{raw},float")
        tools.from_planes(raw.read_bytes(), of, to)
        raw.unlink()

    note = {"plasma": "expressions in f64", "blur": "boxfilter: running sums",
            "reaction": "convolve and an expression"}[work] + "; singles in memory, no bytes"
    return Contender("G'MIC", "peer", tools.patient(measure), result=result, note=note,
                     prepare=lambda _scratch: words(size, 1, 0) and None,
                     version=lambda: tools.package("gmic"))


def geq_of_blur() -> str:
    planes = []
    for channel in "rgb":
        terms = "+".join(f"{channel}(X{i:+d},Y{j:+d})" for j in range(-4, 5) for i in range(-4, 5))
        planes.append(f"{channel}='({terms})/81+0.5'")
    return "format=gbrp,geq=interpolation=nearest:" + ":".join(planes)


def geq_of_plasma() -> str:
    phases = {"r": "0", "g": "2.094", "b": "4.188"}
    return "geq=" + ":".join(f"{channel}='{GEQ_SETS}{GEQ_LEVEL.format(phase=phase)}'"
                             for channel, phase in phases.items())


def ffmpeg(work: str, size: Size, name: str, filters: str, note: str) -> Contender:
    """Filters over frames that were decoded once, or of nothing at all; compared as bytes."""
    def words(of: Size, frames: int, first: int) -> list[str]:
        if work == "plasma":
            graph = f"nullsrc=s={of[0]}x{of[1]}:r=60,format=gbrp,setpts=PTS+{first}/60/TB,{filters}"
        else:
            graph = f"movie={tools.photo(of)},format=gbrp,loop=loop=-1:size=1,{filters}"
        return [need("ffmpeg", "ffmpeg"), "-v", "error", "-f", "lavfi", "-i", graph,
                "-frames:v", str(frames)]

    def measure() -> Sample:
        def run(count: int) -> float:
            return elapsed(*words(size, count, 0), "-f", "null", "-")

        if "geq" not in name:
            return slope(run, 1, 41)
        whole = run(1)  # seconds, of which starting is a tenth of one
        return Sample(whole, whole)

    def result(to: pathlib.Path) -> None:
        raw = ["-pix_fmt", "rgb24", "-f", "rawvideo", "-"]
        done = subprocess.run([*words(check_size(work, size), 1, FRAME[work]), *raw],
                              stdin=subprocess.DEVNULL, capture_output=True, check=False)
        if done.returncode != 0:
            raise Missing(f"ffmpeg failed: {done.stderr.decode(errors='replace').strip()}")
        tools.from_bytes(done.stdout, to)

    return Contender(name, "peer", tools.patient(measure), result=result, note=note,
                     prepare=lambda _scratch: words(size, 1, 0) and None,
                     version=lambda: first_line("ffmpeg", "-version"))


def impossible(name: str, why: str) -> Contender:
    def prepare(_scratch: pathlib.Path) -> None:
        raise Missing(why)

    def measure() -> Sample:
        raise Missing(why)

    return Contender(name, "peer", measure, prepare=prepare, note=why)


def by_ffmpeg(work: str, size: Size) -> list[Contender]:
    if work == "plasma":
        return [ffmpeg(work, size, "ffmpeg geq", geq_of_plasma(),
                       "8 bits; all of it once a plane; starting included")]
    if work == "blur":
        average = ffmpeg(work, size, "ffmpeg avgblur", "avgblur=sizeX=4:sizeY=4",
                         "8 bits, cut off twice")
        if size[0] > 3000:
            return [average, impossible("ffmpeg geq", "a frame of this size takes it minutes")]
        return [average, ffmpeg(work, size, "ffmpeg geq", geq_of_blur(),
                                "8 bits; 81 samples a plane; starting included")]
    return [impossible("ffmpeg geq", "it does not see the frame before")]


def contenders(work: str, size: Size, quick: bool) -> list[Contender]:
    def made(name: str) -> Callable[[], Sequence[str]]:
        return lambda: [str(tools.peer(name))]

    compiler = functools.partial(first_line, "g++", "--version")
    hand = functools.partial(program_of, work, size, kind="hand", executable=made("hand"), quick=quick,
                             planes=False, version=compiler)
    eight = "" if work == "reaction" else "compared at 8 bits"
    two_steps = "running sums of rows, then nine neighbours; compared at 8 bits"
    hands = [hand("C++ AVX-512", note=eight), hand("C++ AVX2", note=eight, HAND="avx2")]
    if work == "blur":
        hands = [hand("C++ AVX-512, 81 loads", note=eight, HAND="81"),
                 hand("C++ AVX-512, two steps", note=two_steps),
                 hand("C++ AVX2, two steps", note=two_steps, HAND="avx2")]
    kernels = functools.partial(program_of, work, size, kind="hand", quick=quick)
    halide = {"plasma": "fast_sin", "blur": "two steps", "reaction": ""}[work]
    on_drivers = "two steps" if work == "blur" else ""
    script = str(tools.SOURCES / "pictures.py")
    return [
        *(weft(work, size, backend, quick) for backend in ("cpu", "vulkan", "opencl")),
        *hands,
        program_of(work, size, "Halide", "peer", made("halide"), quick, note=halide,
                   version=lambda: tools.package("libhalide14-0")),
        kernels("GLSL on lavapipe", executable=made("glsl"), note=on_drivers,
                version=lambda: tools.package("mesa-vulkan-drivers")),
        kernels("OpenCL C on PoCL", executable=made("opencl"), note=on_drivers,
                version=lambda: tools.package("libpocl2")),
        program_of(work, size, "numpy", "peer", lambda: [tools.numpy_python(), script], quick,
                   note="bands of rows on all cores", version=tools.numpy_version),
        gmic(work, size),
        *by_ffmpeg(work, size),
    ]


def contest(work: str, name: str, size: Size, quick: bool) -> Contest:
    text = {"plasma": "plasma of sines and a ring",
            "blur": "mean of 9x9 samples of a loaded picture",
            "reaction": "reaction and diffusion, a step of nine neighbours a frame"}[work]
    where = check_size(work, size)
    copied, moved = "copy4", "the 4 bytes a pixel that are written"
    if work == "reaction":
        copied, moved = "copy10", "10 bytes a pixel, as 8 are read and 12 written"
    must = {"plasma": {"peer": 1.0, "C++ AVX-512": 0.85},
            "blur": {"peer": 1.0, "C++ AVX-512, 81 loads": 1.2}, "reaction": {"peer": 1.0}}[work]
    return Contest(
        key=f"picture.{work}.{name}",
        work=f"{text}, {size[0]}x{size[1]}",
        unit="ms a frame",
        scale=1e3,
        contenders=contenders(work, size, quick),
        floor=lambda: told(tools.peer("hand"), copied, size[0], size[1], "--seconds", seconds(quick),
                           environment={**os.environ, "OMP_WAIT_POLICY": "passive"}).warm,
        floor_text=f"memcpy of {moved}, on all cores",
        reference=lambda to: tools.render(work, where, FRAME[work], "reference", to),
        least_db=40.0,
        must=must,
    )


def contests(quick: bool) -> list[Contest]:
    return [contest(work, name, size, quick)
            for work in ("plasma", "blur", "reaction")
            for name, size in SIZES.items()]
