<CsoundSynthesizer>
; bench/programs/saws8.weft: a note for each voice.
<CsInstruments>
sr = 48000
ksmps = $KSMPS
nchnls = 2
0dbfs = 1

instr 1
    iw0 = 2 * $M_PI * p5 / sr
    ialpha = sin(iw0) / 4
    ib0 = (1 - cos(iw0)) / 2
    asaw phasor p4
    avoice biquad 0.15 * (2 * asaw - 1), ib0, 2 * ib0, ib0, 1 + ialpha, -2 * cos(iw0), 1 - ialpha
    outch p6, avoice
endin
</CsInstruments>
<CsScore>
i 1 0 $SECONDS 55    300  1
i 1 0 $SECONDS 82.5  550  2
i 1 0 $SECONDS 110.4 800  1
i 1 0 $SECONDS 165.2 1050 2
i 1 0 $SECONDS 219.5 1300 1
i 1 0 $SECONDS 277.1 1550 2
i 1 0 $SECONDS 330.7 1800 1
i 1 0 $SECONDS 440.3 2050 2
</CsScore>
</CsoundSynthesizer>
