"""What nothing feeds any more comes to rest: an echo, a filter and a trail end at 0, not at numbers so
small that a processor computes with them many times slower, for weeks."""

from weft_e2e import check, program, read_wav, weft

SOUND = """
click = if me@time < 0.01 then 1 else 0
cache(click + 1.98 * ring[ring@k ~ 1] * cos(0.06) - 0.9801 * ring[ring@k ~ 2], 3)::ring<v>
cache(click + 0.5 * echo[echo@k ~ 100], 101)::echo<v>
play(abs(sign(ring@v)), abs(sign(echo@v)))
"""

PICTURE = """
flash = if me@time < 0.05 then 1 else 0
cache(max(flash, 0.9 * trail[trail@k ~ 1]), 2)::trail<v>
display(sign(trail@v))
"""


def a_filter_and_an_echo_end():
    weft("render", program("sound.weft", SOUND), "-o", "sound.wav", "--duration", "3")
    _, _, heard = read_wav("sound.wav")
    for channel, name in enumerate(("the filter", "the echo")):
        one = heard[channel::2]
        check(len(one) == 3 * 48000 and set(one[1000:10000]) == {1.0}, f"{name} sounds at first")
        check(set(one[-48000:]) == {0.0}, f"{name} has ended")


def a_trail_ends():
    name = program("picture.weft", PICTURE)
    for frame, what in ((100, 255), (1400, 0)):
        done = weft("render", name, "-o", "-", "--size", "16x9", "--frames", f"{frame}:{frame + 1}")
        check(len(done.stdout) == 16 * 9 * 4 and done.stdout[0] == what,
              f"frame {frame} is {what}, not {done.stdout[:4]}")


a_filter_and_an_echo_end()
a_trail_ends()
