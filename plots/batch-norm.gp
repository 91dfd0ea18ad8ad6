# The figures of chapter 7: accuracy by rate, loss at one rate and at the best,
# the sigmoid, densities of pre-activations, both modes early in training.
load 'plots/style.gp'
low(c) = column(c) - column(c.'-std')
high(c) = column(c) + column(c.'-std')

set output out.'-rates'.suffix
set logscale x
set xlabel 'learning rate'
set ylabel 'share of validation images right'
set format x '%g'
set format y '%.1f'
set yrange [0:1]
set xtics (0.03, 0.1, 0.3, 1, 3, 10)
set xrange [0.024:13]
set key off
set style fill transparent solid 0.3 noborder
set label 1 'with batch norm' at 0.9, 0.94 textcolor linetype 1
set label 2 'without' at 0.032, 0.76 textcolor linetype 2
failed(c) = column('diverged') > 0 ? '×' : ''
plot in.'/rates-relu-none.tsv' using "rate":(low('valid')):(high('valid')) with filledcurves linetype 2, \
     '' using "rate":"valid" with linespoints linetype 2, \
     '' using "rate":(0.05):(failed(0)) with labels font ',26' textcolor linetype 2, \
     in.'/rates-relu-batch.tsv' using "rate":(low('valid')):(high('valid')) with filledcurves linetype 1, \
     '' using "rate":"valid" with linespoints linetype 1
unset label
unset logscale x

# One range for both panels.
set output out.'-loss'.suffix
set autoscale xy
lowest = 9
do for [f in 'same-none same-batch relu-none relu-batch'] {
  stats in.'/steps-'.f.'.tsv' using (low('loss')) nooutput
  lowest = STATS_min < lowest ? STATS_min : lowest
}

set xrange [0:*]
set yrange [0.95*lowest:3]
set logscale y
set xtics autofreq
set xlabel 'thousands of steps'
set ylabel 'loss'
set format y '%g'
set ytics (0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2)
set multiplot layout 1,2
set lmargin 7
set rmargin 1
set label 1 'same rate' at graph 0.97, graph 0.94 right textcolor rgb muted
set label 2 'without' at graph 0.97, graph 0.82 right textcolor linetype 2
set label 3 'with batch norm' at graph 0.97, graph 0.71 right textcolor linetype 1
plot in.'/steps-same-none.tsv' using (column("step")/1000):(low('loss')):(high('loss')) with filledcurves linetype 2, \
     '' using (column("step")/1000):"loss" with lines linetype 2, \
     in.'/steps-same-batch.tsv' using (column("step")/1000):(low('loss')):(high('loss')) with filledcurves linetype 1, \
     '' using (column("step")/1000):"loss" with lines linetype 1
set label 1 'best rates' at graph 0.97, graph 0.94 right textcolor rgb muted
set ylabel ''
plot in.'/steps-relu-none.tsv' using (column("step")/1000):(low('loss')):(high('loss')) with filledcurves linetype 2, \
     '' using (column("step")/1000):"loss" with lines linetype 2, \
     in.'/steps-relu-batch.tsv' using (column("step")/1000):(low('loss')):(high('loss')) with filledcurves linetype 1, \
     '' using (column("step")/1000):"loss" with lines linetype 1
unset multiplot
unset label
set lmargin
set rmargin

set output out.'-sigmoid'.suffix
set yrange [*:3]
set autoscale yfixmin
set xlabel 'steps, 50 images each'
set ylabel 'mean loss of a block of steps'
set label 1 'without batch norm' at graph 0.5, first 2.7 center textcolor linetype 2
set label 2 'with batch norm' at graph 0.5, first 0.85 textcolor linetype 1
plot in.'/steps-sigmoid-none.tsv' using "step":(low('loss')):(high('loss')) with filledcurves linetype 2, \
     '' using "step":"loss" with lines linetype 2, \
     in.'/steps-sigmoid-batch.tsv' using "step":(low('loss')):(high('loss')) with filledcurves linetype 1, \
     '' using "step":"loss" with lines linetype 1
unset label
unset logscale y

set output out.'-early'.suffix
set logscale x
set xrange [0.9:1100]
set xtics (1, 10, 100, 1000)
set xlabel 'steps trained'
set ylabel 'share of validation images right'
set yrange [0:1]
set ytics 0.2
set format y '%.1f'
set label 1 'batches of 50' at 1.2, 0.68 textcolor linetype 3
set label 2 'running statistics' at 8, 0.2 textcolor linetype 1
plot in.'/early.tsv' using "step":(low('batch')):(high('batch')) with filledcurves linetype 3, \
     '' using "step":(low('running')):(high('running')) with filledcurves linetype 1, \
     '' using "step":"batch" with linespoints linetype 3, \
     '' using "step":"running" with linespoints linetype 1
unset label
unset logscale x

set output
eval canvas(600)
set output out.'-densities'.suffix
set xrange [-5:5]
set xtics -4, 2
set ytics autofreq
set format y '%.1f'
set ylabel 'density'
set multiplot layout 2,2
set lmargin 7
set rmargin 1
set tmargin 1
do for [norm in "none batch"] {
  do for [when in "before after"] {
    set yrange [0:1]
    set ytics 0.5
    set xlabel norm eq 'batch' ? 'pre-activation' : ''
    set ylabel when eq 'before' ? 'density' : ''
    set label 1 (norm eq 'none' ? 'without' : 'with batch norm') at graph 0.03, graph 0.95 textcolor rgb fg
    set label 2 when.' training' at graph 0.03, graph 0.80 textcolor rgb muted
    if (norm eq 'none' && when eq 'before') {
      set label 3 'layer 1' at graph 0.98, graph 0.78 right textcolor linetype 1
      set label 4 'layer 3' at graph 0.98, graph 0.66 right textcolor linetype 2
      set label 5 'layer 6' at graph 0.98, graph 0.54 right textcolor linetype 3
    } else {
      unset label 3
      unset label 4
      unset label 5
    }
    plot in.'/densities-'.norm.'-'.when.'.tsv' using "x":"layer-1" with lines linetype 1, \
         '' using "x":"layer-3" with lines linetype 2, \
         '' using "x":"layer-6" with lines linetype 3
  }
}
unset multiplot
