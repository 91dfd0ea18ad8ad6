#!/bin/sh
# Weaves tiny broken chapters in a folder of their own, and holds what the
# weave says against what it must say: each mistake by file and line, and a
# failing status.  Run from the repository's root.  A line a test.
set -u
here=$(pwd)
room=$(mktemp -d)/'a b'
mkdir -p "$room"
trap 'rm -rf "${room%/*}"' EXIT
cd "$room" || exit 1
failures=0

result() { # status, name
  if [ "$1" = 0 ]; then printf 'PASS  %s\n' "$2"; else
    printf 'FAIL  %s\n' "$2"; failures=$((failures + 1)); fi
}

mkdir -p chapters src tests plots build/claims build/figures build/01-tiny
ln -s "$here/weave" weave
printf 'BUILD := build\n.DELETE_ON_ERROR:\nbuild/01-tiny/.done build/figures/tiny.done: ;\ninclude weave/weave.mk\n' > Makefile
printf -- '---\ntitle: Tiny\n---\n\nA book.\n' > book.md
printf 'int tiny(int x)\n{\n  return x;\n}\n\nint twice(int x) { return x; }\nint twice(int y) { return y; }\n' > src/tiny.c
printf 'static void good(void)\n{\n}\n\nstruct claim c[] = {\n  { "tiny-good", GRADIENT, &op, .gradient = good },\n  { "tiny-crashed", GRADIENT, &op, .gradient = good },\n};\n' > tests/test_tiny.c
printf 'int main(void) { return 0; }\n' > chapters/01-tiny.c
printf "set output out.'-curve'.suffix\nplot in.'/curve.tsv'\n" > plots/tiny.gp
printf 'x\n1\n' > build/01-tiny/curve.tsv
row() { printf '%s\tGRADIENT\t%s\t%s\t-\t1e-17\t1e-17\tlinear\t9\t3\t0\t1\t%s\n' "$1" "$2" "$2" "$3"; }
header='name\tkind\terror\terror_cs\terror_fd\ttolerance\tresolution\torder\tentries\tcases\tredrawn\tseed\tverdict\n'
{ printf "$header"; row tiny-good 3.14e-19 pass; } > build/claims/tiny.tsv
printf 'name\tvalue\nrate\t0.25\nlarge\t-31415926\n' > build/01-tiny/values.tsv
echo 'it ran & ended' > build/01-tiny/output.txt
: > build/figures/tiny-curve.svg
: > build/figures/tiny-curve-dark.svg
touch build/01-tiny/.done build/figures/tiny.done

chapter() { cat > chapters/01-tiny.md; rm -rf build/labels build/book build/weave; }
unset MAKEFLAGS MFLAGS MAKELEVEL # of the make that runs this
weave() { make -s weave > log 2>&1; status=$?; }
# The line that holds the marker is reported with the message.
reported() { # name, marker, message
  n=$(grep -nF -- "$2" chapters/01-tiny.md | head -1 | cut -d: -f1)
  grep -F "chapters/01-tiny.md:$n: " log | grep -qF -- "$3"
  result $? "$1"
}
on_page() { grep -qF -- "$2" build/book/01-tiny.html 2> /dev/null
  result $? "$1"; }

chapter <<'END'
# Tiny {#tiny}

