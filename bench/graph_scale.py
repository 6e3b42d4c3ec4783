#!/usr/bin/env python3
"""How `weft check` and `weft graph` grow with the program: 1k, 10k and 100k nodes, as a chain, as a
fan, and as a chain that many sinks look at. Both commands run on one thread, so processor time is
what they take on a machine that does nothing else."""

import argparse
import math
import pathlib
import tempfile

from process import WEFT, run, sample


def chain(count: int) -> list[str]:
    return ["n0 = me@x", *(f"n{i} = n{i - 1} * 0.999 + {i % 7}" for i in range(1, count)),
            f"display(n{count - 1})"]


def fan(count: int) -> list[str]:
    """One root, as many children as fit, sums of the square root of their number, one total."""
    lines, sums = ["root = me@x"], []
    width = math.isqrt(count)
    for first in range(0, count - width - 2, width):
        names = [f"c{i}" for i in range(first, min(first + width, count - width - 2))]
        lines += [f"{name} = root * {i + 1}" for i, name in enumerate(names)]
        sums.append(f"s{first}")
        lines.append(f"s{first} = {' + '.join(names)}")
    return [*lines, f"total = {' + '.join(sums)}", "display(total)"]


def sinks(count: int) -> list[str]:
    """A chain; every tenth node is shown on a picture of its own."""
    lines = chain(count)[:-1]
    return [*lines, *(f'display(n{i}, target: "t{i}")' for i in range(0, count, 10))]


def slope(times: dict[int, float]) -> float:
    """Of the least-squares line through the logarithms."""
    points = [(math.log(n), math.log(t)) for n, t in times.items()]
    x0 = sum(x for x, _ in points) / len(points)
    y0 = sum(y for _, y in points) / len(points)
    return sum((x - x0) * (y - y0) for x, y in points) / sum((x - x0) ** 2 for x, _ in points)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    rounds = 1 if parser.parse_args().quick else 4
    with tempfile.TemporaryDirectory() as temporary:
        directory = pathlib.Path(temporary)

        def cost(name: str, lines: list[str]) -> float:
            path = directory / f"{name}.weft"
            path.write_text("\n".join(lines) + "\n")
            return sum(run(WEFT, command, path).processor for command in ("check", "graph"))

        for _ in range(rounds):
            # Starting a process and reading manifests does not grow with the program.
            nothing = min(cost("nothing", ["display(0)"]) for _ in range(3))
            for make in (chain, fan, sinks):
                times = {}
                for count in (1_000, 10_000, 100_000):
                    times[count] = cost(make.__name__, make(count))
                sample(make.__name__ + "-100k", value=times[100_000])
                sample(make.__name__ + "-slope", value=slope(
                    {n: max(t - nothing, 1e-4) for n, t in times.items()}))


if __name__ == "__main__":
    main()
