"""Windows of a running program, on a screen of the case's own: what stands on it against what `weft
render` writes, hands on mouse and keyboard, stills and films, the end."""

import os
import pathlib
import random
import re
import resource
import shutil
import signal
import subprocess

import xvfb
from weft_e2e import backends, check, program, weft
from windows import (colour, colours_of, enlarged, rendered, running, said_so_far, told_last, wait_for,
                     wait_for_frames)

WIDTH, HEIGHT = 160, 90
SETTINGS = f"me<width> = {WIDTH} me<height> = {HEIGHT} me<fps> = 30\n"


def shows_what_is_rendered(screen):
    name = program("still.weft", SETTINGS + "display(r: me@x, g: me@y, b: noise(me@x*9, me@y*9))")
    for backend in backends("cpu", "vulkan", "opencl", optional=True):
        with running(name, "--visual", backend):
            window = screen.wait_for_window("^still$")
            wanted = rendered(name, "--visual", backend)
            wait_for(screen, window, wanted, f"the picture of {backend}")
            screen.resize(window, WIDTH * 3, HEIGHT * 3)
            wait_for(screen, window, enlarged(wanted, 3), f"three times the picture of {backend}")
            # Proportions stay, black is around.
            screen.resize(window, WIDTH * 2 + 40, HEIGHT * 2)
            black = bytearray(20 * 3)
            wait_for(screen, window, [black + row + black for row in enlarged(wanted, 2)],
                     f"the picture of {backend} in the middle")
            screen.close(window)


def hands(screen):
    name = program("hands.weft", SETTINGS +
                   "display(r: mouse@x, g: mouse@y, b: key@a * 0.5 + mouse@down * 0.25)")
    with running(name, "--visual", "cpu"):
        window = screen.wait_for_window("^hands$")
        screen.focus(window)
        screen.point(window, 40, 45)
        near = lambda c, r, g, b: all(abs(v - w) < 3 for v, w in zip(c, (r, g, b)))
        seen = lambda r, g, b: lambda: near(colour(screen.picture_of(window), 5, 5), r, g, b)
        xvfb.wait_until(seen(64, 128, 0), "the mouse in the picture")
        screen.point(window, 120, 9)
        xvfb.wait_until(seen(191, 26, 0), "the mouse elsewhere")
        screen.hand("keydown", "a")
        xvfb.wait_until(seen(191, 26, 128), "a key that is held")
        screen.hand("keyup", "a")
        screen.hand("mousedown", 1)
        xvfb.wait_until(seen(191, 26, 64), "a button that is held")
        screen.hand("mouseup", 1)
        xvfb.wait_until(seen(191, 26, 0), "nothing that is held")
        screen.key("Escape")


def a_key_turns_a_knob(screen):
    name = program("knob.weft", SETTINGS + "#slider level<s> = 0.25,0.75,0.5\n"
                   "display(level@s, level@s, level@s)")
    with running(name, "--visual", "cpu", "--learn"):
        window = screen.wait_for_window("^knob$")
        screen.focus(window)
        seen = lambda v: lambda: colour(screen.picture_of(window), 159, 89) == (v, v, v)
        xvfb.wait_until(seen(128), "the knob where it begins")
        screen.key("k")  # is learned
        screen.hand("keydown", "k")
        xvfb.wait_until(seen(191), "the knob at its highest")
        screen.hand("keyup", "k")
        xvfb.wait_until(seen(64), "the knob at its lowest")
        screen.key("Escape")


