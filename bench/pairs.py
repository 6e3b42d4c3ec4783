"""Pair rows: programs that print lines {"row", "ours", "theirs"} or {"row", "value"} (samples.h), judged
against the goals of rows.py."""

import json
import statistics
import subprocess
import sys

from rows import GROUPS, Row

SECONDS_A_GROUP = 600


def measure(command: list, quick: bool) -> tuple[list[dict], str]:
    """The samples of one run of a group, and what went wrong if something did."""
    try:
        done = subprocess.run([*map(str, command), *(["--quick"] if quick else [])], text=True,
                              capture_output=True, timeout=SECONDS_A_GROUP, check=False)
    except (OSError, subprocess.TimeoutExpired) as problem:
        return [], str(problem)
    samples = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    problem = done.stderr.strip().splitlines()[-1:] if done.returncode != 0 else []
    return samples, " ".join(problem) or ("" if done.returncode == 0 else "failed")


def collect(groups: list[str], rounds: int, quick: bool) -> tuple[dict[str, list], dict[str, str]]:
    """Samples by row, problems by group. A round visits every group, so that no group has a good
    or bad minute of the machine for itself."""
    samples: dict[str, list] = {}
    problems: dict[str, str] = {}
    for turn in range(rounds):
        for group in groups:
            print(f"round {turn + 1} of {rounds}: {group}", file=sys.stderr)
            found, problem = measure(GROUPS[group][0], quick)
            if problem:
                problems[group] = problem
            for one in found:
                samples.setdefault(one["row"], []).append(one)
    return samples, problems


def judge(row: Row, samples: list[dict]) -> dict:
    """Median, quartiles and verdict of one row."""
    result = {"row": row.key, "work": row.work, "against": row.against, "must": row.must,
              "aim": row.aim, "unit": row.unit, "more": row.more, "samples": len(samples)}
    if not samples:
        return {**result, "verdict": "not measured", "score": -1e9}
    pairs = "ours" in samples[0]
    values = [s["ours"] / s["theirs"] if pairs else s["value"] for s in samples]
    median = statistics.median(values)
    quartiles = statistics.quantiles(values, n=4, method="inclusive") if len(values) > 1 else [median] * 3
    result |= {"median": median, "low": quartiles[0], "high": quartiles[2]}
    if pairs:
        best = [min(s[side] for s in samples) for side in ("ours", "theirs")]
        result |= {"best_ours": best[0], "best_theirs": best[1], "best": best[0] / best[1]}

    def reaches(goal: float | None) -> bool:
        return goal is not None and (median >= goal if row.more else median <= goal)

    limit = row.must if row.must is not None else row.aim
    if limit is None:
        return {**result, "verdict": "reported", "score": 1e9}
    score = median / limit if row.more else \
        (limit / median if limit else 0.0) if median > 0 else 1e9
    if row.must is not None and not reaches(row.must):
        verdict = "MISSED"
    elif row.aim is None:
        verdict = "met"
    else:
        verdict = "met, aim reached" if reaches(row.aim) else \
            "met, aim missed" if row.must is not None else "aim missed"
    return {**result, "verdict": verdict, "score": score}
