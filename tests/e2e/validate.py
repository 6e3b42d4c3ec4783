"""weft validate: what it says of plugins that crash, hang and end the process, its reports, and what
it answers to a command line that is wrong."""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree

WEFT = os.environ["WEFT"]
BUILD = pathlib.Path(WEFT).parent.parent
HERE = pathlib.Path.cwd()
EXECUTES = "errors.cancelled"  # a check that runs frames
MANIFEST = {"name": "", "version": "1.0", "summary": "a fixture", "abi_min": 1, "abi_target": 1,
            "contexts": ["visual"]}


def fixture(name):
    """A plugin of tests/plugins with a manifest beside it."""
    shutil.copy(BUILD / "tests/plugins" / f"{name}.so", HERE)
    (HERE / f"{name}.json").write_text(json.dumps({**MANIFEST, "name": name}))
    return f"./{name}.so"


def validate(*arguments, **environment):
    return subprocess.run([WEFT, "validate", *arguments], capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, timeout=120, check=False,
                          env={**os.environ, "TMPDIR": str(HERE), **environment})


def expect(holds, what, done):
    if not holds:
        sys.exit(f"{what}\nexit {done.returncode}\n{done.stdout}{done.stderr}")


def fails_with(text, plugin, *arguments, **environment):
    done = validate(plugin, "--check", EXECUTES, *arguments, **environment)
    expect(done.returncode == 1 and f"FAIL  {EXECUTES}: {text}" in done.stdout,
           f"expected: {text}", done)
    return done


def mood(word):
    (HERE / "mood").write_text(word)
    return {"WEFT_TEST_MOOD": str(HERE / "mood")}


def semaphores():
    """Of a plugin that makes none, with another that does."""
    maker, taker = fixture("offers"), fixture("offers_too")

    def judged(words, *beside, maker_words="fd device=1 semaphores"):
        return validate(taker, "--check", "semaphore", *beside, WEFT_OFFERS=maker_words,
                        WEFT_OFFERS_TOO=words)

    done = judged("fd device=1 takes")
    expect(done.returncode == 0 and "it takes semaphores and makes none: it was told not to; "
           "--beside names a plugin that makes them" in done.stdout, "nobody makes them", done)
    done = judged("fd device=1 takes", "--beside", maker)
    expect(done.returncode == 0 and "3 passed, 0 failed, 1 skipped" in done.stdout, "beside", done)
    # Memory of its own, where it does not reach that of the other.
    done = judged("host device=1 takes", "--beside", maker)
    expect(done.returncode == 0 and "3 passed, 0 failed, 1 skipped" in done.stdout, "apart", done)
    for word, text in (("deaf", "work that waits for another's semaphore runs without a signal"),
                       ("mute", "its signal of another's semaphore does not come")):
        done = judged(f"fd device=1 takes {word}", "--beside", maker)
        expect(done.returncode == 1 and f"FAIL  edges.imported-semaphores: {text}" in done.stdout
               and f"--beside {HERE / 'offers.so'} --in-process" in done.stdout, word, done)
    done = judged("fd device=2 takes", "--beside", maker)
    expect(done.returncode == 0 and "are on different devices" in done.stdout, "two devices", done)
    done = judged("fd device=1 takes", "--beside", maker, maker_words="fd device=1 takes")
    expect(done.returncode == 0 and "offers.so makes no semaphores here" in done.stdout,
           "neither makes them", done)


