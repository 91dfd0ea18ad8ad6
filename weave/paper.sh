#!/bin/sh
# Sets the printed book: paper.sh DIRECTORY PDF runs LuaLaTeX on paper.tex
# in the directory, until all references stand, and moves the result to PDF.
# What is wrong with the pages goes to DIRECTORY/problems, one a line.  Without
# arguments it only looks whether TeX and the fonts are there.
set -u
fail() { echo "pdf: $*" >&2; exit 1; }
# Fonts are found where systems keep them.
OSFONTDIR=${OSFONTDIR:-/usr/share/fonts//:$HOME/Library/Fonts//}
export OSFONTDIR
command -v lualatex > /dev/null || fail 'no lualatex; run make deps-pdf'
for f in scrbook.cls unicode-math.sty texgyrepagella-regular.otf \
    texgyrepagella-math.otf texgyreheros-regular.otf DejaVuSansMono.ttf; do
  kpsewhich "$f" > /dev/null || fail "TeX finds no $f; run make deps-pdf"
done
[ $# = 2 ] || exit 0
dir=$1 pdf=$2
cp weave/paper.tex "$dir/book.tex" || exit 1
cd "$dir" || exit 1

SOURCE_DATE_EPOCH=$(sed -n 's/^% //p' commit.tex) FORCE_SOURCE_DATE=1 TZ=UTC
TEXMFCACHE=$PWD/cache max_print_line=2000 error_line=254 half_error_line=200
export SOURCE_DATE_EPOCH FORCE_SOURCE_DATE TZ TEXMFCACHE max_print_line \
  error_line half_error_line

# What the next run reads: where it changed, there must be a next run.
state() { cat book.aux book.toc book.out 2> /dev/null | cksum; }
for run in 1 2 3 4 5; do
  before=$(state)
  lualatex -interaction=nonstopmode -halt-on-error -file-line-error book.tex \
    > book.stdout 2>&1 < /dev/null || {
    awk '/^paper: / { at = substr($0, 8) }
      /^[^ ]*:[0-9]+: |^! / { print "pdf: " at ": " $0; found = 6 }
      found-- > 0 && /^l\.[0-9]+/ { print "  " $0; exit }
      END { if (!NR) print "pdf: no log" }' book.log >&2
    fail "LuaLaTeX failed; its log is $dir/book.log"
  }
  [ "$(state)" != "$before" ] || break
done

# A box too wide or high, a glyph that no font has, a link to nothing.
awk '/^paper: / { at = substr($0, 8) ": "; near = "" }
  /^equation [0-9.]+$/ { near = "after equation (" $2 "): " }
  /^Overfull/ {
    what = $0; sub(/ (in paragraph )?at lines? .*/, "", what)
    sub(/ (detected|has occurred).*/, "", what)
    getline; text = $0
    gsub(/\\[A-Za-z]+\/[^ ]*|\[\]|\$/, "", text); gsub(/ +/, " ", text)
    print at near what ": " substr(text, 1, 160) }
  /^Missing character/ || /name\{.*\} has been referenced but does not exist/ {
    print at near $0 }
  /^LaTeX Warning: (Reference|Label)/ { print at $0 }' book.log |
  sort -u > problems.part
[ "$run" -lt 5 ] || [ "$(state)" = "$before" ] || \
  echo 'the references do not settle' >> problems.part
mv problems.part problems
cd - > /dev/null && mv "$dir/book.pdf" "$pdf"
