# The lint of the code and of the prose.  Included by the Makefile.

CLANG_FORMAT ?= clang-format
CLANG_TIDY ?= clang-tidy
LINT_C := $(filter-out %.try.c,$(sort $(wildcard src/*.[ch] chapters/*.[ch] tests/*.[ch] tests/mutants/*.[ch] bench/*.[ch])))
# The transcribed equations of test_*.c are many and repetitive: the compilers do.
# bench/kann_peer.c needs a checkout of KANN, bench/onednn.c oneDNN.
LINT_TIDY := $(filter-out tests/test_% tests/mutants/% bench/kann_peer.c bench/onednn.c,$(filter %.c,$(LINT_C)))
LINT_PROSE := README.md book.md $(wildcard chapters/*.md)
# The modules of the mathematics: those that stand on real.h.
LINT_REAL := $(filter-out src/real.%,$(shell grep -l '"real.h"' src/*.h 2>/dev/null))
LINT_REAL += $(wildcard $(LINT_REAL:.h=.c))

TIDY_CHECKS := -*,bugprone-*,clang-analyzer-*,performance-*,portability-*
TIDY_CHECKS := $(TIDY_CHECKS),-bugprone-easily-swappable-parameters
TIDY_CHECKS := $(TIDY_CHECKS),-bugprone-reserved-identifier
TIDY_CHECKS := $(TIDY_CHECKS),-bugprone-implicit-widening-of-multiplication-result
TIDY_CHECKS := $(TIDY_CHECKS),-bugprone-macro-parentheses
TIDY_CHECKS := $(TIDY_CHECKS),-clang-analyzer-security.insecureAPI.*
TIDY_CHECKS := $(TIDY_CHECKS),-performance-no-int-to-ptr
TIDY_CHECKS := $(TIDY_CHECKS),-bugprone-misplaced-widening-cast

.PHONY: lint lint-format lint-code lint-types lint-real lint-prose format
lint: ## clang-format, clang-tidy, clang for every type, the prose, the weave
lint: lint-format lint-code lint-types lint-real lint-prose weave-test

format: ## rewrites the C sources in the one format
	@$(CLANG_FORMAT) -i $(LINT_C)

lint-format:
	@$(CLANG_FORMAT) --dry-run -Werror $(LINT_C)
	@! LC_ALL=C.UTF-8 grep -nE '^.{80,}' $(LINT_C) || \
	  { echo 'lint: lines of 80 columns or more' >&2; exit 1; }

LINT_CODE := $(LINT_TIDY:%=$(BUILD)/lint/%.tidy)
lint-code: $(LINT_CODE)
$(LINT_CODE): $(BUILD)/lint/%.tidy: % $(wildcard src/*.h tests/*.h chapters/*.h) lint.mk
	@mkdir -p $(@D)
	@$(CLANG_TIDY) --quiet --warnings-as-errors='*' --checks='$(TIDY_CHECKS)' \
	  $< -- -std=c11 -Isrc -Itests > $@.log 2>&1 || { cat $@.log >&2; exit 1; }
	@touch $@

# The second compiler sees every file of the mathematics in every type.
lint-types:
	@for type in $(TYPES); do \
	  for flag in -DREAL_$$(echo $$type | tr a-z A-Z); do \
	    case $$type in z*) flag="$$flag -Wconversion";; esac; \
	    clang -std=c11 $(WARNINGS) -Werror $$flag -Isrc -Itests -fsyntax-only \
	      $(filter %.c,$(LINT_REAL)) \
	      $(wildcard $(foreach s,$(STEMS),tests/test_$(call c_name,$s).c)) \
	      $(wildcard chapters/*.answers.c) \
	      || exit 1; \
	  done; \
	done

# What compiles for complex numbers, and means something else there.
lint-real:
	@! grep -nE '\<(fmax|fmin|fabs|fmaxf|fminf|fabsf|cabs)\>' $(LINT_REAL) || \
	  { echo 'lint: choose on re(x) instead' >&2; exit 1; }
	@! grep -nE '[!=]= *R\(' $(LINT_REAL) || \
	  { echo 'lint: a real is compared whole; compare re(x)' >&2; exit 1; }
	@! grep -nE '(^|[^A-Za-z0-9_.(])[0-9]+\.[0-9]*([^0-9fL]|$$)' \
	  $(filter %.c,$(LINT_REAL)) | grep -vE 'R\([^)]*\)|/\*|^[^:]*:[0-9]+: *[^;{}(]*\*/' || \
	  { echo 'lint: a bare literal; write R(0.5)' >&2; exit 1; }

# Each page leaves the words of weave/words.txt that it uses.
LINT_WORDS := $(LINT_PROSE:%=$(BUILD)/lint/%.words)
lint-prose: $(LINT_PROSE:%=lint-%)
	@LC_ALL=C sort -cu weave/words.txt || \
	  { echo 'lint: weave/words.txt: one word a line, by LC_ALL=C sort -u' >&2; exit 1; }
	@! cat $(LINT_WORDS) | LC_ALL=C sort -u | LC_ALL=C comm -13 - weave/words.txt | \
	  sed 's/^/lint: weave\/words.txt: no page needs the word /' | grep . >&2
.PHONY: $(LINT_PROSE:%=lint-%)
$(LINT_PROSE:%=lint-%): lint-%: %
	@mkdir -p $(BUILD)/lint/$(dir $<)
	@pandoc --from markdown-smart $< --lua-filter weave/lint.lua \
	  --metadata words=$(BUILD)/lint/$<.words -t native -o /dev/null
