# The figures of chapter 8: signals up and down 50 layers, where float ends,
# other activations, the scatter of single networks, moments from samples,
# densities without a variance, training.
load 'plots/style.gp'
signal(name) = in.'/runs/signals/signal-'.name.'.tsv'
gain(i) = word('0.5 1 2 2.5 4', i)
relu(i) = signal('relu-'.gain(i))
color(i) = word('4 2 1 3 5', i) + 0

# Five variances.  Band: the least and the most of the networks.
set style fill transparent solid 0.3 noborder
set key off
set logscale y
set format y '10^{%L}'
set xlabel 'layer'
set xtics 0, 10, 50
set yrange [1e-17:1e10]
set ytics 1e-15, 1e5
unset mytics
set output out.'-forward'.suffix
set ylabel 'root mean square of x'
set xrange [0:65]
do for [i=1:5] {
  set label i 'w^2 = '.gain(i).'/M' textcolor linetype color(i) \
    at 52, 0.47*sqrt(0.5*gain(i))**50
}
plot for [i=1:5] relu(i) using "layer":"x-least":"x-most" with filledcurves linetype color(i), \
     for [i=1:5] relu(i) every 5 using "layer":"x" with points linetype color(i), \
     for [i=1:5] relu(i) using "layer":"x-predicted" with lines linetype color(i) linewidth 1

set output out.'-backward'.suffix
set ylabel 'root mean square of ∂L/∂f'
set xrange [-17:51]
do for [i=1:5] {
  set label i right at -0.5, sqrt(0.5*gain(i))**49
}
plot for [i=1:5] relu(i) using "layer":"g-least":"g-most" with filledcurves linetype color(i), \
     for [i=1:5] relu(i) every 5 using "layer":"g" with points linetype color(i), \
     for [i=1:5] relu(i) using "layer":"g-predicted" with lines linetype color(i) linewidth 1
do for [i=1:5] { unset label i }

# The same standard deviation for every layer, as far as float goes.
set output out.'-float'.suffix
set ylabel 'root mean square of x'
set xrange [0:51]
set yrange [1e-60:1e48]
set ytics 1e-60, 1e20
set label 1 'weights N(0, 1)' at 24, 1e10 left textcolor linetype 2
set label 2 'weights N(0, 0.01^2)' at 22, 1e-16 left textcolor linetype 1
set label 3 'largest float' at 1, 1e42 textcolor rgb muted
set label 4 'smallest float' at 1, 1e-49 textcolor rgb muted
plot 3.4028e38 with lines linecolor rgb muted linewidth 1 dashtype 2, \
     1.4013e-45 with lines linecolor rgb muted linewidth 1 dashtype 2, \
     signal('std-1') every 3 using "layer":"x" with points linetype 2, \
     '' using "layer":"x-predicted" with lines linetype 2 linewidth 1, \
     signal('std-0.01') every 3 using "layer":"x" with points linetype 1, \
     '' using "layer":"x-predicted" with lines linetype 1 linewidth 1
do for [i=1:4] { unset label i }

# Three activations, all with w² = 1/M, which is Xavier's where M = N.
set output out.'-activations'.suffix
set ylabel 'root mean square of ∂L/∂f'
set xrange [-11:51]
set yrange [1e-34:1e4]
set ytics 1e-30, 1e10
names = 'tanh-1 relu-1 sigmoid-1'
set label 1 'tanh' at -0.5, 0.3 right textcolor linetype 3
set label 2 'ReLU' at -0.5, 1e-8 right textcolor linetype 2
set label 3 'sigmoid' at -0.5, 1e-30 right textcolor linetype 4
tint(i) = word('3 2 4', i) + 0
plot for [i=1:3] signal(word(names, i)) using "layer":"g-least":"g-most" with filledcurves linetype tint(i), \
     for [i=1:3] signal(word(names, i)) every 5 using "layer":"g" with points linetype tint(i), \
     for [i=1:3] signal(word(names, i)) using "layer":"g-predicted" with lines linetype tint(i) linewidth 1
do for [i=1:3] { unset label i }

