# The figures of chapter 10: loss by step at nine rates, accuracy by rate, the
# best rate; schedules; one image a step: six rates, epochs, blocks.
load 'plots/style.gp'
set style fill transparent solid 0.3 noborder
set bars small

# 1. Nine rates.
grid_of(i) = in.'/grid-'.i.'.tsv'
stats grid_of(0) using "step":"middle" nooutput
rows = STATS_records
set logscale y
set autoscale yfix
set key off
set xlabel 'steps, 50 images each'
set ylabel 'mean loss of 100 steps'
set ytics (0.2, 0.3, 0.5, 0.7, 1, 1.5, 2, 3)
set format x '%g'
set rmargin 6
array below[6] = [0.45, -0.45, 0, 0, 0.25, -0.25]
set output out.'-low'.suffix
plot for [i=0:5] grid_of(i) using "step":"lowest":"highest" with filledcurves linetype i + 1, \
     for [i=0:5] grid_of(i) using "step":"middle" with lines linetype i + 1, \
     for [i=0:5] grid_of(i) every ::(rows - 1) using "step":"middle":(sprintf('10^{%d}', i - 6)) with labels left offset 0.5, below[i + 1] textcolor linetype i + 1

set rmargin
set output out.'-high'.suffix
set ytics auto
set format y '10^{%L}'
set autoscale y
set key top right reverse Left
array tone[4] = [3, 1, 4, 2]
plot for [i=5:8] grid_of(i) using "step":"lowest":"highest" with filledcurves linetype tone[i - 4], \
     for [i=0:3] grid_of(8 - i) using "step":"middle" with lines linetype tone[4 - i] title sprintf('rate %g', 10**(2 - i))

set output out.'-best'.suffix
set autoscale yfix
set format y '%g'
set ytics (0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1, 1.5, 2, 3)
set key top right noreverse Right
plot in.'/best.tsv' using "step":(column("loss") - column("loss-std")):(column("loss") + column("loss-std")) with filledcurves linetype 1, \
     '' using "step":"loss" with lines linetype 1 title 'training, mean of 100 steps', \
     in.'/best-epochs.tsv' every ::1 using "step":"valid-loss":"valid-loss-std" with yerrorbars linetype 2 pointsize 1 title 'validation, after an epoch'

set output out.'-rates'.suffix
unset logscale
set autoscale
set ytics autofreq
set format y '%.1f'
set yrange [0:1]
set logscale x
set xrange [3e-7:300]
set format x '10^{%L}'
set xtics 10
set mxtics 1
set xlabel 'learning rate'
set ylabel 'best validation accuracy'
set key off
set label 1 'chance' at 4e-7, 0.13 left textcolor rgb muted
share(what, some, all) = some == all ? what : sprintf('%s, %d of %d', what, some, all)
fate(diverged, dead, all) = diverged > 0 ? share('diverged', diverged, all) : dead > 0 ? share('dead', dead, all) : ''
plot 0.1 with lines linecolor rgb muted linewidth 1 dashtype 2, \
     in.'/rates.tsv' using "rate":"accuracy":"accuracy-std" with yerrorlines linetype 1 pointsize 1, \
     '' using "rate":(column("diverged") + column("dead") > 0 ? column("accuracy") : NaN) with points linetype 2 pointsize 1.2, \
     '' using "rate":"accuracy":(fate(column("diverged"), column("dead"), column("runs"))) with labels rotate by 90 left offset 0, 0.8 textcolor linetype 2
unset label

# 2. Schedules.
set output out.'-schedules'.suffix
unset logscale
set autoscale
set xtics autofreq
set format x '%g'
set format y '%g'
set xlabel 'step'
set ylabel 'learning rate'
set yrange [0:*]
set key outside top center horizontal samplen 1.2
names = 'constant linear step cosine'
plot for [i=1:4] in.'/schedule-'.word(names, i).'.tsv' using "step":"rate" with lines linetype i title word(names, i), \
     in.'/schedule-warm.tsv' using "step":"rate" with lines linetype 5 dashtype 2 title 'warm-up, cosine', \
     in.'/schedule-ratio.tsv' using "step":"rate" with lines linetype 6 title 'loss ratio'

