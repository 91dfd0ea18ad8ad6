# The figures of chapter 9: paths in three valleys, the limit of the rate, the
# speed of momentum, accuracy by rate, losses, all rules, the inputs' scale.
load 'plots/style.gp'
runs = in.'/runs/valley'
kappa = 100.0

# Level lines, with a parameter t from 0 to 2π: where the loss is c.
along(c, t) = sqrt(2*c)*cos(t)
across(c, t) = sqrt(2*c/kappa)*sin(t)
turned_x(c, t) = 4.1 + cos(pi/6)*along(c, t) - sin(pi/6)*across(c, t)
turned_y(c, t) = 1.1 + sin(pi/6)*along(c, t) + cos(pi/6)*across(c, t)
curved_x(c, t) = 1 - sqrt(c)*cos(t)
curved_y(c, t) = curved_x(c, t)**2 + sqrt(c)/10*sin(t)
set parametric
set trange [0:2*pi]
set samples 500
unset key

array Rules[3] = ['sgd momentum nesterov', 'adadelta rmsprop', 'adam adamw']
array Says[3] = ['SGD momentum Nesterov', 'Adadelta RMSProp', 'Adam AdamW']
path(valley, k, i) = runs.'/'.valley.'-'.word(Rules[k], i).'.tsv'
level = dark ? '#4a4e56' : '#c3c2bc'

# Panel k: level lines, paths of `last` steps, start and least point.
set datafile columnheaders
set output
eval canvas(640)
set output out.'-ravine'.suffix
set multiplot layout 3,1 margins 0.10, 0.98, 0.13, 0.94 spacing 0, 0.08
unset grid
set xrange [-5:9]
set yrange [-1.3:3.2]
set ytics 0, 1
set xtics -4, 2
set xlabel ''
do for [k=1:3] {
  unset label
  n = words(Rules[k])
  do for [i=1:n] {
    set label i word(Says[k], i) at graph (0.01 + 0.24*(i - 1)), 1.1 textcolor linetype i
  }
  if (k == 3) { set xlabel 'θ_1' offset 0, 0.5 + 0.8 * up; set format x '%g' } else { set xlabel ''; set format x '' }
  set ylabel 'θ_2' offset 0.5, 0
  set label 9 '' at 4.1, 1.1 point pointtype 2 pointsize 1.2 linewidth 2 linecolor rgb fg front
  plot for [c in "1 10 30 80 150"] 4.1 + along(c, t), 1.1 + across(c, t) with lines linewidth 1 linecolor rgb level, \
    for [i=n:1:-1] path('ravine', k, i) using "x":"y" every ::0::60 with linespoints linetype i linewidth 0.6 + 0.7*i pointsize 0.2 + 0.08*i
}
unset multiplot

set output
eval canvas(330)
set output out.'-turned'.suffix
set multiplot layout 1,3 margins 0.085, 0.99, 0.22, 0.77 spacing 0.055, 0
set xrange [-5:6.5]
set yrange [-5:4]
set xtics -4, 4
set ytics -4, 4
do for [k=1:3] {
  unset label
  n = words(Rules[k])
  do for [i=1:n] {
    set label i word(Says[k], i) at graph 0.02, (1.33 - 0.115*(i - 1)) textcolor linetype i
  }
  set xlabel 'θ_1' offset 0, 0.6 + 0.8 * up
  if (k == 1) { set ylabel 'θ_2' offset 1.5, 0 } else { set ylabel '' }
  set label 9 '' at 4.1, 1.1 point pointtype 2 pointsize 1.2 linewidth 2 linecolor rgb fg front
  plot for [c in "1 10 30 80 150"] turned_x(c, t), turned_y(c, t) with lines linewidth 1 linecolor rgb level, \
    for [i=n:1:-1] path('turned', k, i) using "x":"y" every ::0::60 with linespoints linetype i linewidth 0.6 + 0.7*i pointsize 0.2 + 0.08*i
}
unset multiplot

set output out.'-curved'.suffix
set multiplot layout 1,3 margins 0.085, 0.99, 0.22, 0.77 spacing 0.055, 0
set xrange [-2:1.6]
set yrange [-0.8:1.9]
set xtics -2, 1
set ytics 0, 1
do for [k=1:3] {
  unset label
  n = words(Rules[k])
  do for [i=1:n] {
    set label i word(Says[k], i) at graph 0.02, (1.33 - 0.115*(i - 1)) textcolor linetype i
  }
  if (k == 1) { set ylabel 'θ_2' offset 1.5, 0 } else { set ylabel '' }
  set label 9 '' at 1, 1 point pointtype 2 pointsize 1.2 linewidth 2 linecolor rgb fg front
  plot for [c in "0.1 1 5 20 80 250"] curved_x(c, t), curved_y(c, t) with lines linewidth 1 linecolor rgb level, \
    for [i=n:1:-1] path('curved', k, i) using "x":"y" with lines linetype i linewidth 0.6 + 0.9*i
}
unset multiplot
unset label
unset parametric
set output
eval canvas(432)
set grid
set xrange [*:*]
set yrange [*:*]
set xtics autofreq
set ytics autofreq
set xlabel offset 0, up
set ylabel offset 0, 0

