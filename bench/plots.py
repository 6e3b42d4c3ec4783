"""Plots of contests: a bar a contender, times on a logarithmic axis, the floor as a line."""

from __future__ import annotations

import pathlib

COLOURS = {"weft": "#c2410c", "hand": "#0f766e", "peer": "#94a3b8"}


def draw(contests: list[dict], path: pathlib.Path) -> bool:
    """One SVG for the contests of a group; False if there is nothing to see."""
    import matplotlib

    matplotlib.use("svg")
    from matplotlib import pyplot

    matplotlib.rcParams["svg.hashsalt"] = "weft"  # the same figures, the same file
    shown = [c for c in contests if any("warm" in one for one in c["contenders"])]
    if not shown:
        return False
    heights = [sum("warm" in one for one in c["contenders"]) for c in shown]
    figure, every = pyplot.subplots(len(shown), 1, squeeze=False, layout="constrained",
                                    figsize=(8, 0.9 * len(shown) + 0.26 * sum(heights)),
                                    gridspec_kw={"height_ratios": [h + 1.5 for h in heights]})
    for contest, axes in zip(shown, every[:, 0]):
        ran = sorted((one for one in contest["contenders"] if "warm" in one),
                     key=lambda one: -one["warm"]["median"])
        medians = [one["warm"]["median"] for one in ran]
        errors = [[m - min(one["warm"]["low"], m) for one, m in zip(ran, medians)],
                  [max(one["warm"]["high"], m) - m for one, m in zip(ran, medians)]]
        axes.barh([one["name"] for one in ran], medians, xerr=errors, height=0.7,
                  color=[COLOURS[one["kind"]] for one in ran], ecolor="#334155")
        axes.set_xscale("log")
        if contest["floor"]:
            axes.axvline(contest["floor"], color="black", linestyle=":")
        axes.set_title(contest["work"], loc="left", fontsize=9)
        axes.set_xlabel(contest["unit"] + (" (dots: floor)" if contest["floor"] else ""), fontsize=8)
        axes.tick_params(labelsize=8)
    figure.savefig(path, metadata={"Date": None})
    pyplot.close(figure)
    return True
