# The book for e-readers, of the same sources.  Included by the Makefile, after
# weave.mk; needs nothing that the pages do not.
#   chapters/NN-STEM.md, and the runs -> build/epub/NN-STEM.json
#   all of them, and a cover -> build/checked-gradients.epub

EPUB := $(BUILD)/epub
epub_tools := $(filter-out weave/beside.lua weave/labels.lua,$(weave_tools)) \
  weave/epub.lua
EPUBCHECK ?= /usr/share/java/epubcheck.jar

.PHONY: epub epub-woven epub-check deps-epub
epub: ## the book for e-readers: build/checked-gradients.epub
	@$(MAKE) --no-print-directory $(EVERY_CORE) epub-woven
epub-woven: claims figures $(BUILD)/checked-gradients.epub
	@cat $(weave_names:%=$(EPUB)/%.failed) >&2
	@! grep -q . $(weave_names:%=$(EPUB)/%.failed)
	@echo '$(BUILD)/checked-gradients.epub'
# Each is a make of its own, in one folder: of one command, one after another.
epub: | $(filter book,$(MAKECMDGOALS))
ifneq ($(filter deps,$(MAKECMDGOALS)),)
epub: deps
endif

# $1: name, $2: its Markdown
define epub_chapter
$(EPUB)/$1.json: $2 $(BUILD)/labels/labels.tsv weave/references.bib \
    $(epub_tools) $(wildcard $(BUILD)/quick) \
    $(filter $(BUILD)/$1/.done $(BUILD)/figures/$(call weave_stem,$1).done $(BUILD)/claims/$(call weave_stem,$1).tsv,$(weave_all_runs)) \
    | $(weave_all_runs)
	@mkdir -p $$(@D)
	@$(weave_pandoc) --metadata format=epub --lua-filter weave/weave.lua \
	  -t json -o $$@.part $2
	@mv $$@.part $$@
-include $(EPUB)/$1.d
endef
$(foreach n,$(weave_names),$(eval $(call epub_chapter,$n,$(if $(filter book,$n),book.md,chapters/$n.md))))

# The title and the authors are those of the book.
epub_cover_run := $(patsubst chapters/%.md,$(BUILD)/%,$(filter %-derivatives.md,$(CHAPTERS)))
$(EPUB)/cover.png: weave/epubcover.gp $(BUILD)/labels/labels.tsv $(epub_cover_run)/.done
	@mkdir -p $(@D)
	@gnuplot -e "in='$(epub_cover_run)'; labels='$(BUILD)/labels/labels.tsv'; out='$@.part'" $< \
	  2> $@.log || { cat $@.log >&2; exit 1; }
	@if [ -s $@.log ]; then cat $@.log >&2; exit 1; fi; mv $@.part $@

# One identifier and, where git knows it, the date of the last commit: the same
# sources and runs make the same file.
$(EPUB)/date: FORCE
	@mkdir -p $(@D); echo "$${SOURCE_DATE_EPOCH:-$$(git log -1 --format=%ct 2> /dev/null || echo 1767225600)}" > $@.part
	@cmp -s $@.part $@ && rm $@.part || mv $@.part $@
$(BUILD)/checked-gradients.epub: $(weave_names:%=$(EPUB)/%.json) $(EPUB)/cover.png $(EPUB)/date \
    weave/epub.css weave/epubbook.lua weave/epubpack.js weave/book.lua weave/references.bib
	@SOURCE_DATE_EPOCH=$$(cat $(EPUB)/date); export SOURCE_DATE_EPOCH; \
	  pandoc --metadata build=$(BUILD) $(if $(QUICK),--metadata quick=true) \
	    --metadata identifier=urn:uuid:935758c0-d007-51e6-9b94-cf414f573b99 \
	    --metadata rights='Text: CC BY 4.0. Code: MIT License.' \
	    --metadata link-citations=true --lua-filter weave/epubbook.lua \
	    --citeproc --bibliography weave/references.bib \
	    --toc --toc-depth=2 --epub-chapter-level=1 --css weave/epub.css \
	    --epub-cover-image $(EPUB)/cover.png -f markdown -t epub3 -o $(EPUB)/pandoc.epub /dev/null
	@$${NODE:-node} weave/epubpack.js $(EPUB)/pandoc.epub $@.part
	@mv $@.part $@

epub-check: ## the EPUB, by epubcheck (first: make deps-epub)
epub-check: epub
	@[ -e '$(EPUBCHECK)' ] && command -v java > /dev/null || \
	  { echo 'epub-check: no epubcheck; run make deps-epub' >&2; exit 1; }
	@java -jar '$(EPUBCHECK)' --failonwarnings $(BUILD)/checked-gradients.epub
deps-epub: ## installs epubcheck
	@command -v apt-get > /dev/null || \
	  { echo 'deps-epub: no apt-get here; install epubcheck by hand' >&2; exit 1; }
	@$(call deps_install,epubcheck)
