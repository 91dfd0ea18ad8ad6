load 'plots/style.gp'

set datafile missing 'nan'
unset key
set logscale xy
set format x '10^{%T}'
set format y '10^{%T}'
set xlabel 'step h'
set ylabel 'error of f''(x)' offset 0.5
set ytics 1e3
set xrange [1e-20:1]
set yrange [1e-20:1e2]
curve(t) = in.'/v-curve-'.t.'.tsv'

set output out.'-v-curve'.suffix
set label 1 'float' at 5e-7,8e0 left textcolor linetype 1
set label 2 'double' at 2e-14,1e0 left textcolor linetype 2
set label 3 'long double' at 5e-20,3e1 left textcolor linetype 3
set label 4 'complex step, float' at 2e-20,1e-8 left textcolor linetype 1
set label 5 'complex step, double' at 2e-20,5e-15 left textcolor linetype 2
set label 6 'complex step, long double' at 2e-20,3e-18 left textcolor linetype 3
plot curve('f') using "step":"order2" with lines linetype 1, \
     curve('d') using "step":"order2" with lines linetype 2, \
     curve('l') using "step":"order2" with lines linetype 3, \
     curve('f') using "step":"complex" with lines linetype 1, \
     curve('d') using "step":"complex" with lines linetype 2, \
     curve('l') using "step":"complex" with lines linetype 3

set output out.'-orders'.suffix
unset label
set xrange [1e-10:1]
set yrange [1e-20:1e2]
set xtics 1e2
set label 1 'order 1' at 3e-7,3e-4 center textcolor linetype 6
set label 2 'order 2' at 1e-5,3e-7 right textcolor linetype 3
set label 3 'order 4' at 6e-5,3e-17 center textcolor linetype 2
set label 4 'order 6' at 6e-4,1e-18 center textcolor linetype 1
set label 5 'order 8' at 1.2e-2,1e-16 left textcolor linetype 4
set label 6 'complex step' at 1.5e-9,1e-18 left textcolor linetype 5
plot curve('l') using "step":"order1" with lines linetype 6, \
     curve('l') using "step":"order2" with lines linetype 3, \
     curve('l') using "step":"order4" with lines linetype 2, \
     curve('l') using "step":"order6" with lines linetype 1, \
     curve('l') using "step":"order8" with lines linetype 4, \
     curve('l') using "step":"complex" with lines linetype 5 dashtype 2

set output out.'-taylor'.suffix
unset label
set xrange [3e-9:0.5]
set yrange [1e-19:1]
set xlabel 'step h along v'
set ylabel 'remainder |R(h)|'
set label 1 'wrong gradient: as h' at 1e-6,3e-5 center textcolor linetype 2
set label 2 'one entry off by 10^{-6}' at 5e-9,2e-11 left textcolor linetype 4
set label 3 'right gradient: as h^2' at 4e-6,1e-16 left textcolor linetype 1
plot in.'/taylor.tsv' using "step":"wrong" with linespoints linetype 2, \
     in.'/taylor.tsv' using "step":"nearly" with linespoints linetype 4, \
     in.'/taylor.tsv' using "step":"right" with linespoints linetype 1