set output out.'-limit'.suffix
set logscale y
set format y '10^{%L}'
set xrange [0:200]
set xlabel 'steps'
set ylabel 'distance ‖θ_t − θ*‖'
set yrange [1e-2:1e4]
set label 1 'α = 1.02 · 2/λ_{max}' at 95, 700 right textcolor linetype 2
set label 2 'α = 2/λ_{max}' at 195, 2.2 right textcolor linetype 1
set label 3 'α = 0.98 · 2/λ_{max}' at 85, 0.045 right textcolor linetype 3
plot runs.'/limit.tsv' using "step":"over" with lines linetype 2, \
     '' using "step":"at" with lines linetype 1, \
     '' using "step":"under" with lines linetype 3
unset label

set output out.'-speed'.suffix
set yrange [1e-15:1e2]
set ytics 1e4
set label 1 'plain descent' at 195, 2 right textcolor linetype 1
set label 2 'momentum' at 110, 3e-7 left textcolor linetype 2
set label 3 '((κ − 1)/(κ + 1))^t' at 195, 2e-3 right textcolor rgb muted
set label 4 '((√κ − 1)/(√κ + 1))^t' at 105, 1e-11 right textcolor rgb muted
root = sqrt(kappa)
start = sqrt(2)
plot runs.'/speed.tsv' using "step":"plain" with lines linetype 1 linewidth 4, \
     '' using "step":"momentum" with lines linetype 2 linewidth 3, \
     start*((kappa - 1)/(kappa + 1))**x with lines linewidth 1 linecolor rgb fg, \
     start*((root - 1)/(root + 1))**x with lines linewidth 1 linecolor rgb fg
unset label

set output out.'-grid'.suffix
unset logscale
set logscale x
set format x '10^{%L}'
set format y '%.1f'
set xrange [*:40]
set yrange [0:1]
set ytics 0, 0.2
set xlabel 'rate α'
set ylabel 'share of validation images right'
set key at graph 0.44, 0.45 right
array Compared[3] = ['sgd', 'adam', 'adadelta']
array Named[3] = ['SGD', 'Adam', 'Adadelta']
plot for [k=1:3] in.'/grid-'.Compared[k].'.tsv' using "rate":"valid":"valid-std" with yerrorlines linetype k title Named[k], \
     for [k=1:3] in.'/grid-'.Compared[k].'.tsv' using "rate":(column("diverged") > 0 ? column("valid") : NaN) with points pointtype 2 pointsize 2 linewidth 2 linecolor rgb fg
unset label
unset logscale

set output out.'-loss'.suffix
set format x '%g'
set xrange [0:*]
set logscale y
set yrange [*:*]
set autoscale yfix
set format y '%g'
set ytics (0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.7, 1, 1.5, 2)
set xlabel 'steps, 100 images each'
set ylabel 'mean loss of 20 steps'
set key inside top right
set style fill transparent solid 0.25 noborder
plot for [k=1:3] in.'/steps-'.Compared[k].'.tsv' using "step":(column("loss") - column("loss-std")):(column("loss") + column("loss-std")) with filledcurves linetype k, \
     for [k=1:3] in.'/steps-'.Compared[k].'.tsv' using "step":"loss" with lines linetype k title Named[k]
unset logscale
set key off

set output out.'-best'.suffix
set xrange [*:*]
set yrange [-0.6:7]
set xlabel 'share of images right'
set format x '%.2f'
stats in.'/best.tsv' using "valid" nooutput
between = STATS_max - STATS_min > 0.05 ? 0.1 : 0.01
set xtics between
set ylabel ''
set ytics autofreq
set label 1 'test' at graph 0.03, 0.94 left textcolor linetype 2
set label 2 'validation' at graph 0.97, 0.94 right textcolor linetype 1
plot in.'/best.tsv' using "test":(6 - $0 - 0.12):"test-std":ytic(1) with xerrorbars linetype 2, \
     '' using "valid":(6 - $0 + 0.12):"valid-std" with xerrorbars linetype 1
unset label

set output out.'-scale'.suffix
set multiplot layout 1,2 margins 0.13, 0.98, 0.21, 0.88 spacing 0.06, 0
set logscale x
set xrange [1e-4:4e-2]
set yrange [0:1]
set format x '10^{%L}'
set format y '%.1f'
set xtics autofreq
set ytics 0, 0.2
set xlabel 'rate α'
set ylabel 'share of images right'
set key off
set label 1 'inputs / 255' at graph 0.5, 1.07 center textcolor rgb fg
plot for [k=1:3] in.'/scale-'.Compared[k].'.tsv' using "rate":"scaled":"scaled-std" with yerrorlines linetype k, \
     for [k=1:3] in.'/scale-'.Compared[k].'.tsv' using "rate":(column("scaled-diverged") > 0 ? column("scaled") : NaN) with points pointtype 2 pointsize 2 linewidth 2 linecolor rgb fg title Named[k]
unset label
set key at graph 0.58, 0.7 right samplen 1.5
set label 1 'inputs as bytes' at graph 0.5, 1.07 center textcolor rgb fg
set ylabel ''
set format y ''
plot for [k=1:3] in.'/scale-'.Compared[k].'.tsv' using "rate":"bytes":"bytes-std" with yerrorlines linetype k title Named[k], \
     for [k=1:3] in.'/scale-'.Compared[k].'.tsv' using "rate":(column("bytes-diverged") > 0 ? column("bytes") : NaN) with points pointtype 2 pointsize 2 linewidth 2 linecolor rgb fg
unset multiplot
