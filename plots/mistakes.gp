# The figures of chapter 11: near the points where mistakes slip through, batch
# norm by the size of the batch, sigmoid's derivative for others, training.
load 'plots/style.gp'

set output out.'-slips'.suffix
set logscale xy
set xlabel 'distance from the point where it slips through'
set ylabel 'relative error'
set format '10^{%T}'
set xrange [1e-4:1]
set yrange [1e-8:20]
set ytics 1e-8, 100
unset mxtics
unset mytics
set label 'quotient' at 1.4e-4, 4.5 textcolor linetype 3
set label 'softmax and loss' at 1.4e-4, 0.3 textcolor linetype 2
set label 'unit length' at 3.2e-3, 2.2e-2 right textcolor linetype 4
set label '= for −=' at 2.5e-4, 2.5e-5 textcolor linetype 1
set label 'norm (dashed)' at 0.95, 2e-3 right textcolor linetype 5
set label 'variance' at 2.6e-3, 3e-6 textcolor linetype 6
file = in.'/slips.tsv'
plot file using "distance":"quotient" with lines linetype 3, \
     '' using "distance":"fused" with lines linetype 2, \
     '' using "distance":"unit" with lines linetype 4, \
     '' using "distance":"assigned" with lines linetype 1 linewidth 5, \
     '' using "distance":"length" with lines linetype 5 dashtype 2, \
     '' using "distance":"variance" with lines linetype 6

reset
load 'plots/style.gp'
set output out.'-batch-norm'.suffix
set logscale xy
set xlabel 'samples in the batch'
set ylabel 'relative error of the gradient'
set format y '10^{%T}'
set xrange [2.7:142]
set xtics (3, 4, 8, 16, 32, 64, 128)
set yrange [1e-5:1e4]
set ytics 1e-4, 100
unset mxtics
unset mytics
set style fill transparent solid 0.3 noborder
set label 'largest draw' at 7, 6 textcolor linetype 2
set label 'median, 5 % to 95 %' at 42, 1e-4 right textcolor linetype 1
file = in.'/batch-norm.tsv'
plot file every ::1 using "S":"low":"high" with filledcurves linetype 1, \
     '' every ::1 using "S":"median" with linespoints linetype 1, \
     '' every ::1 using "S":"largest" with points linetype 2 pointsize 1

reset
load 'plots/style.gp'
set output out.'-derivatives'.suffix
set xlabel 'x'
set xrange [-3:3]
set yrange [-2.1:1.3]
set xtics 1
set ytics 1
set format y '%.0f'
set xzeroaxis linetype 1 linewidth 1 linecolor rgb muted
set label 'h′(x), right: dashed' at -2.9, 1.13 textcolor rgb muted
set label 'y(1 − y), used: solid' at -0.95, -1.8 textcolor rgb muted
set label 'tanh' at -1.55, -0.85 right textcolor linetype 2
set label 'ReLU' at 1.85, -1.2 textcolor linetype 1
file = in.'/derivatives.tsv'
plot file using "x":"relu" with steps linetype 1 linewidth 2 dashtype 2, \
     '' using "x":"tanh" with lines linetype 2 linewidth 2 dashtype 2, \
     '' using "x":"relu-used" with lines linetype 1 linewidth 3, \
     '' using "x":"tanh-used" with lines linetype 2 linewidth 3

reset
load 'plots/style.gp'
eval canvas(600)
# No band where the runs diverge.
set output out.'-training'.suffix
stats in.'/training-reversed-0.1.tsv' using "step" nooutput
last = STATS_max
low(c) = column(c) - column(c.'-std')
high(c) = column(c) + column(c.'-std')
names = 'column-32-0.1 reversed-0.1 relu-0.01 assigned-0.01'
array title_of[4] = ['batch norm, S = 32', 'ReLU reversed', 'y(1 − y) for ReLU', '= for −=']
set yrange [0:1.35]
set ytics 0.5
set format y '%.1f'
set style fill transparent solid 0.3 noborder
set multiplot layout 2,2
set lmargin 7
set rmargin 2
set tmargin 1.5
set xrange [0:last]
set xtics last / 2
do for [k=1:4] {
  set xlabel k > 2 ? 'steps' : ''
  set ylabel k % 2 ? 'held-out loss' : ''
  set label 1 title_of[k] at graph 0.97, graph 0.93 right textcolor rgb fg
  if (k == 2) {
    set label 2 'wrong' at graph 0.97, first 0.83 right textcolor linetype 2
    set label 3 'right' at graph 0.97, first 0.22 right textcolor linetype 1
  } else {
    unset label 2
    unset label 3
  }
  file = in.'/training-'.word(names, k).'.tsv'
  plot file using "step":(k < 4 ? low('wrong') : 0):(k < 4 ? high('wrong') : 0) with filledcurves linetype 2, \
       '' using "step":(low('right')):(high('right')) with filledcurves linetype 1, \
       '' using "step":"wrong" with lines linetype 2 linewidth 4, \
       '' using "step":"right" with lines linetype 1
}
unset multiplot
