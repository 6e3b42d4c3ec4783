"""What a program says about itself in comments, and whether it is so.

An expectation is a comment at the end of a line, or on a line of its own:

    a<u,v> = <1, 2>          // -> 1, 2                  every output of what the line binds
    g = me@x * 4             // at x=.25 -> 1
    // a@u at time=2, x=0 -> 1 +- 0.01                   a strand, a point, a tolerance
    // pixel 0, 0 -> 255, 0, 0                           a pixel of the picture, 8 bits a channel
    // sample 3 -> 0.5, -0.5                             a sample of the sound, one number a channel
    b = nobody               // error W0200              what `weft check` reports on that line
    // error@2 W0102                                     the same, on line 2

Values are constant expressions in Python's syntax with the functions of `math`; a note may follow
after a semicolon. Every value is compared on each back end asked for; `weft check` must report what
is announced and nothing else.
"""

import math
import os
import pathlib
import re
import struct
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

TIMEOUT_S = 120
# Largest error, relative to the value or to 1, whichever is greater: the judge computes in f64, the
# others in f32.
TOLERANCE = {"reference": 1e-12}
TOLERANCE_F32 = 4e-6
MISSING_PLUGIN = {"W0500", "W0501", "W0502", "W0503"}

BINDING = re.compile(r"^\s*(?:cache\b.*::\s*|.*\)\s*::\s*)?(\w+)\s*(?:<([\w\s,]*)>)?\s*(?==|//|$)")
BOUND = re.compile(r"(?:^|::)\s*(\w+)\s*<([\w\s,]*)>")
PRAGMA = re.compile(r"^\s*#\w+\s+(\w+)\s*<([\w\s,]*)>")
VALUES = re.compile(r"^(?P<what>.*?)->(?P<values>[^;]*?)(?:\+-(?P<tolerance>[^;]*))?(?:;.*)?$")
REPORT = re.compile(r"\b(error|lint|warning)(?:@(\d+))? (W\d{4})\b")
PRINTED = re.compile(r"^(?P<file>.*?):(?P<line>\d+):\d+: (?P<severity>\w+): .*\[(?P<code>W\d{4})\]")


class Malformed(Exception):
    """An expectation that nobody can check."""


def constant(text):
    names = {name: getattr(math, name) for name in dir(math) if not name.startswith("_")}
    names |= {"abs": abs, "min": min, "max": max, "round": round}
    try:
        return float(eval(text, {"__builtins__": {}}, names))  # our own pages, not input
    except Exception as problem:
        raise Malformed(f"'{text.strip()}' is not a constant: {problem}") from problem


def split(text):
    """Splits at the commas that stand outside parentheses."""
    parts, depth = [""], 0
    for character in text:
        depth += (character == "(") - (character == ")")
        if character == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += character
    return [part.strip() for part in parts]


def comment_of(line):
    """The text after `//`, which a string may contain too."""
    quoted = False
    for at, character in enumerate(line):
        if character == '"' and (at == 0 or line[at - 1] != "\\"):
            quoted = not quoted
        if not quoted and line.startswith("//", at):
            return line[at + 2:].strip(), line[:at]
    return None, line


