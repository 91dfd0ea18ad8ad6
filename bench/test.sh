#!/bin/sh
# The benchmark's orchestrator, on contestants that are made up (fake.sh): what
# it counts, what it refuses, what it leaves behind.  Run from the repository's
# root.  A line a test.
set -u
here=$(pwd)
ROOM=$(mktemp -d)/'a b'
export ROOM
build=$ROOM/build bench=$ROOM/build/bench
mkdir -p "$bench/input" "$ROOM/kann"
trap 'rm -rf "${ROOM%/*}"' EXIT
trap 'exit 1' HUP INT TERM
for program in ours-f ours-openblas ours-base ours-loops ours-d products kann; do cp "$here/bench/fake.sh" "$bench/$program"; done
cp "$here/bench/fake.sh" "$ROOM/python"
chmod +x "$bench"/* "$ROOM/python"
unset MAKEFLAGS MFLAGS MAKELEVEL FAKE NO_TORCH NO_NUMPY
failures=0

result() { # status, name
  if [ "$1" = 0 ]; then printf 'PASS  %s\n' "$2"; else
    printf 'FAIL  %s\n' "$2"; failures=$((failures + 1)); tail -n 30 "$ROOM/log" | sed 's/^/      /'; fi
}
# bench OPTION...: status, and what it said, in $ROOM/log
bench() {
  rm -rf "$ROOM/calls"; mkdir "$ROOM/calls"
  node "$here/bench/run.js" "$build" --python "$ROOM/python" --kann "$ROOM/kann" "$@" > "$ROOM/log" 2>&1
  status=$?
}
small() { bench --works W1 --threads 1 "$@"; }
said() { grep -qF -- "$1" "$ROOM/log"; result $? "$2"; }
# has FILE NAME ROW: the row is in the record, cells between tabs
has() { sed 's/\t/ /g' "$bench/$1.tsv" | grep -qE -- "^$3\$"; result $? "$2"; }
ended() { [ $status = "$1" ]; result $? "$2"; }

bench
ended 0 'a full run'
has speed 'the median of the medians of the rounds, their least and most' 'W1 1 ours onednn 600 300 900 0.0e\+0 agrees'
has speed 'of two variants the better one' 'W2 2 numpy tuned 400 200 600 0.0e\+0 agrees'
has speed 'no contestant is counted twice' 'W4 1 numpy64 tuned 400 200 600 0.0e\+0 agrees'
has rates 'every repetition is kept' '2 W3 1 ours openblas 2 2100'
has ratios 'ours over the best peer, round by round' 'W4 1 peer torch tuned[a-z-]* 1 0.75 4.5 3 no'
has ratios 'our time over that of the bare products' 'W3 2 products openblas  1.33333 1.33333 1.33333 1.1 no'
has products 'the bare products' 'W1 2 blis 800 400 1200'
has products 'the product of 1024' 'sgemm 1 onednn 800 400 1200'
has staircase 'the stairs' 'fused W3 1 600 300 900'
has staircase 'the last of them are our own runs' 'threads W3 2 600 300 900'
has roofline 'the machine' 'memory 2 400'
has layers 'the layers' 'W1 1 dW 784 300 50 2 400'
has proof 'the proof' 'W1 2 ours-d 0.0e\+0 1e-10 agrees'
grep -q '^# full: yes' "$bench/speed.tsv"; result $? 'it is known as full'
[ "$(ls "$bench"/*.tsv | wc -l)" = 8 ]; result $? 'eight records'
[ "$(grep -c '^[1-3]	' "$bench/rates.tsv")" = "$(sed -n 's/^[1-3]	\(W[1-4]	[12]	[a-z0-9]*	[a-z-]*\)	.*/\1/p' "$bench/rates.tsv" | sort -u | wc -l | awk '{ print $1 * 15 }')" ]
result $? 'three rounds of five repetitions of everything'
said 'W2    2        ours / best peer (torch) ' 'the table names the best peer'

