# A machine needs rustup's cargo, make, and root or sudo; what else is missing comes from apt-get.

PREFIX ?= /usr/local
CARGO ?= cargo
ENGINE = tests/support/engine

.PHONY: all build check test licences demo bench install uninstall clean tools generate

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

MAN = $(DESTDIR)$(PREFIX)/share/man
SHARE = $(DESTDIR)$(PREFIX)/share

install: build
	install -D -m 755 target/release/sdocker $(DESTDIR)$(PREFIX)/bin/sdocker
	install -D -m 644 -t $(MAN)/man1 man/sdocker.1 man/sdocker-run.1
	install -D -m 644 -t $(MAN)/man5 man/sdocker-policy.5
	install -D -m 644 -t $(MAN)/man7 man/sdocker-rules.7
	install -D -m 644 dist/completions/sdocker.bash $(SHARE)/bash-completion/completions/sdocker
	install -D -m 644 dist/completions/_sdocker $(SHARE)/zsh/site-functions/_sdocker
	install -D -m 644 dist/completions/sdocker.fish $(SHARE)/fish/vendor_completions.d/sdocker.fish

uninstall:
	rm -f $(DESTDIR)$(PREFIX)/bin/sdocker $(MAN)/man1/sdocker.1 $(MAN)/man1/sdocker-run.1
	rm -f $(MAN)/man5/sdocker-policy.5 $(MAN)/man7/sdocker-rules.7
	rm -f $(SHARE)/bash-completion/completions/sdocker $(SHARE)/zsh/site-functions/_sdocker
	rm -f $(SHARE)/fish/vendor_completions.d/sdocker.fish

clean:
	$(CARGO) clean
