# The appendix shows what the planted mistakes left.  A build that is neither
# QUICK nor FULL plants those that were written by hand, asks the rules of other
# tools, and counts false alarms; what else is there is shown too, and what is not is said.  A
# mistake that survives, or code that fails unbroken, is for `make mutants` and
# for the red badges: here it must not keep the pages from being woven.
how := $(BUILD)/12-how-we-check
how_run = @mkdir -p $(@D); rm -f $(basename $@)*.tsv; \
  node tests/mutants/run.js $(notdir $(basename $@)) $(BUILD) $(shell nproc) \
  > $(basename $@).log 2>&1 || tail -n 3 $(basename $@).log >&2; touch $@
ifeq ($(QUICK)$(FULL),)
how_planted := $(BUILD)/mutants/hand.done $(BUILD)/mutants/rivals.done \
  $(BUILD)/false-alarms.tsv
$(BUILD)/mutants/hand.done: $(wildcard src/*.[ch] chapters/*.answers.c tests/*.[ch] tests/mutants/*)
	$(how_run)
$(BUILD)/mutants/rivals.done: $(BUILD)/mutants/hand.done
	$(how_run)
endif
# A table older than the code it broke says nothing of this build.
how_fresh = for f in $(BUILD)/mutants/*.tsv $(BUILD)/false-alarms.tsv; do \
  if [ -e "$$f" ] && [ -z "$$(find src tests $(wildcard chapters/*.answers.c) -name '*.[cht]*' -newer "$$f" -print -quit)" ]; \
  then cp "$$f" $(how)/tables; fi; done

$(how)/.done: $(BUILD)/bin/how-we-check $(BUILD)/quick $(how_planted) \
    $(filter-out $(BUILD)/mutants/hand% $(BUILD)/mutants/rivals%,$(wildcard $(BUILD)/mutants/*.tsv))
	@rm -rf $(how)/tables; mkdir -p $(how)/tables; $(how_fresh)
	@$< $(QUICKFLAG) --mutants $(how)/tables --alarms $(how)/tables/false-alarms.tsv \
	  --out $(@D) > $(@D)/output.part
	@mv $(@D)/output.part $(@D)/output.txt; touch $@
