load 'plots/style.gp'

set xlabel 'x'
set xrange [-4:4]
set xtics 1
set xzeroaxis linetype 1 linewidth 1 linecolor rgb muted
set yzeroaxis linetype 1 linewidth 1 linecolor rgb muted
set key top left

set output out.'-functions'.suffix
set ylabel 'h(x)'
set yrange [-1.25:3]
file = in.'/functions.tsv'
plot file using "x":"relu" with lines linetype 1 linewidth 6 title 'ReLU', \
     '' using "x":"elu" with lines linetype 2 title 'ELU', \
     '' using "x":"gelu" with lines linetype 3 title 'GELU', \
     '' using "x":"sigmoid" with lines linetype 4 title 'sigmoid', \
     '' using "x":"tanh" with lines linetype 6 dashtype 2 title 'tanh'

set output out.'-derivatives'.suffix
set ylabel 'h′(x)'
set yrange [-0.2:1.8]
file = in.'/derivatives.tsv'
plot file using "x":"relu" with steps linetype 1 linewidth 6 title 'ReLU', \
     '' using "x":"elu" with lines linetype 2 title 'ELU', \
     '' using "x":"gelu" with lines linetype 3 title 'GELU', \
     '' using "x":"sigmoid" with lines linetype 4 title 'sigmoid', \
     '' using "x":"tanh" with lines linetype 6 dashtype 2 title 'tanh'

set output out.'-saturation'.suffix
set xrange [0:40]
set xtics 5
unset xzeroaxis
unset yzeroaxis
set ylabel 'relative error of σ′(x)'
set logscale y
set yrange [1e-17:10]
set format y '10^{%T}'
set key bottom right
file = in.'/saturation.tsv'
plot file using "x":"rounding" with lines linetype 6 linewidth 2 \
       dashtype 2 title 'bound 2 ε e^x', \
     '' using "x":"error" with points linetype 2 pointtype 7 \
       pointsize 0.3 title 'through y: y (1 − y)'
