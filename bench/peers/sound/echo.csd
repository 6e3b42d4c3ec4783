<CsoundSynthesizer>
; bench/programs/echo32.weft: one line, 32 taps. A tap reads ksmps before the line is written, which
; its delay takes in as long as it is longer than ksmps.
<CsInstruments>
sr = 48000
ksmps = $KSMPS
nchnls = 2
0dbfs = 1

gisine ftgen 0, 0, 65536, 10, 1

#define LEFT(I) #((33 - $I) / 528 * (1 - $I / 33))#
#define RIGHT(I) #((33 - $I) / 528 * $I / 33)#

instr 1
    afade phasor 2
    afade = 1 - afade
    asine oscili 1, 220, gisine
    asource = afade * afade * afade * afade * asine
    aline delayr 1
    a1 deltapn 480
    a2 deltapn 619
    a3 deltapn 850
    a4 deltapn 1173
    a5 deltapn 1588
    a6 deltapn 2095
    a7 deltapn 2694
    a8 deltapn 3385
    a9 deltapn 4168
    a10 deltapn 5043
    a11 deltapn 6010
    a12 deltapn 7069
    a13 deltapn 8220
    a14 deltapn 9463
    a15 deltapn 10798
    a16 deltapn 12225
    a17 deltapn 13744
    a18 deltapn 15355
    a19 deltapn 17058
    a20 deltapn 18853
    a21 deltapn 20740
    a22 deltapn 22719
    a23 deltapn 24790
    a24 deltapn 26953
    a25 deltapn 29208
    a26 deltapn 31555
    a27 deltapn 33994
    a28 deltapn 36525
    a29 deltapn 39148
    a30 deltapn 41863
    a31 deltapn 44670
    a32 deltapn 47569
    aleft = a1 * $LEFT(1) + a2 * $LEFT(2) + a3 * $LEFT(3) + a4 * $LEFT(4) + \
        a5 * $LEFT(5) + a6 * $LEFT(6) + a7 * $LEFT(7) + a8 * $LEFT(8) + \
        a9 * $LEFT(9) + a10 * $LEFT(10) + a11 * $LEFT(11) + a12 * $LEFT(12) + \
        a13 * $LEFT(13) + a14 * $LEFT(14) + a15 * $LEFT(15) + a16 * $LEFT(16) + \
        a17 * $LEFT(17) + a18 * $LEFT(18) + a19 * $LEFT(19) + a20 * $LEFT(20) + \
        a21 * $LEFT(21) + a22 * $LEFT(22) + a23 * $LEFT(23) + a24 * $LEFT(24) + \
        a25 * $LEFT(25) + a26 * $LEFT(26) + a27 * $LEFT(27) + a28 * $LEFT(28) + \
        a29 * $LEFT(29) + a30 * $LEFT(30) + a31 * $LEFT(31) + a32 * $LEFT(32)
    aright = a1 * $RIGHT(1) + a2 * $RIGHT(2) + a3 * $RIGHT(3) + a4 * $RIGHT(4) + \
        a5 * $RIGHT(5) + a6 * $RIGHT(6) + a7 * $RIGHT(7) + a8 * $RIGHT(8) + \
        a9 * $RIGHT(9) + a10 * $RIGHT(10) + a11 * $RIGHT(11) + a12 * $RIGHT(12) + \
        a13 * $RIGHT(13) + a14 * $RIGHT(14) + a15 * $RIGHT(15) + a16 * $RIGHT(16) + \
        a17 * $RIGHT(17) + a18 * $RIGHT(18) + a19 * $RIGHT(19) + a20 * $RIGHT(20) + \
        a21 * $RIGHT(21) + a22 * $RIGHT(22) + a23 * $RIGHT(23) + a24 * $RIGHT(24) + \
        a25 * $RIGHT(25) + a26 * $RIGHT(26) + a27 * $RIGHT(27) + a28 * $RIGHT(28) + \
        a29 * $RIGHT(29) + a30 * $RIGHT(30) + a31 * $RIGHT(31) + a32 * $RIGHT(32)
    delayw asource + 0.7 * (aleft + aright)
    outs 0.4 * (asource + aleft), 0.4 * (asource + aright)
endin
</CsInstruments>
<CsScore>
i 1 0 $SECONDS
</CsScore>
</CsoundSynthesizer>
