"""What the benchmarks make of two reports, without measuring anything: a regression is one that goes
beyond the noise of both; contenders that compute something else do not count."""

import array
import copy
import importlib.util
import subprocess
import sys

from weft_e2e import ROOT, check

sys.path.insert(0, str(ROOT / "bench"))
import compare  # noqa: E402
import race  # noqa: E402
from contest import Contender, Contest, Missing, Sample  # noqa: E402


def figure(median, noise):
    return {"median": median, "low": median / (1 + noise), "high": median * (1 + noise), "samples": 5}


REPORT = {
    "machine": {"processor": "one", "cores": 2, "date": "today"},
    "pairs": [{"row": "snr", "unit": "dB", "more": True, **figure(120, 0.01)}],
    "contests": [{"key": "picture.plasma", "contenders": [
        {"name": "weft cpu", "kind": "weft", "warm": figure(3.0, 0.02)},
        {"name": "by hand", "kind": "hand", "warm": figure(4.0, 0.02), "ratio": figure(0.75, 0.05)}]}],
}


def moved(change, machine="one"):
    after = copy.deepcopy(REPORT)
    after["machine"]["processor"] = machine
    change(after)
    return compare.compare(REPORT, after)


def slower(factor):
    def change(report):
        contenders = report["contests"][0]["contenders"]
        contenders[0]["warm"] = figure(3.0 * factor, 0.02)
        contenders[1]["ratio"] = figure(0.75 * factor, 0.05)
    return change


check(not moved(lambda report: None)[1], "the same report is no regression")
check(not moved(slower(1.03))[1], "3 % are within the noise")
text, worse = moved(slower(1.3))
check(worse and "beside by hand: 0.75 -> 0.975" in text and "weft cpu: 3 -> 3.9" in text, text)
text, worse = moved(slower(1.3), "another")
check(worse and "ratios only" in text and "weft cpu" not in text, text)
text, worse = moved(slower(0.5))
check(not worse and "better: 2" in text, text)
text, worse = moved(lambda report: report["pairs"][0].update(figure(60, 0.01)))
check(worse and "snr" in text, "of decibels more is better: " + text)
text, worse = moved(lambda report: report["contests"][0]["contenders"].pop())
check(not worse and "not measured this time: 1" in text, text)


def writes(values):
    return lambda path: array.array("f", values).tofile(open(path, "wb"))


def fails(scratch):
    raise Missing("nothing of the kind is here")


if importlib.util.find_spec("numpy") is not None:  # comes with the contenders
    contest = Contest("a.b", "work", "ms", 1e3, [
        Contender("ours", "weft", lambda: Sample(2.0), writes([1, 2, 3])),
        Contender("quick and wrong", "peer", lambda: Sample(0.1), writes([1, 2, 4])),
        Contender("short", "peer", lambda: Sample(0.1), writes([1, 2])),
        Contender("right", "peer", lambda: Sample(1.0), writes([1, 2, 3])),
        Contender("absent", "peer", lambda: Sample(1.0), prepare=fails),
    ], reference=writes([1, 2, 3]), must={"peer": 1.0})
    result = race.run([contest], 3)[0]
    by_name = {one["name"]: one for one in result["contenders"]}
    check("wrong: 11.5 dB" in by_name["quick and wrong"]["missing"], str(by_name))
    check("2 values" in by_name["short"]["missing"], str(by_name))
    check("nothing of the kind" in by_name["absent"]["missing"], str(by_name))
    check(by_name["right"]["ratio"]["median"] == 2 and by_name["right"]["verdict"] == "MISSED",
          str(by_name))

done = subprocess.run([sys.executable, ROOT / "bench" / "run", "--compare", "nowhere"], text=True,
                      capture_output=True, check=False)
check(done.returncode == 2 and "--compare nowhere: no report" in done.stderr, done.stderr)
done = subprocess.run([sys.executable, ROOT / "bench" / "run", "nonesuch"], text=True,
                      capture_output=True, check=False)
check(done.returncode == 2 and "no group nonesuch" in done.stderr, done.stderr)
