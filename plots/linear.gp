load 'plots/style.gp'
set logscale y
set format y '10^{%T}'
set mytics 1
set xlabel 'step'

set output out.'-fit'.suffix
set ylabel 'distance from the true weights'
set yrange [1e-5:1e4]
set ytics 1e-4, 100
stats in.'/fit.tsv' using 'step' nooutput
last = STATS_max
set xrange [0:last]
set label 1 '1.02 of the limit' at last * 0.70, 2e3 right textcolor lt 3
set label 2 '0.1 of the limit' at last * 0.70, 5 left textcolor lt 1
set label 3 '0.9 of the limit' at last * 0.50, 3e-3 right textcolor lt 2
set label 4 'marks: measured; lines: ρ^k' at last * 0.03, 4e-5 left textcolor rgb muted
plot for [k=1:3] in.'/predicted.tsv' using 1:k+1 with lines lt k lw 1, \
  for [k=1:3] in.'/fit.tsv' every 10::1 using 1:k+1 with points lt k

set output out.'-mistakes'.suffix
unset label
set ylabel 'loss'
set yrange [1e-6:20]
set ytics 1e-6, 100
set label 1 'right' at last * 0.62, 1e-4 right textcolor lt 1
set label 2 'ones for the identity' at last * 0.45, 2.2 left textcolor lt 2
set label 3 'divided by S twice' at last * 0.5, 0.16 left textcolor lt 3
plot in.'/mistakes.tsv' using 'step':'right' with lines lt 1, \
  '' using 'step':'ones' with lines lt 2, \
  '' using 'step':'twice' with lines lt 3