class Expectations:
    def __init__(self, text):
        self.values = []    # (line, strand, point as text, value, tolerance or None)
        self.pixels = []    # (line, x, y, values)
        self.samples = []   # (line, n, values, tolerance or None)
        self.reports = set()  # (line, severity, code)
        self.outputs = {}   # instance -> output names
        self.width, self.height = 1280, 720
        lines = text.splitlines()
        for line in lines:
            self.learn(comment_of(line)[1])
        for number, line in enumerate(lines, start=1):
            comment, code = comment_of(line)
            if comment is None:
                continue
            for severity, elsewhere, name in REPORT.findall(comment):
                self.reports.add((int(elsewhere or number), severity, name))
            if "->" in comment:
                self.read(number, comment, code)

    def __bool__(self):
        return bool(self.values or self.pixels or self.samples or self.reports)

    def __len__(self):
        return len(self.values) + len(self.pixels) + len(self.samples) + len(self.reports)

    def learn(self, code):
        for name, outputs in BOUND.findall(code) + PRAGMA.findall(code):
            known = self.outputs.setdefault(name, [])
            known += [output.strip() for output in outputs.split(",")
                      if output.strip() not in known]
        size = re.match(r"^\s*me\s*<\s*(width|height)\s*>\s*=\s*(\d+)", code)
        if size:
            setattr(self, size[1], int(size[2]))

    def read(self, number, comment, code):
        parts = VALUES.match(comment)
        values = [constant(value) for value in split(parts["values"])]
        tolerance = constant(parts["tolerance"]) if parts["tolerance"] else None
        what = parts["what"].strip()
        if what.startswith("pixel "):
            x, y = (int(part) for part in what[6:].split(","))
            self.pixels.append((number, x, y, values))
            return
        if what.startswith("sample "):
            self.samples.append((number, int(what[7:]), values, tolerance))
            return
        named, _, point = re.match(r"^([\w@]*)\s*(at\s+)?(.*)$", what).groups()
        if named == "at":
            named = ""
        if point and not re.fullmatch(r"(\s*\w+\s*=[^=,]+,?)+", point):
            raise Malformed(f"line {number}: '{point}' is not a point")
        if not named:
            binding = PRAGMA.match(code) or BINDING.match(code)
            if not binding:
                raise Malformed(f"line {number}: nothing is bound here")
            named = binding[1]
            listed = [name.strip() for name in (binding[2] or "").split(",") if name.strip()]
        else:
            listed = [] if "@" in named else self.outputs.get(named, [])
        strands = [f"{named}@{output}" for output in listed] or [named]
        if len(strands) != len(values):
            raise Malformed(f"line {number}: {len(values)} values for {', '.join(strands)}")
        point = ",".join(f"{axis.strip()}={constant(value)!r}" for axis, value in
                         (part.split("=") for part in split(point) if part))
        for strand, value in zip(strands, values):
            self.values.append((number, strand, point, value, tolerance))


def near(got, want, tolerance):
    if math.isnan(want) or math.isnan(got):
        return math.isnan(want) and math.isnan(got)
    return got == want or abs(got - want) <= tolerance * max(1.0, abs(want))


class Weft:
    """Runs one `weft` in one directory."""

    def __init__(self, weft, directory, backends=("reference", "cpu")):
        self.weft, self.directory, self.backends = str(weft), pathlib.Path(directory), backends

    def run(self, *args, text=True):
        environment = {**os.environ, "NO_COLOR": "1", "LC_ALL": "C.UTF-8", "COLUMNS": "100"}
        return subprocess.run([self.weft, *map(str, args)], cwd=self.directory, env=environment,
                              stdin=subprocess.DEVNULL, capture_output=True, text=text,
                              timeout=TIMEOUT_S)

    def eval(self, name, strand, points, backend, extra=()):
        """The numbers point by point, or the text of what went wrong."""
        at = [word for point in points for word in ("--at", point)]
        done = self.run("eval", name, strand, *at, "--on", backend, *extra)
        if done.returncode:
            return f"exit {done.returncode}\n{done.stderr}"
        return [float(word) for word in done.stdout.split()]


def check_reports(weft, name, wanted, allow_missing_plugins=False):
    """Troubles of `weft check NAME`, as (line, text)."""
    done = weft.run("check", name)
    found = set()
    for line in done.stderr.splitlines():
        printed = PRINTED.match(line)
        if printed and pathlib.Path(printed["file"]).name == pathlib.Path(name).name:
            if allow_missing_plugins and printed["code"] in MISSING_PLUGIN:
                continue
            found.add((int(printed["line"]), printed["severity"], printed["code"]))
    troubles = [(line, f"weft check does not report {severity} {code}")
                for line, severity, code in sorted(wanted - found)]
    troubles += [(line, f"weft check reports {severity} {code}:\n{done.stderr}")
                 for line, severity, code in sorted(found - wanted)]
    errors = any(severity == "error" for _, severity, _ in found)
    expected = {0, 1} if allow_missing_plugins else {1 if errors else 0}
    if not troubles and done.returncode not in expected:
        troubles.append((1, f"weft check exits {done.returncode}\n{done.stderr}"))
    return troubles


# Back ends that start in no time are asked strand by strand; others for many strands at once.
QUICK = {"reference", "cpu"}
STRANDS_AT_ONCE = 12


