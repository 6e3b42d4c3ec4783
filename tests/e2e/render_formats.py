"""Every kind of file that render writes opens as what it says it is."""

import pathlib
import struct

from weft_e2e import check, program, weft

program("both.weft", """
display(<me@x * 2, me@y, 0.25>)
play(0.2 * sin(me@time * 2764.6))
""")
SIZE = ("--size", "64x36")

weft("render", "both.weft", "-o", "p.pfm", *SIZE)
head, size, scale, body = pathlib.Path("p.pfm").read_bytes().split(b"\n", 3)
check((head, size) == (b"PF", b"64 36"), f"pfm header {head} {size}")
order = "<" if float(scale) < 0 else ">"
bottom_left = struct.unpack_from(order + "3f", body)  # rows run upwards in this format
check(abs(bottom_left[0] - 2 * 0.5 / 64) < 1e-6, f"pfm red {bottom_left[0]}")
check(abs(bottom_left[1] - 35.5 / 36) < 1e-6, f"pfm green {bottom_left[1]}")
check(len(body) == 64 * 36 * 12, f"pfm of {len(body)} bytes")

weft("render", "both.weft", "-o", "p.exr", *SIZE)
check(pathlib.Path("p.exr").read_bytes()[:4] == b"\x76\x2f\x31\x01", "exr magic")

raw = weft("render", "both.weft", "-o", "-", *SIZE, "--frames", "0:3").stdout
check(len(raw) == 3 * 64 * 36 * 4, f"raw rgba of {len(raw)} bytes")
check(raw[3] == 255, "raw alpha")

for name, magic in (("f.mp4", b"ftyp"), ("f.mkv", b"\x1a\x45\xdf\xa3"), ("f.webm", b"webm")):
    weft("render", "both.weft", "-o", name, *SIZE, "--fps", "25", "--duration", "1")
    check(magic in pathlib.Path(name).read_bytes()[:64], f"{name} begins as its kind does")

leftovers = {path.name for path in pathlib.Path(".").iterdir() if path.is_file()}
check(leftovers == {"both.weft", "p.pfm", "p.exr", "f.mp4", "f.mkv", "f.webm"},
      f"nothing else is left behind: {leftovers}")