cp -r "$bench" "$ROOM/kept"
rm -f "$ROOM/asleep"
FAKE=numpy:W1:late-asleep node "$here/bench/run.js" "$build" --python "$ROOM/python" --works W1 > "$ROOM/log" 2>&1 &
pid=$!
while [ ! -s "$ROOM/asleep" ]; do sleep 0.1; done
kill -INT $pid
wait $pid
ended=$?
[ $ended = 130 ]; result $? 'interrupted, it says so by its status'
said 'no record was written' 'and in a line'
sleep 0.2
! grep -qs '^State:.[^ZX]' "/proc/$(cat "$ROOM/asleep")/status"; result $? 'and ends what it had started'
diff -r "$bench" "$ROOM/kept" > /dev/null; result $? 'and the records are as they were'

FAKE=torch:W1:wrong; export FAKE
small
ended 1 'a wrong loss of a peer'
said 'W1, 1 thread: torch: wrong losses' 'is named'
said 'wrong losses: step 37 has' 'by its step'
has speed 'and its cell fails' 'W1 1 torch [a-z-]+ - - - 2.0e-4 wrong losses: step 37 .*'
has ratios 'and it is not the best peer' 'W1 1 peer numpy tuned 1.5 1.5 1.5 1.1 yes'
[ -z "$(ls "$ROOM/calls" | grep torch-W1)" ]; result $? 'and it is not timed'
FAKE=torch:W1:late-half; small
has speed 'wrong in one of its variants, a contestant fails' 'W1 1 torch as-it-comes - - - 2.0e-4 wrong losses: .*'
FAKE=ours-f:W1:late-wrong; small
ended 1 'a wrong loss of ours, in a round'
has ratios 'and its cell fails' 'W1 1 peer [a-z0-9]+ tuned[a-z-]* - - - 1.1 ours failed'
FAKE=ours-d:W1:wrong; small
said 'ours-d: wrong losses' 'a wrong loss of the double build is named'
FAKE=kann:W1:nan; small
said 'kann' 'a loss that is no number'
ended 1 'fails'
FAKE=numpy-double:W1:nan; small
ended 1 'nor is it a reference'
FAKE='kann:W1:late-crash torch:W1:late-rubbish numpy:W1:late-few'; small
ended 1 'contestants that break'
said 'kann (tuned): crashed: SIGSEGV' 'a crash is reported' 
said "torch (as-it-comes): prints what is no loss and no rate: 'Hello.'" 'rubbish is reported'
[ "$(grep -c 'failed: .* kann' "$ROOM/log")" = 1 ]; result $? 'once: it is not run again'
said 'prints 4 rates, expected 5' 'too few rates are reported'
has speed 'what broke has a row' 'W1 1 kann tuned - - - - crashed: SIGSEGV'
has ratios 'the others are compared' 'W1 1 peer numpy64 tuned 1.5 .*'
FAKE=products:W1:crash; small
ended 1 'products that crash'
said 'openblas: crashed: SIGSEGV' 'are reported'
FAKE=kann:W1:cannot; small
ended 0 'what a contestant cannot do'
said 'left out: kann, W1: kann: W1 is not for me' 'is left out, and the table says so'
unset FAKE

NO_TORCH=1; export NO_TORCH; small; unset NO_TORCH
ended 0 'without PyTorch'
said 'left out: torch: python has no torch' 'it is left out, and the table says so'
small --kann ''
said 'left out: kann: no KANN= names a checkout' 'without KANN, too'
NO_NUMPY=1; export NO_NUMPY; small; unset NO_NUMPY
ended 1 'without NumPy there is nothing to hold the losses against'
grep -q '^# full: no: not all works' "$bench/speed.tsv"; result $? 'a part of a run is known as such'
small --works W9
ended 1 'a work that is none'
small --rounds 0
ended 1 'a round that is none'
sh -c 'while :; do :; done' & busy=$!
small
kill $busy
grep -q 'the machine is not quiet: .*\<sh [0-9]* %' "$ROOM/log"; result $? 'a busy machine is named'
[ "$(find "$bench" -name '*.part' | wc -l)" = 0 ]; result $? 'nothing is half-written'

[ $failures = 0 ] || { echo "bench/test.sh: $failures failed" >&2; exit 1; }
