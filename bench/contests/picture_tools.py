"""What the contests of pictures share: the photo, the sizes, how a picture is brought into one form.

Everything is compared as raw singles, r g b of a pixel beside each other, rows from the top."""

from __future__ import annotations

import array
import functools
import glob
import os
import pathlib
import shutil
import struct
import subprocess
import sys
import time
from collections.abc import Callable

from contest import BIN, PEERS, ROOT, Missing, Sample, command, first_line

PROGRAMS = ROOT / "bench" / "programs"
SCRATCH = ROOT / "build" / "peers" / "picture-inputs"
SOURCES = ROOT / "bench" / "peers" / "picture"
SLOW_S = 10  # a measurement that takes longer is made once and stands for all rounds

Size = tuple[int, int]
SMALL: Size = (480, 272)  # where pictures of any size are computed alike, and the reference is slow


def drivers() -> dict[str, str]:
    """An environment in which only the software drivers are found (scripts/software-drivers)."""
    found = sorted(glob.glob("/usr/share/vulkan/icd.d/lvp_icd.*.json"))
    driver = found[0] if found else "/nonexistent/lvp_icd.json"
    # OpenMP's threads sleep while they wait: on a machine with other work they finish earlier.
    return {**os.environ, "VK_DRIVER_FILES": driver, "VK_ICD_FILENAMES": driver,
            "OCL_ICD_VENDORS": "/etc/OpenCL/vendors/pocl.icd", "OMP_WAIT_POLICY": "passive"}


@functools.cache
def numpy_python() -> str:
    """An interpreter that has numpy: Debian's is the one that its packages are for."""
    for path in (sys.executable, "/usr/bin/python3"):
        tried = subprocess.run([path, "-c", "import numpy"], capture_output=True, check=False)
        if tried.returncode == 0:
            return path
    raise Missing("no numpy here: apt-get install python3-numpy")


def peer(name: str) -> pathlib.Path:
    path = PEERS / "bin" / f"peer_picture_{name}"
    if not path.exists():
        raise Missing(f"{path.name} is not built: bench/peers/picture/CMakeLists.txt says why")
    return path


def ours(name: str) -> pathlib.Path:
    path = BIN / name
    if not path.exists():
        raise Missing(f"{path} is not built: scripts/build")
    return path


@functools.cache
def numpy_version() -> str:
    text = "import numpy; print('numpy', numpy.__version__)"
    return command(numpy_python(), "-c", text).strip()


def package(name: str) -> str:
    """Name and version of what Debian installed."""
    query = shutil.which("dpkg-query")
    found = first_line(query, "-W", "-f", "${Package} ${Version}", name) if query else ""
    return found if "no packages found" not in found else ""


@functools.cache
def photo(size: Size) -> pathlib.Path:
    """The photo of the blur, brought to the picture's size beforehand, so that all samples fall on
    its pixels and nobody has to interpolate: a PNG, and beside it .f32, planes of singles."""
    if shutil.which("ffmpeg") is None:
        raise Missing("no ffmpeg here: apt-get install ffmpeg")
    SCRATCH.mkdir(parents=True, exist_ok=True)
    png = SCRATCH / f"photo-{size[0]}x{size[1]}.png"
    source = ROOT / "examples" / "assets" / "dandelions.jpg"
    made = png.with_suffix(".f32")
    if made.exists() and made.stat().st_size == 12 * size[0] * size[1]:
        return png
    command("ffmpeg", "-v", "error", "-y", "-i", source, "-vf",
            f"scale={size[0]}:{size[1]}:flags=bicubic,format=rgb24", png)
    raw = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-"]
    done = subprocess.run(["ffmpeg", "-v", "error", "-i", png, *raw], stdout=subprocess.PIPE,
                          stdin=subprocess.DEVNULL, check=True)
    levels = [struct.unpack("f", struct.pack("f", byte / 255))[0] for byte in range(256)]
    with made.open("wb") as file:
        for channel in range(3):
            array.array("f", map(levels.__getitem__, done.stdout[channel::3])).tofile(file)
    return png


def program(work: str, size: Size) -> pathlib.Path:
    """The program of a work; of the blur, the one that loads the photo of this size."""
    if work != "blur":
        return PROGRAMS / {"plasma": "plasma.weft", "reaction": "contest_reaction.weft"}[work]
    text = (PROGRAMS / "blur81.weft").read_text()
    loads = "../../examples/assets/dandelions.jpg"
    assert loads in text
    made = SCRATCH / f"blur81-{size[0]}x{size[1]}.weft"
    picture = photo(size)
    made.write_text(text.replace(loads, picture.name))
    return made


def render(work: str, size: Size, frame: int, backend: str, to: pathlib.Path) -> None:
    """A frame as singles, by the product itself."""
    image = to.with_name(to.name + ".pfm")
    command(ours("weft"), "render", program(work, size), "--on", backend, "--size",
            f"{size[0]}x{size[1]}", "--frames", f"{frame}:{frame + 1}", "--no-cache", "-o", image,
            environment=drivers())
    data = image.read_bytes()
    row = size[0] * 12  # rows of a PFM go from the bottom to the top
    body = data[len(data) - row * size[1]:]
    to.write_bytes(b"".join(body[i * row:(i + 1) * row] for i in reversed(range(size[1]))))
    image.unlink()


def from_planes(data: bytes, size: Size, to: pathlib.Path) -> None:
    """Three planes of singles, brought into the common form."""
    planes = array.array("f", data)
    pixels = size[0] * size[1]
    mixed = array.array("f", bytes(12 * pixels))
    for channel in range(3):
        mixed[channel::3] = planes[channel * pixels:(channel + 1) * pixels]
    to.write_bytes(mixed.tobytes())


def from_bytes(data: bytes, to: pathlib.Path) -> None:
    """r g b of 8 bits each, brought into the common form."""
    to.write_bytes(array.array("f", [byte / 255 for byte in data]).tobytes())


def patient(measure: Callable[[], Sample]) -> Callable[[], Sample]:
    """Of what takes long a single measurement stands for all: the others would wait for minutes."""
    kept: list[Sample] = []

    def one() -> Sample:
        if kept:
            return kept[0]
        begin = time.perf_counter()
        sample = measure()
        if time.perf_counter() - begin > SLOW_S:
            kept.append(sample)
        return sample

    return one
