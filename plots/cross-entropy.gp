load 'plots/style.gp'

set output out.'-digits'.suffix
set xlabel 'how far the class''s logit is below the best'
set ylabel 'relative error of the gradient'
set logscale xy
set format y '10^{%T}'
set xrange [1:1000]
set yrange [1e-17:1e2]
unset mxtics
unset mytics
set ytics 1e-16, 1e4, 1
set label 'float' at 1.2, 3e-9 textcolor rgb muted
set label 'double' at 1.2, 2.5e-15 textcolor rgb muted
set label 'p + ε in the log' at 1.2, 3e-2 textcolor linetype 3
set label 'chained: nan' at 98, 1e-3 textcolor linetype 2
set label 'fused' at 300, 4e-9 textcolor linetype 1
file = in.'/digits.tsv'
cliffs = in.'/cliffs.tsv'
plot file using 'gap':'float-guarded' with lines linetype 3, \
     file using 'gap':'double-guarded' with lines linetype 3, \
     file using 'gap':'float-chained' with lines linetype 2 linewidth 5, \
     file using 'gap':'double-chained' with lines linetype 2 linewidth 5, \
     cliffs using 'gap':'error':(0):(90) \
       with vectors nohead linetype 2 linewidth 5, \
     file using 'gap':'float-fused' with lines linetype 1, \
     file using 'gap':'double-fused' with lines linetype 1

reset
load 'plots/style.gp'
set output out.'-loss'.suffix
set xlabel 'gap u between the wrong logit and the right one'
set ylabel 'loss and its slope'
set xrange [-6:6]
set yrange [0:6]
set label 'loss' at 3.1, 4.2 textcolor linetype 1
set label 'slope' at 4.6, 1.45 textcolor linetype 2
file = in.'/loss.tsv'
plot file using 'gap':'loss' with lines linetype 1, \
     file using 'gap':'slope' with lines linetype 2
