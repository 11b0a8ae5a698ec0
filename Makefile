# A machine needs rustup's cargo, make, and root or sudo; what else is missing comes from apt-get.

PREFIX ?= /usr/local
CARGO ?= cargo
ENGINE = tests/support/engine

.PHONY: all build check test licences demo bench install uninstall deb clean tools generate

all: build

tools:
	@tests/support/tools

build: tools
	$(CARGO) build --release --locked

# Everything that needs no engine.
check: tools licences
	$(CARGO) fmt --check
	$(CARGO) clippy --all-targets --locked -- -D warnings
	$(CARGO) clippy --test live --bench run --bench judge --locked -- -D warnings
	$(CARGO) test --locked

# Everything, on a private engine that this starts and stops. An engine that already runs is never touched.
test: check
	$(ENGINE) need docker-registry=docker-registry ssh=openssh-client docker=$$(apt-cache show docker-cli >/dev/null 2>&1 && echo docker-cli || echo docker.io)
	$(CARGO) test --locked --test live --no-run
	$(ENGINE) with $(CARGO) test --locked --test live

# Only where cargo-deny is installed: licences, sources and advisories of what we depend on.
licences:
	@! command -v cargo-deny >/dev/null || cargo deny --offline check bans licenses sources

# sdocker's main job on real containers; every result is checked.
demo: build
	tests/support/demo target/release/sdocker

# What a judgement costs; ratios against docker's own command and the bare engine. Nothing is asserted.
bench: tools
	$(ENGINE) need docker=$$(apt-cache show docker-cli >/dev/null 2>&1 && echo docker-cli || echo docker.io)
	$(CARGO) bench --locked --bench judge
	$(CARGO) bench --locked --bench run --no-run
	$(ENGINE) with $(CARGO) bench --locked --bench run

# Man pages and completions, anew out of the tables.
generate: tools
	SDOCKER_GENERATE=1 $(CARGO) test --locked --test generated

SHARE = $(DESTDIR)$(PREFIX)/share
DOC = $(SHARE)/doc/sdocker
# Debian's packages have a place of their own for it.
ZSH ?= zsh/site-functions
PAGES = $(wildcard man/*.[1-8])
COMPLETIONS = $(SHARE)/bash-completion/completions/sdocker $(SHARE)/$(ZSH)/_sdocker \
	$(SHARE)/fish/vendor_completions.d/sdocker.fish

install: build
	install -D -m 755 target/release/sdocker $(DESTDIR)$(PREFIX)/bin/sdocker
	for page in $(PAGES); do install -D -m 644 -t $(SHARE)/man/man$${page##*.} $$page || exit; done
	install -D -m 644 dist/completions/sdocker.bash $(SHARE)/bash-completion/completions/sdocker
	install -D -m 644 dist/completions/_sdocker $(SHARE)/$(ZSH)/_sdocker
	install -D -m 644 dist/completions/sdocker.fish $(SHARE)/fish/vendor_completions.d/sdocker.fish
	install -D -m 644 -t $(DOC) README.md CHANGELOG.md LICENSE-MIT LICENSE-APACHE
	install -D -m 644 -t $(DOC)/policies policies/*.toml
	install -D -m 644 src/commands/policy/starter.toml $(DOC)/examples/etc/sdocker/policy.toml

uninstall:
	rm -f $(DESTDIR)$(PREFIX)/bin/sdocker $(COMPLETIONS)
	for page in $(PAGES); do rm -f $(SHARE)/man/man$${page##*.}/$${page##*/}; done
	rm -rf $(DOC)

# A Debian package of what `make install` installs, in target/debian. Needs cargo-deb.
deb: build
	command -v cargo-deb >/dev/null || $(CARGO) install --locked cargo-deb
	rm -rf target/package
	$(MAKE) install DESTDIR=target/package PREFIX=/usr ZSH=zsh/vendor-completions
	$(CARGO) deb --no-build --no-strip

clean:
	$(CARGO) clean
