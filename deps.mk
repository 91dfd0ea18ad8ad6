# What the book needs, and how to get it.  Included by the Makefile.

.PHONY: deps deps-check deps-lint deps-pdf
deps: ## installs what is missing, by apt-get
deps-check: ## names what is missing, installs nothing
deps-lint: ## installs the tools of lint
deps-test-book: ## installs the tools of test-book
deps-pdf: ## installs what the printed book needs

# KaTeX, for weave/katex.js: of Debian's katex, or its libjs-katex, which asks
# for no node of Debian's.
ifeq ($(KATEX),)
KATEX := $(firstword $(wildcard /usr/share/nodejs/katex \
  /usr/share/javascript/katex/katex.js $(addsuffix /katex,\
  /usr/lib/node_modules /usr/local/lib/node_modules \
  /opt/homebrew/lib/node_modules)))
endif
export KATEX

# A node of any origin will do; Debian's comes only where there is none.
NODE_MISSING = $(if $(shell command -v node 2>/dev/null),,nodejs)
NPM_MISSING = $(if $(shell command -v npm 2>/dev/null),,npm)

DEPS_DEBIAN = gcc libc6-dev binutils make pkg-config check libsubunit-dev \
  libopenblas-dev librandom123-dev zlib1g-dev gnuplot-nox pandoc \
  $(NODE_MISSING) libjs-katex fonts-katex dataset-fashion-mnist
DEPS_DEBIAN_LINT = clang clang-format clang-tidy aspell aspell-en
DEPS_DEBIAN_PDF = texlive-luatex texlive-latex-base texlive-latex-recommended \
  fonts-texgyre fonts-texgyre-math fonts-dejavu-core poppler-utils
# Java comes with epubcheck, which asks for the whole of it.
DEPS_DEBIAN_TEST_BOOK = chromium epubcheck poppler-utils \
  $(NODE_MISSING) $(NPM_MISSING)

DEPS_FEDORA = gcc glibc-devel binutils make pkgconf-pkg-config check-devel \
  subunit-devel openblas-devel Random123-devel zlib-devel gnuplot pandoc nodejs
DEPS_FEDORA_LINT = clang clang-tools-extra aspell aspell-en
DEPS_FEDORA_PDF = texlive-collection-luatex \
  texlive-collection-latexrecommended texlive-collection-fontsrecommended \
  dejavu-sans-mono-fonts poppler-utils
DEPS_FEDORA_TEST_BOOK = chromium java-headless poppler-utils nodejs-npm

DEPS_BREW = gcc binutils make pkg-config check openblas zlib gnuplot pandoc node
DEPS_BREW_LINT = llvm clang-format aspell
DEPS_BREW_PDF = texlive font-dejavu poppler
DEPS_BREW_TEST_BOOK = epubcheck openjdk poppler node

# Shell: sets $missing to those of the packages $(1) that dpkg does not have.
deps_missing = \
  have=" $$(dpkg-query -W -f '$${Package}=$${db:Status-Status} ' $(1) \
    2>/dev/null) "; missing=; \
  for p in $(1); do \
    case "$$have" in *" $$p=installed "*) ;; *) missing="$$missing $$p";; esac; \
  done

# Shell: installs those of $(1) that are missing; quick where none is.
deps_install = $(deps_missing); \
  if [ -z "$$missing" ]; then \
    echo "deps: all installed"; \
  else \
    echo "deps: installing$$missing"; \
    if [ "$$(id -u)" = 0 ]; then as=; \
    elif command -v sudo >/dev/null; then as=sudo; \
    else echo "deps: neither root nor sudo; as root, run:" >&2; \
      echo "  apt-get install --no-install-recommends$$missing" >&2; exit 1; \
    fi; \
    $$as apt-get -q update || \
      echo "deps: apt-get update failed; going on with its old lists" >&2; \
    $$as env DEBIAN_FRONTEND=noninteractive \
      apt-get -q install -y --no-install-recommends $$missing; \
  fi

