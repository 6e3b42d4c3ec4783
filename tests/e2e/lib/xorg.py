"""An X server of a case's own with several monitors that are plugged and unplugged, none of which is
there: Xorg with the driver `dummy`. Otherwise as xvfb.Screen.

    with xorg.Monitors("640x480", "800x600") as screen:     # DUMMY0, and DUMMY1 right of it
        ...
        screen.unplug(1)
        screen.plug(1)
"""

import os
import pathlib
import shutil
import subprocess

import xvfb
from weft_e2e import check, skip

CONFIGURATION = """
Section "ServerFlags"
    Option "AutoAddDevices" "false"
    Option "AutoAddGPU" "false"
EndSection
Section "Device"
    Identifier "device"
    Driver "dummy"
    VideoRam 32768
EndSection
Section "Monitor"
    Identifier "monitor"
    HorizSync 5-1000
    VertRefresh 5-200
EndSection
Section "Screen"
    Identifier "screen"
    Device "device"
    Monitor "monitor"
    DefaultDepth 24
    SubSection "Display"
        Depth 24
        Virtual 1920 1080
        Modes "%s"
    EndSubSection
EndSection
"""
DRIVER = "/usr/lib/xorg/modules/drivers/dummy_drv.so"


def require():
    """Skips the case where there is no such server; fails where that is not allowed."""
    xvfb.require()
    if not (shutil.which("Xorg") and shutil.which("xrandr") and os.path.exists(DRIVER)):
        check(not os.environ.get("WEFT_TEST_REQUIRE"), "Xorg with its dummy driver is installed")
        skip("no Xorg: install xserver-xorg-core, xserver-xorg-video-dummy and x11-xserver-utils")


class Monitors(xvfb.Screen):
    def __init__(self, *sizes):
        super().__init__()
        require()
        self.sizes = sizes
        configuration = pathlib.Path("xorg.conf").resolve()
        configuration.write_text(CONFIGURATION % sizes[0])
        # No terminal of the machine's is touched.
        self.server = ["Xorg", "-config", str(configuration), "-logfile", "xorg.log", "-noreset",
                       "-nolisten", "tcp", "-sharevts", "-keeptty", "-novtswitch"]

    def __enter__(self):
        super().__enter__()
        for number in range(1, len(self.sizes)):
            self.arrange("--addmode", f"DUMMY{number}", self.sizes[number])
            self.plug(number)
        return self

    @staticmethod
    def arrange(*words):
        subprocess.run(["xrandr", *words], stdin=subprocess.DEVNULL, capture_output=True,
                       timeout=xvfb.PATIENCE_S, check=True)

    def plug(self, number):
        """At the right of the one before."""
        self.arrange("--output", f"DUMMY{number}", "--mode", self.sizes[number],
                     "--right-of", f"DUMMY{number - 1}")
        self.arrange("--query")  # the server looks at its outputs when it is asked for them

    def unplug(self, number):
        self.arrange("--output", f"DUMMY{number}", "--off")
