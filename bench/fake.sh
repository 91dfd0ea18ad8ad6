#!/bin/sh
# A contestant that trains nothing, for bench/test.sh: it answers for every
# program of the benchmark by the name that it is called with, and is Python
# too.  FAKE holds words NAME:WORK:WHAT, which say what goes wrong:
#   wrong, nan (a loss), crash, rubbish, few (rates too few), cannot, asleep;
#   half (wrong as it comes, not tuned);
#   late-wrong, late-crash, ...: not in the proof, only in the rounds
# In its n-th run of a cell the median of its rates is 100, 300, 200 by turns
# (torch: 200, 100, 300), times 2 where it was tuned, 3 where it is ours, 4 for bare products.
me=${0##*/}
if [ "$me" = python ]; then
  case "$1 $2" in
  *import\ torch*) [ -z "$NO_TORCH" ] || exit 1; echo 1.2.3; exit ;;
  *import\ numpy*) [ -z "$NO_NUMPY" ] || exit 1; echo 4.5.6; exit ;;
  --version*) echo 'Python 0'; exit ;;
  esac
  me=${1##*/} me=${me%_peer.py}
  shift
fi
threads='' work='' repeats='' library='' form='' data='' cut='' given=' '
while [ $# -gt 0 ]; do
  case $given in *" $1 "*) echo "$me: $1 was given twice" >&2; exit 2 ;; esac
  given="$given$1 "
  case $1 in
  --double) me=$me-double; shift; continue ;;
  --cut) cut=-cut; shift; continue ;;
  --work) work=$2 ;;
  --threads) threads=$2 ;;
  --repeats) repeats=$2 ;;
  --library) library=$2 ;;
  --form) form=$2 ;;
  --data) data=$2 ;;
  --seconds) ;;
  *) echo "$me: $1: no such option" >&2; exit 2 ;;
  esac
  shift 2
done
[ "$me" = products ] || [ -d "$data" ] || { echo "$me: no --data" >&2; exit 2; }
[ "$OMP_NUM_THREADS" = "$threads" ] || [ "$me-$threads" = kann-1 ] || { echo "$me: OMP_NUM_THREADS is '$OMP_NUM_THREADS'" >&2; exit 2; }

what=
for word in $FAKE; do case $word in "$me:$work:"*) what=${word##*:} ;; esac; done
case $what in late-*) if [ "$repeats" -gt 1 ]; then what=${what#late-}; else what=; fi ;; esac
case $what in
crash) kill -SEGV $$ ;;
rubbish) echo 'Hello.' ;;
cannot) echo "$me: $work is not for me" >&2; exit 3 ;;
asleep) echo $$ > "$ROOM/asleep"; exec sleep 60 ;;
few) few=1 ;;
half) [ -n "$MALLOC_TOP_PAD_" ] || what=wrong ;;
esac

scale=1 unit=rate n=0
[ -z "$MALLOC_TOP_PAD_" ] || scale=2
case $me in ours*) scale=3 ;; products) scale=4 ;; esac
case $work in sgemm) unit=flops ;; triad-*) unit=bytes ;; layers) unit='layer	W1	1	dW	784	300	50' ;; esac
count=$ROOM/calls/$me-$work-$threads-$scale-$library$cut-$form-$OPENBLAS_NUM_THREADS-$LD_LIBRARY_PATH
count=$ROOM/calls/$(echo "${count#"$ROOM"/calls/}" | tr / _)
if [ "$repeats" -gt 1 ]; then
  [ ! -e "$count" ] || read -r n < "$count"
  echo $((n + 1)) > "$count"
fi
awk -v me="$me" -v what="$what" -v scale="$scale" -v n="$n" -v repeats=$((repeats - ${few:-0})) -v unit="$unit" 'BEGIN {
  for (t = 1; t <= 50 && me != "products"; t++) {
    loss = sprintf("%.9g", 2.3 / (1 + t / 100) * (what == "wrong" && t == 37 ? 1.0002 : 1))
    print "loss\t" t "\t" (what == "nan" && t == 37 ? "nan" : loss)
  }
  split(me ~ /^torch/ ? "200 100 300" : "100 300 200", median, " "); split("-5 400 0 -50 1", off, " ")
  for (r = 1; r <= repeats; r++) print unit "\t" scale * (median[n % 3 + 1] + off[repeats == 1 ? 3 : r])
}'
