"""Whole processes, timed: started without a shell, their cost as the kernel accounts it."""

import dataclasses
import json
import os
import pathlib
import shutil
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
BIN = pathlib.Path(os.environ.get("WEFT_BENCH_BIN") or ROOT / "build" / "bin")
WEFT = str(BIN / "weft")
PROGRAMS = ROOT / "bench" / "programs"


@dataclasses.dataclass
class Cost:
    elapsed: float    # seconds
    processor: float  # seconds, user and system, all threads
    peak: float       # MB of resident memory: see peak_memory


def run(*command, **environment) -> Cost:
    """Anything but success ends the benchmark; what the process prints is lost, errors are not."""
    path = shutil.which(str(command[0])) or str(command[0])
    silence = [(os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0)]
    begin = time.perf_counter()
    child = os.posix_spawn(path, [str(part) for part in command], {**os.environ, **environment},
                           file_actions=silence)
    _, status, usage = os.wait4(child, 0)
    elapsed = time.perf_counter() - begin
    if status != 0:
        raise SystemExit(f"{' '.join(map(str, command))}: failed")
    return Cost(elapsed, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def peak_memory(*command) -> float:
    """MB of resident memory. To a process the kernel also counts what its parent had when it was
    spawned: so the parent is one that has little."""
    told = subprocess.run([sys.executable, __file__, *map(str, command)], text=True, check=True,
                          stdout=subprocess.PIPE)
    return float(told.stdout)


def sample(row: str, **numbers: float) -> None:
    """One line for bench/run: `ours` and `theirs`, or `value`."""
    print(json.dumps({"row": row, **numbers}), flush=True)


if __name__ == "__main__":
    print(run(*sys.argv[1:]).peak)


def may_be_realtime():
    """Whether this user's threads may be scheduled for real time."""
    try:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
    except PermissionError:
        return False
    os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
    return True