def check_values(weft, name, values, extra=()):
    """Troubles of the strands' values on every back end, as (line, text)."""
    strands = {}
    for value in values:
        strands.setdefault(value[1], []).append(value)

    def one(job):
        group, backend = job
        # A point without axes stands for itself: `--at` wants at least one.
        points = list(dict.fromkeys(point or "x=0.5" for strand in group
                                    for _, _, point, _, _ in strands[strand]))
        expression = group[0] if len(group) == 1 else f"<{', '.join(group)}>"
        got = weft.eval(name, expression, points, backend, extra)
        if isinstance(got, str):
            if len(group) > 1:  # whose fault is it?
                return [trouble for strand in group for trouble in one(([strand], backend))]
            return [(strands[group[0]][0][0], f"weft eval {name} {expression} --on {backend}: {got}")]
        if len(got) != len(group) * len(points):
            return [(strands[group[0]][0][0], f"{name} {expression} on {backend}: {len(got)} values")]
        troubles = []
        for column, strand in enumerate(group):
            for line, _, point, value, tolerance in strands[strand]:
                number = got[points.index(point or "x=0.5") * len(group) + column]
                bound = tolerance or TOLERANCE.get(backend, TOLERANCE_F32)
                if not near(number, value, bound):
                    where = f" at {point}" if point else ""
                    troubles.append((line, f"{strand}{where} on {backend} is {number!r}, "
                                           f"expected {value!r}"))
        return troubles

    jobs = []
    for backend in weft.backends:
        size = 1 if backend in QUICK else STRANDS_AT_ONCE
        names = list(strands)
        jobs += [(names[at:at + size], backend) for at in range(0, len(names), size)]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return [trouble for troubles in pool.map(one, jobs) for trouble in troubles]


def check_pixels(weft, name, expectations):
    if not expectations.pixels:
        return []
    first = expectations.pixels[0][0]
    done = weft.run("render", name, "-o", "-", "--frames", "0:1", text=False)
    width, height = expectations.width, expectations.height
    if done.returncode or len(done.stdout) != width * height * 4:
        return [(first, f"weft render -o -: exit {done.returncode}, {len(done.stdout)} bytes\n"
                        + done.stderr.decode(errors="replace"))]
    troubles = []
    for line, x, y, values in expectations.pixels:
        at = (y * width + x) * 4
        got = list(done.stdout[at:at + len(values)])
        if got != [int(value) for value in values]:
            troubles.append((line, f"pixel {x}, {y} is {got}"))
    return troubles


def read_wav(path):
    """(channels, samples interleaved) of a WAV of 32-bit floats."""
    data = pathlib.Path(path).read_bytes()
    at, channels, samples = 12, 0, ()
    while at + 8 <= len(data):
        kind, size = struct.unpack_from("<4sI", data, at)
        body = data[at + 8:at + 8 + size]
        if kind == b"fmt ":
            channels = struct.unpack_from("<H", body, 2)[0]
        elif kind == b"data":
            samples = struct.unpack(f"<{len(body) // 4}f", body[:len(body) // 4 * 4])
        at += 8 + size + (size & 1)
    return channels, samples


def check_samples(weft, name, expectations):
    if not expectations.samples:
        return []
    first = expectations.samples[0][0]
    with tempfile.TemporaryDirectory() as scratch:
        sound = pathlib.Path(scratch) / "sound.wav"
        done = weft.run("render", name, "-o", sound, "--duration", "0.25")
        if done.returncode:
            return [(first, f"weft render: exit {done.returncode}\n{done.stderr}")]
        channels, samples = read_wav(sound)
    troubles = []
    for line, n, values, tolerance in expectations.samples:
        got = samples[n * channels:(n + 1) * channels]
        if len(got) != len(values) or not all(
                near(g, v, tolerance or TOLERANCE_F32) for g, v in zip(got, values)):
            troubles.append((line, f"sample {n} is {list(got)}"))
    return troubles


def check_program(weft, name, expectations, allow_missing_plugins=False):
    """All troubles of one annotated program, as (line, text)."""
    try:
        troubles = check_reports(weft, name, expectations.reports, allow_missing_plugins)
        if troubles or any(severity == "error" for _, severity, _ in expectations.reports):
            return troubles
        return (check_values(weft, name, expectations.values)
                + check_pixels(weft, name, expectations)
                + check_samples(weft, name, expectations))
    except subprocess.TimeoutExpired as late:
        return [(1, f"no end within {TIMEOUT_S} s: {' '.join(map(str, late.cmd))}")]


def main():
    """tests/support/examples.py WEFT PROGRAM...: for trying one program by hand."""
    failed = 0
    for path in map(pathlib.Path, sys.argv[2:]):
        weft = Weft(pathlib.Path(sys.argv[1]).resolve(), path.parent)
        expectations = Expectations(path.read_text(encoding="utf-8"))
        for line, trouble in check_program(weft, path.name, expectations):
            failed += 1
            print(f"{path}:{line}: {trouble}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
