"""A picture is what the program says, pixel by pixel: centres, y down, rounding, clamping, NaN."""

from weft_e2e import check, program, read_png, weft

WIDTH, HEIGHT = 37, 19

program("ramp.weft", """
img<r,g,b> = <me@x, me@y, if me@x < 0.25 then 0/0 else me@x * 3 - 1>
display(img)
""")
weft("render", "ramp.weft", "-o", "ramp.png", "--size", f"{WIDTH}x{HEIGHT}")
width, height, channels, rows = read_png("ramp.png")
check((width, height) == (WIDTH, HEIGHT), f"size {width}x{height}")
check(channels in (3, 4), f"{channels} channels")


def byte(value):
    """The two neighbours a value may round to; one when it is not near a tie."""
    scaled = min(max(value, 0.0), 1.0) * 255
    return {int(scaled + 0.5 - 1e-4), int(scaled + 0.5 + 1e-4)}


for j in range(HEIGHT):
    for i in range(WIDTH):
        x, y = (i + 0.5) / WIDTH, (j + 0.5) / HEIGHT
        blue = 0.0 if x < 0.25 else x * 3 - 1
        pixel = rows[j][i * channels:i * channels + channels]
        for got, wanted in zip(pixel, (x, y, blue)):
            check(got in byte(wanted), f"pixel {i},{j} is {list(pixel)}, {wanted * 255} was due")
        check(channels == 3 or pixel[3] == 255, f"pixel {i},{j} is opaque")
