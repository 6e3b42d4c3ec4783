"""OSC over loopback, in and out: what a message costs, beside plain liblo and a socket alone. One run of
bench_osc takes all of them in turns, so that its samples are handed out one by one."""

from __future__ import annotations

import json
import statistics

from contest import BIN, PEERS, Contender, Contest, Missing, Sample, command, first_line, told
from process import WEFT

# As bench/osc.cpp has them with --quick.
PACKETS = 20_000
BUNDLED = 50            # messages in a bundle
BUNDLES = PACKETS // 10
MESSAGE_BYTES, BUNDLE_BYTES = 20, 16 + 50 * 24


class Rows:
    """The rows of bench_osc, run again whenever somebody has had all that is there."""

    def __init__(self) -> None:
        self.medians: dict[tuple[str, str], list[float]] = {}
        self.taken: dict[tuple[str, str], int] = {}

    def next(self, row: str, side: str) -> float:
        key = (row, side)
        taken = self.taken.get(key, 0)
        if taken >= len(self.medians.get(key, [])):
            self.run()
        self.taken[key] = taken + 1
        if taken >= len(self.medians.get(key, [])):
            raise Missing(f"bench_osc says nothing of {row}")
        return self.medians[key][taken]

    def run(self) -> None:
        found: dict[tuple[str, str], list[float]] = {}
        for line in command(BIN / "bench_osc", "--quick").splitlines():
            sample = json.loads(line)
            for side in ("ours", "theirs"):
                found.setdefault((sample["row"], side), []).append(sample[side])
        for key, values in found.items():
            self.medians.setdefault(key, []).append(statistics.median(values))


def contest(rows: Rows, row: str, work: str, messages: int, raw, must: float) -> Contest:
    def of(name: str, side: str):
        return lambda: Sample(rows.next(name, side) / messages)

    return Contest(
        key=f"control.{row.removeprefix('osc-')}", work=work, unit="ns a message", scale=1e9,
        contenders=[
            Contender("weft", "weft", of(row, "ours"), version=lambda: first_line(WEFT, "--version")),
            Contender("liblo", "peer", of(row, "theirs"),
                      version=lambda: first_line("pkg-config", "--modversion", "liblo")),
            Contender("socket", "hand", raw or of(f"{row}-floor", "theirs"),
                      note="packets that are ready, sent" if raw else "packets, read and thrown away"),
        ], must={"liblo": must})


def contests(quick: bool) -> list[Contest]:
    rows = Rows()

    def sent(packets: int, size: int, messages: int):
        path = PEERS / "bin" / "peer_control_raw"
        return lambda: Sample(told(path, packets, size).warm / messages)

    # The musts are those of bench/rows.py.
    return [
        contest(rows, "osc-in", "OSC in, a message a packet", PACKETS, None, 1.11),
        contest(rows, "osc-in-core", "OSC in, a message a packet, both sides on one core", PACKETS, None,
                1.11),
        contest(rows, "osc-in-bundles", "OSC in, bundles of 50", BUNDLES * BUNDLED, None, 1.11),
        contest(rows, "osc-out", "OSC out, a message a packet", PACKETS,
                sent(PACKETS, MESSAGE_BYTES, 1), 1.11),
        contest(rows, "osc-out-bundles", "OSC out, bundles of 50", BUNDLES * BUNDLED,
                sent(BUNDLES, BUNDLE_BYTES, BUNDLED), 1.11),
    ]
