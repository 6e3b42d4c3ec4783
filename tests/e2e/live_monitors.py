"""Windows on several monitors: chosen by name and by number, full screen on each, and what becomes of
them when a monitor goes away and returns."""

import xorg
import xvfb
from weft_e2e import backends, check, program, weft
from windows import colour, rendered, running, told_last, wait_for, wait_for_frames

SETTINGS = "me<width> = 160 me<height> = 90 me<fps> = 30\n"
SECOND = (640, 0, 800, 600)


def by_name_and_number(screen):
    name = program("placed.weft", SETTINGS + "display(me@x, me@y, 0)\n"
                   'display(0, me@x, 1, target: "side")')
    with running(name, "--visual", "cpu", "--monitor", "dummy1"):
        main = screen.wait_for_window("^placed$")
        side = screen.wait_for_window("^placed - side$")
        xvfb.wait_until(lambda: screen.place_of(main) == (640 + 320, 255, 160, 90),
                        "in the middle of the second monitor")
        xvfb.wait_until(lambda: screen.place_of(side)[0] + 160 <= 640, "on the first monitor")
        wait_for(screen, main, rendered(name), "the picture on the second monitor")
        # Full screen is on the monitor that a window is on, where none was asked for.
        screen.hand("windowmove", "--sync", side, 700, 30)
        screen.focus(side)
        screen.key("F11")
        xvfb.wait_until(lambda: screen.place_of(side) == SECOND, "all of the second monitor")
        screen.key("F11")
        xvfb.wait_until(lambda: screen.place_of(side) == (700, 30, 160, 90), "where it was")
        screen.key("Escape")
    for wrong in ("beamer", "2"):
        told = weft("run", name, "--monitor", wrong, "--duration", "0.1", expect=3).stderr.decode()
        check(f'"{wrong}"' in told and "0: DUMMY0, 1: DUMMY1" in told, told)


def a_projector_that_is_switched_off(screen):
    name = program("wall.weft", SETTINGS + "display(1, 0.5, 0)")
    with running(name, "--visual", "cpu", "--fullscreen", "--monitor", "1", "--status", "wall"):
        window = screen.wait_for_window("^wall$")
        on_wall = lambda: (screen.place_of(window) == SECOND and
                           colour(screen.picture_of(window), 400, 300) == (255, 128, 0) and
                           colour(screen.picture_of(window), 400, 20) == (0, 0, 0))
        xvfb.wait_until(on_wall, "full screen on the second monitor")
        xvfb.wait_until(lambda: told_last("wall"), "a status")
        for _ in range(2):
            screen.unplug(1)
            xvfb.wait_until(lambda: screen.place_of(window) != SECOND, "not on what is not there")
            wait_for_frames("wall")
            screen.plug(1)
            xvfb.wait_until(on_wall, "full screen there again")
        screen.focus(window)
        screen.key("Escape")


def main():
    xorg.require()
    if not backends("vulkan", optional=True):
        xvfb.skip("no vulkan: windows are its")
    backends("cpu")
    with xorg.Monitors("640x480", "800x600") as screen:
        by_name_and_number(screen)
        a_projector_that_is_switched_off(screen)


main()