def overlay_and_full_screen(screen):
    name = program("text.weft", SETTINGS + '#slider speed<s> = 0,1,0.25 "how fast"\n'
                   "display(r: speed@s, g: 0.5, b: 0.75)")
    with running(name, "--visual", "cpu"):
        window = screen.wait_for_window("^text$")
        screen.focus(window)
        plain = rendered(name)
        wait_for(screen, window, plain, "the picture")
        screen.key("F1")
        xvfb.wait_until(lambda: max(row[0] for row in screen.picture_of(window)[:40]) > 64
                        or any(max(row) > 240 for row in screen.picture_of(window)[:40]),
                        "text over the picture")
        check(colour(screen.picture_of(window), WIDTH - 1, HEIGHT - 1) == (64, 128, 191),
              "the picture beside the text")
        screen.key("F1")
        wait_for(screen, window, plain, "the picture without text")
        screen.key("F11")
        xvfb.wait_until(lambda: screen.place_of(window) == (0, 0, 640, 480), "the whole screen")
        whole = lambda: screen.picture_of(window)
        xvfb.wait_until(lambda: colour(whole(), 320, 240) == (64, 128, 191)
                        and colour(whole(), 320, 10) == (0, 0, 0), "the picture on it")
        screen.key("alt+Return")
        xvfb.wait_until(lambda: screen.place_of(window)[2:] == (WIDTH, HEIGHT), "the window again")
        wait_for(screen, window, plain, "the picture in it")
        screen.key("Escape")


def two_targets(screen):
    name = program("two.weft", SETTINGS + 'display(1, 0, 0)\n'
                   'display(0, me@x, 1, target: "side")')
    with running(name, "--visual", "cpu", "--free"):
        screen.wait_for_window("^two", count=2)
        main = screen.wait_for_window("^two$")
        side = screen.wait_for_window("^two - side$")
        screen.hand("windowmove", "--sync", side, WIDTH + 20, 0)
        xvfb.wait_until(lambda: colour(screen.picture_of(main), 80, 45) == (255, 0, 0),
                        "one picture")
        xvfb.wait_until(lambda: colour(screen.picture_of(side), 159, 45) == (0, 254, 255),
                        "the other picture")
        screen.close(side)
        xvfb.wait_until(lambda: screen.windows("^two - side$") == [], "one window less")
        wait_for(screen, main, rendered(name), "the other one goes on")
        screen.close(main)  # the last: the end


def kept(screen):
    backends("cpu")
    text = SETTINGS + "display(r: me@x, g: me@y, b: 0.5)\nplay(sin(me@time * 440 * 6.2831853))"
    name = program("kept.weft", text)
    with running(name, "--visual", "cpu", "--audio-device", "none", "--status", "kept.status"):
        window = screen.wait_for_window("^kept$")
        screen.focus(window)
        wait_for(screen, window, rendered(name), "the picture")
        there = lambda pattern, count: lambda: len(list(pathlib.Path().glob(pattern))) == count
        screen.key("F2")
        xvfb.wait_until(there("kept-*.png", 1), "a still")
        screen.key("ctrl+s")
        xvfb.wait_until(there("kept-*.png", 2), "another still")
        screen.key("F3")
        xvfb.wait_until(lambda: "recording: " in said_so_far(), "a recording")
        wait_for_frames("kept.status", 20)
        screen.key("F3")
        xvfb.wait_until(lambda: "recorded: " in said_so_far() or "not written" in said_so_far(),
                        "its end")
        screen.key("F3")
        xvfb.wait_until(lambda: said_so_far().count("recording: ") == 2, "a second recording")
        wait_for_frames("kept.status", 20)
        screen.key("Escape")
    for still in pathlib.Path().glob("kept-*.png"):
        check(colours_of(still) == rendered(name), f"{still} is the picture")
    films = sorted(pathlib.Path().glob("kept-*.mp4"))
    check(len(films) == 2, f"two films: {films}")
    for film in films:
        a_film_of(film, rendered(name))


def decoded(film, *how):
    return subprocess.run(["ffmpeg", "-v", "error", "-i", film, *how, "-"], stdin=subprocess.DEVNULL,
                          capture_output=True, timeout=xvfb.PATIENCE_S, check=True).stdout


def a_film_of(film, picture):
    """Its pictures are this one, as near as a film comes, as many as was said; its sound is 440 Hz."""
    said = re.search(re.escape(str(film)) + r" \((\d+) frames\)", said_so_far())
    pixels = decoded(film, "-f", "rawvideo", "-pix_fmt", "rgb24")
    size = WIDTH * HEIGHT * 3
    check(said and len(pixels) == int(said[1]) * size, f"{film} has as many pictures as were said")
    for at in (0, len(pixels) - size):
        off = sum(abs(a - b) for a, b in zip(pixels[at:at + size], b"".join(picture))) / size
        check(off < 4, f"{film}: off by {off} on average")
    samples = memoryview(decoded(film, "-f", "f32le", "-ac", "1", "-ar", "48000")).cast("f")
    length = int(said[1]) * 48000 // 30
    check(length - 2400 < len(samples) < length + 2400, f"{film}: {len(samples)} samples of {length}")
    wave = samples[4800:7200]  # 22 of them
    check(0.8 < max(wave) < 1.2, f"{film}: as loud as it was: {max(wave)}")
    rising = sum(a < 0 <= b for a, b in zip(wave, wave[1:]))
    check(21 <= rising <= 23, f"{film}: {rising} waves of 22")


