"""Reports: JSON for machines, Markdown for people. What falls short stands first."""

from __future__ import annotations

import datetime
import os
import pathlib
import platform
import re
import subprocess

import race
from process import ROOT, WEFT

REPORTS = ROOT / "bench" / "reports"


def number(value: float | None, unit: str = "") -> str:
    if value is None:
        return ""
    text = f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"
    return text + ("x" if unit == "x" else f" {unit}" if unit else "")


def said(*command: str) -> str:
    """The first line that a command prints, or nothing."""
    try:
        done = subprocess.run(command, text=True, capture_output=True, cwd=ROOT, timeout=60, check=True)
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.strip().partition("\n")[0]


def machine() -> dict:
    """What the figures were taken on and of."""
    model = re.search(r"^model name\s*:\s*(.*)$", pathlib.Path("/proc/cpuinfo").read_text(), re.M)
    return {"date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
            "host": platform.node(), "processor": model[1] if model else platform.machine(),
            "cores": os.cpu_count(), "kernel": platform.release(), "load_before": os.getloadavg()[0],
            "commit": said("git", "rev-parse", "--short", "HEAD") or "unknown",
            "versions": {"weft": said(WEFT, "--version"), "compiler": said("c++", "--version"),
                         "python": platform.python_version()}}


def pairs_table(results: list[dict]) -> str:
    lines = ["| work | against | must | aim | measured (median) | quartiles | best/best | verdict |",
             "| --- | --- | --- | --- | --- | --- | --- | --- |"]
    for r in sorted(results, key=lambda one: one["score"]):
        unit = r["unit"]
        quartiles = f"{number(r['low'])} .. {number(r['high'])}" if "low" in r else ""
        verdict = f"**{r['verdict']}**" if r["score"] < 1 else r["verdict"]
        lines.append(f"| {r['work']} | {r['against']} | {number(r['must'], unit)} "
                     f"| {number(r['aim'], unit)} | {number(r.get('median'), unit)} | {quartiles} "
                     f"| {number(r.get('best'), 'x') if 'best' in r else ''} | {verdict} |")
    return "\n".join(lines) + "\n"


def accuracy(db: float | None) -> str:
    return "" if db is None else "exact" if db >= 999 else f"{db:.0f} dB"


def contest_table(result: dict) -> str:
    """One contest: the fastest first, Weft's ratio to each beside it, floor at the end."""
    head = f"### {result['work']}\n\n"
    if result["most"] is not None:
        head += f"Must: {number(result['most'])} {result['unit']} at most: {result.get('verdict', 'not measured')}.\n\n"
    lines = [f"| contender | {result['unit']}, warm | quartiles | cold, ms | accuracy | Weft takes | must | |",
             "| --- | --- | --- | --- | --- | --- | --- | --- |"]
    ran = [c for c in result["contenders"] if "warm" in c]
    for c in sorted(ran, key=lambda one: one["warm"]["median"]):
        warm, cold, ratio = c["warm"], c.get("cold"), c.get("ratio")
        name = f"**{c['name']}**" if c["kind"] == "weft" else c["name"] + \
            (" (by hand)" if c["kind"] == "hand" else "")
        remarks = [r for r in (f"**{c['verdict']}**" if c.get("verdict") == "MISSED" else
                               c.get("verdict", ""), c["note"]) if r]
        lines.append(f"| {name} | {number(warm['median'])} | {number(warm['low'])} .. {number(warm['high'])} "
                     f"| {number(cold['median']) if cold else ''} | {accuracy(c['db'])} "
                     f"| {number(ratio['median'], 'x') if ratio else ''} "
                     f"| {number(c.get('must'), 'x') if c.get('must') else ''} | {'; '.join(remarks)} |")
    if result["floor"] is not None:
        lines.append(f"| floor: {result['floor_text']} | {number(result['floor'])} | | | | | | |")
    absent = [f"- {c['name']}: {c['missing']}" for c in result["contenders"] if c["missing"]]
    return head + "\n".join(lines) + "\n" + ("\n" + "\n".join(absent) + "\n" if absent else "")


def versions(results: list[dict]) -> str:
    found = {c["name"]: c["version"] for r in results for c in r["contenders"] if c["version"]}
    return "".join(f"- {name}: {version}\n" for name, version in sorted(found.items()))


def losses(results: list[dict]) -> str:
    """Where somebody else is faster, or a goal is missed."""
    lines = []
    for r in results:
        if r.get("verdict") == "MISSED":
            lines.append(f"- {r['work']}: more than {number(r['most'])} {r['unit']}")
        for c in r["contenders"]:
            if c.get("verdict") == "MISSED" or ("ratio" in c and c["ratio"]["median"] > 1):
                lines.append(f"- {r['work']}: {number(c['ratio']['median'], 'x')} of {c['name']}"
                             + (" (**missed**)" if c.get("verdict") == "MISSED" else ""))
    return "\n".join(lines) + "\n" if lines else "None.\n"


def markdown(report: dict, plots: dict[str, str]) -> str:
    """`plots`: a file's name by contest group."""
    m = report["machine"]
    text = (f"# Benchmarks of {m['date'][:10]}\n\nWeft {m['commit']}, {m['date']}, {m['processor']}, "
            f"{m['cores']} cores, Linux {m['kernel']}, load {m['load_before']:.1f} before and "
            f"{m['load_after']:.1f} after.\n")
    if report.get("earlier"):
        text += "\nMeasured earlier: " + "; ".join(
            f"{', '.join(sorted(g for g, at in report['earlier'].items() if at == commit))} at {commit}"
            for commit in sorted(set(report["earlier"].values()))) + ".\n"
    contests = sorted(report["contests"], key=race.worst, reverse=True)
    if contests:
        text += "\n## Where others are faster\n\n" + losses(contests)
    if report["pairs"]:
        text += "\n## Goals\n\n" + pairs_table(report["pairs"])
    for group in sorted({r["key"].partition(".")[0] for r in contests}):
        text += f"\n## {group.capitalize()}\n\n"
        if group in plots:
            text += f"![{group}]({plots[group]})\n\n"
        text += "\n".join(contest_table(r) for r in contests if r["key"].startswith(group + "."))
    for group, problem in report["problems"].items():
        text += f"\n`{group}` ended early: {problem}\n"
    text += "\n## What ran\n\n" + "".join(f"- {k}: {v}\n" for k, v in m["versions"].items() if v)
    return text + versions(contests)


def directory(report: dict) -> pathlib.Path:
    return REPORTS / f"{report['machine']['date'][:10]}-{report['machine']['host']}"
