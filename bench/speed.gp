# How fast each contestant is beside ours, a row a cell; lines go from the
# least to the most of the rounds; our samples a second stand at the right.
#   in: the folder of speed.tsv
load 'plots/style.gp'
file = in.'/speed.tsv'
works = 'W1 W2 W3 W4'
names = 'ours torch numpy kann'
titles = 'ours PyTorch NumPy KANN'
index_of(list, item) = int(sum [i=1:words(list)] (word(list, i) eq item ? i : 0))
row(work, threads) = 2*index_of(works, work) + (threads > 1) - 1
short(x) = x < 1000 ? sprintf('%.0f', x) : sprintf('%.1fk', x / 1000)
set datafile columnheaders missing '-'

array Ours[8]
do for [i=1:8] { Ours[i] = 0 }
keep(r, x) = (Ours[r] = x)
set table $kept
plot file using (strcol('contestant') eq 'ours' ? keep(row(strcol('work'), column('threads')), column('median')) : NaN):0
unset table

eval canvas(600)
set output out.suffix
set xrange [0:*]
set yrange [8.6:0.4] noextend
set xlabel 'samples a second, as a multiple of ours'
unset ytics
set ytics () textcolor rgb fg
do for [i=1:8] {
  threads = (i - 1) % 2 + 1
  if (Ours[i] > 0) {
    set ytics add (sprintf('%s, %d thread%s', word(works, (i + 1)/2), threads, threads > 1 ? 's' : '') i)
    set label i short(Ours[i]) at graph 1.02, first i textcolor rgb muted
  }
}
set rmargin 8
set arrow 1 from 1, graph 0 to 1, graph 1 nohead linecolor rgb muted
set key outside above horizontal
name_is(n) = strcol('contestant') eq word(names, n)
x(n, c) = name_is(n) ? column(c) / Ours[row(strcol('work'), column('threads'))] : NaN
y(n) = row(strcol('work'), column('threads')) + 0.18*(n - 2.5)
plot for [n=1:words(names)] file using (x(n, 'median')):(y(n)):(x(n, 'low')):(x(n, 'high')) with xerrorbars linetype n pointsize 0.9 title word(titles, n)