def what_cannot_be_kept(screen):
    """A disk that is full, and a directory that is gone: it is said, and the show goes on."""
    backends("cpu")
    os.mkdir("gone")
    name = program("gone/lost.weft", SETTINGS + "display(r: hash(me@x * 999, me@y * 777, me@time))")
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    with running(name, "--visual", "cpu", restore_signals=False) as process:
        window = screen.wait_for_window("^lost$")
        screen.focus(window)
        # From now on files end at 16 KiB, which to who writes them is as good as a full disk.
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (1 << 14, 1 << 14))
        refused = lambda count: lambda: said_so_far().count("not written: ") == count
        screen.key("F2")
        xvfb.wait_until(refused(1), "a still that is too large")
        screen.key("F3")
        xvfb.wait_until(refused(2), "a film that grows too large")
        screen.key("F3")
        xvfb.wait_until(refused(3), "the next one: what has failed is no longer recorded")
        check(os.listdir("gone") == ["lost.weft"], f"nothing is left behind: {os.listdir('gone')}")
        shutil.rmtree("gone")
        screen.key("F2")
        xvfb.wait_until(refused(4), "a still that has no place")
        before = screen.picture_of(window)
        xvfb.wait_until(lambda: screen.picture_of(window) != before, "the show goes on")
        screen.key("Escape")


def an_error_stands_over_the_picture(screen):
    settings = "me<width> = 480 me<height> = 360 me<fps> = 30\n"
    name = program("edit.weft", settings + "display(0.5, 0.25, 0.75)")
    bright = lambda rows: any(max(row) > 240 for row in rows[:30])
    corner = lambda rows: colour(rows, 479, 359)
    with running(name, "--visual", "cpu"):
        window = screen.wait_for_window("^edit$")
        look = lambda: screen.picture_of(window)
        wait_for(screen, window, rendered(name), "the picture")
        program(name, settings + "display(0.5, 0.25, 0.75")
        xvfb.wait_until(lambda: bright(look()), "the error in the window")
        check(corner(look()) == (128, 64, 191), "the last good picture is under it")
        program(name, settings + "display(0, 0.25, 0.75)")
        xvfb.wait_until(lambda: corner(look()) == (0, 64, 191), "the next picture")
        xvfb.wait_until(lambda: not bright(look()), "no error any more")
        # A display more is a window more, one less a window less.
        program(name, settings + 'display(0, 1, 0)\ndisplay(1, 0, 0, target: "more")')
        xvfb.wait_until(lambda: len(screen.windows("^edit")) == 2, "another window")
        program(name, settings + "display(1, 0, 0)")
        xvfb.wait_until(lambda: len(screen.windows("^edit")) == 1, "one window again")
        screen.close(window)


def the_screen_ends_and_returns(screen):
    name = program("twice.weft", SETTINGS + 'display(me@x, me@y, key@a)\n'
                   'display(0, 0, 1, target: "side")')
    with running(name, "--visual", "cpu", "--status", "twice.status", "--log", "twice.log"):
        def two_windows():
            side = screen.wait_for_window("^twice - side$")
            screen.hand("windowmove", "--sync", side, WIDTH + 20, 0)
            return screen.wait_for_window("^twice$")

        window = two_windows()
        wanted = rendered(name)
        wait_for(screen, window, wanted, "the picture")
        screen.focus(window)
        screen.hand("keydown", "a")
        xvfb.wait_until(lambda: colour(screen.picture_of(window), 5, 5)[2] == 255, "a key held")
        windows = lambda: told_last("twice.status").get("windows", {})
        xvfb.wait_until(lambda: windows().get("open") == 2, "two windows in the status")
        # Xlib or the driver's XCB notices first: either must do.
        ends = (signal.SIGKILL, signal.SIGTERM) * 2
        for signal_ in ends:
            screen.process.send_signal(signal_)
            screen.process.wait()
            xvfb.wait_until(lambda: windows()["open"] == 0, "no windows in the status")
            wait_for_frames("twice.status")
            screen.begin_again()
            window = two_windows()
            wait_for(screen, window, wanted, "the picture again, and no key held")
        check(windows()["lost"] == len(ends), windows())
        screen.focus(window)
        screen.key("Escape")
    said = pathlib.Path("twice.log").read_text()
    check(all(said.count(f"the screen is {what}") == len(ends) for what in ("gone", "there again")), said)


