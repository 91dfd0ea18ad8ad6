# The cover: the error of a finite difference over its step, in three number
# types, each above the flat line of the complex step.
set encoding utf8
set datafile separator tab
set datafile commentschars '#'
set datafile missing 'nan'
set terminal pngcairo size 1600,2400 background '#14213d' enhanced \
  font 'DejaVu Serif,34' linewidth 1 rounded
set output out

read(key, filter) = system("awk -F'\t' '$1 == \"book\" && $2 == \"".key. \
  "\" { print $5; exit }' '".labels."'".filter)
folded(key, n) = read(key, " | fold -s -w ".n." | sed 's/ $//'")

light = '#fdfcf9'
faint = '#8fa0c0'
set label 1 folded('title', 12) at screen 0.085, 0.88 left noenhanced \
  font 'DejaVu Serif,122' textcolor rgb light
set label 2 folded('subtitle', 40) at screen 0.09, 0.705 left noenhanced \
  font 'DejaVu Serif,37' textcolor rgb faint
set label 3 read('author', '') at screen 0.09, 0.055 left noenhanced \
  font 'DejaVu Serif,34' textcolor rgb light

unset border
unset tics
unset key
set lmargin 0
set rmargin 0
set tmargin at screen 0.58
set bmargin at screen 0.11
set logscale xy
set xrange [1e-20:1]
set yrange [1e-20:1e2]
curve(t) = in.'/v-curve-'.t.'.tsv'
set style line 1 linecolor rgb '#5db7ec'
set style line 2 linecolor rgb '#ff9a5c'
set style line 3 linecolor rgb '#35c79b'
array types[3] = ['f', 'd', 'l']
plot for [i=1:3] curve(types[i]) using "step":"complex" with lines \
       linestyle i linewidth 3 dashtype (12, 8), \
     for [i=1:3] curve(types[i]) using "step":"order2" with lines \
       linestyle i linewidth 7
