"""A C program with Weft within, built outside the tree against an installed prefix: its picture and its
sound are those of `weft render`, what it is told of a bad program has its place."""

import os
import pathlib
import struct
import subprocess

from package import build_tree, run
from weft_e2e import ROOT, check, program, weft

EXAMPLE = ROOT / "examples/embedding"
TREE = build_tree()
run("cmake", "--install", TREE, "--prefix", "first")
os.rename("first", "prefix")
PREFIX = pathlib.Path("prefix").resolve()
# Only what is in the prefix.
os.environ.pop("WEFT_PLUGIN_PATH", None)

run("cmake", "-G", "Ninja", "-S", EXAMPLE, "-B", "out", f"-DCMAKE_PREFIX_PATH={PREFIX}",
    "-DCMAKE_C_FLAGS=-Werror")
run("cmake", "--build", "out")


def embedded(binary, *args, expect=0):
    done = subprocess.run([binary, *args], capture_output=True, text=True, timeout=120, check=False)
    check(done.returncode == expect, f"{binary} {args}: {done.returncode}\n{done.stdout}{done.stderr}")
    return done


def picture(path):
    data = pathlib.Path(path).read_bytes()
    head = b"P6\n320 180\n255\n"
    check(data.startswith(head), f"{path} is a picture")
    return data[len(head):]


def samples(path):
    data = pathlib.Path(path).read_bytes()
    at = data.index(b"data") + 8
    return struct.iter_unpack("<f", data[at:at + struct.unpack_from("<I", data, at - 4)[0]])


# --- The same picture, the same sound -------------------------------------------------------------
said = embedded("out/picture_and_sound", EXAMPLE / "ripples.weft", "r.ppm", "r.wav")
check("rings@count = 12, of 1 to 40" in said.stdout, f"its parameters are listed: {said.stdout}")
rgba = weft("render", EXAMPLE / "ripples.weft", "-o", "-", "--frames", "0:1").stdout
rgb = b"".join(rgba[i:i + 3] for i in range(0, len(rgba), 4))
check(picture("r.ppm") == rgb, "its picture is that of weft render")
weft("render", EXAMPLE / "ripples.weft", "-o", "mono.wav", "--duration", "1")
mono = [one for one, in samples("mono.wav")]
stereo = [one for one, in samples("r.wav")]
check(len(mono) == 48000 and stereo[0::2] == mono and stereo[1::2] == mono,
      "its sound is that of weft render, in both channels")

# --- Parameters -----------------------------------------------------------------------------------
text = (EXAMPLE / "ripples.weft").read_text(encoding="utf-8")
program("turned.weft", text.replace("1, 40, 12", "1, 40, 5").replace("(0, 1),", "(0, .4),", 1))
embedded("out/picture_and_sound", EXAMPLE / "ripples.weft", "r.ppm", "r.wav", "rings=5", "centre@x=.2")
embedded("out/picture_and_sound", "turned.weft", "t.ppm", "t.wav")
check(picture("r.ppm") == picture("t.ppm") != rgb, "a parameter that is set is as one that was written")
said = embedded("out/picture_and_sound", "turned.weft", "t.ppm", "t.wav", "ring=5", expect=1)
check("there is no parameter 'ring'; did you mean 'rings'?" in said.stderr, said.stderr)

# --- A bad program --------------------------------------------------------------------------------
program("bad.weft", "me<width> = 4\n\ndisplay(me@z,\n  nobody, 1)\n")
said = embedded("out/picture_and_sound", "bad.weft", "b.ppm", "b.wav", expect=1)
check(said.stdout.startswith("line 3, column 12: 'me' has no field 'z'\nline 4, column 3: "), said.stdout)
check("    4 |   nobody, 1)\n      |   ^~~~~~\n" in said.stderr, said.stderr)
check(not pathlib.Path("b.ppm").exists(), "nothing is written")

# --- Without CMake, and found by its soname alone -------------------------------------------------
os.environ["PKG_CONFIG_PATH"] = str(PREFIX / "lib/pkgconfig")
run("cc", "-std=c99", "-Wall", "-Wextra", "-Werror", "-o", "by-hand", EXAMPLE / "picture_and_sound.c",
    *run("pkg-config", "--cflags", "--libs", "weft").split())
os.environ["LD_LIBRARY_PATH"] = str(PREFIX / "lib")
embedded("./by-hand", EXAMPLE / "ripples.weft", "h.ppm", "h.wav")
check(picture("h.ppm") == rgb, "the same picture")
check(run(PREFIX / "bin/weft", "--version") == weft("--version").stdout.decode(), "the installed command")