def a_window_out_of_sight(screen):
    name = program("away.weft", SETTINGS + "display(me@x, me@y, 0)")
    # A window's size may change between the asking for it and the use of the answer.
    with running(name, "--visual", "cpu", "--status", "away.status",
                 excused="VUID-VkSwapchainCreateInfoKHR-imageExtent"):
        window = screen.wait_for_window("^away$")
        wanted = rendered(name)
        wait_for(screen, window, wanted, "the picture")
        screen.put_away(window)
        missed = lambda: told_last("away.status").get("windows", {}).get("missed", 0)
        xvfb.wait_until(lambda: missed() > 5, "pictures that nobody sees are counted")
        wait_for_frames("away.status")
        screen.bring_back(window)
        wait_for(screen, window, wanted, "the picture again")
        # As fast as hands can, down to nothing.
        sizes = random.Random(6)
        storm = [word for _ in range(200) for word in
                 ("windowsize", window, sizes.randint(1, 640), sizes.randint(1, 480))]
        screen.hand(*storm)
        screen.resize(window, WIDTH * 2, HEIGHT * 2)
        wait_for(screen, window, enlarged(wanted, 2), "the picture after the storm")
        screen.close(window)


def letters_are_as_large_as_the_screen_asks():
    settings = "me<width> = 600 me<height> = 300 me<fps> = 30\n"
    name = program("dense.weft", settings + "display(0.75, 0.75, 0.75)")
    heights = []
    for density in (96, 192):
        with xvfb.Screen(640, 480) as screen:
            screen.resource(f"Xft.dpi: {density}")
            with running(name, "--visual", "cpu"):
                window = screen.wait_for_window("^dense$")
                screen.focus(window)
                wait_for(screen, window, rendered(name), "the picture, pixel by pixel")
                screen.key("F1")
                ground = lambda: sum(row[6] != 191 for row in screen.picture_of(window))
                heights.append(xvfb.wait_until(ground, "text over the picture"))
                screen.key("Escape")
    check(1.8 < heights[1] / heights[0] < 2.2, f"letters twice as large: {heights}")


def without_a_screen():
    name = program("dark.weft", SETTINGS + "display(me@x)")
    display = os.environ.pop("DISPLAY")
    told = weft("run", name, "--duration", "0.1", expect=3).stderr.decode()
    check("DISPLAY" in told and "--headless" in told, told)
    weft("run", name, "--duration", "0.1", "--headless")
    os.environ["DISPLAY"] = display


def main():
    xvfb.require()
    if not shutil.which("ffmpeg"):
        check(not os.environ.get("WEFT_TEST_REQUIRE"), "ffmpeg is installed")
        xvfb.skip("no ffmpeg: install ffmpeg")
    os.environ["WEFT_VULKAN_VALIDATION"] = "1"
    if not backends("vulkan", optional=True):
        xvfb.skip("no vulkan: windows are its")
    with xvfb.Screen(640, 480) as screen:
        shows_what_is_rendered(screen)
        hands(screen)
        a_key_turns_a_knob(screen)
        overlay_and_full_screen(screen)
        two_targets(screen)
        kept(screen)
        what_cannot_be_kept(screen)
        an_error_stands_over_the_picture(screen)
        a_window_out_of_sight(screen)
        the_screen_ends_and_returns(screen)
        without_a_screen()
    letters_are_as_large_as_the_screen_asks()


main()
