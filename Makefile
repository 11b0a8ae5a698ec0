# A machine needs rustup's cargo, make, and root or sudo; what else is missing comes from apt-get.

PREFIX ?= /usr/local
CARGO ?= cargo
ENGINE = tests/support/engine

.PHONY: all build check test licences demo bench install uninstall clean tools

all: build

tools:
	@tests/support/tools

build: tools
	$(CARGO) build --release --locked

# Everything that needs no engine.
check: tools licences
	$(CARGO) fmt --check
	$(CARGO) clippy --all-targets --locked -- -D warnings
	$(CARGO) clippy --test live --bench run --locked -- -D warnings
	$(CARGO) test --locked

# Everything, on a private engine that this starts and stops. An engine that already runs is never touched.
test: check
	$(ENGINE) need ssh=openssh-client docker=$$(apt-cache show docker-cli >/dev/null 2>&1 && echo docker-cli || echo docker.io)
	$(CARGO) test --locked --test live --no-run
	$(ENGINE) with $(CARGO) test --locked --test live

# Only where cargo-deny is installed: licences, sources and advisories of what we depend on.
licences:
	@! command -v cargo-deny >/dev/null || cargo deny --offline check bans licenses sources

# sdocker's main job on real containers; every result is checked.
demo: build
	tests/support/demo target/release/sdocker

# Ratios against docker's own command and the bare engine. Nothing is asserted.
bench: tools
	$(ENGINE) need docker=$$(apt-cache show docker-cli >/dev/null 2>&1 && echo docker-cli || echo docker.io)
	$(CARGO) bench --locked --bench run --no-run
	$(ENGINE) with $(CARGO) bench --locked --bench run

install: build
	install -D -m 755 target/release/sdocker $(DESTDIR)$(PREFIX)/bin/sdocker

uninstall:
	rm -f $(DESTDIR)$(PREFIX)/bin/sdocker

clean:
	$(CARGO) clean
