"""weft run without windows: how long it goes on, how it ends, what it says of a program, a device
or a setting that cannot be had. The clock is made up where only frames are counted."""

import json
import os
import pathlib
import signal
import subprocess
import time

from weft_e2e import WEFT, check, program, weft

PATIENCE_S = 60

SHOW = """
me<width> = 32
me<height> = 24
me<fps> = 50
count<v> = cache(count@v[count@k ~ 1] + 1, 2)
tape<s> = cache(sin(me@time * 2000), 4800)
display(count@v / 255, tape@s[tape@k ~ me@x * 960], 0)
play(tape@s * 0.1)
"""


def run(*words, expect=0):
    done = weft("run", *words, expect=expect, timeout=PATIENCE_S)
    done.stdout, done.stderr = done.stdout.decode(), done.stderr.decode()
    return done


def counted(done):
    """Frames shown and left out, by the last line."""
    words = done.stderr.strip().splitlines()[-1].split()
    return int(words[0]), int(words[2])


def frames_of_a_made_up_clock():
    show = program("show.weft", SHOW)
    done = run(show, "--simulate", "--duration", "600")
    check(counted(done) == (30000, 0), done.stderr)
    done = run(show, "--simulate", "--duration", "10", "--fps", "25")
    check(counted(done) == (250, 0), done.stderr)


def frames_of_the_real_clock():
    show = program("show.weft", SHOW)
    before = time.monotonic()
    done = run(show, "--headless", "--audio-device", "none", "--duration", "0.5", "--status")
    took = time.monotonic() - before
    shown, left_out = counted(done)
    check(shown + left_out == 25, done.stderr)
    check(took >= 0.45, f"half a second took {took} s")
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    check(lines[-1]["frames"]["shown"] == shown, done.stdout)
    check(not lines[-1].get("sound"), done.stdout)


def signals_end_it():
    show = program("show.weft", SHOW)
    for number in (signal.SIGINT, signal.SIGTERM):
        running = subprocess.Popen(
            [WEFT, "run", show, "--headless", "--audio-device", "none", "--status"],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        try:
            check(running.stdout.readline().startswith("{"), "no status")
            running.send_signal(number)
            _, said = running.communicate(timeout=PATIENCE_S)
        finally:
            running.kill()
            running.wait()
        check(running.returncode == 0, f"{number}: exit {running.returncode}\n{said}")
        check("frames" in said.splitlines()[-1], said)


def what_is_wrong_with_a_program():
    wrong = program("wrong.weft", "display(nobody)\n")
    done = run(wrong, "--headless", expect=1)
    check("wrong.weft:1:9: error:" in done.stderr, done.stderr)
    done = run("absent.weft", "--headless", expect=1)
    check("absent.weft" in done.stderr, done.stderr)
    run(expect=2)
    run(wrong, "--duration", "-1", expect=2)
    run(wrong, "--block", "0", expect=2)
    done = run(program("nothing.weft", "a = 1\n"), "--simulate", "--duration", "0.1")
    check(done.stderr.count("warning: nothing is shown, played or sent") == 1, done.stderr)


def loops_of_pictures_and_sound():
    show = program("loop.weft", """
display(trail@v)
trail<v> = cache(slope@v[slope@k ~ 0, me@x ~ level@s[level@k ~ 1]], 2)
slope<v> = cache(me@x, 2)
level<s> = cache(trail@v[trail@k ~ 1, me@x ~ 0.5, me@y ~ 0.5], 2)
play(level@s)
""")
    done = run(show, "--headless", "--audio-device", "none", "--duration", "0.1", expect=1)
    check("W0600" in done.stderr, done.stderr)


def devices_that_are_not_there():
    show = program("show.weft", SHOW)
    environment = {**os.environ, "JACK_NO_START_SERVER": "1", "JACK_DEFAULT_SERVER": "weft-none"}
    words = [WEFT, "run", show, "--headless", "--duration", "0.1"]
    done = subprocess.run(words, env=environment, capture_output=True, text=True,
                          timeout=PATIENCE_S, check=False)
    if "warning: no sound" in done.stderr:
        check(done.returncode == 0, done.stderr)
        check(done.stderr.count("warning: no sound") == 1, done.stderr)
    done = subprocess.run([*words, "--audio-device", "no such device"], env=environment,
                          capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    check(done.returncode in (1, 3), f"exit {done.returncode}\n{done.stderr}")


def files_of_a_running_show():
    show = program("files.weft", SHOW + 'data("table.csv", me@frame, count@v)\n')
    run(show, "--simulate", "--duration", "1")
    rows = pathlib.Path("table.csv").read_text(encoding="utf-8").splitlines()
    check(len(rows) == 51, f"{len(rows)} rows")


frames_of_a_made_up_clock()
frames_of_the_real_clock()
signals_end_it()
what_is_wrong_with_a_program()
loops_of_pictures_and_sound()
devices_that_are_not_there()
files_of_a_running_show()