def main():
    semaphores()
    moody, ends = fixture("moody"), fixture("ends")

    done = fails_with("the plugin crashed (SIGABRT) in execute of frame 0, 1 targets, 0 samples, "
                      "called from the main thread", moody, **mood("broken"))
    expect("--in-process" in done.stdout, "how to see it again", done)
    fails_with("the plugin hangs: nothing for 0.6 s, in execute of frame 0", moody,
               "--patience", "0.02", **mood("deaf"))
    fails_with("the plugin ended the process with exit code 7, in execute of frame 0", ends)
    fails_with("the plugin ended the process with exit code 0, in execute of frame 0", ends,
               WEFT_TEST_MOOD="any")
    fails_with("a frame of 'a picture' gave internal: 'it is ill'", moody, **mood("ill"))

    # A crash in the process itself ends it, as a debugger wants.
    done = validate(moody, "--check", EXECUTES, "--in-process", **mood("broken"))
    expect(done.returncode < 0, "in-process, a crash is a crash", done)
    expect(not list(HERE.glob("weft-validate-*")), "in-process, a crash leaves no files", done)
    done = validate(moody, "--check", EXECUTES, "--in-process", **mood("well"))
    expect(done.returncode == 0 and f"ok    {EXECUTES}" in done.stdout, "in-process", done)
    expect(not list(HERE.glob("weft-validate-*")), "in-process, nothing is left", done)

    # Interrupted, it ends with its processes, and leaves nothing behind.
    left = len(list(HERE.glob("weft-validate-*")))
    with subprocess.Popen([WEFT, "validate", moody, "--check", EXECUTES], text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          env={**os.environ, "TMPDIR": str(HERE), **mood("deaf")}) as running:
        # Its files are there: from then on a signal ends it in an orderly way.
        while len(list(HERE.glob("weft-validate-*"))) == left and running.poll() is None:
            time.sleep(0.01)
        running.send_signal(signal.SIGINT)
        _, said = running.communicate(timeout=60)
        if running.returncode != 130 or "interrupted" not in said:
            sys.exit(f"interrupted: exit {running.returncode}\n{said}")
    if len(list(HERE.glob("weft-validate-*"))) != left:
        sys.exit("interrupted, it leaves files behind")

    # Reports, and the same seed again.
    done = validate(moody, "--level", "quick", "--json", "--seed", "42", "--junit", "report.xml",
                    **mood("well"))
    report = json.loads(done.stdout)
    expect(report["seed"] == 42 and report["level"] == "quick" and report["plugin"] == "moody",
           "what the report is about", done)
    expect(len(report["checks"]) == report["passed"] + report["failed"] + report["skipped"],
           "every check has a result", done)
    suite = xml.etree.ElementTree.parse("report.xml").getroot().find("testsuite")
    expect(len(suite.findall("testcase")) == len(report["checks"]) == int(suite.get("tests")) and
           int(suite.get("failures")) == report["failed"], "the report for machines", done)

    # By name, and what is built in.
    done = validate("moody", "--plugin-dir", ".", "--check", "loading.opens", **mood("well"))
    expect(done.returncode == 0 and "1 passed" in done.stdout, "by its name", done)
    done = validate("reference", "--check", "lifecycle.release-null")
    expect(done.returncode == 0 and "1 passed" in done.stdout, "the reference", done)

    # What cannot be loaded fails one check, and the others say so.
    (HERE / "prose.so").write_text("no machine code in sight")
    done = validate("./prose.so", "--check", "loading.opens", "--check", "lifecycle.create")
    expect(done.returncode == 1 and "is not a shared library" in done.stdout and
           "skip  lifecycle.create" in done.stdout, "prose", done)

    for arguments, text in [((), "which plugin?"),
                            (("./nothing.so",), "there is no file ./nothing.so"),
                            (("nothing",), "there is no plugin 'nothing'"),
                            ((moody, "--check", "nonsense"), "no check has 'nonsense'"),
                            ((moody, "--level", "high"), "--level"),
                            ((moody, "--beside", "./nothing.so"), "there is no file ./nothing.so"),
                            ((moody, "--beside", "reference"), "--beside: it is built in"),
                            ((moody, "--child", "gibberish"), "weft itself")]:
        done = validate(*arguments)
        expect(done.returncode == 2 and text in done.stderr and not done.stdout, text, done)
    done = validate(moody, "--check", "loading.opens", "--junit", "/nowhere/report.xml")
    expect(done.returncode == 3 and "/nowhere/report.xml" in done.stderr, "no report", done)


main()
