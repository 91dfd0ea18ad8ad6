# The exercises in code.  Included by the Makefile.
#   chapters/NN-STEM.exercises.h  the functions to write
#   chapters/NN-STEM.stub.c       what a reader's file is made from
#   chapters/NN-STEM.try.c        a reader's file: not ours, never overwritten
#   chapters/NN-STEM.answers.c    the answers, which the checks link
# `make try-linear` links the reader's file in place of the answers, and
# tests/try.js says which equations hold.

EXERCISES := $(foreach s,$(STEMS),$(if $(wildcard chapters/$(call numbered,$s).answers.c),$s))

# The reader's code is compiled so; by -finstrument-functions the runner learns
# that it was called.  gemm is watched too: wrong sizes take it out of bounds.
TRY_SANITIZE := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all
TRY_FLAGS := $(TRY_SANITIZE) -finstrument-functions -Wno-unused-parameter \
  -Werror=implicit-function-declaration -Werror=int-conversion \
  -Werror=incompatible-pointer-types

# Double is compiled first, and says what there is to say; then the other
# types tell of nothing but what is lost in them.
TRY_WARNINGS_d = $(WARNINGS)
TRY_WARNINGS_f := -Wdouble-promotion
TRY_WARNINGS_l := -w
TRY_WARNINGS_zd := -Wconversion
TRY_WARNINGS_zl := -w

# What is linked: the reader's functions, the stub's for those that are not
# there, then the book's; of two definitions the first is taken.
# $1: stem, $2: number type, $3: try or stub
define try_type_rules
$(BUILD)/try/$2/$(call numbered,$1).$3.o: private WARNINGS := $(if $(filter try,$3),$(TRY_WARNINGS_$2),$(WARNINGS) -Werror)
$(BUILD)/try/$2/$(call numbered,$1).$3.o: chapters/$(call numbered,$1).$3.c exercises.mk \
    $(BUILD)/flags $(if $(filter-out d,$2),$(BUILD)/try/d/$(call numbered,$1).$3.o)
	$$(COMPILE) $(FLAG_$2) $(TRY_FLAGS) -c $$< -o $$@
$(BUILD)/try/$2/$(call c_name,$1).$3.o: $(BUILD)/try/$2/$(call numbered,$1).$3.o \
    $(BUILD)/try/$2/$(call numbered,$1).stub.o $(BUILD)/try/$2/gemm.o \
    $(BUILD)/$2/tests/test_$(call c_name,$1).o $(BUILD)/$2/libbook.a
	@ld -r --allow-multiple-definition -o $$@ $$^
	@objcopy --keep-global-symbol=claims_$(call c_name,$1)_$2 $$@
endef
$(foreach t,$(TYPES),$(eval $(BUILD)/try/$t/gemm.o: FLAG := $(FLAG_$t)))
$(TYPES:%=$(BUILD)/try/%/gemm.o): src/gemm.c exercises.mk $(BUILD)/flags
	$(COMPILE) $(FLAG) $(TRY_SANITIZE) -DNO_CBLAS -c $< -o $@
define try_program_rules
$(BUILD)/try/$1.$2: $(BUILD)/try/$1.runner.o \
    $(foreach t,$(TYPES),$(BUILD)/try/$t/$(call c_name,$1).$2.o) $(CHECKER_OBJECTS)
	@$$(CC) $$(ALL_CFLAGS) $(TRY_SANITIZE) -o $$@.part $$^ $(CHECK_LIBRARIES) $(LIBRARIES)
	@mv $$@.part $$@
endef
define try_rules
$(BUILD)/try/$1.runner.o: tests/runner.c $(BUILD)/flags
	$$(COMPILE) $(call STEMS_MACRO,$1) -DTRY -c $$< -o $$@
.PHONY: try-$1
try-$1: chapters/$(call numbered,$1).try.c
	@$$(MAKE) --no-print-directory $$(TRY_CORES) $(BUILD)/try/$1.try
	@node tests/try.js try $(BUILD) $(call numbered,$1)
try-check-$1: $(BUILD)/try/$1.stub $(BUILD)/bin/check-$1
# The checks link the answers, whatever the number type.
$(foreach t,$(TYPES),$(BUILD)/$t/claims_$(call c_name,$1).o): \
  $(BUILD)/%/claims_$(call c_name,$1).o: $(BUILD)/%/chapters/$(call numbered,$1).answers.o
endef
$(foreach s,$(EXERCISES),$(eval $(call try_rules,$s))\
  $(foreach k,try stub,$(eval $(call try_program_rules,$s,$k))\
    $(foreach t,$(TYPES),$(eval $(call try_type_rules,$s,$t,$k)))))
TRY_CORES = $(if $(findstring -j,$(MAKEFLAGS)),,-j$(shell nproc))

# Made once, and then it is the reader's.
chapters/%.try.c:
	@cp chapters/$*.stub.c $@.part && mv $@.part $@
	@echo '$@ is yours: write your answers there'
try-%: ## your answers to a chapter's exercises, checked: make try-linear
	@echo "try: no chapter '$*'; expected one of: $(EXERCISES)" >&2; exit 1

.PHONY: try-check $(STEMS:%=try-check-%)
try-check: ## every exercise in code: its stub fails, its answer passes
	@$(MAKE) --no-print-directory $(EVERY_CORE) $(STEMS:%=try-check-%)
$(STEMS:%=try-check-%):
	@node tests/try.js check $(BUILD) $(foreach n,$(NUMBERED),$(if $(filter $(@:try-check-%=%),$(call stem_of,$n)),$n))
