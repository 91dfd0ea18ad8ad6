# The pages of the book.  Included by the Makefile; `make weave` weaves what
# changed, then fails where a claim on any page did not pass.
#   chapters/NN-STEM.md -> build/labels/NN-STEM.tsv -> build/labels/labels.tsv
#   all of them, and the runs -> build/book/NN-STEM.html

BUILD ?= build
CHAPTERS ?= $(sort $(wildcard chapters/[0-9][0-9]-*.md))
KATEX_DIR ?= $(firstword $(wildcard /usr/share/javascript/katex \
  /usr/share/nodejs/katex/dist /usr/lib/node_modules/katex/dist \
  /opt/homebrew/lib/node_modules/katex/dist))

weave_names := $(notdir $(CHAPTERS:.md=)) $(if $(wildcard book.md),book)
weave_stem = $(subst $(firstword $(subst -, ,$1))-,,$1)
weave_labels := $(weave_names:%=$(BUILD)/labels/%.tsv)
# The filters of the site alone.
weave_lua := $(filter-out weave/lint% weave/epub% weave/paper.lua weave/latex.lua,\
  $(wildcard weave/*.lua))
weave_tools := $(filter-out weave/shell.lua,$(weave_lua)) weave/katex.js weave/page.html
weave_pandoc := pandoc --from markdown \
  --metadata build=$(BUILD) $(if $(QUICK),--metadata quick=true)
# All runs that pages show; what else a page reads is named in its .d.
weave_all_runs := $(foreach n,$(filter-out book,$(weave_names)), \
  $(if $(wildcard chapters/$n.c),$(BUILD)/$n/.done) \
  $(if $(wildcard plots/$(call weave_stem,$n).gp),$(BUILD)/figures/$(call weave_stem,$n).done) \
  $(if $(wildcard tests/test_$(subst -,_,$(call weave_stem,$n)).c),$(BUILD)/claims/$(call weave_stem,$n).tsv))

.PHONY: weave weave-lint weave-test

# Labels: the stamp says when they were looked at, the file when they changed.
define weave_label
$(BUILD)/labels/$1.stamp: $2 weave/labels.lua weave/structure.lua weave/report.lua
	@mkdir -p $(BUILD)/labels
	@$(weave_pandoc) --lua-filter weave/labels.lua -t plain -o $$@ $2 && touch $$@
$(BUILD)/labels/$1.tsv: $(BUILD)/labels/$1.stamp ;
endef
$(foreach n,$(weave_names),$(eval $(call weave_label,$n,$(if $(filter book,$n),book.md,chapters/$n.md))))

# Joined in the order of the book; again, too, where chapters came or went.
ifneq ($(file <$(BUILD)/labels/order),$(weave_names))
weave_reordered := $(BUILD)/labels/reordered
.PHONY: $(weave_reordered)
endif
$(BUILD)/labels/labels.tsv: $(weave_labels) $(weave_reordered)
	@{ printf 'kind\tlabel\tnumber\tpage\ttext\n'; cat $(weave_labels); } > $@.part
	@mv $@.part $@
	@printf '%s' '$(weave_names)' > $(BUILD)/labels/order

# What each page leaves beside itself, replaced only where it changed.
weave_parts := index equations figures notation data evidence

# $1: name, $2: its Markdown, $3: its page
define weave_page
$(BUILD)/book/$3.html: $2 $(BUILD)/labels/labels.tsv weave/references.bib \
    $(weave_tools) $(wildcard $(BUILD)/quick) \
    $(filter $(BUILD)/$1/.done $(BUILD)/figures/$(call weave_stem,$1).done $(BUILD)/claims/$(call weave_stem,$1).tsv,$(weave_all_runs)) \
    | $(weave_all_runs)
	@mkdir -p $(BUILD)/book/data $(BUILD)/weave
	@$(weave_pandoc) --lua-filter weave/weave.lua --citeproc \
	  --bibliography weave/references.bib --metadata link-citations=true \
	  --template weave/page.html \
	  --standalone --wrap=preserve -t html5 -o $$@.part $2
	@sed 's/ role="doc-biblioentry"//' $$@.part > $$@.new && rm $$@.part
	@mv $$@.new $$@
$(weave_parts:%=$(BUILD)/weave/$1.%): $(BUILD)/book/$3.html ;
-include $(BUILD)/weave/$1.d
endef
$(foreach n,$(weave_names),$(eval $(call weave_page,$n,$(if $(filter book,$n),book.md,chapters/$n.md),$(if $(filter book,$n),index,$n))))
weave_pages := $(patsubst %,$(BUILD)/book/%.html,$(subst book,index,$(weave_names)))

# Pages made of those parts: $1: the page, $2: the parts
define weave_shell
$(BUILD)/book/$1.html: $2 $(BUILD)/labels/labels.tsv $(weave_lua) weave/page.html $(wildcard $(BUILD)/quick)
	@$(weave_pandoc) --lua-filter weave/shell.lua --metadata view=$1 \
	  --template weave/page.html --standalone -t html5 -o $$@.part /dev/null
	@mv $$@.part $$@
endef
weave_chapters := $(filter-out book,$(weave_names))
$(foreach n,$(weave_chapters),$(eval $(call weave_shell,$n-evidence,$(BUILD)/weave/$n.evidence)))
$(foreach v,equations figures notation,$(eval $(call weave_shell,$v,$(weave_names:%=$(BUILD)/weave/%.$v))))
weave_pages += $(patsubst %,$(BUILD)/book/%.html,$(weave_chapters:%=%-evidence) equations figures notation)

# A script that holds all text that can be searched.
$(BUILD)/book/search.js: $(weave_names:%=$(BUILD)/weave/%.index)
	@{ echo 'book.index(['; \
	  for f in $^; do cat $$f; echo ,; done; echo ']);'; } > $@.part
	@mv $@.part $@

# What stands beside the pages.
weave_beside := $(addprefix $(BUILD)/book/,style.css book.js find.js)
$(weave_beside): $(BUILD)/book/%: weave/%
	@mkdir -p $(@D); cp $< $@
$(BUILD)/book/katex/katex.css: $(KATEX_DIR)/katex.min.css
	@mkdir -p $(@D)/fonts; cp $(KATEX_DIR)/fonts/*.woff2 $(@D)/fonts
	@sed -E 's/,url\([^)]*\) format\(.(woff|truetype).\)//g' $< > $@.part; mv $@.part $@
weave_sources := book.md $(CHAPTERS) $(filter-out %.try.c,\
  $(wildcard src/*.[ch] chapters/*.[ch] tests/*.[ch] plots/*.gp))
$(BUILD)/weave/sources.done: $(weave_sources) $(weave_names:%=$(BUILD)/weave/%.data) \
    $(filter $(weave_names:%=$(BUILD)/%/.done),$(weave_all_runs))
	@mkdir -p $(@D); for f in $(weave_sources) $$(cat $(filter %.data,$^)); do \
	  to=$(BUILD)/book/source/$$f.txt; cmp -s $$f $$to || \
	  { mkdir -p $${to%/*}; cp $$f $$to; } || exit 1; done; touch $@
$(BUILD)/weave/figures.done: $(filter $(BUILD)/figures/%,$(weave_all_runs))
	@mkdir -p $(@D) $(BUILD)/book/figures
	@for f in $(BUILD)/figures/*.svg; do \
	  if [ -e $$f ]; then cp $$f $(BUILD)/book/figures/ || exit 1; fi; done; touch $@

weave: $(weave_pages) $(weave_beside) \
       $(BUILD)/book/search.js $(BUILD)/book/katex/katex.css \
       $(BUILD)/weave/sources.done $(BUILD)/weave/figures.done
	@cat $(weave_names:%=$(BUILD)/weave/%.failed) >&2
	@! grep -q . $(weave_names:%=$(BUILD)/weave/%.failed)

weave-test:
	@sh weave/test.sh
