"""The law: the back end that computes a strand never changes its value. Every back end that is
available here, against the reference, on strands that exercise each corner of the language."""

import math

from weft_e2e import backends, check, program, weft

program("strands.weft", """
spindle swirl(a, b) :: <u, v> {
    d = length(a - 0.5, b - 0.5)
    s = 0
    for i in (1 to 5) { s += sin(d * i * 7) / i }
    out u = s
    out v = atan2(b - 0.5, a - 0.5) + d
}
swirl(me@x, me@y)::sw<u,v>
plain = me@x * 3 - me@y ^ 2
waves = sin(me@x * 10 + me@time) * cos(10 * (me@y + me@time * 0.3))
moved = waves[me@x ~ me@y * 0.5, me@time ~ me@time + 1]
branch = if me@x > 0.5 then sqrt(me@x - 0.5) else -me@y % 0.3
lattice = hash(me@x * 100, me@y * 100, me@frame)
clouds = fbm(me@x * 4, me@y * 4, me@time)
triple<r,g,b> = <plain, waves, moved> * 0.5
display(triple)
""")
STRANDS = ["sw@u", "sw@v", "plain", "waves", "moved", "branch", "lattice", "clouds", "triple@b"]
POINTS = [(i / 7, j / 5, t) for i in range(8) for j in range(6) for t in (0, 1.25, 86400 * 30 + 0.5)]

with open("points.csv", "w", encoding="utf-8") as table:
    table.write("x,y,time\n")
    table.writelines(f"{x!r},{y!r},{t!r}\n" for x, y, t in POINTS)


def values(strand, owner):
    printed = weft("eval", "strands.weft", strand, "--points", "points.csv", "--on", owner).stdout
    return [float(line) for line in printed.split()]


owners = [name for name in backends() if name != "reference"]
check(owners, "some back end computes pictures here")
for strand in STRANDS:
    reference = values(strand, "reference")
    check(len(reference) == len(POINTS), f"{strand}: one line a point")
    for owner in owners:
        for point, due, got in zip(POINTS, reference, values(strand, owner)):
            near = (math.isnan(due) and math.isnan(got)) or due == got or \
                abs(due - got) <= 4e-6 * max(1.0, abs(due))
            check(near, f"{strand} at {point} on {owner}: {got!r}, the reference says {due!r}")