It works. So we see.
$$ y = x $$ {#eq:tiny-good}

By @eq:tiny-good, `tiny-good.error`{.val} and `tiny:rate`{.val} and `tiny:rate`{.val format="%.3f"}.

$$ x = \begin{pmatrix} 1 \\ 2 \end{pmatrix} $$ {#eq:tiny-x .definition}

```{.c src="src/tiny.c" fn="tiny"}
```

```{.output of="tiny"}
```

![Seen.](plots/tiny-curve){alt="A curve."}

::: {.exercise #ex:tiny-one level="practice"}
Do.

::: hint
Try.
:::

::: answer
Done.
:::
:::

See [@higham2002].

## It works

## Notation

| symbol | meaning |
|---|---|
| $x$ | a number of nothing |
END
weave
result $status 'a correct chapter is woven'
[ $status = 0 ] || cat log
on_page 'its equation has a number' '>(1.1)</a>'
on_page 'its badge leads to the evidence' 'href="01-tiny-evidence.html#tiny-good" data-claim="tiny-good" title="How tiny-good was checked">✓ 3e-19</a>'
on_page 'its numbers come from the run' '>3.1 × 10<sup>−19</sup>'
on_page 'a format is kept' '>0.250<'
on_page 'its output is escaped' 'it ran &amp; ended'
on_page 'its figure has its words' 'alt="A curve."'
on_page 'its exercise is numbered' 'Exercise 1.1'
on_page 'its citations have their references' 'id="ref-higham2002"'
holds() { grep -qF -- "$3" "build/book/$2" 2> /dev/null; result $? "$1"; }
on_page 'its figure links its data' '<a href="source/build/01-tiny/curve.tsv.txt">curve.tsv</a>'
holds 'the data are there' source/build/01-tiny/curve.tsv.txt 1
on_page 'it names what it is made of' '<a href="source/src/tiny.c.txt">src/tiny.c</a>'
holds 'its evidence has a page' 01-tiny-evidence.html '<section class="evidence" id="tiny-good">'
holds 'with the test' 01-tiny-evidence.html 'tests/test_tiny.c</a>, line 1'
holds 'its equation is listed' equations.html '<a class="ref" href="01-tiny.html#eq:tiny-good">(1.1)</a>'
holds 'its figure is listed' figures.html 'href="01-tiny.html#fig:tiny-curve">Figure 1.1.'
holds 'its notation is listed' notation.html 'a number of nothing'
holds 'its card has the equation' data/01-tiny-equations.js '"eq:tiny-good": {"number": "1.1"'
holds 'its panel has the errors' data/01-tiny-claims.js '"tiny-good": '
holds 'its text can be searched' search.js '["it-works","It works"'
holds 'its equation can be searched' search.js '["eq:tiny-good","1.1","y = x"'
node -e "global.book = { index: (all) => process.exit(all.length === 2 ? 0 : 1),
  equations() {}, claims() {} }; require('./build/book/data/01-tiny-claims.js');
  require('./build/book/data/01-tiny-equations.js'); require('./build/book/search.js')"
result $? 'its scripts are scripts'
weave
[ ! -s log ]; result $? 'nothing to do is nothing done'

chapter <<'END'
# Tiny {#tiny}

$$ y = x $$ {#eq:tiny-good}

$$ a = b $$

$$ c = d

\begin{align} e &= f \end{align}

$$ \begin{aligned} g &= h \end{aligned} $$ {#eq:tiny-aligned .definition}

$$ i = j \\ k = l $$ {#eq:tiny-rows .definition}

$$ m = n \tag{9} $$ {#eq:tiny-tag .definition}

$$ o = p $$ {#eq:tiny-good .definition}
END
weave
[ $status != 0 ]; result $? 'a broken chapter fails'
reported 'an equation without a label' 'a = b' 'without a label'
reported 'a stray $$' 'c = d' 'stray $$'
reported 'aligned' 'g &=' 'environment aligned'
reported 'rows' 'i = j' 'outside a matrix'
reported '\tag' 'm = n' '\tag'
reported 'a label used twice' 'o = p' 'label used before'

chapter <<'END'
# Tiny {#tiny}

$$ y = x $$ {#eq:tiny-good}

\begin{align} e &= f \end{align}

$$ a = b $$ {#eq:tiny-unchecked}

See @eq:tiny-nowhere.

See [@nobody1999].

See [there](09-nowhere.md).

See [here](#tiny-gone).

`tiny-good.colour`{.val}

`tiny:nothing`{.val}

`tiny-missing.error`{.val}

`tiny-good.error_fd`{.val}

```{.c src="src/tiny.c" fn="missing"}
```

```{.c src="src/tiny.c" fn="twice"}
```

```{.c src="src/none.c" fn="nofile"}
```

```{.output of="other"}
```

![Not drawn.](plots/tiny-missing){alt="Nothing."}

![No words.](plots/tiny-curve)

Bad: $\frac{1}{$ and $\unknowncommand$.

::: {.exercise #ex:tiny-one level="easy"}
Do.
:::
END
{ printf "$header"; row tiny-good 3.14e-19 pass; row tiny-orphan 0 pass; } > build/claims/tiny.tsv
weave
[ $status != 0 ]; result $? 'a second broken chapter fails'
reported 'raw TeX' 'begin{align}' 'raw tex'
reported 'an equation neither checked nor a definition' 'a = b' 'neither checked'
reported 'a reference to nothing' 'tiny-nowhere' 'reference to nothing'
reported 'an unknown citation' 'nobody1999' 'citation of nothing'
reported 'a link to no chapter' '09-nowhere' 'link to nothing'
reported 'a link to nothing on the page' '#tiny-gone' 'link to nothing: #tiny-gone'
reported 'an unknown column' 'good.colour' 'no column colour'
reported 'an unknown row' 'tiny:nothing' 'no row nothing'
reported 'a value of no claim' 'tiny-missing.error' 'no claim tiny-missing'
reported 'a value that is not there' 'error_fd' 'has no error_fd'
reported 'a function that is not there' 'fn="missing"' 'no definition of a function missing'
reported 'a function that is there twice' 'fn="twice"' '2 definitions'
reported 'a source that is not there' 'fn="nofile"' 'no such file'
reported 'an output that is not there' 'of="other"' 'there is none'
reported 'a figure that is not there' 'plots/tiny-missing' 'no build/figures'
reported 'a figure without words' 'plots/tiny-curve' 'without alt'
reported 'mathematics that KaTeX refuses' 'frac{1}' 'KaTeX'
reported 'a level of no exercise' 'level="easy"' 'expected practice'
grep -q 'chapters/01-tiny.md:[0-9]*: claim tiny-orphan .*has no equation' log
result $? 'a claim with no equation'

chapter <<'END'
# Tiny {#tiny}

$$ y = x $$ {#eq:tiny-good}

$$ z = x $$ {#eq:tiny-crashed}
END
{ printf "$header"; row tiny-good 0.02 FAIL; } > build/claims/tiny.tsv
weave
[ $status != 0 ]; result $? 'a failed claim fails the build'
reported 'a failed claim is named' 'y = x' 'equation (1.1) tiny-good: ✗ 2e-2, tolerance 1e-17'
reported 'a claim that never ran is named' 'z = x' 'tiny-crashed: ✗ not run'
on_page 'its page is woven, its badge red' 'class="badge fail"'
on_page 'and says so at its head' 'class="banner"'

chapter <<'END'
# Tiny {#tiny}

$$ y = 2x $$ {#eq:tiny-crashed .wrong}

$$ y = x $$ {#eq:tiny-good}

::: {.break src="src/tiny.c" fn="tiny" claim="tiny-good"}
In `tiny`, change `return x;` to `return 2 * x;`. It turns red.
:::
END
{ printf "$header"; row tiny-good 3.14e-19 pass; row tiny-crashed 0.5 refuted; } > build/claims/tiny.tsv
weave
result $status 'a refuted mistake does not fail the build'
on_page 'its badge is red' 'class="badge refuted"'
on_page 'a break-it box is on the page' 'Break it yourself'
rm -rf build/book
{ printf "$header"; row tiny-good 3.14e-19 refuted; row tiny-crashed 0.5 pass; } > build/claims/tiny.tsv
weave
[ $status != 0 ]; result $? 'a mistake that holds fails the build'
! grep -q 'as it must be\|<dd>pass<' build/book/01-tiny-evidence.html
result $? 'its evidence does not call that right'
reported 'a mistake that holds is named' 'y = 2x' 'tiny-crashed: ✗ not refuted'
reported 'an equation refuted without being called wrong' 'y = x' 'tiny-good: ✗ not .wrong'

chapter <<'END'
# Tiny {#tiny}

$$ y = x $$ {#eq:tiny-good}

::: {.break src="src/tiny.c" fn="tiny" claim="tiny-good"}
In `tiny`, change `return y;` to `return 2 * x;`.
:::

::: {.break src="src/tiny.c" fn="tiny" claim="tiny-none"}
In `tiny`, change `return x;` to `return 2 * x;`.
:::

::: {.break src="src/tiny.c" fn="teeny" claim="tiny-gone"}
In `teeny`, change `return x;` to `return 2 * x;`.
:::
END
{ printf "$header"; row tiny-good 3.14e-19 pass; } > build/claims/tiny.tsv
weave
[ $status != 0 ]; result $? 'boxes that no longer hold fail the build'
reported 'a box whose text is not there' 'claim="tiny-good"' '0 times in tiny'
reported 'a box without its equation' 'claim="tiny-none"' 'no equation eq:tiny-none'
reported 'a box without its function' 'claim="tiny-gone"' 'no definition of a function teeny'

# The prose checks: a chapter that passes, then one with every mistake.
rm weave
cp -R "$here/weave" weave
printf 'pandoc\nsoftmax\n' > weave/words.txt
cat > book.md <<'END'
---
title: Tiny
chapters:
- 01-tiny
- 02-other
---

## Notation

| Symbol | What it is |
|:-------|:-----------|
| $L$, $e$ | the loss; the base of the exponential function |
END
printf '# Other\n\n$$ L = e $$ {#eq:other-there .definition}\n' > chapters/02-other.md
lint() { make -s -f "$here/lint.mk" BUILD=build \
  LINT_PROSE=chapters/01-tiny.md lint-prose > log 2>&1; status=$?; }
correct() {
  cat <<'END'
# Tiny {#tiny}

It optimises. A softmax, 12,345 of them: see `coude`, and <https://example.org/coude>.
The pandoc of `two  lines` of it.

$$ y = \hat x' + L_{\text{low}} \operatorname{coude}(\mathbf{1}^\top \beta_k) $$ {#eq:tiny-good .definition}

By @eq:tiny-good, @eq:other-there, @ex:tiny-a and @fig:tiny-curve, $e^{y} \le \infty$.

![Seen.](plots/tiny-curve){alt="A curve."}

## What you need

## What the program printed

## What can go wrong

## What you can do now

## Notation

| symbol | what it is |
|---|---|
| $\hat x'$, $y$; $\mathbf{1}$ | numbers |
| $\beta_k(y, L)$ | one of several |

## Exercises

END
  for name in a b c d; do
    printf '::: {.exercise #ex:tiny-%s level="practice" code="do"}\nDo.\n\n' $name
    printf '::: hint\nTry.\n:::\n::: answer\n```\ncoude\n```\n:::\n:::\n\n'
  done
}
correct > chapters/01-tiny.md
lint
result $status 'a correct chapter passes the prose checks'
[ $status = 0 ] || cat log

long='so so2 so3 so4 so5 so6 so7 so8 so9'
long="$long, $long, $long, $long, $long, $long, $long"
{
  correct | sed 's/A curve/A curv/; s/| numbers/| nubmers/
    s/one of several/$\\tau$ &/; s/What you need/& of coude/
    s/^| $.beta/| $\\omega$ | nothing |\n&/'
  cat <<END
It behaves; the behavior.

To optimize.

$long to the end.

There were 23456 of them.

Or so, e.g. this.

Two  spaces.

\$\$ y = \\hat x' + L + 1 \$\$

\$\$ y = L \$\$ {#eq:other-mine .definition}

\$\$ y = e \$\$ {#eq:other-there .definition}

See @eq:tiny-nowhere, and then @fig:other-nowhere.

Here \$Q_k\$ is new, and \$\\hat x\$ has lost its prime.

Here \$y_{\\mathbf x}\$ is bold, and \$\\frac y{
\\rho}\$ is on two lines.
END
} > chapters/01-tiny.md
lint
[ $status != 0 ]; result $? 'broken prose fails'
reported 'a misspelt word in a heading' 'of coude' 'spelling: coude'
reported 'a misspelt word in an alt text' 'A curv.' 'spelling: curv '
reported 'a misspelt word in a table' 'nubmers' 'spelling: nubmers (Numbers'
reported 'a word of the other spelling' 'behavior' 'spelling: behavior (behaviour'
reported 'a word with -ize' 'optimize' 'spelling: optimize (optimise'
reported 'a sentence without end' 'to the end' 'a sentence of 66 words'
reported 'a long number' '23456' 'without commas: 23456'
reported 'an abbreviation' 'e.g.' 'write "for example"'
reported 'two spaces' 'Two  spaces' 'two spaces'
reported 'a display without a label' 'L + 1' 'without a label'
reported 'a label of another chapter' 'eq:other-mine' 'must begin with eq:tiny-'
reported 'a label that another chapter has' 'eq:other-there .' 'label also in chapters/02'
reported 'a reference that leads nowhere' 'tiny-nowhere' 'nothing: @eq:tiny-nowhere'
reported 'a reference to no figure' 'other-nowhere' 'nothing: @fig:other-nowhere'
reported 'a symbol of no table' '$Q_k$' 'symbol Q is in no notation table: $Q_k$'
reported 'a symbol without its prime' '$Q_k$' 'symbol \hat{x} is'
reported 'a symbol in an index' 'mathbf x' 'symbol \mathbf{x} is'
reported 'a symbol of a formula on two lines' 'frac y' 'symbol \rho is'
reported 'a symbol that only a meaning names' 'of several' 'symbol \tau is'
reported 'a row of a symbol that is not used' '$\omega$ | no' 'has \omega, which'

correct > chapters/01-tiny.md
printf 'pandoc\nsoftmax\nwroks\n' > weave/words.txt
lint
[ $status != 0 ] && grep -q 'no page needs the word wroks' log
result $? 'a word of the list that no page needs'
printf 'softmax\npandoc\n' > weave/words.txt
lint
[ $status != 0 ] && grep -q 'words.txt: one word a line' log
result $? 'a list of words out of order'
mkdir none
for tool in pandoc sh mkdir; do ln -s "$(command -v $tool)" none/$tool; done
make=$(command -v make)
PATH=$room/none "$make" -s -f "$here/lint.mk" BUILD=build \
  LINT_PROSE=chapters/01-tiny.md lint-prose > log 2>&1
[ $? != 0 ] && grep -q 'no aspell' log
result $? 'without aspell the prose does not pass'

[ $failures = 0 ] || { echo "weave: $failures tests failed"; exit 1; }
