#!/usr/bin/env python3
"""Draws where the time of one frame and of one block of sound goes, from a trace of `weft run` or
`weft render` (--trace): the median one, as icicles, what takes part in what below it. What other
threads do meanwhile stands under the thread that waits for them.

usage: bench/flame.py TRACE.json [-o FLAME.svg] [--title TEXT]
"""

import argparse
import html
import json
import pathlib
import statistics
import zlib

WIDTH = 960  # pixels, as the text of the picture goes
ROW = 20
MARGIN = 16
GAP = 34  # room for a heading
# Of kinds of spans; light enough for black letters.
COLOURS = {"frame": "#b8c4d6", "block": "#b8c4d6", "step": "#f3b562", "sound": "#f3b562",
           "stage": "#cfe3a1", "wait": "#e8e8e8", "work": "#f7d9a8", "present": "#c8b6e2",
           "source": "#9fd3c7", "control": "#f2a7a0", "file": "#a7c7e7", "compile": "#ddd3ee"}
LEAST = 60  # frames from which on the first ones, which warm up, are left out


def read(path):
    """The spans of a trace, each with its thread's name, in order, and what is around it first."""
    events = json.loads(pathlib.Path(path).read_text(encoding="utf-8"))["traceEvents"]
    threads = {event["tid"]: event["args"]["name"] for event in events
               if event["name"] == "thread_name"}
    spans = [{"name": event["name"], "kind": event["cat"], "thread": threads[event["tid"]],
              "begin": round(event["ts"] * 1000), "end": round((event["ts"] + event["dur"]) * 1000)}
             for event in events if event["ph"] == "X"]
    return sorted(spans, key=lambda span: (span["begin"], -span["end"]))


def median_of(spans, kind):
    """The one of a kind whose time is the median's; None where there is none."""
    found = [span for span in spans if span["kind"] == kind]
    if kind == "block" and any(span["thread"] == "sound" for span in found):
        found = [span for span in found if span["thread"] == "sound"]  # of a device
    if len(found) >= LEAST:
        found = found[len(found) // 5:]
    if not found:
        return None
    middle = statistics.median_low(span["end"] - span["begin"] for span in found)
    return next(span for span in found if span["end"] - span["begin"] == middle)


def tree_of(whole, spans):
    """Rows of (span, depth): `whole`, and what its thread did meanwhile; then, thread by thread,
    what others did, cut at its ends."""
    rows = []
    threads = {whole["thread"]: []}
    for span in spans:
        if span["begin"] < whole["end"] and span["end"] > whole["begin"]:
            threads.setdefault(span["thread"], []).append(span)
    for thread, members in threads.items():
        others = thread != whole["thread"]
        if others and not all(span["kind"] == "work" for span in members):
            continue  # the other part of a show, or a compiler: no part of this
        around, depths = [], []
        for span in members:
            if not others and (span["begin"] < whole["begin"] or span["end"] > whole["end"]):
                continue
            while around and around[-1] <= span["begin"]:
                around.pop()
            depths.append((span, len(around)))
            around.append(span["end"])
        rows.append((thread, depths))
    return rows


def time_of(nanoseconds):
    for unit, size in (("ms", 1e6), ("µs", 1e3)):
        if nanoseconds >= size:
            return f"{nanoseconds / size:.3g} {unit}"
    return f"{nanoseconds} ns"


def colour_of(span):
    """The kind's, a little lighter or darker by the name, so that neighbours differ."""
    colour = COLOURS.get(span["kind"], "#dddddd")
    shift = zlib.crc32(span["name"].encode()) % 25 - 12
    return "#" + "".join(f"{min(255, max(0, int(colour[i:i + 2], 16) + shift)):02x}"
                         for i in (1, 3, 5))


def box(span, whole, y):
    scale = (WIDTH - 2 * MARGIN) / (whole["end"] - whole["begin"])
    begin, end = max(span["begin"], whole["begin"]), min(span["end"], whole["end"])
    x, width = MARGIN + (begin - whole["begin"]) * scale, (end - begin) * scale
    took = span["end"] - span["begin"]
    share = took / (whole["end"] - whole["begin"])
    told = html.escape(f"{span['name']}, {time_of(took)}, {share:.1%}")
    letters = int((width - 6) / 6.2)
    text = f"{span['name']} {time_of(took)}"
    if len(text) > letters:
        text = span["name"]
    if len(text) > letters:
        text = text[:max(0, letters - 1)] + "…"
    label = "" if letters < 4 else (f'<text x="{x + 3:.2f}" y="{y + ROW - 6}">'
                                    f"{html.escape(text)}</text>")
    return (f'<g><title>{told}</title><rect x="{x:.2f}" y="{y}" width="{max(width, 0.4):.2f}" '
            f'height="{ROW - 1}" fill="{colour_of(span)}"/>{label}</g>')


def draw(spans, title):
    parts, y = [], MARGIN
    if title:
        y += 12
        parts.append(f'<text class="title" x="{MARGIN}" y="{y}">{html.escape(title)}</text>')
    drawn = 0
    for kind in ("frame", "block"):
        whole = median_of(spans, kind)
        if whole is None:
            continue
        drawn += 1
        y += GAP - 8
        count = sum(span["kind"] == kind for span in spans)
        heading = f"the median {kind} of {count}: {time_of(whole['end'] - whole['begin'])}"
        parts.append(f'<text class="head" x="{MARGIN}" y="{y}">{heading}</text>')
        y += 8
        for thread, rows in tree_of(whole, spans):
            if thread != whole["thread"]:
                y += 14
                parts.append(f'<text class="thread" x="{MARGIN}" y="{y}">meanwhile, '
                             f"{html.escape(thread)}</text>")
                y += 4
            parts += [box(span, whole, y + depth * ROW) for span, depth in rows]
            y += (max((depth for _, depth in rows), default=-1) + 1) * ROW
    if not drawn:
        raise SystemExit("there is no frame and no block in the trace")
    y += MARGIN
    style = ("text{font:11px sans-serif;fill:#222}.title{font-size:15px}.head{font-size:13px}"
             ".thread{fill:#666}rect{stroke:#fff;stroke-width:.5}")
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y}" width="{WIDTH}" '
            f'height="{y}"><style>{style}</style><rect width="{WIDTH}" height="{y}" fill="#fff"/>\n'
            + "\n".join(parts) + "\n</svg>\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("trace")
    parser.add_argument("-o", "--out", default="flame.svg")
    parser.add_argument("--title", default="")
    options = parser.parse_args()
    pathlib.Path(options.out).write_text(draw(read(options.trace), options.title),
                                         encoding="utf-8")


if __name__ == "__main__":
    main()
