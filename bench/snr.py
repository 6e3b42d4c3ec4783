#!/usr/bin/env python3
"""The error of 64 partials against the f64 reference evaluator, at the start and after 30 days."""

import argparse
import array
import math
import pathlib
import struct
import tempfile

from process import PROGRAMS, WEFT, run, sample

THIRTY_DAYS = 30 * 24 * 3600


def samples_of(path: pathlib.Path) -> array.array:
    """The f32 samples of a WAV file."""
    data = path.read_bytes()
    at = 12
    while at < len(data):
        name, size = struct.unpack_from("<4sI", data, at)
        if name == b"data":
            samples = array.array("f")
            samples.frombytes(data[at + 8:at + 8 + size])
            return samples
        at += 8 + size + size % 2
    raise SystemExit(f"{path}: no samples")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    duration = 0.1 if parser.parse_args().quick else 1.0
    with tempfile.TemporaryDirectory() as temporary:
        def sound(backend: str, start: float) -> array.array:
            path = pathlib.Path(temporary) / f"{backend}.wav"
            run(WEFT, "render", PROGRAMS / "partials64.weft", "--on", backend, "--start", start,
                "--duration", duration, "-o", path)
            return samples_of(path)

        for row, start in (("snr-start", 0), ("snr-30-days", THIRTY_DAYS)):
            ours, exact = sound("cpu", start), sound("reference", start)
            if len(ours) != len(exact) or not exact:
                raise SystemExit(f"{row}: {len(ours)} samples against {len(exact)}")
            signal = math.fsum(e * e for e in exact)
            noise = math.fsum((o - e) * (o - e) for o, e in zip(ours, exact))
            sample(row, value=10 * math.log10(signal / noise) if noise > 0 else math.inf)


if __name__ == "__main__":
    main()
