# The proof that the built book is sound.  Included by the Makefile.

.PHONY: test-book test-book-self deps-test-book deps-test-book-tools
TEST_BOOK := $(BUILD)/test-book
TEST_BOOK_MODULES := $(TEST_BOOK)/node_modules/.package-lock.json

test-book: ## site, EPUB and PDF are sound (first: make deps-test-book book epub pdf)
	@node tests/book/test.js $(BUILD)
test-book-self: ## breaks copies of the book: test-book must notice each
	@node tests/book/test.js --self-test $(BUILD)

# The modules of tests/book/package-lock.json; nothing goes into the sources.
deps-test-book: deps-test-book-tools
	@$(MAKE) -s --no-print-directory $(TEST_BOOK_MODULES)
$(TEST_BOOK_MODULES): tests/book/package.json tests/book/package-lock.json
	@mkdir -p $(TEST_BOOK); cp $^ $(TEST_BOOK)
	@cd $(TEST_BOOK) && npm ci --ignore-scripts --no-audit --no-fund
	@touch $@
