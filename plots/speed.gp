load 'plots/style.gp'

state = in.'/state.tsv'
stats state using 'roofline' nooutput name 'roofline'
stats state using 'staircase' nooutput name 'staircase'
stats state using 'peers' nooutput name 'peers'

# In place of a figure: what was not run.
empty = "unset tics; unset border; unset grid; set xlabel ''; set ylabel ''; \
  set xrange [0:1]; set yrange [0:1]; \
  plot state using (0.5):(0.5):'words' with labels textcolor rgb muted"
whole = "set tics; set border 3 linecolor rgb muted linewidth 1; \
  set grid linecolor rgb (dark ? '#33363c' : '#deddd8') linewidth 1 linetype 1"

roofs = in.'/roofs.tsv'
measured = in.'/points.tsv'
of(work, column_name) = strcol('work') eq work ? column(column_name) : NaN
works = 'W1 W2 W3 W4'
set output out.'-roofline'.suffix
set logscale xy
if (roofline_max > 0) {
  set xlabel 'FLOP per byte'
  set ylabel 'GFLOP/s, one thread'
  set xrange [0.25:256]
  set yrange [1:400]
  set xtics (0.25, 1, 4, 16, 64, 256)
  set mytics 1
  set key bottom right
  plot roofs using 'intensity':'memory' with lines lt 6 lw 1.5 title 'from memory', \
       roofs using 'intensity':'cache' with lines lt 6 lw 1.5 dashtype 2 title 'from cache', \
       for [k=1:4] measured using (of(word(works,k),'intensity')):'gflops' \
         with points lt k pointsize 1.1 title word(works,k)
} else {
  eval empty
}

stairs = in.'/stairs.tsv'
eval whole
unset logscale
set output out.'-staircase'.suffix
if (staircase_max > 0) {
  stats stairs using 'place' nooutput name 'place'
  set logscale y 2
  set xlabel ''
  set ylabel 'times the rate of plain loops'
  set xrange [0.7:place_max + 0.3]
  set yrange [*:*]
  set xtics () scale 0
  set ytics 2
  set key top left vertical maxrows 4
  plot for [k=1:4] stairs using 'place':k + 2:xtic(2) with linespoints lt k \
    pointsize 1 title word(works,k)
} else {
  eval empty
}

peers = in.'/peers.tsv'
eval whole
unset logscale
eval canvas(600)
set output out.'-peers'.suffix
if (peers_max > 0) {
  set logscale x
  set xlabel 'thousands of samples a second'
  set ylabel ''
  set xrange [*:*]
  set yrange [0.4:8.6]
  set format x '%g'
  set xtics auto
  unset ytics
  set ytics scale 0 textcolor rgb fg
  set key above horizontal
  plot peers using (NaN):'place':ytic(2) with points notitle, \
    for [k=0:peers_max - 1] peers \
    using 3 * k + 3:(column('place') + 0.18 * (peers_max - 1 - 2 * k) / 2):3 * k + 4:3 * k + 5 \
    with xerrorbars lt k + 1 pointsize 1.1 title columnheader(3 * k + 3)
} else {
  eval empty
}
