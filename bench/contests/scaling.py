"""Weft alone, larger and larger: programs, pictures, threads, frames under way, memory. Each family
of keys scaling.WHAT.N is a curve."""

from __future__ import annotations

import os
import pathlib
import subprocess
from collections.abc import Callable

from contest import BIN, Contender, Contest, Missing, Sample, first_line, told
from graph_scale import chain
from process import PROGRAMS, WEFT, Cost, peak_memory, run

PLASMA = PROGRAMS / "plasma.weft"
# From an icon to 8K.
PICTURES = {256: (256, 144), 512: (512, 288), 1024: (1024, 576), 1920: (1920, 1080), 3840: (3840, 2160),
            7680: (7680, 4320)}


def process(*words) -> Cost:
    try:
        return run(*words)
    except SystemExit as failed:
        raise Missing(str(failed)) from None


def alone(key: str, work: str, unit: str, scale: float, measure: Callable[[], Sample],
          prepare: Callable[[pathlib.Path], None] = lambda scratch: None) -> Contest:
    return Contest(f"scaling.{key}", work, unit, scale,
                   [Contender("weft", "weft", measure, prepare=prepare,
                              version=lambda: first_line(WEFT, "--version"))])


class Text:
    """A chain of so many nodes, checked and arranged: processor time of both commands."""

    def __init__(self, nodes: int) -> None:
        self.nodes = nodes
        self.path = pathlib.Path()

    def prepare(self, scratch: pathlib.Path) -> None:
        self.path = scratch / "chain.weft"
        self.path.write_text("\n".join(chain(self.nodes)) + "\n")

    def measure(self) -> Sample:
        return Sample(sum(process(WEFT, word, self.path).processor for word in ("check", "graph")))


def nodes(quick: bool) -> list[Contest]:
    found = []
    for count in (10, 1_000, 100_000) if quick else (10, 100, 1_000, 10_000, 100_000):
        text = Text(count)
        found.append(alone(
            f"nodes.{count}", f"`weft check` and `weft graph` of a chain of {count} nodes",
            "ms of a processor", 1e3, text.measure, text.prepare))
        found.append(alone(
            f"frame.{count}", f"a frame of {count} batches that do nothing", "us a frame", 1e6 * count,
            lambda count=count: told(BIN / "bench_contest_graph", "chain", count)))
    return found


def frames(width: int, threads: int = 0) -> Callable[[], Sample]:
    wide, high = PICTURES[width]
    words = ["--width", wide, "--height", high, "--seconds", 0.4]
    if threads:
        words += ["--threads", threads]
    return lambda: Sample(told(BIN / "bench_frames", PLASMA, *words).warm)


def peak(count: int, width: int) -> Callable[[], Sample]:
    wide, high = PICTURES[width]
    def measure() -> Sample:
        try:
            return Sample(peak_memory(WEFT, "render", PLASMA, "--size", f"{wide}x{high}",
                                      "--frames", f"0:{count}", "-o", "-"))
        except subprocess.CalledProcessError as failed:
            raise Missing(str(failed)) from None
    return measure


def contests(quick: bool) -> list[Contest]:
    widths = (256, 1920) if quick else tuple(PICTURES)
    cores = len(os.sched_getaffinity(0))
    threads = sorted({1, cores} | {2**i for i in range(12) if 2**i < cores})
    lengths = (10, 60) if quick else (10, 60, 300, 600)
    flights = (1, 4) if quick else (1, 2, 3, 4, 8, 16)
    return [
        *nodes(quick),
        *(alone(f"outputs.{w}", f"plasma {PICTURES[w][0]}x{PICTURES[w][1]}, all cores", "ms a frame",
                1e3, frames(w)) for w in widths),
        *(alone(f"threads.{n}", f"plasma 1920x1080, {n} of {cores} threads", "ms a frame", 1e3,
                frames(1920, n)) for n in threads),
        *(alone(f"flight-{name}.{n}", f"plasma 512x288 that stays on {name}, {n} frames under way",
                "ms a frame", 1e3,
                lambda name=name, n=n: told(BIN / "bench_contest_flight", name, n, *PICTURES[512]))
          for name in ("vulkan", "opencl") for n in flights),
        *(alone(f"memory.{w}", f"plasma {PICTURES[w][0]}x{PICTURES[w][1]}, 10 frames: peak memory",
                "MB", 1, peak(10, w)) for w in widths),
        *(alone(f"memory-frames.{n}", f"plasma 512x288, {n} frames: peak memory", "MB", 1, peak(n, 512))
          for n in lengths),
    ]
