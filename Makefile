# Checked Gradients.  `make help` lists the jobs.

ifeq ($(origin CC),default)
CC := gcc
endif
BUILD := build
CFLAGS ?= -O3 -g
WARNINGS := -Wall -Wextra -Wdouble-promotion
# OpenMP, where the compiler has it (clang: with libomp-dev); else one thread.
# NATIVE: what training runs on is compiled for the processor at hand.  Without
# contraction, which would join a * b + c where there is an instruction for it:
# a sum has the same bits on both.  `make NATIVE=` leaves it out.
accepts = $(shell echo 'int main(void){return 0;}' | \
  $(CC) $1 -x c - -o /dev/null 2>/dev/null && echo '$1')
ifndef FOUND_FLAGS
export OPENMP := $(call accepts,-fopenmp)
export NATIVE ?= $(call accepts,-march=native)
export FOUND_FLAGS := 1
endif
ALL_CFLAGS = -std=c11 -fno-math-errno -ffp-contract=off $(OPENMP) $(WARNINGS) \
  $(if $(OPENMP),,-Wno-unknown-pragmas) $(CFLAGS) $(SANITIZE_FLAGS) -Isrc -Itests
# Any library with CBLAS: make BLAS=-lblis.
BLAS ?= -lopenblas
LIBRARIES := $(BLAS) -lz -lm
CHECK_LIBRARIES := -lcheck_pic -lsubunit -lrt -lpthread
# One thread: a product's sums in one order, whatever the machine, and make
# runs as many programs as there are cores.  The core
# type: OpenBLAS 0.3.21 (Debian 12) takes processors newer than itself for a
# Prescott of 2004, and is four times slower; SKYLAKEX is its code for AVX-512,
# HASWELL for AVX2.  Elsewhere, and where it is set already, it is left alone.
export OPENBLAS_NUM_THREADS := 1
export OMP_NUM_THREADS := 1
CORE := $(shell { grep -qsw avx512bw /proc/cpuinfo && echo SKYLAKEX; } || \
  { grep -qsw avx2 /proc/cpuinfo && echo HASWELL; })
ifneq ($(CORE),)
export OPENBLAS_CORETYPE ?= $(CORE)
endif
export LC_ALL := C.UTF-8

# One stem names one topic; only chapters carry a number.
CHAPTERS := $(sort $(wildcard chapters/[0-9][0-9]-*.md))
NUMBERED := $(filter-out %.stub %.try %.answers,$(sort $(basename \
  $(notdir $(wildcard chapters/[0-9][0-9]-*.md chapters/[0-9][0-9]-*.c)))))
stem_of = $(subst $(firstword $(subst -, ,$1))-,,$1)
STEMS := $(foreach n,$(NUMBERED),$(call stem_of,$n))
numbered = $(filter %-$1,$(foreach n,$(NUMBERED),$(if $(filter $1,$(call stem_of,$n)),$n)))
c_name = $(subst -,_,$1)

# The number types of the checks, and of each program (default: double).
TYPES := f d l zd zl
FLAG_f := -DREAL_F $(NATIVE)
FLAG_d := -DREAL_D
FLAG_l := -DREAL_L
FLAG_zd := -DREAL_ZD -Wconversion
FLAG_zl := -DREAL_ZL -Wconversion
REALS_derivatives := f d l
$(foreach s,mlp batch-norm initialisation optimisers learning-rate,\
  $(eval REALS_$s := f))
reals = $(or $(REALS_$1),d)

