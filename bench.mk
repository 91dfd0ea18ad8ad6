# The benchmark: our steps beside NumPy's, PyTorch's and KANN's.  Included by
# the Makefile.
#   ROUNDS=3 REPEATS=5 SECONDS=0.25 (of a repetition) WORKS='W1 W4' THREADS='1 2'
#   PYTHON=, a Python with NumPy;  KANN=, a checkout of KANN

.PHONY: bench bench-programs bench-record bench-reader bench-build bench-test deps-bench
BENCH := $(BUILD)/bench
BENCH_PYTHON = $(or $(PYTHON),$(shell /usr/bin/python3 -c 'import numpy' \
  2>/dev/null && echo /usr/bin/python3 || echo python3))

DEPS_DEBIAN_BENCH = python3-numpy python3-torch libopenblas0-openmp \
  libblis4-openmp libdnnl-dev gnuplot-nox $(NODE_MISSING)
DEPS_FEDORA_BENCH = python3-numpy python3-torch openblas-openmp blis onednn-devel
DEPS_BREW_BENCH = numpy pytorch openblas blis onednn
deps_python = \
  for module in numpy torch; do \
    $(BENCH_PYTHON) -c "import $$module" 2>/dev/null || \
      missing="$$missing $$module"; \
  done;

deps-bench: ## installs what ours is measured against: NumPy, PyTorch, BLAS
ifneq ($(shell command -v apt-get 2>/dev/null),)
	@$(call deps_install,$(DEPS_DEBIAN_BENCH))
else
	@$(call deps_elsewhere,$(DEPS_FEDORA_BENCH),$(DEPS_BREW_BENCH),\
	  $(BENCH_PYTHON) gnuplot node,$(deps_python),)
endif

# --- The programs ------------------------------------------------------------

# ours-f is linked with oneDNN's product, the others with the BLAS of the book;
# ours-base and ours-loops are for any processor, ours-loops without a BLAS.
BENCH_TYPES := base loops
FLAG_base := -DREAL_F
FLAG_loops := -DREAL_F -DNO_CBLAS
$(foreach t,$(BENCH_TYPES),$(eval $(call type_rules,$t)))
$(foreach t,f d $(BENCH_TYPES),$(eval $(BUILD)/$t/bench/%.o: bench/%.c $(BUILD)/flags ; \
  $$(COMPILE) $(FLAG_$t) -c $$< -o $$@))
# $1: program, $2: sources, $3: number type, $4: more libraries
define bench_program
$(BENCH)/$1: $(2:%=$(BUILD)/$3/bench/%.o) $(BUILD)/$3/libbook.a $(BUILD)/libplain.a
	@mkdir -p $$(@D); $(CC) $$(ALL_CFLAGS) -o $$@ $$^ $4 $(LIBRARIES)
endef
$(eval $(call bench_program,ours-f,ours work onednn,f,-ldnnl))
$(eval $(call bench_program,ours-openblas,ours work,f))
$(eval $(call bench_program,ours-base,ours work,base))
$(eval $(call bench_program,ours-loops,ours work,loops))
$(eval $(call bench_program,ours-d,ours work,d))
$(eval $(call bench_program,products,products work,f,-ldl))
$(eval $(call bench_program,data,data work,f))

# KANN with BLAS and threads, compiled for this processor, as fast as may be.
KANN_FLAGS ?= -O3 -march=native -ffast-math
$(BENCH)/kann: bench/kann_peer.c $(KANN)/kann.c $(KANN)/kautodiff.c $(BUILD)/libplain.a bench.mk
	@mkdir -p $(@D); for f in kann kautodiff; do \
	  $(CC) $(KANN_FLAGS) -w -DHAVE_CBLAS -DHAVE_PTHREAD -I'$(KANN)' -c '$(KANN)'/$$f.c -o $@-$$f.o || exit 1; done
	@$(CC) $(ALL_CFLAGS) $(NATIVE) -isystem '$(KANN)' -o $@ $< $@-kann.o $@-kautodiff.o \
	  $(BUILD)/libplain.a -lpthread $(LIBRARIES)

# Once: the same for everyone.
$(BENCH)/input/.done: $(BENCH)/data
	@$< --out $(@D) && touch $@

BENCH_PROGRAMS = $(addprefix $(BENCH)/,ours-f ours-openblas ours-base ours-loops \
  ours-d products $(if $(KANN),kann))
bench-programs: $(BENCH_PROGRAMS) $(BENCH)/input/.done

# --- The runs ----------------------------------------------------------------

bench: ## steps a second beside NumPy, PyTorch, KANN (KANN= its checkout)
	@$(MAKE) --no-print-directory $(EVERY_CORE) bench-programs
	@CC='$(CC)' node bench/run.js $(BUILD) --rounds '$(or $(ROUNDS),3)' \
	  --repeats '$(or $(REPEATS),5)' --seconds '$(or $(SECONDS),0.25)' \
	  --works '$(WORKS)' --threads '$(THREADS)' --python '$(BENCH_PYTHON)' \
	  --kann '$(KANN)' --compiled '$(CC) $(ALL_CFLAGS) $(NATIVE)'
	@$(MAKE) --no-print-directory $(BENCH)/.figure
ifneq ($(filter deps-bench,$(MAKECMDGOALS)),)
bench: deps-bench
endif

# gnuplot exits 0 after many an error: anything on stderr fails the figure.
$(BENCH)/.figure: bench/speed.gp plots/style.gp $(BENCH)/speed.tsv
	@for dark in 0 1; do \
	  gnuplot -e "in='$(BENCH)'; out='$(BENCH)/speed'; dark=$$dark" $< \
	    2> $@.log || { cat $@.log >&2; exit 1; }; \
	  if [ -s $@.log ]; then cat $@.log >&2; exit 1; fi; done
	@touch $@

bench-record: ## keeps the records of a full run in bench/record
	@grep -qs '^# full: yes' $(BENCH)/speed.tsv || { \
	  echo 'bench: no record of a full run:' \
	    "$$(grep -s '^# full: ' $(BENCH)/speed.tsv || echo 'run make bench')" >&2; exit 1; }
	@mkdir -p bench/record
	@for f in $(BENCH)/*.tsv; do \
	  cp $$f bench/record/.part && mv bench/record/.part bench/record/$${f##*/} || exit 1; done
	@echo "bench/record: $$(sed -n 's/^# date: //p' $(BENCH)/speed.tsv)"

bench-reader: ## cold start, five epochs and the checker, beside Python's
bench-reader: $(BUILD)/bin/mlp $(BUILD)/bin/check-all
	@node bench/reader.js $(BUILD) $(READER_FLAGS)
bench-build: ## how long the build takes, and where the time goes
bench-build: $(BENCH)/timed-shell
	@node bench/reader_build.js $(BUILD) $(BUILD_FLAGS)
$(BENCH)/timed-shell: bench/timed_shell.c
	@mkdir -p $(@D); $(CC) -std=c11 $(WARNINGS) -O2 -o $@ $<

bench-test: ## the benchmark itself, on contestants that are made up
bench-test: $(BENCH)/test-onednn
	@sh bench/test.sh
	@$<
$(BENCH)/test-onednn: bench/test_onednn.c bench/onednn.c src/gemm.c
	@mkdir -p $(@D); $(CC) -std=c11 $(WARNINGS) $(FLAG_loops) -Isrc -O2 -g -fsanitize=address,undefined \
	  -fno-sanitize-recover=all -o $@ $^ -ldnnl $(LIBRARIES)
