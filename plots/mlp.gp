# The figures of chapter 6: loss by step, accuracy by epoch, one sample against
# a batch, the worst mistakes, the regions of the synthetic set.
load 'plots/style.gp'

set output out.'-loss'.suffix
set xlabel 'thousands of steps, 50 images each'
set ylabel 'mean loss of 100 steps'
set logscale y
set autoscale yfix
set ytics (0.1, 0.15, 0.2, 0.3, 0.5, 0.7, 1, 1.5, 2, 3)
set key off
set style fill transparent solid 0.3 noborder
plot in.'/steps.tsv' using (column("step")/1000):(column("loss") - column("loss-std")):(column("loss") + column("loss-std")) with filledcurves linetype 1, \
     '' using (column("step")/1000):"loss" with lines linetype 1

set output out.'-accuracy'.suffix
unset logscale
set autoscale y
set ytics autofreq
set xlabel 'epoch'
set ylabel 'share of images classified rightly'
set format y '%.2f'
set key on bottom right
plot in.'/epochs.tsv' using "epoch":(column("train-accuracy") - column("train-accuracy-std")):(column("train-accuracy") + column("train-accuracy-std")) with filledcurves linetype 1, \
     '' using "epoch":"train-accuracy" with linespoints linetype 1 title 'training images', \
     '' using "epoch":(column("valid-accuracy") - column("valid-accuracy-std")):(column("valid-accuracy") + column("valid-accuracy-std")) with filledcurves linetype 2, \
     '' using "epoch":"valid-accuracy" with linespoints linetype 2 title 'validation images'

set output out.'-batch'.suffix
set multiplot layout 1,2
set format y '%g'
set ylabel 'mean loss of 500 images'
set xlabel 'steps'
set logscale x
set format x '10^{%L}'
set key off
set label 1 '1 image a step' at graph 0.97, graph 0.93 right textcolor linetype 2
set label 2 '50 images' at graph 0.97, graph 0.84 right textcolor linetype 1
plot in.'/runs/batch-1/steps.tsv' using "step":"loss" with lines linetype 2 linewidth 1.5, \
     in.'/runs/batch-50/steps.tsv' using "step":"loss" with lines linetype 1
unset label
set ylabel ''
set xlabel 'seconds of one processor'
set format x '%g'
plot in.'/runs/batch-1/steps-timing.tsv' using "seconds":"loss" with lines linetype 2 linewidth 1.5, \
     in.'/runs/batch-50/steps-timing.tsv' using "seconds":"loss" with lines linetype 1
unset multiplot
unset logscale

set output out.'-synthetic'.suffix
set style fill solid 1 noborder
set xlabel 'x_1'
set ylabel 'x_2'
set format y '%g'
set size square
set xrange [-3:3]
set yrange [-3:3]
set cbrange [0:1]
set cblabel 'probability of class 1'
set palette defined (0 paper, 1 (dark ? '#1d5f8a' : '#7fb6da'))
# The boundary that is to be found: xᵀQx = 0.6, an ellipse.
q(a) = cos(a)**2 + 0.95*cos(a)*sin(a) + 0.4*sin(a)**2
set parametric
set trange [0:2*pi]
set samples 400
plot in.'/runs/synthetic/regions.tsv' using "x0":"x1":"p" with image, \
     sqrt(0.6/q(t))*cos(t), sqrt(0.6/q(t))*sin(t) with lines linetype 2
unset parametric
set size nosquare

set output
eval canvas(680)
set output out.'-mistakes'.suffix
unset border
unset tics
unset grid
unset xlabel
unset ylabel
unset colorbox
unset logscale
set margins 0, 0, 0, 0
set palette gray
set cbrange [0:255]
set xrange [-4:224]
set yrange [-196:2]
set datafile columnheaders
plot for [t=0:23] in.'/mistakes.tsv' every ::(784*t)::(784*t + 783) using (column("x") + 37.5*(t % 6)):(-column("y") - 49*(t/6)):"shade" with image, \
     in.'/mistakes-names.tsv' using (13.5 + 37.5*(int(column("tile")) % 6)):(-33 - 49*int(column("tile")/6)):(stringcolumn("true")) with labels font ',18' textcolor rgb fg, \
     in.'/mistakes-names.tsv' using (13.5 + 37.5*(int(column("tile")) % 6)):(-39.5 - 49*int(column("tile")/6)):(stringcolumn("guess")) with labels font ',18' textcolor linetype 2
