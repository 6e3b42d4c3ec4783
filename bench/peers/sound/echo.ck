// bench/programs/echo32.weft: chuck --silent record.ck echo.ck:SECONDS[:FILE]. Whoever is asked again
// before he has answered gives his last sample: the line is asked first, through a silent gain, so that
// every tap hears it a sample late, and is that much shorter.
Std.atof(me.arg(0))::second => dur length;

// The note: its fade to the fourth, times a sine.
Phasor ramp => Gain fade => Gain source;
Step one => fade;
SinOsc sine => source;
fade => source;
fade => source;
fade => source;
3 => source.op;
2 => ramp.freq;
-1 => ramp.gain;
220 => sine.freq;

Gain line => Gain silent => dac.left;
0 => silent.gain;
Gain left, right;
source => line;
source => left;
source => right;
Gain echo[2];
for (0 => int side; side < 2; side++) {
    0.7 => echo[side].gain;
    echo[side] => line;
}
for (1 => int i; i <= 32; i++) {
    Delay tap;
    second => tap.max;
    (432 + i + 46 * i * i)::samp => tap.delay;
    (33 - i) / 528.0 => tap.gain;
    line => tap;
    tap => Gain l;
    tap => Gain r;
    1 - i / 33.0 => l.gain;
    i / 33.0 => r.gain;
    l => echo[0];
    r => echo[1];
    l => left;
    r => right;
}
0.4 => left.gain => right.gain;
left => dac.left;
right => dac.right;

if (me.args() > 1) spork ~ Record.both(me.arg(1));
length => now;
