# The printed book, of the same sources.  Included by the Makefile, after
# weave.mk; needs the packages of `make deps-pdf`, the pages do not.
#   chapters/NN-STEM.md, and the runs
#     -> build/paper/NN-STEM.body.tex, .answers.tex, .evidence.tex
#   plots/STEM.gp -> build/paper/figures/STEM-*.pdf
#   all of them -> build/checked-gradients.pdf

PAPER := $(BUILD)/paper
paper_names := $(filter-out book,$(weave_names))
paper_tools := weave/paper.lua weave/latex.lua weave/structure.lua \
  weave/report.lua weave/ccode.lua weave/values.lua weave/book.lua \
  weave/blocks.lua weave/plotted.lua weave/claims.lua weave/cite.lua
paper_all_runs := $(filter-out $(BUILD)/figures/%,$(weave_all_runs))
# A chapter's runs; what else it reads is named in its .d.
paper_runs = $(filter $(BUILD)/$1/.done \
  $(BUILD)/claims/$(call weave_stem,$1).tsv,$(paper_all_runs))

.PHONY: pdf printed pdf-check
pdf: ## the book on paper: build/checked-gradients.pdf (first: make deps-pdf)
	@sh weave/paper.sh
	@$(MAKE) --no-print-directory $(EVERY_CORE) printed
# Each is a make of its own, in one folder: of one command, one after another.
pdf: | $(filter book epub,$(MAKECMDGOALS))
ifneq ($(filter deps deps-pdf,$(MAKECMDGOALS)),)
pdf: $(filter deps deps-pdf,$(MAKECMDGOALS))
endif
printed: $(BUILD)/checked-gradients.pdf
	@echo '$(BUILD)/checked-gradients.pdf'
	@cat $(weave_names:%=$(PAPER)/%.failed) $(PAPER)/problems >&2
	@! grep -q . $(weave_names:%=$(PAPER)/%.failed) $(PAPER)/problems

# $1: name, $2: its Markdown.  paper.lua marks where each part begins.
define paper_chapter
$(PAPER)/$1.done: $2 $(BUILD)/labels/labels.tsv weave/references.bib \
    $(paper_tools) $(wildcard $(BUILD)/quick) $(call paper_runs,$1) \
    | $(paper_all_runs)
	@mkdir -p $$(@D)
	@$(weave_pandoc) --lua-filter weave/paper.lua --citeproc \
	  --bibliography weave/references.bib --metadata link-citations=true \
	  --wrap=preserve -t latex -o $$(@:.done=.part) $2
	@awk '/^%% [a-z]+$$$$/ { out = "$(PAPER)/$1." $$$$2 ".tex"; printf "" > out; next } \
	  { print > out }' $$(@:.done=.part)
	@rm $$(@:.done=.part); touch $$@
-include $(PAPER)/$1.d
endef
$(foreach n,$(weave_names),$(eval $(call paper_chapter,$n,$(if $(filter book,$n),book.md,chapters/$n.md))))

# The works that any chapter cites.
$(PAPER)/references.tex: $(weave_names:%=$(PAPER)/%.done) weave/references.bib
	@sort -u $(weave_names:%=$(PAPER)/%.cited) | awk 'BEGIN { print "---\nnocite: |" } \
	  /./ { print "  @" $$0 } END { print "---" }' > $@.md
	@pandoc --citeproc --bibliography weave/references.bib -t latex -o $@.part $@.md
	@mv $@.part $@

# gnuplot exits 0 after many an error: anything on stderr fails the figure.
define paper_figures
$(PAPER)/figures/$1.done: plots/$1.gp plots/style.gp $(BUILD)/$(call numbered,$1)/.done
	@mkdir -p $$(@D)
	@gnuplot -e "in='$(BUILD)/$(call numbered,$1)'; out='$(PAPER)/figures/$1'; printed=1" $$< \
	  2> $$@.log || { cat $$@.log >&2; exit 1; }
	@if [ -s $$@.log ]; then cat $$@.log >&2; exit 1; fi; touch $$@
endef
paper_plots := $(filter $(patsubst plots/%.gp,%,$(wildcard plots/*.gp)),$(STEMS))
$(foreach s,$(paper_plots),$(eval $(call paper_figures,$s)))

# What the title page names, and the date in the file: no clock is asked.
$(PAPER)/commit.tex: FORCE
	@mkdir -p $(@D); { \
	  at=$$(git describe --always --dirty=' and changes' --exclude='*' 2> /dev/null) && \
	    printf '\\def\\bookcommit{Built from commit %s}\n' "$$at" || \
	    printf '\\def\\bookcommit{}\n'; \
	  printf '%% %s\n' "$$(git log -1 --format=%ct 2> /dev/null || echo 0)"; } > $@.part
	@cmp -s $@.part $@ && rm $@.part || mv $@.part $@
$(PAPER)/chapters.tex: FORCE
	@mkdir -p $(@D); printf '\\chapterfile{%s}\n' $(paper_names) > $@.part
	@cmp -s $@.part $@ && rm $@.part || mv $@.part $@

$(BUILD)/checked-gradients.pdf: weave/paper.tex weave/paper.sh \
    $(weave_names:%=$(PAPER)/%.done) $(PAPER)/references.tex $(PAPER)/commit.tex \
    $(PAPER)/chapters.tex $(paper_plots:%=$(PAPER)/figures/%.done)
	@sh weave/paper.sh $(PAPER) $@

pdf-check: ## the printed book: nothing in the margins, every font in the file
pdf-check: pdf
	@command -v pdffonts > /dev/null || \
	  { echo 'pdf-check: no pdffonts; run make deps-pdf' >&2; exit 1; }
	@pdffonts $(BUILD)/checked-gradients.pdf | awk 'NR > 2 { fonts++ } \
	  NR > 2 && $$(NF - 4) != "yes" { print "pdf-check: not in the file: " $$1 > "/dev/stderr"; bad = 1 } \
	  END { print fonts + 0 " fonts"; exit bad || !fonts }'
