// bench/programs/saws8.weft: chuck --silent record.ck saws.ck:SECONDS[:FILE]
Std.atof(me.arg(0))::second => dur length;

[55.0, 82.5, 110.4, 165.2, 219.5, 277.1, 330.7, 440.3] @=> float pitch[];
Phasor saw[8];
BiQuad low[8];
Step below;
-1 => below.next;
for (0 => int v; v < 8; v++) {
    pitch[v] => saw[v].freq;
    2 => saw[v].gain;
    saw[v] => low[v];
    below => low[v];
    if (v % 2 == 0) low[v] => dac.left;
    else low[v] => dac.right;
    2 * pi * (300 + 250 * v) / 48000 => float w0;
    Math.sin(w0) / 4 => float alpha;
    (1 - Math.cos(w0)) / 2 / (1 + alpha) => float b0;
    b0 => low[v].b0;
    2 * b0 => low[v].b1;
    b0 => low[v].b2;
    -2 * Math.cos(w0) / (1 + alpha) => low[v].a1;
    (1 - alpha) / (1 + alpha) => low[v].a2;
    0.15 => low[v].gain;
}

if (me.args() > 1) spork ~ Record.both(me.arg(1));
length => now;
