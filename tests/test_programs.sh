#!/bin/sh
# How the programs fail: one line "program: ..." on stderr, exit status 1 (2
# for wrong arguments), nothing half-written.   test_programs.sh BIN
bin=${1:?usage: test_programs.sh DIRECTORY-OF-THE-PROGRAMS}
dir=$(mktemp -d "${TMPDIR:-/tmp}/programs test XXXXXX") || exit 1
trap 'rm -rf "$dir"' EXIT
trap 'exit 1' HUP INT TERM
checks=0 failures=0

complain() {
  failures=$((failures + 1))
  echo "test_programs.sh: $what: $1" >&2
  sed 's/^/    /' "$dir/err" >&2
}

# refuses STATUS TEXT PROGRAM ARGUMENT...: it ends so, says TEXT, prints
# nothing and leaves its --out as empty as it was.
refuses() {
  rm -rf "$dir/out"
  mkdir "$dir/out"
  refuses_into "$dir/out" "$dir/stdout" "$@"
  [ ! -s "$dir/stdout" ] || complain "there is output on stdout"
  [ -z "$(ls -A "$dir/out")" ] || complain "files are left"
}

# refuses_into OUT STDOUT STATUS TEXT PROGRAM ARGUMENT...
refuses_into() {
  out=$1 stdout=$2 status=$3 text=$4 program=$5
  shift 5
  what="$program $*"
  checks=$((checks + 1))
  got=0
  "$bin/$program" --out "$out" "$@" > "$stdout" 2> "$dir/err" || got=$?
  [ $got -eq "$status" ] || complain "exit status $got, not $status"
  [ "$(wc -l < "$dir/err")" -eq 1 ] || complain "stderr is not one line"
  case $(cat "$dir/err") in
  "$program: "*"$text"*) ;;
  *) complain "stderr does not say '$text'" ;;
  esac
  set -- "$out"/*.part
  [ ! -e "$1" ] || complain "$1 is left"
}

# Wrong arguments, a full disk, an --out that cannot be.
check_program() {
  trains=0 run=--quick
  if "$bin/$1" --help | grep -q -e '--run '; then
    trains=1 run=--run=train
    [ "$1" != mlp ] || run=--run=synthetic
  fi
  refuses 2 "--steps: '-1' was given" "$1" --steps -1
  refuses 2 "--steps: 'x' was given" "$1" --steps=x
  refuses 2 "--seed: '-1' was given" "$1" --seed -1
  refuses 2 "--seed: no value was given" "$1" --seed
  refuses 2 "--no-such: no such option" "$1" --no-such thing
  refuses 2 "'file': not an option" "$1" file
  refuses_into . /dev/full 1 "standard output" "$1" --help
  refuses_into /proc/no/such "$dir/stdout" 1 "/proc/no/such" "$1" "$run"
  refuses_into "$dir/err" "$dir/stdout" 1 "Not a directory" "$1" "$run"
  mkdir -p "$dir/full"
  if [ $trains -eq 0 ]; then
    refuses_into "$dir/full" /dev/full 1 "standard output" "$1" "$run"
  else # its runs print nothing, and a report needs them
    refuses 2 "--run no-such" "$1" --run no-such
    refuses 1 "cannot open the record of a run" "$1" --run report
  fi
  [ $trains -eq 0 ] || [ "$1" = mlp ] || check_settings "$1"
}

# The settings of a training run that are names (src/experiment.h).
check_settings() {
  for name in activation norm init optimiser schedule; do
    refuses 2 "--$name no-such: unknown" "$1" --run train --$name no-such
  done
  refuses 2 "--rate: 'x' was given" "$1" --run train --rate x
  refuses 1 "$dir/no data" "$1" --run train --data "$dir/no data"
}

# idx FILE "BYTE...": writes the bytes, given as decimal numbers.
idx() {
  for byte in $2; do
    printf '%b' "\\0$(printf %o "$byte")"
  done > "$data/$1"
}

# Six images of 1 by 2, six labels; a case then spoils one of the files.
data="$dir/data files"
images=train-images-idx3-ubyte labels=train-labels-idx1-ubyte
good_images='0 0 8 3 0 0 0 6 0 0 0 1 0 0 0 2 1 2 3 4 5 6 7 8 9 10 11 12'
good_labels='0 0 8 1 0 0 0 6 0 1 2 3 4'
good_files() {
  rm -rf "$data"
  mkdir "$data"
  idx $images "$good_images"
  idx $labels "$good_labels 9"
}

# bad_data TEXT: mlp refuses what is in $data now, and says TEXT.
bad_data() {
  refuses 1 "$1" mlp --quick --run images --data "$data"
  case $(cat "$dir/err") in "mlp: $data"*) ;; *) complain "no path" ;; esac
  good_files
}

check_data() {
  rm -rf "$data"
  bad_data "install the package dataset-fashion-mnist or pass --data DIR"
  rm "$data/$labels"
  bad_data "$labels.gz is not there"
  idx $images "$good_labels 9"
  bad_data "holds labels, images were expected"
  idx $labels "$good_images"
  bad_data "holds images, labels were expected"
  idx $images "60 104 116 109 108"
  bad_data "not an IDX file of images"
  : > "$data/$images"
  bad_data "4 bytes of header were expected, 0 were read"
  idx $images "0 0 8 3 0 0 0 6 0 0 0 1 0 0 0 2 1 2 3"
  bad_data "12 bytes of images were expected, 3 were read"
  idx $images "$good_images 13"
  bad_data "goes on after the last of its images"
  idx $images "0 0 8 3 255 255 255 255 0 0 16 0 0 0 16 0"
  bad_data "4294967295 images of 4096 times 4096"
  idx $labels "0 0 8 1 0 0 0 5 0 1 2 3 4"
  bad_data "holds 5 labels, 6 were expected"
  idx $labels "$good_labels"
  bad_data "6 bytes of labels were expected, 5 were read"
  idx $labels "$good_labels 10"
  bad_data "label number 5 is 10, 0 to 9 were expected"
  gzip -nc "$data/$images" | head -c 30 > "$data/$images.gz"
  rm "$data/$images"
  bad_data "the .gz is cut short"
  { gzip -nc "$data/$images" | head -c 20; echo "no deflated data"; } \
    > "$data/$images.gz"
  rm "$data/$images"
  bad_data "the .gz is corrupt"
  bad_data "t10k-images-idx3-ubyte.gz is not there"
}

programs=0
for path in "$bin"/*; do
  case $path in */check-*) continue ;; esac
  [ -x "$path" ] || continue
  check_program "${path##*/}"
  programs=$((programs + 1))
done
if [ $programs -eq 0 ]; then
  echo "test_programs.sh: $bin: no program is there" >&2
  exit 1
fi
[ ! -x "$bin/mlp" ] || check_data

echo "programs: $checks checks of $programs programs, $failures failures"
[ $failures -eq 0 ]
