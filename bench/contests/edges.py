"""What it costs that one back end's picture is read by another, every pair and size, beside a copy by
the processor and the transfers of the drivers. Rows that this machine cannot have say so."""

from __future__ import annotations

from contest import BIN, PEERS, Contender, Contest, Missing, Sample, first_line, told
from process import WEFT

BACKENDS = ("cpu", "vulkan", "opencl")
# Four planes of singles: 1 MB to 132.7 MB.
SIZES = {"1MB": (256, 256), "33MB": (1920, 1080), "132MB": (3840, 2160)}
LARGEST = "132MB"


def transfer(program: str, way: str, size: int) -> float:
    path = PEERS / "bin" / f"peer_edges_{program}"
    if not path.exists():
        raise Missing(f"{path.name} is not built")
    return told(path, way, size).warm


def drivers(source: str, target: str, size: int) -> Sample:
    """Down from the one, up to the other; what is in the processor's memory is there already."""
    took = 0.0
    if source != "cpu":
        took += transfer(source, "down", size)
    if target != "cpu":
        took += transfer(target, "up", size)
    return Sample(took)


def weft(*words) -> Contender:
    return Contender("weft", "weft", lambda: told(BIN / "bench_contest_edges", *words),
                     version=lambda: first_line(WEFT, "--version"))


def in_place(source: str, target: str, size: str) -> Contest:
    width, height = SIZES[size]
    count = width * height * 16
    return Contest(
        key=f"edges.{source}-{target}.{size}",
        work=f"{width}x{height}, four planes of singles, from {source} to {target}, in place",
        unit="us a frame", scale=1e6, must={"memcpy": 0.01} if size == LARGEST else {"memcpy": 1.0},
        contenders=[
            weft(source, target, width, height),
            Contender("memcpy", "hand", lambda: Sample(transfer("memcpy", "up", count)),
                      note="one copy, one thread"),
            Contender("driver", "peer", lambda: drivers(source, target, count),
                      note=" and ".join([f"{source} download"] * (source != "cpu")
                                        + [f"{target} upload"] * (target != "cpu"))),
        ])


def getter(source: str, size: str) -> Contest:
    width, height = SIZES[size]
    count = width * height * 16
    return Contest(
        key=f"edges.{source}-getter.{size}",
        work=f"16 points of {width}x{height}, four planes of singles of {source}, by getters",
        unit="us a frame", scale=1e6, must={"driver": 0.02} if size == LARGEST else {},
        contenders=[
            weft(source, "cpu", width, height, "--getter"),
            Contender("driver", "peer", lambda: drivers(source, "cpu", count),
                      note="all of it, as there is no other way to read some"),
        ])


def contests(quick: bool) -> list[Contest]:
    sizes = ("1MB", LARGEST) if quick else SIZES
    pairs = [(a, b) for a in BACKENDS for b in BACKENDS if a != b]
    if quick:
        pairs = [("cpu", "vulkan"), ("vulkan", "opencl"), ("opencl", "cpu")]
    return [*(in_place(a, b, size) for a, b in pairs for size in sizes),
            *(getter(a, size) for a in BACKENDS if a != "cpu" for size in sizes)]
