"""Parts of a running show that fail: the rest goes on, the status says what does not and why, and
they come back when they can. The host keeps its side of the contract meanwhile: nobody calls into
what hangs."""

import os

from moody import Show
from weft_e2e import check

os.environ["WEFT_CHECK"] = "1"


def cpu_goes_on(status):
    """What one back end does is not laid at another's door."""
    for backend in status["backends"]:
        check("cancelled" not in backend["reason"], f"{backend}: {show.told()}")


with Show("""
me<width> = 8
me<height> = 8
moody<v> = cache(me@x, 2)
old<v> = cache(old@v[old@k ~ 1] + 1, 2)
display(moody@v, old@v, 0)
data("table.csv", me@frame)
""", "--audio-device", "none", "--visual", "cpu", "--owner", "moody=moody") as show:
    show.until("ok")
    show.mood("ill")
    status, reason = show.until("disabled")
    check("it is ill" in reason and "moody" in reason, reason)
    shown = status["frames"]["shown"]
    status, _ = show.until("disabled")
    check(status["frames"]["shown"] > shown, "frames do not go on")
    cpu_goes_on(status)
    show.mood("well")
    show.until("ok")
    show.mood("slow")
    show.until("hung")
    show.mood("well")
    show.until("ok")
    show.mood("deaf")
    status, reason = show.until("hung")
    check("300 ms" in reason or "not come back" in reason, reason)
    cpu_goes_on(status)
    show.mood("well")
    show.until("ok")
    show.mood("lost")
    status, _ = show.until("lost")
    cpu_goes_on(status)
    show.mood("well")
    status, _ = show.until("ok")
    check(status["reloads"]["taken"] >= 1, str(status["reloads"]))
    show.mood("deaf")
    show.until("hung")
    said = show.end()  # also with what never comes back
    check("moody works again" in said, said)
    check("breaks the contract" not in said, said)
