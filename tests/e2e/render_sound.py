"""A sound is what the program says, sample by sample; a month later it is as exact."""

import math

from weft_e2e import check, program, read_wav, weft

program("tone.weft", """
play(left: 0.5 * sin(me@time * 440 * 6.283185307179586), right: me@x * 3)
""")
RATE = 48000
MONTH = 30 * 24 * 3600

for start in (0, MONTH):
    weft("render", "tone.weft", "-o", "tone.wav", "--duration", "0.5", "--start", start)
    rate, channels, samples = read_wav("tone.wav")
    check((rate, channels, len(samples)) == (RATE, 2, RATE), f"{rate} Hz, {channels} channels")
    noise = 0.0
    for n in range(RATE // 2):
        # 440 Hz has whole periods in a second, so the month falls out exactly.
        due = 0.5 * math.sin(2 * math.pi * math.fmod(n / RATE * 440, 1.0))
        noise += (samples[2 * n] - due) ** 2
        check(samples[2 * n + 1] == 1.0, "right is clamped to 1")
    ratio = 10 * math.log10(0.125 * (RATE // 2) / max(noise, 1e-30))
    check(ratio >= 110, f"signal to noise at {start} s: {ratio:.1f} dB")
