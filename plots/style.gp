# The look of every figure.  A script is run twice, for light and dark pages:
#   gnuplot -e "in='build/02-linear'; out='build/figures/linear'; dark=0" plots/linear.gp
# and with printed=1 in place of dark=, for the printed book.
# It starts with  load 'plots/style.gp'  and names each figure with
#   set output out.'-curve'.suffix        which Markdown calls plots/linear-curve
# Given here: suffix; the colours fg (text), muted (grid, borders, asides) and
# paper (the page), for  textcolor rgb muted ; linetypes 1..6, in Okabe and
# Ito's colours, tuned to 3:1 or more against either page; palette, dark to bright.
# eval canvas(600)  makes the figures that follow 720 by 600.

if (!exists("dark")) dark = 0
if (!exists("printed")) printed = 0
suffix = printed ? '.pdf' : dark ? '-dark.svg' : '.svg'
fg = dark ? '#dcdcd6' : '#222222'
muted = dark ? '#8f9299' : '#6b6b6b'
paper = printed ? '#ffffff' : dark ? '#17191d' : '#fdfcf9'

# 20 units of 720: still 10 px where the figure is 360 px wide.  In print a
# unit is a point, and the book scales the figure.
set encoding utf8
canvas(height) = printed \
  ? sprintf("set terminal pdfcairo size 10in,%gin enhanced fontscale 1 \
             font 'TeX Gyre Heros,18' linewidth 2 pointscale 2 rounded", \
            height / 72.0) \
  : sprintf("set terminal svg size 720,%g dynamic enhanced \
             font 'sans-serif,20' linewidth 1 rounded", height)
eval canvas(432)
set datafile separator tab
set datafile commentschars '#'

set linetype 1 linecolor rgb (dark ? '#5db7ec' : '#0068a6') linewidth 2.5 pointtype 7 pointsize 0.6
set linetype 2 linecolor rgb (dark ? '#ff8142' : '#c24e00') linewidth 2.5 pointtype 5 pointsize 0.6
set linetype 3 linecolor rgb (dark ? '#35c79b' : '#00805d') linewidth 2.5 pointtype 9 pointsize 0.8
set linetype 4 linecolor rgb (dark ? '#e295c0' : '#a84a84') linewidth 2.5 pointtype 13 pointsize 0.8
set linetype 5 linecolor rgb (dark ? '#f0e442' : '#a86f00') linewidth 2.5 pointtype 11 pointsize 0.8
set linetype 6 linecolor rgb (dark ? '#dcdcd6' : '#333333') linewidth 2.5 pointtype 1 pointsize 0.8
set linetype cycle 6

set border 3 linecolor rgb muted linewidth 1
set grid linecolor rgb (dark ? '#33363c' : '#deddd8') linewidth 1 linetype 1
set tics nomirror scale 0.5 textcolor rgb fg
# The printed font has taller lines: labels and keys move up.
up = printed ? 0.5 : 0
set xlabel textcolor rgb fg offset 0, up
set ylabel textcolor rgb fg
set zlabel textcolor rgb fg
set cblabel textcolor rgb fg
set y2label textcolor rgb fg
set title textcolor rgb fg
set key textcolor rgb fg samplen 1.5 noautotitle
if (printed) set key spacing 0.85
set style textbox noborder
set palette defined (0 '#14213d', 1 '#0068a6', 2 '#35c79b', 3 '#f0e442')
set minussign
