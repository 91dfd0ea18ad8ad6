# The appendix on speed shows the records of `make bench`, and never runs it:
# this build's where there are any, else the committed ones.  Their list is
# kept, so that records that come or go rebuild the page.
speed := $(BUILD)/13-speed
speed_records := $(wildcard $(BUILD)/bench/*.tsv bench/record/*.tsv)
$(speed)/records: CONTENT = $(speed_records)
$(speed)/records: FORCE
	@mkdir -p $(@D)
	@echo '$(CONTENT)' | cmp -s - $@ || echo '$(CONTENT)' > $@
# Measured with other code than there is now: the page says so.
speed_stale = $$(if [ -e $(BUILD)/bench/speed.tsv ] && \
  [ -n "$$(find src $(wildcard bench/*.c bench/*.h) -name '*.[ch]' \
    -newer $(BUILD)/bench/speed.tsv -print -quit)" ]; then echo --stale; fi)

$(speed)/.done: $(BUILD)/bin/speed $(speed)/records $(speed_records) \
    $(wildcard bench/*.[ch]) $(BUILD)/quick
	@$< $(QUICKFLAG) $(speed_stale) --bench $(BUILD)/bench --record bench/record \
	  --out $(@D) > $(@D)/output.part
	@mv $(@D)/output.part $(@D)/output.txt; touch $@
