"""What the end-to-end cases share: running weft, and reading the files it writes with nothing but
the standard library, so that no decoder of ours vouches for an encoder of ours."""

import os
import pathlib
import struct
import subprocess
import sys
import zlib

WEFT = os.environ["WEFT"]
ROOT = pathlib.Path(os.environ["WEFT_ROOT"])
sys.path.insert(0, str(ROOT / "tests" / "support"))
LONG = bool(os.environ.get("WEFT_TEST_LONG"))


def skip(reason):
    print(reason)
    sys.exit(77)


def weft(*args, expect=0, cwd=None, one_core=False, timeout=300):
    """Runs `weft ARGS`; a surprising exit code ends the case. Returns the finished process."""
    command = [WEFT, *map(str, args)]
    if one_core:
        command = ["taskset", "-c", "0", *command]
    done = subprocess.run(command, cwd=cwd, capture_output=True, timeout=timeout,
                          stdin=subprocess.DEVNULL)
    if done.returncode != expect:
        sys.exit(f"exit {done.returncode}, expected {expect}: {' '.join(command)}\n"
                 + done.stderr.decode(errors="replace"))
    return done


def backends(*names, optional=False):
    """Those of `names` (else of all that are tested) that work here; what does not is said."""
    from backends import Missing, ready
    try:
        good, missing = ready(WEFT, names, optional)
    except Missing as absent:
        sys.exit(f"failed: {absent}")
    for name, why in missing.items():
        print(f"without {name}: {why}")
    return good


def check(condition, text):
    if not condition:
        sys.exit(f"failed: {text}")


def run(*command, expect=0, **environment):
    """What a command said, on both streams; environment: variables beside those there are."""
    done = subprocess.run([str(word) for word in command], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120,
                          env={**os.environ, **environment})
    said = done.stdout.decode(errors="replace")
    check(done.returncode == expect, f"{command} {environment} ends with {expect}, not with "
          f"{done.returncode}: {said}")
    return said


def program(name, text):
    """Writes a program into the case's directory."""
    pathlib.Path(name).write_text(text, encoding="utf-8")
    return name


def read_png(path):
    """(width, height, channels, rows of 8-bit samples) of a PNG that is not interlaced."""
    data = pathlib.Path(path).read_bytes()
    check(data[:8] == b"\x89PNG\r\n\x1a\n", f"{path} is a PNG")
    at, packed, header = 8, b"", None
    while at < len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        body = data[at + 8:at + 8 + size]
        crc, = struct.unpack_from(">I", data, at + 8 + size)
        check(crc == zlib.crc32(kind + body), f"{path}: checksum of chunk {kind}")
        if kind == b"IHDR":
            header = struct.unpack(">IIBBBBB", body)
        elif kind == b"IDAT":
            packed += body
        at += 12 + size
    check(data[-8:-4] == b"IEND", f"{path} is whole")
    width, height, depth, colour, _, _, interlace = header
    channels = {0: 1, 2: 3, 4: 2, 6: 4}[colour]
    check(depth == 8 and interlace == 0, f"{path}: 8 bits a sample, not interlaced")
    return width, height, channels, unfilter(zlib.decompress(packed), width * channels, height,
                                             channels)


def unfilter(raw, stride, height, step):
    rows, above = [], bytearray(stride)
    for y in range(height):
        kind = raw[y * (stride + 1)]
        row = bytearray(raw[y * (stride + 1) + 1:(y + 1) * (stride + 1)])
        for x in range(stride):
            left = row[x - step] if x >= step else 0
            corner = above[x - step] if x >= step else 0
            if kind == 1:
                row[x] = (row[x] + left) & 255
            elif kind == 2:
                row[x] = (row[x] + above[x]) & 255
            elif kind == 3:
                row[x] = (row[x] + (left + above[x]) // 2) & 255
            elif kind == 4:
                guess = left + above[x] - corner
                near = min((abs(guess - left), 0, left), (abs(guess - above[x]), 1, above[x]),
                           (abs(guess - corner), 2, corner))
                row[x] = (row[x] + near[2]) & 255
        rows.append(row)
        above = row
    return rows


def read_wav(path):
    """(rate, channels, samples interleaved) of a WAV of 32-bit floats."""
    data = pathlib.Path(path).read_bytes()
    check(data[:4] == b"RIFF" and data[8:12] == b"WAVE", f"{path} is a WAV")
    at, form, samples = 12, None, None
    while at + 8 <= len(data):
        kind, size = struct.unpack_from("<4sI", data, at)
        body = data[at + 8:at + 8 + size]
        if kind == b"fmt ":
            tag, channels, rate, _, _, bits = struct.unpack_from("<HHIIHH", body)
            tag = struct.unpack_from("<H", body, 24)[0] if tag == 0xFFFE else tag
            check((tag, bits) == (3, 32), f"{path}: 32-bit floats")
            form = rate, channels
        elif kind == b"data":
            check(len(body) == size, f"{path} is whole")
            samples = struct.unpack(f"<{size // 4}f", body)
        at += 8 + size + (size & 1)
    return (*form, samples)
