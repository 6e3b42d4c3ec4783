"""Back ends that do not come back: pictures do not stop sound, sound does not stop pictures, neither
holds up an edit; where the main thread is in it the process ends, and --restart begins again."""

import pathlib

import jack
from moody import Show
from weft_e2e import check

PICTURE = "me<width> = 8\nme<height> = 8\nme<fps> = 50\ndisplay({})\n"
BOTH = PICTURE.format("me@x") + "play(0.25 + 0.1 * sin(me@time * 1000))\n"
SILENT = ("--audio-device", "none")


def pictures_hang_and_sound_goes_on(server):
    with Show(BOTH, "--visual", "moody") as show:
        with jack.Recorder(server, ["weft:out_0"]) as recorder:
            show.mood("deaf")
            show.until("hung")
            heard = len(recorder.channels[0]) // 4
            recorder.wait_for(heard + server.rate)
            floats = memoryview(bytes(recorder.channels[0])).cast("f")[heard:]
            check(all(0.1 < value < 0.4 for value in floats), "sound stops with the picture")
        # An edit is taken, and the one after it, though what they replace hangs.
        for edit in (1, 2):
            show.save(BOTH.replace("1000", f"{edit}00"))
            show.status(lambda status: status["reloads"]["taken"] == edit, f"edit {edit} was taken")
        show.end()


def sound_hangs_and_pictures_go_on():
    with Show(BOTH, "--audio", "moody") as show:
        show.until("ok")
        show.mood("deaf")
        status, reason = show.until("hung")
        check("sound" in reason and "execute" in reason and "moody" in reason, reason)
        shown = status["frames"]["shown"]
        show.status(lambda status: status["frames"]["shown"] > shown + 20, "pictures went on")
        for edit in (1, 2):
            show.save(BOTH.replace("me@x", f"{edit} * me@x"))
            show.status(lambda status: status["reloads"]["taken"] == edit, f"edit {edit} was taken")
        show.mood("well")
        show.status(lambda status: "moody has come back" in show.told() or
                    "moody works again" in show.told(), "it came back")
        show.mood("deaf")
        show.until("hung")
        show.end()


def what_closes_hangs():
    with Show(PICTURE.format("me@x"), "--visual", "moody", *SILENT) as show:
        show.until("ok")
        show.mood("clinging")
        show.save(PICTURE.format("me@y"))
        _, reason = show.until("hung")
        check("release" in reason, reason)
        show.mood("well")
        show.status(lambda status: "moody has come back" in show.told(), "it came back")
        show.mood("clinging")
        show.end()


def the_main_thread_hangs():
    # A place in a picture that is read at a place: the host asks for that one.
    text = PICTURE.format("p@v[me@x ~ p@v[me@x ~ 0.3, me@y ~ 0.5]]") + "p<v> = cache(me@x, 2)\n"
    with Show(text, "--owner", "p=moody", "--log", "log", *SILENT) as show:
        show.until("ok")
        show.mood("mute")
        check(show.wait() == 4, f"exit {show.running.returncode}: {show.told()}")
        check("main thread" in show.told() and "get_values" in show.told(), show.told())
        check("main thread" in pathlib.Path("log").read_text(), "the log says why")


def what_crashes_begins_again():
    with Show(PICTURE.format("me@x"), "--visual", "moody", "--log", "log", "--restart",
              "on-failure:1/600s", *SILENT) as show:
        show.until("ok")
        show.mood("broken")
        jack.wait_until(lambda: "started again" in show.told(), "it is started again")
        show.mood("well")
        status, _ = show.until("ok")
        show.mood("broken")
        check(show.wait() == 128 + 6, f"exit {show.running.returncode}: {show.told()}")
        check("SIGABRT in plugin 'moody', execute" in show.told(), show.told())
        log = pathlib.Path("log").read_text()
        check(log.count("SIGABRT in plugin 'moody'") == 2 and "not started again" in log, log)


the_main_thread_hangs()
what_closes_hangs()
what_crashes_begins_again()
with jack.Server(sync=False) as jackd:
    pictures_hang_and_sound_goes_on(jackd)
    sound_hangs_and_pictures_go_on()
