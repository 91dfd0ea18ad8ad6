load 'plots/style.gp'

set output out.'-probabilities'.suffix
set xlabel 'logit x_1  (x_2 = 1, x_3 = 0)'
set ylabel 'probability'
set xrange [-6:8]
set yrange [0:1]
set label 'y_1' at 5, 0.88 textcolor linetype 1
set label 'y_2' at -4.5, 0.78 textcolor linetype 2
set label 'y_3' at -4.5, 0.34 textcolor linetype 3
file = in.'/probabilities.tsv'
plot file using 'x_1':'y_1' with lines linetype 1, \
     file using 'x_1':'y_2' with lines linetype 2, \
     file using 'x_1':'y_3' with lines linetype 3 dashtype 2

reset
load 'plots/style.gp'
set output out.'-jacobian'.suffix
unset grid
set border 0
set size ratio 1
set xrange [0.5:8.5]
set yrange [8.5:0.5]
set xtics 1 scale 0
set ytics 1 scale 0
set xlabel 'logit j'
set ylabel 'probability i'
set cblabel 'J_{ij}'
set cbrange [-0.25:0.25]
set cbtics 0.1
set palette defined (-1 (dark ? '#ff8142' : '#c24e00'), 0 paper, \
                      1 (dark ? '#5db7ec' : '#0068a6'))
plot in.'/jacobian.tsv' using 'j':'i':'J' with image pixels