set output out.'-schedule-accuracy'.suffix
set autoscale
set yrange [5.6:-0.6]
set xlabel 'validation accuracy after the last epoch'
set ylabel ''
set format x '%.3f'
set xtics autofreq
set ytics ('constant' 0, 'linear' 1, 'step' 2, 'cosine' 3, 'warm-up' 4, 'loss ratio' 5)
set key outside top center horizontal
plot in.'/schedules.tsv' using "lower":($0 - 0.12):"lower-std" with xerrorbars linetype 1 pointsize 1 title 'at the best rate', \
     '' using "higher":($0 + 0.12):"higher-std" with xerrorbars linetype 2 pointsize 1 title 'at three times it'

# 3. One image a step.
set output out.'-six'.suffix
set autoscale
highest = 0
lowest = 1e9
do for [s in 'train valid'] {
  stats in.'/six.tsv' using (column(s) + column(s.'-std')) nooutput
  highest = STATS_max > highest ? STATS_max : highest
  stats in.'/six.tsv' using (column(s) - column(s.'-std')) nooutput
  lowest = STATS_min < lowest ? STATS_min : lowest
}
lowest = lowest > 0.05 ? lowest : 0.05
set logscale xy
set yrange [0.9*lowest:1.1*highest]
set xrange [0.00006:0.17]
set xtics ('0.0001' 0.0001, '0.001' 0.001, '0.003' 0.003, '0.01' 0.01, '0.03' 0.03, '0.1' 0.1)
set ytics (0.3, 0.4, 0.5, 0.6, 0.8, 1, 1.5, 2, 3, 5)
set format y '%g'
set xlabel 'learning rate'
set ylabel 'loss'
set key inside top right vertical
plot in.'/six.tsv' using "rate":"train":"train-std" with yerrorlines linetype 1 pointsize 1 title 'training, during the last epoch', \
     '' using "rate":"valid":"valid-std" with yerrorlines linetype 2 pointsize 1 title 'validation, after it'

set output out.'-epochs'.suffix
unset logscale
set autoscale
set xtics 1
set ytics autofreq
set format x '%g'
set format y '%.1f'
set xlabel 'epoch'
set ylabel 'loss'
array what[3] = ['loss', 'valid-loss', 'fit-loss']
array said[3] = ['training images, during the epoch', 'validation images, after it', 'training images, after it']
plot for [i=1:3] in.'/epochs.tsv' every ::1 using "epoch":(column(what[i]) - column(what[i].'-std')):(column(what[i]) + column(what[i].'-std')) with filledcurves linetype i, \
     for [i=1:3] '' every ::1 using "epoch":(column(what[i])) with linespoints linetype i title said[i]

set output out.'-blocks'.suffix
set logscale y
set autoscale
set autoscale yfix
set xtics autofreq
set ytics (0.2, 0.3, 0.5, 0.7, 1, 2, 3, 5, 10)
set format y '%g'
set xlabel 'thousands of steps, one image each'
set ylabel 'mean loss of a block'
over(x) = x > 0.1 ? x : 0.1
plot in.'/blocks-100.tsv' using (column("step")/1000):(over(column("loss") - column("loss-std"))):(column("loss") + column("loss-std")) with filledcurves linetype 1 title 'blocks of 100 steps', \
     in.'/blocks-1000.tsv' using (column("step")/1000):(over(column("loss") - column("loss-std"))):(column("loss") + column("loss-std")) with filledcurves linetype 2 fillstyle transparent solid 0.6 title 'blocks of 1,000', \
     '' using (column("step")/1000):"loss" with lines linetype 2

set output out.'-spread'.suffix
set autoscale
set ytics (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1)
set ylabel 'standard deviation'
set key outside top center horizontal samplen 1 width -4
plot in.'/blocks-100.tsv' using (column("step")/1000):"loss-std" with points linetype 1 title 'blocks of 100 steps', \
     in.'/blocks-1000.tsv' using (column("step")/1000):"loss-std" with linespoints linetype 2 pointsize 1 title 'blocks of 1,000'
