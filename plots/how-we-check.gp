load 'plots/style.gp'

rules = in.'/rules.tsv'
stats rules using "ran" nooutput name 'ran'
stats rules using "missed" nooutput name 'missed'
stats rules using "alarms" nooutput name 'alarms'
asked = ran_max > 0

unset key
unset grid
set border 1
set style fill solid 1 noborder
set yrange [0.4:6.6]
set xtics auto
if (!asked) set label 1 'not run in this build' at screen 0.62,0.55 center \
  textcolor rgb muted

# Two panels of bars: a row a rule, the number beside its bar.
set output out.'-rules'.suffix
set multiplot
set tmargin at screen 0.97
set bmargin at screen 0.19
set lmargin at screen 0.30
set rmargin at screen 0.62
set xlabel 'mutants missed'
most = asked ? missed_max + 1 : 1
set xrange [0:1.25 * most]
step(x) = x > 40 ? 20 : x > 16 ? 10 : x > 6 ? 4 : 2
set xtics 0,step(most)
unset ytics
set ytics scale 0 textcolor rgb fg
plot rules using (0):"place":(0):(asked ? column("missed") : 0):(column("place") - 0.3):(column("place") + 0.3):ytic(1) \
       with boxxyerror linetype 1, \
     rules using "missed":"place":(asked ? sprintf(' %d', column("missed")) : '') \
       with labels left offset 0.3,0 textcolor rgb fg
set lmargin at screen 0.67
set rmargin at screen 0.97
unset label 1
set xlabel 'false alarms of 1,000'
worst = asked ? alarms_max + 1 : 1
set xrange [0:1.35 * worst]
set xtics 0,(worst > 200 ? 100 : worst > 80 ? 50 : worst > 16 ? 10 : 4)
set format y ''
plot rules using (0):"place":(0):(asked ? column("alarms") : 0):(column("place") - 0.3):(column("place") + 0.3) \
       with boxxyerror linetype 2, \
     rules using "alarms":"place":(asked ? sprintf(' %.3g', column("alarms")) : '') \
       with labels left offset 0.3,0 textcolor rgb fg
unset multiplot