# Modules that hold no real numbers of the mathematics are compiled once.
PLAIN := fail rng record cli progress dataset table
TYPED := $(filter-out $(PLAIN),$(patsubst src/%.c,%,$(wildcard src/*.c)))
CHECKER := point witness compare buffers gradcheck rivals

QUICKFLAG := $(if $(QUICK),--quick)
# For a make of its own: every core, and one failure does not stop the others.
EVERY_CORE = -k $(if $(findstring -j,$(MAKEFLAGS)),,-j$(shell nproc))

.DELETE_ON_ERROR:
.SECONDARY:
.SUFFIXES:
.PHONY: help all book check false-alarms figures mutants mutants-all sanitize sweep swept clean programs \
        claims runs woven
.DEFAULT_GOAL := help

help: ## this list
	@echo 'make deps book      install what is missing, then build the book: $(BUILD)/book/index.html'
	@echo 'make check          every derivation, checked'
	@echo
	@grep -hE '^[a-z%-]+:.*## ' $(MAKEFILE_LIST) | sort | \
	  sed -E 's/^([a-z%-]+):.*## (.*)/make \1@\2/' | \
	  awk -F@ '{ printf "%-24s %s\n", $$1, $$2 }'
	@echo
	@echo 'stems: $(STEMS)'
	@echo 'QUICK=1 shortens every training; SEED=n draws other points; CC=clang compiles with clang; NATIVE= for any processor, BLAS=-lblis with another BLAS'

include $(wildcard deps.mk lint.mk)

# --- Compilation -----------------------------------------------------------

# Each holds what must rebuild others when it changes: the compiler's flags,
# QUICK, the list of modules.
$(BUILD)/flags: CONTENT = $(CC) $(ALL_CFLAGS) $(NATIVE) $(LIBRARIES)
$(BUILD)/quick: CONTENT = $(QUICKFLAG)
$(BUILD)/modules: CONTENT = $(PLAIN) $(TYPED)
$(BUILD)/flags $(BUILD)/quick $(BUILD)/modules: FORCE
	@mkdir -p $(@D)
	@echo '$(CONTENT)' | cmp -s - $@ || echo '$(CONTENT)' > $@
.PHONY: FORCE
FORCE:

COMPILE = @mkdir -p $(@D); $(CC) $(ALL_CFLAGS) -MMD -MP
# Equations transcribed, in five number types: at -O3 most of the compilation,
# and their checks run no faster for it.  The code that they check keeps -O3.
TRANSCRIBED = $(if $(filter -O2 -O3,$(CFLAGS)),-O1)

define type_rules
$(BUILD)/$1/src/%.o: src/%.c $(BUILD)/flags
	$$(COMPILE) $(FLAG_$1) -c $$< -o $$@
$(BUILD)/$1/tests/%.o: tests/%.c $(BUILD)/flags
	$$(COMPILE) $(TRANSCRIBED) $(FLAG_$1) -c $$< -o $$@
$(BUILD)/$1/chapters/%.o: chapters/%.c $(BUILD)/flags
	$$(COMPILE) $(FLAG_$1) -c $$< -o $$@
$(BUILD)/$1/libbook.a: $(TYPED:%=$(BUILD)/$1/src/%.o) $(BUILD)/modules
	@rm -f $$@; ar rcs $$@ $$(filter %.o,$$^)
# One type's claims and the code they check, joined; only the table is seen
# from outside, so that the five types link into one program.
$(BUILD)/$1/claims_%.o: $(BUILD)/$1/tests/test_%.o $(BUILD)/$1/libbook.a
	@ld -r -o $$@ $$(filter %.o,$$^) $$(filter %.a,$$^)
	@objcopy --keep-global-symbol=claims_$$*_$1 $$@
endef
$(foreach t,$(TYPES),$(eval $(call type_rules,$t)))

$(BUILD)/plain/%.o: src/%.c $(BUILD)/flags
	$(COMPILE) -c $< -o $@
$(BUILD)/plain/%.o: tests/%.c $(BUILD)/flags
	$(COMPILE) -c $< -o $@
$(BUILD)/libplain.a: $(PLAIN:%=$(BUILD)/plain/%.o) $(BUILD)/modules
	@rm -f $@; ar rcs $@ $(filter %.o,$^)

-include $(wildcard $(BUILD)/*/*.d $(BUILD)/*/*/*.d)

# --- The checks ------------------------------------------------------------

ALL_SUITES := ground gradcheck training
CHECKER_OBJECTS := $(CHECKER:%=$(BUILD)/plain/%.o) $(BUILD)/libplain.a
claims_objects = $(foreach t,$(TYPES),$(BUILD)/$t/claims_$(call c_name,$1).o)
STEMS_MACRO = '-DSTEMS=$(foreach s,$1,X($(call c_name,$s)))'

define check_rules
$(BUILD)/bin/check-$1: tests/runner.c $(call claims_objects,$1) $(CHECKER_OBJECTS)
	@mkdir -p $$(@D); $(CC) $$(ALL_CFLAGS) $(call STEMS_MACRO,$1) -o $$@ $$^ $(CHECK_LIBRARIES) $(LIBRARIES)
$(BUILD)/claims/$1.tsv: $(BUILD)/bin/check-$1
	@mkdir -p $$(@D)
	@rm -f $$@; $$< --out $(BUILD)/claims --quiet > $$@.log || { cat $$@.log; test -e $$@; }
.PHONY: check-$1 run-$1
check-$1: $(BUILD)/bin/check-$1
	@$$< $(if $(SEED),--seed $(SEED))
endef
TESTED := $(filter-out $(ALL_SUITES),$(subst _,-,$(patsubst tests/test_%.c,%,$(wildcard tests/test_*.c))))
$(foreach s,$(TESTED),$(eval $(call check_rules,$s)))

PLAIN_TESTS := $(wildcard $(ALL_SUITES:%=tests/test_%.c) tests/ground_*.c tests/child.c)
$(BUILD)/bin/check-all: tests/runner.c $(foreach s,$(STEMS) planted,$(call claims_objects,$s)) \
    $(PLAIN_TESTS:tests/%.c=$(BUILD)/plain/%.o) $(BUILD)/d/libbook.a $(CHECKER_OBJECTS)
	@mkdir -p $(@D); $(CC) $(ALL_CFLAGS) $(call STEMS_MACRO,$(STEMS)) \
	  '-DSUITES=$(foreach s,$(ALL_SUITES),X($s))' -Wl,--wrap=malloc,--wrap=calloc -o $@ $^ $(CHECK_LIBRARIES) $(LIBRARIES)

check: ## every derivation, checked; a table of claims, then Check's summary
check: $(BUILD)/bin/check-all programs
	@mkdir -p $(BUILD)/check
	@for t in $(wildcard tests/*.sh); do sh $$t $(BUILD)/bin || exit 1; done
	@$< --out $(BUILD)/check $(if $(SEED),--seed $(SEED)) $(if $(CASES),--cases $(CASES))
check-%: ## one chapter: make check-linear
include exercises.mk

# Two halves, side by side; the count goes to BUILD/false-alarms.tsv, which the
# appendix shows.
FALSE_ALARM_SEEDS := $(or $(SEED),1001 1002)
FALSE_ALARM_CASES ?= 25
define count_false_alarms
	@mkdir -p $(BUILD)/alarms; rm -f $(BUILD)/alarms/*
	@for s in $(FALSE_ALARM_SEEDS); do \
	  $(BUILD)/bin/check-all --quiet --seed $$s --cases $(FALSE_ALARM_CASES) \
	    > $(BUILD)/alarms/$$s.log & done; wait
	@awk '/^✗/ { print > "/dev/stderr" } / random cases, / { cases += $$1 } \
	  /: Checks: / { runs++; failed += $$5 + $$7 } \
	  END { print "cases\tfailed\n" cases + 0 "\t" failed + 0; exit runs != $(words $(FALSE_ALARM_SEEDS)) }' \
	  $(BUILD)/alarms/*.log > $(BUILD)/false-alarms.part
	@mv $(BUILD)/false-alarms.part $(BUILD)/false-alarms.tsv
endef
$(BUILD)/false-alarms.tsv: $(BUILD)/bin/check-all
	$(count_false_alarms)
false-alarms: ## 25,000 random correct cases: none may fail
false-alarms: $(BUILD)/bin/check-all
	$(count_false_alarms)
	@awk 'NR == 2 { print $$1 " random correct cases, " $$2 " false alarms"; exit $$1 == 0 || $$2 > 0 }' $(BUILD)/false-alarms.tsv

define run_mutants
	@failed=0; for job in $1; do \
	  node tests/mutants/run.js $$job $(BUILD) $(shell nproc) || failed=1; done; exit $$failed
endef
mutants: ## breaks the code, the equations and the checker: each must be noticed
	$(call run_mutants,hand transcribed checker)
mutants-all: ## the same, and every single-token edit of the gradient code
	$(call run_mutants,hand transcribed checker generated)

$(BUILD)/claims.tsv: $(STEMS:%=$(BUILD)/claims/%.tsv)
	@awk '/^#/ { next } !head++ || !/^name\t/' $^ > $@.part && mv $@.part $@
claims: $(BUILD)/claims.tsv

sanitize: ## the checks and programs under address and undefined sanitizers
	@$(MAKE) --no-print-directory BUILD=$(BUILD)/sanitize CFLAGS='-O1 -g' \
	  SANITIZE_FLAGS='-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer' \
	  CASES=1 check

# --- Programs, their runs and their figures --------------------------------

# build/bin/STEM, or build/bin/STEM-f, -d, ... where a program has many types.
program_name = $(BUILD)/bin/$1$(if $(word 2,$(call reals,$1)),-$2)
programs_of = $(foreach t,$(call reals,$1),$(call program_name,$1,$t))

# A program that calls an answer to an exercise includes their header.
CALL_ANSWERS := $(shell grep -sl '\.exercises\.h"' $(NUMBERED:%=chapters/%.c))
define program_rules
$(call program_name,$1,$2): $(BUILD)/$2/chapters/$(call numbered,$1).o \
    $(patsubst %.c,$(BUILD)/$2/%.answers.o,$(filter chapters/$(call numbered,$1).c,$(CALL_ANSWERS))) \
    $(BUILD)/$2/libbook.a $(BUILD)/libplain.a
	@mkdir -p $$(@D); $(CC) $$(ALL_CFLAGS) -o $$@ $$^ $(LIBRARIES)
endef
$(foreach s,$(STEMS),$(foreach t,$(call reals,$s),$(eval $(call program_rules,$s,$t))))
programs: $(foreach s,$(STEMS),$(call programs_of,$s))

# Hundreds of runs read the images: unpacked once for all of them.
PACKED := $(wildcard $(or $(FASHION_MNIST),/usr/share/datasets/fashion-mnist)/*ubyte.gz)
ifeq ($(words $(PACKED)),4)
$(BUILD)/images/.done: $(PACKED)
	@mkdir -p $(@D)
	@for f in $^; do gunzip -c $$f > $(@D)/$$(basename $$f .gz) || exit 1; done; touch $@
UNPACKED := $(BUILD)/images/.done
WITH_IMAGES := FASHION_MNIST=$(BUILD)/images
endif

# A chapter whose program has many runs brings its own rules, chapters/NN-STEM.mk.
#
# $(eval $(call training_run,STEM,NAME,ARGUMENTS)): one run, one target, into
# BUILD/NN-STEM/runs/NAME, so that make -j uses every core, an interrupted
# sweep goes on where it stopped, and a run that fails is named.
define training_run
$(BUILD)/$(call numbered,$1)/runs/$2/.done: chapters/$(call numbered,$1).mk $(BUILD)/bin/$1 $(BUILD)/quick | $(UNPACKED)
	@mkdir -p $$(@D)
	@echo '$1: $2'
	@$(WITH_IMAGES) $(BUILD)/bin/$1 $(QUICKFLAG) $3 --out $$(@D) || \
	  { echo '$1: the run $2 failed' >&2; exit 1; }
	@touch $$@
endef
# $(eval $(call training_report,STEM,NAMES,ARGUMENTS)): the chapter's report,
# once all those runs are done.
define training_report
$(BUILD)/$(call numbered,$1)/.done: $(2:%=$(BUILD)/$(call numbered,$1)/runs/%/.done) $(BUILD)/bin/$1
	@$(BUILD)/bin/$1 $(QUICKFLAG) $3 --out $$(@D) > $$(@D)/output.part
	@mv $$(@D)/output.part $$(@D)/output.txt
	@touch $$@
endef
OWN_RUNS := $(wildcard $(NUMBERED:%=chapters/%.mk))
define run_rules
$(BUILD)/$(call numbered,$1)/.done: $(call programs_of,$1) $(BUILD)/quick
	@mkdir -p $$(@D)
	@for p in $(call programs_of,$1); do \
	  $$$$p $(QUICKFLAG) --out $$(@D) || exit 1; done > $$(@D)/output.part
	@mv $$(@D)/output.part $$(@D)/output.txt; touch $$@
endef
$(foreach s,$(STEMS),$(if $(filter chapters/$(call numbered,$s).mk,$(OWN_RUNS)),,\
  $(eval $(call run_rules,$s))))
include $(OWN_RUNS)
run-%: ## a chapter's program: make run-linear

define stem_rules
run-$1: $(BUILD)/$(call numbered,$1)/.done
	@cat $(BUILD)/$(call numbered,$1)/output.txt
# gnuplot exits 0 after many an error: anything on stderr fails the figure.
$(BUILD)/figures/$1.done: plots/$1.gp plots/style.gp $(BUILD)/$(call numbered,$1)/.done
	@mkdir -p $$(@D); for dark in 0 1; do \
	  gnuplot -e "in='$(BUILD)/$(call numbered,$1)'; out='$(BUILD)/figures/$1'; dark=$$$$dark" $$< \
	    2> $$@.log || { cat $$@.log >&2; exit 1; }; \
	  if [ -s $$@.log ]; then cat $$@.log >&2; exit 1; fi; done
	@touch $$@
endef
$(foreach s,$(STEMS),$(eval $(call stem_rules,$s)))
runs: $(NUMBERED:%=$(BUILD)/%/.done)
figures: ## every figure, as SVG for light and for dark pages
figures: $(STEMS:%=$(BUILD)/figures/%.done)

sweep: ## the training runs of the book; FULL=1: the unabridged ones, in build/full
	@$(MAKE) --no-print-directory $(EVERY_CORE) \
	  $(if $(FULL),BUILD=$(BUILD)/full) swept
swept: $(patsubst chapters/%.mk,$(BUILD)/%/.done,$(OWN_RUNS))
	@for d in $(^D); do echo; echo "$$d/output.txt:"; cat $$d/output.txt; done

# --- The book --------------------------------------------------------------

include $(wildcard weave/weave.mk weave/pdf.mk weave/epub.mk test-book.mk bench.mk)

# In a make of its own: it starts after `deps`, and uses every core.
book: ## checks, programs, figures and pages: build/book/index.html
	@$(MAKE) --no-print-directory $(EVERY_CORE) woven
woven: claims figures weave
	@echo '$(BUILD)/book/index.html'
ifneq ($(filter deps,$(MAKECMDGOALS)),)
book check: deps
endif

clean: ## remove everything generated
	rm -rf build
