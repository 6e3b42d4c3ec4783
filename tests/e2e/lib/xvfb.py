"""An X server of a case's own, on which nobody looks: what stands on it, and hands that type and point.

    with xvfb.Screen(640, 480) as screen:      # os.environ leads every client there
        ... start a program ...
        window = screen.wait_for_window("picture")
        screen.key("F1")
        rows = screen.picture_of(window)       # rows of r, g, b, one byte each
"""

import contextlib
import ctypes
import ctypes.util
import os
import shutil
import struct
import subprocess
import time

from weft_e2e import check, skip

PATIENCE_S = 60  # for what takes milliseconds on an idle machine


def require():
    """Skips the case where there is no X server; fails where that is not allowed."""
    missing = [name for name in ("Xvfb", "xdotool", "xwd", "xrdb") if not shutil.which(name)]
    if missing:
        check(not os.environ.get("WEFT_TEST_REQUIRE"), f"{missing[0]} is installed")
        skip(f"no {missing[0]}: install xvfb, xdotool, x11-apps and x11-xserver-utils")


def wait_until(what, text, patience=PATIENCE_S):
    """Asks `what` until it answers something true, and returns that."""
    end = time.monotonic() + patience
    while not (answer := what()):
        check(time.monotonic() < end, f"{text} within {patience} s")
        time.sleep(0.03)
    return answer


def read_xwd(data):
    """(width, height, rows of r, g, b) of what xwd wrote: 8 bits a colour, in 24 or 32."""
    header = struct.unpack_from(">25I", data)
    size, _, _, depth, width, height, _, order = header[:8]
    bits, stride, colours = header[11], header[12], header[19]
    check(depth == 24 and bits in (24, 32), f"a screen of 24 bits: {depth} in {bits}")
    at, step = size + colours * 12, bits // 8
    blue, green, red = (0, 1, 2) if order == 0 else (step - 1, step - 2, step - 3)
    rows = []
    for y in range(height):
        line = data[at + y * stride:at + y * stride + width * step]
        row = bytearray(width * 3)
        row[0::3], row[1::3], row[2::3] = line[red::step], line[green::step], line[blue::step]
        rows.append(row)
    return width, height, rows


@contextlib.contextmanager
def connected():
    """(Xlib, a connection to the server, atoms by their names)"""
    x11 = ctypes.CDLL(ctypes.util.find_library("X11") or "libX11.so.6")
    x11.XOpenDisplay.restype = ctypes.c_void_p
    x11.XInternAtom.restype = ctypes.c_ulong
    display = ctypes.c_void_p(x11.XOpenDisplay(None))
    yield x11, display, lambda name: x11.XInternAtom(display, name, 0)
    x11.XCloseDisplay(display)


def mark(window, state):
    """WM_STATE of the window."""
    with connected() as (x11, display, atom):
        kind, replace = ctypes.c_ulong(atom(b"WM_STATE")), 0
        value = (ctypes.c_long * 2)(state, 0)
        x11.XChangeProperty(display, ctypes.c_ulong(int(window)), kind, kind, 32, replace, value, 2)


class Screen:
    def __init__(self, width=1280, height=720):
        require()
        self.server = ["Xvfb", "-screen", "0", f"{width}x{height}x24", "-nolisten", "tcp", "-noreset"]
        self.process = None
        self.before = {}

    def __enter__(self):
        self.before = {key: os.environ.pop(key, None) for key in ("DISPLAY", "WAYLAND_DISPLAY")}
        os.environ["DISPLAY"] = f":{self.begin()}"
        return self

    def begin(self, *display):
        """Returns the number of the display, which the server chooses where none is given."""
        ready, tell = os.pipe()
        # It ends with us, whatever ends us.
        command = ["setpriv", "--pdeathsig", "TERM", *self.server, *display, "-displayfd", str(tell)]
        self.process = subprocess.Popen(command, pass_fds=(tell,), stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(tell)
        with os.fdopen(ready) as told:
            number = told.readline().strip()  # when it is ready; nothing when it ends
        check(number, f"{self.server[0]} starts")
        return number

    def begin_again(self):
        self.begin(os.environ["DISPLAY"])

    def end(self):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def __exit__(self, *_):
        self.end()
        for key, value in self.before.items():
            os.environ.pop(key, None)
            if value is not None:
                os.environ[key] = value

    def resource(self, line):
        """What programs that begin from now on are told, "Xft.dpi: 192"."""
        subprocess.run(["xrdb", "-merge"], input=line.encode() + b"\n", timeout=PATIENCE_S, check=True)

    def hand(self, *words, may_fail=False):
        done = subprocess.run(["xdotool", *map(str, words)], stdin=subprocess.DEVNULL,
                              capture_output=True, timeout=PATIENCE_S)
        check(may_fail or done.returncode == 0,
              f"xdotool {' '.join(map(str, words))}: {done.stderr.decode(errors='replace')}")
        return done.stdout.decode().split()

    def windows(self, title):
        """Numbers of the windows with such a title (a regular expression) that are to be seen."""
        return self.hand("search", "--onlyvisible", "--name", title, may_fail=True)

    def wait_for_window(self, title, count=1):
        found = wait_until(lambda: len(all := self.windows(title)) >= count and all,
                           f"{count} window(s) '{title}'")
        return found[0] if count == 1 else found

    def place_of(self, window):
        """(x, y, width, height)"""
        told = dict(line.split("=") for line in
                    self.hand("getwindowgeometry", "--shell", window))
        return tuple(int(told[key]) for key in ("X", "Y", "WIDTH", "HEIGHT"))

    def picture(self):
        """(width, height, rows of r, g, b) of the whole screen."""
        done = subprocess.run(["xwd", "-root", "-silent"], stdin=subprocess.DEVNULL,
                              capture_output=True, timeout=PATIENCE_S, check=True)
        return read_xwd(done.stdout)

    def picture_of(self, window):
        """Rows of r, g, b where the window is, whatever lies over it."""
        x, y, width, height = self.place_of(window)
        _, _, rows = self.picture()
        return [row[x * 3:(x + width) * 3] for row in rows[y:y + height]]

    def focus(self, window):
        self.hand("windowfocus", "--sync", window)

    def key(self, *names):
        self.hand("key", *names)

    def point(self, window, x, y):
        """Moves the mouse to a point of the window, in pixels."""
        left, top, _, _ = self.place_of(window)
        self.hand("mousemove", left + x, top + y)

    def resize(self, window, width, height):
        self.hand("windowsize", window, width, height)

    def put_away(self, window):
        """As the corner of its frame would: out of sight, and marked so by who manages windows."""
        self.hand("windowunmap", "--sync", window)
        mark(window, 3)  # IconicState

    def bring_back(self, window):
        mark(window, 1)  # NormalState
        self.hand("windowmap", "--sync", window)

    def close(self, window):
        """Asks the window to close, as the corner of its frame would."""
        with connected() as (x11, display, atom):
            # XClientMessageEvent: type, serial, send_event, display, window, message_type, format, data
            client_message = 33
            event = ctypes.create_string_buffer(
                struct.pack("@iLiPLLi5l", client_message, 0, 1, 0, int(window), atom(b"WM_PROTOCOLS"),
                            32, atom(b"WM_DELETE_WINDOW"), 0, 0, 0, 0), 192)
            x11.XSendEvent(display, ctypes.c_ulong(int(window)), 0, ctypes.c_long(0), event)
