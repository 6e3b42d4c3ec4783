// bench/programs/partials64.weft: chuck --silent record.ck partials.ck:SECONDS[:FILE]. The swells are
// brought up to date every 64 samples.
Std.atof(me.arg(0))::second => dur length;

SinOsc tone[64];
for (1 => int i; i <= 64; i++) {
    tone[i - 1] => Gain left => dac.left;
    tone[i - 1] => Gain right => dac.right;
    55 * i => tone[i - 1].freq;
    0.4 * (1 - i / 65.0) => left.gain;
    0.4 * i / 65.0 => right.gain;
}

fun void swell() {
    now => time begin;
    while (true) {
        (now - begin) / second => float t;
        for (1 => int i; i <= 64; i++)
            (0.5 + 0.5 * Math.sin(2 * pi * t * (0.02 + 0.0007 * i) + 2.4 * i)) / i
                => tone[i - 1].gain;
        64::samp => now;
    }
}
spork ~ swell();

if (me.args() > 1) spork ~ Record.both(me.arg(1));
length => now;
