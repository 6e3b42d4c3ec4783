"""Runs contests: prepares every contender, checks what it computes against the reference, then
measures all of them in turns, round by round, so that a slow minute of the machine is everybody's."""

from __future__ import annotations

import contextlib
import math
import pathlib
import statistics
import subprocess
import sys
import tempfile

from contest import Contender, Contest, Missing, Sample, decibels

# What a contender may do wrong without ending the others' race.
FAILURES = (Missing, OSError, subprocess.SubprocessError, ValueError, KeyError)


def spread(values: list[float]) -> dict:
    """Median, quartiles, and how many there were."""
    quartiles = statistics.quantiles(values, n=4, method="inclusive") if len(values) > 1 else [values[0]] * 3
    return {"median": statistics.median(values), "low": quartiles[0], "high": quartiles[2],
            "samples": len(values)}


class Entry:
    """One contender of one contest, and what became of it."""

    def __init__(self, contender: Contender) -> None:
        self.contender = contender
        self.samples: dict[int, Sample] = {}  # by round
        self.missing = ""  # why it does not run, or does not count
        self.version = ""
        self.db: float | None = None

    @contextlib.contextmanager
    def attempt(self):
        try:
            yield
        except FAILURES as problem:
            self.missing = " ".join(str(problem).split()) or type(problem).__name__


class Race:
    """A contest under way."""

    def __init__(self, contest: Contest, scratch: pathlib.Path) -> None:
        self.contest = contest
        self.entries = [Entry(contender) for contender in contest.contenders]
        self.floors: list[float] = []
        self.scratch = scratch

    def prepare(self) -> None:
        try:
            reference = self._values(self.contest.reference, self.scratch / "reference.raw")
        except FAILURES as problem:
            # What cannot be checked does not count.
            for entry in self.entries:
                entry.missing = f"there is no reference: {' '.join(str(problem).split())}"
            return
        for number, entry in enumerate(self.entries):
            place = self.scratch / str(number)
            place.mkdir()
            with entry.attempt():
                entry.contender.prepare(place)
                entry.version = entry.contender.version()
            if entry.missing or reference is None or entry.contender.result is None:
                continue
            with entry.attempt():
                entry.db = decibels(self._values(entry.contender.result, place / "result.raw"), reference)
                if entry.db < self.contest.least_db:
                    raise Missing(f"wrong: {entry.db:.1f} dB of signal over error, "
                                  f"{self.contest.least_db:g} at least")

    @staticmethod
    def _values(write, path: pathlib.Path):
        if write is None:
            return None
        import numpy

        write(path)
        values = numpy.fromfile(path, dtype="<f4")
        path.unlink()
        return values

    def round(self, number: int) -> None:
        if self.contest.floor is not None:
            with contextlib.suppress(*FAILURES):  # told by the contender that lacks the same
                self.floors.append(self.contest.floor())
        for entry in self.entries:
            if not entry.missing:
                with entry.attempt():
                    entry.samples[number] = entry.contender.measure()

    # --- afterwards ---

    def _best(self) -> Entry | None:
        ours = [entry for entry in self.entries
                if entry.contender.kind == "weft" and entry.samples and not entry.missing]
        return min(ours, key=lambda e: statistics.median(s.warm for s in e.samples.values()), default=None)

    def result(self) -> dict:
        contest, best = self.contest, self._best()
        scale = contest.scale
        told = {"key": contest.key, "work": contest.work, "unit": contest.unit,
                "floor": statistics.median(self.floors) * scale if self.floors else None,
                "floor_text": contest.floor_text, "most": contest.most, "contenders": []}
        for entry in self.entries:
            one = {"name": entry.contender.name, "kind": entry.contender.kind, "version": entry.version,
                   "note": entry.contender.note, "missing": entry.missing,
                   "db": None if entry.db is None else min(entry.db, 999.0)}
            if entry.samples and not entry.missing:
                samples = entry.samples.values()
                one["warm"] = spread([s.warm * scale for s in samples])
                if all(s.cold is not None for s in samples):
                    one["cold"] = spread([s.cold * 1000 for s in samples])  # milliseconds
                if best is not None and entry.contender.kind != "weft":
                    one |= self._judged(entry, best)
            told["contenders"].append(one)
        if contest.most is not None and best is not None:
            median = statistics.median(s.warm for s in best.samples.values()) * scale
            told["verdict"] = "met" if median <= contest.most else "MISSED"
        return told

    def _judged(self, entry: Entry, best: Entry) -> dict:
        rounds = sorted(entry.samples.keys() & best.samples.keys())
        if not rounds:
            return {}
        ratio = spread([best.samples[r].warm / entry.samples[r].warm for r in rounds])
        must = self.contest.must.get(entry.contender.name,
                                     self.contest.must.get(entry.contender.kind))
        verdict = "" if must is None else "met" if ratio["median"] <= must else "MISSED"
        return {"ratio": ratio, "must": must, "verdict": verdict}


def run(contests: list[Contest], rounds: int) -> list[dict]:
    """Results, one a contest, in the order of the contests."""
    if not contests:
        return []
    with tempfile.TemporaryDirectory(prefix="weft-bench-") as directory:
        races = []
        for number, contest in enumerate(contests):
            scratch = pathlib.Path(directory, str(number))
            scratch.mkdir()
            races.append(Race(contest, scratch))
            print(f"prepare {contest.key}", file=sys.stderr)
            races[-1].prepare()
        for number in range(rounds):
            for race in races:
                print(f"round {number + 1} of {rounds}: {race.contest.key}", file=sys.stderr)
                race.round(number)
        return [race.result() for race in races]


def worst(result: dict) -> float:
    """How far a contest's worst judged row is above its must (above 1: missed), to show losses first."""
    scores = [c["ratio"]["median"] / (c["must"] or 1.0) for c in result["contenders"] if "ratio" in c]
    ours = [c["warm"]["median"] for c in result["contenders"] if c["kind"] == "weft" and "warm" in c]
    if result["most"] and ours:
        scores.append(min(ours) / result["most"])
    return max(scores, default=math.nan if not ours else 0.0)