# One sample, He's weights: what single networks of width 100 make of it.
set output out.'-scatter'.suffix
set ylabel 'q_l / q_0 of one network'
set xrange [0:60]
set yrange [0.01:10]
set ytics 0.01, 10
scatter = in.'/runs/scatter/scatter-100.tsv'
set label 1 'mean' at 51, 1.1 textcolor linetype 2
set label 2 'median' at 51, 0.29 textcolor linetype 1
plot scatter using "layer":"low":"high" with filledcurves linetype 1, \
     '' every 5 using "layer":"median" with points linetype 1, \
     '' using "layer":"median-predicted" with lines linetype 1 linewidth 1, \
     '' using "layer":"low-predicted" with lines linetype 1 linewidth 1, \
     '' using "layer":"high-predicted" with lines linetype 1 linewidth 1, \
     '' every 5 using "layer":"mean" with points linetype 2, \
     '' using "layer":(1) with lines linetype 2 linewidth 1
unset label 1
unset label 2

# Samples of four densities, three seeds each.
set output out.'-moments'.suffix
unset logscale
set logscale x
set format x '10^{%L}'
set format y '%g'
set xlabel 'draws'
set ylabel 'mean of max(0, f)^2 over σ^2/2'
set xrange [100:1e6]
set xtics 100, 10
set yrange [0.4:2]
set ytics 0.4, 0.2
running = in.'/runs/moments/running.tsv'
mean(k, s) = column("density") == k && column("seed") == s ? column("mean") : NaN
set key bottom right horizontal samplen 1
set label 1 'skewed' at 3e4, 1.58 textcolor linetype 2
kinds = 'normal uniform Laplace'
shade(k) = word('1 3 4 2', k + 1) + 0
set datafile missing NaN
plot for [k=0:2] NaN with lines linetype shade(k) title word(kinds, k + 1), \
     for [k=0:3] for [s=0:2] running using "n":(mean(k, s)) with lines linetype shade(k) linewidth 1.5, \
     1 with lines linecolor rgb fg linewidth 1 dashtype 2, \
     4*exp(-1) with lines linecolor rgb fg linewidth 1 dashtype 2
unset label 1

# And of three for the second moment itself.
set output out.'-heavy'.suffix
set logscale y
set format y '10^{%L}'
set ylabel 'mean of f^2'
set yrange [0.1:1e9]
set ytics 1, 100
set key off
set xrange [10:1e6]
set xtics 10, 10
set label 1 'Cauchy' at 30, 1e6 textcolor linetype 2
set label 2 'Student t, 2 degrees' at 3e3, 70 textcolor linetype 4
set label 3 'normal' at 5e4, 0.36 textcolor linetype 1
tone(k) = word('1 4 2', k - 3) + 0
plot for [k=4:6] for [s=0:2] running using "n":(mean(k, s)) with lines linetype tone(k) linewidth 1.5
do for [i=1:3] { unset label i }
unset logscale

# Training: line and band are mean and standard deviation of three seeds.
set output out.'-training'.suffix
set multiplot layout 1,2
set lmargin 8
set rmargin 1
set format x '%g'
set format y '%g'
set xlabel 'thousands of steps'
set ylabel 'mean loss of 50 steps'
set autoscale
stats in.'/steps-shallow-he.tsv' using (column("step")/1000) name 'X' nooutput
stats in.'/steps-shallow-he.tsv' using (column("loss")) name 'Y' nooutput
set logscale y
set yrange [(Y_min < 0.27 ? 0.9*Y_min : 0.25):3.2]
set ytics (0.12, 0.25, 0.5, 1, 2)
set xrange [0:1.05*X_max]
set xtics 0, (X_max > 5 ? 5 : X_max > 1 ? 1 : X_max)
starts = 'std xavier he'
hue(i) = word('2 3 1', i) + 0
curve(d, i) = in.'/steps-'.d.'-'.word(starts, i).'.tsv'
least(x, y) = x > y ? x - y : x
do for [d in 'deep shallow'] {
  set label 1 (d eq 'deep' ? '20 hidden layers' : '1 hidden layer') \
    at graph 0.5, graph 1.05 center textcolor rgb muted
  if (d eq 'shallow') {
    set label 2 'all three' at graph 0.55, first 0.62 textcolor rgb muted
  } else {
    set label 2 'N(0, 0.01^2)' at graph 0.97, first 2.65 right textcolor linetype 2
    set label 3 'Xavier' at graph 0.97, first 1.45 right textcolor linetype 3
    set label 4 'He' at graph 0.97, first 0.40 right textcolor linetype 1
  }
  plot for [i=1:3] curve(d, i) using (column("step")/1000):(least(column("loss"), column("loss-std"))):(column("loss") + column("loss-std")) with filledcurves linetype hue(i), \
       for [i=1:3] curve(d, i) using (column("step")/1000):"loss" with lines linetype hue(i) linewidth 2
  do for [i=1:4] { unset label i }
  set ylabel ''
}
unset multiplot
