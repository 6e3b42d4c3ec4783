<CsoundSynthesizer>
; bench/programs/partials64.weft: a note for each partial, its swell at control rate.
<CsInstruments>
sr = 48000
ksmps = $KSMPS
nchnls = 2
0dbfs = 1

gisine ftgen 0, 0, 65536, 10, 1

instr 1
    ipan = p4 / 65
    kswell poscil 0.5, 0.02 + 0.0007 * p4, gisine, frac(2.4 * p4 / (2 * $M_PI))
    asine oscili 0.4 * (0.5 + kswell) / p4, 55 * p4, gisine
    outs asine * (1 - ipan), asine * ipan
endin

instr 2
    ipartial = 1
    while ipartial <= 64 do
        event_i "i", 1, 0, p3, ipartial
        ipartial += 1
    od
endin
</CsInstruments>
<CsScore>
i 2 0 $SECONDS
</CsScore>
</CsoundSynthesizer>