# Shell, without apt-get: names the missing tools, and the packages for
# $(1) (Fedora) and $(2) (Homebrew).
deps_elsewhere = \
  missing=; \
  for tool in $(3); do \
    command -v $$tool >/dev/null || missing="$$missing $$tool"; \
  done; $(4) \
  if [ -z "$$missing" ]; then echo "deps: all installed"; exit 0; fi; \
  { echo "deps: no apt-get here, and missing:$$missing"; \
    echo "  Fedora:   sudo dnf install $(1)"; \
    echo "  Homebrew: brew install $(2)"; \
    $(5) } >&2; exit 1
deps_libraries = \
  for lib in check openblas zlib; do \
    pkg-config --exists $$lib 2>/dev/null || missing="$$missing $$lib"; \
  done; \
  echo '\#include <Random123/philox.h>' | \
    $(CC) $(CPPFLAGS) -E -x c - >/dev/null 2>&1 || missing="$$missing Random123"; \
  [ -n "$(KATEX)" ] || missing="$$missing KaTeX";
deps_by_hand = \
  echo "  By hand, where the system has no package:"; \
  echo "    KaTeX (Fedora, Homebrew): npm install -g katex"; \
  echo "    Random123 (Homebrew): the headers from"; \
  echo "      https://github.com/DEShawResearch/random123,"; \
  echo "      and CPPFLAGS=-I their include directory"; \
  echo "    Fashion-MNIST (Fedora, Homebrew): the four .gz files from"; \
  echo "      https://github.com/zalandoresearch/fashion-mnist, and"; \
  echo "      FASHION_MNIST= their directory";

deps_browser = \
  [ -e "$(CHROMIUM)" ] || { command -v chromium || \
    command -v chromium-browser || command -v google-chrome; } >/dev/null || \
    missing="$$missing chromium"; \
  [ -e "$(EPUBCHECK)" ] || command -v epubcheck >/dev/null || \
    missing="$$missing epubcheck";
deps_browser_by_hand = \
  echo "  By hand, where the system has no package:"; \
  echo "    Chromium or Chrome, and CHROMIUM= its program"; \
  echo "    epubcheck (Fedora): https://github.com/w3c/epubcheck,"; \
  echo "      and EPUBCHECK= its .jar";

ifneq ($(shell command -v apt-get 2>/dev/null),)

deps:
	@$(call deps_install,$(DEPS_DEBIAN))

deps-lint:
	@$(call deps_install,$(DEPS_DEBIAN_LINT))

deps-test-book-tools:
	@$(call deps_install,$(DEPS_DEBIAN_TEST_BOOK))

deps-pdf:
	@$(call deps_install,$(DEPS_DEBIAN_PDF))

deps-check:
	@$(call deps_missing,$(DEPS_DEBIAN)); [ -z "$$missing" ] || \
	  { echo "deps: missing:$$missing; run make deps" >&2; exit 1; }

else

deps deps-check:
	@$(call deps_elsewhere,$(DEPS_FEDORA),$(DEPS_BREW),$(CC) ld objcopy \
	  pkg-config gnuplot pandoc node,$(deps_libraries),$(deps_by_hand))

deps-lint:
	@$(call deps_elsewhere,$(DEPS_FEDORA_LINT),$(DEPS_BREW_LINT),clang \
	  clang-format clang-tidy aspell,,)

deps-test-book-tools:
	@$(call deps_elsewhere,$(DEPS_FEDORA_TEST_BOOK),$(DEPS_BREW_TEST_BOOK),\
	  java pdffonts npm,$(deps_browser),$(deps_browser_by_hand))

deps-pdf:
	@$(call deps_elsewhere,$(DEPS_FEDORA_PDF),$(DEPS_BREW_PDF),lualatex \
	  pdffonts,,)

endif
