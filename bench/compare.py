"""What moved between two reports: ratios, which hold on any machine; and Weft's own times where there
is nobody beside it, on the same machine only."""

from __future__ import annotations

# A shift within this is not told, however steady both reports are.
LEAST = 0.03


def figures(report: dict) -> dict[str, dict]:
    """Everything that can be compared: the smaller the better, {"median", "low", "high"} each."""
    found = {}
    for row in report["pairs"]:
        if row.get("median"):
            one = {key: row[key] for key in ("median", "low", "high")}
            if row.get("more"):
                one = {"median": 1 / row["median"], "low": 1 / row["high"], "high": 1 / row["low"]}
            found[row["row"]] = one | {"absolute": row["unit"] != "x"}
    for contest in report["contests"]:
        for c in contest["contenders"]:
            if "ratio" in c:
                found[f"{contest['key']} beside {c['name']}"] = c["ratio"] | {"absolute": False}
            elif c["kind"] == "weft" and "warm" in c:
                found[f"{contest['key']}: {c['name']}"] = c["warm"] | {"absolute": True}
    return found


def noise(one: dict) -> float:
    """Half of the spread, relative: the farther quartile."""
    return max(one["high"] / one["median"], one["median"] / max(one["low"], 1e-300)) - 1


def compare(before: dict, after: dict) -> tuple[str, bool]:
    """A text, and whether something got worse by more than both reports' noise."""
    same = all(before["machine"][k] == after["machine"][k] for k in ("processor", "cores"))
    old, new = figures(before), figures(after)
    # Of what was to be measured this time.
    tried = {row["row"] for row in after["pairs"]} | {one["key"] for one in after["contests"]}
    gone = sorted(key for key in old.keys() - new.keys()
                  if key.partition(" beside ")[0].partition(": ")[0] in tried)
    worse, better = [], []
    for key in sorted(old.keys() & new.keys()):
        a, b = old[key], new[key]
        if (a["absolute"] and not same) or min(a["median"], b["median"]) <= 0:
            continue
        change = b["median"] / a["median"]
        limit = 1 + max(noise(a) + noise(b), LEAST)
        line = (f"{key}: {a['median']:.4g} -> {b['median']:.4g} "
                f"({change - 1:+.0%}, noise {limit - 1:.0%})")
        if change > limit:
            worse.append(line)
        elif change < 1 / limit:
            better.append(line)
    text = f"{len(old.keys() & new.keys())} figures of {before['machine']['date']} compared"
    text += "" if same else ", on another machine: ratios only"
    for title, lines in (("worse", worse), ("better", better), ("not measured this time", gone)):
        text += f"\n\n{title}: {len(lines)}" + "".join(f"\n  {line}" for line in lines)
    return text + "\n", bool(worse)
