# otelutils: no configure step. `make deps` first on a fresh machine (demo and
# check do it themselves); see README.md.
O	?= build
BIN	?= $(if $(filter build,$(O)),bin,$(O)/bin)
PREFIX	?= /usr/local
CC	= gcc
SAN	?= $(filter build-san,$(O))
CFLAGS	?= -O2 -g
WARN	= -Wall -Wextra -Wshadow -Wvla -Wmissing-prototypes -Wwrite-strings -Werror=implicit-function-declaration
CPPFLAGS = -D_GNU_SOURCE -Ilib -I$(O)/gen
# hidden: shared libraries must not find our functions under names of theirs
# (readline has an xrealloc, too)
ALL_CFLAGS = -std=c11 -fvisibility=hidden $(CFLAGS) $(WARN) $(CPPFLAGS) $(SANFLAGS) -MMD -MP -pthread
override LDFLAGS += -pthread -Wl,--as-needed $(SANFLAGS)
ifneq ($(SAN),)
SANFLAGS = -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
ifeq ($(O),build)
O	= build-san
endif
endif

# bytes are parsed here: no silent narrowing
CONVERT	= base codec record block
# loops over columns: vectorised (an eighth less of a query, a twelfth of a seal)
HOT	= base codec otlp block trace tql log

TOOLS	= $(patsubst cmd/%.c,%,$(wildcard cmd/*.c))
SRCS	= $(wildcard lib/*/*.c)
PROTOS	= $(wildcard proto/*.proto)
GEN	= $(patsubst proto/%.proto,$(O)/gen/%.pb-c.o,$(PROTOS))
OBJS	= $(SRCS:%.c=$(O)/%.o)
KIT	= $(O)/libkit.a
UNITS	= $(patsubst tests/unit/%.c,$(O)/unit/%,$(wildcard tests/unit/test_*.c))
FUZZ	= $(patsubst tests/fuzz/%.c,$(O)/fuzz/%,$(wildcard tests/fuzz/fuzz_*.c))

# which library each tool needs beside the common ones
LIBS	= $(shell pkg-config --libs libxxhash libzstd libpcre2-8 zlib)
NEEDS_rec	= libprotobuf-c jansson
NEEDS_otlp-recv	= libprotobuf-c jansson libnghttp2 libmicrohttpd gnutls
NEEDS_otlp-send	= libprotobuf-c jansson libcurl libmicrohttpd
NEEDS_logpush	= libprotobuf-c jansson snappy libcurl libmicrohttpd
NEEDS_batch	= libmicrohttpd
NEEDS_tql	= libprotobuf-c jansson readline
NEEDS_lql	= libprotobuf-c jansson readline
NEEDS_query-remote = jansson libcurl
NEEDS_TEST	= libprotobuf-c jansson snappy libnghttp2 libmicrohttpd gnutls readline libcurl
# a query takes milliseconds: finding and binding shared libraries was four of
# them. (Not warned: readline could ask for users' names.) Sanitizers need them
QUICK	= $(if $(SAN),,tql lql)
# check and demo build on all cores, if make was not told otherwise
JOBS	= $(if $(findstring -j,$(MAKEFLAGS)),,-j$(shell nproc))
# V=1 shows the commands
Q	= $(if $(V),,@echo '  $(1) $@' && )
needs	= $(if $(1),$(shell pkg-config --libs $(1)))

.PHONY: all deps check demo bench fuzz soak lint tidy install deb deb-check clean unit
.SECONDARY:
.DELETE_ON_ERROR:

all: $(TOOLS:%=$(BIN)/%)

$(BIN)/%: $(O)/cmd/%.o $(KIT)
	@mkdir -p $(@D)
	$(call Q,link)$(CC) -o $@ $^ $(LDFLAGS) $(call needs,$(NEEDS_$*)) $(LIBS) -lm

# in one object, so that the libraries do not find our functions (see above)
$(O)/cmd/%.one.o: $(O)/cmd/%.o $(KIT)
	@$(CC) -r -nostdlib -o $@ $^ && objcopy --keep-global-symbol=main $@
$(QUICK:%=$(BIN)/%): $(BIN)/%: $(O)/cmd/%.one.o
	@mkdir -p $(@D)
	$(call Q,link)$(CC) -static -o $@ $< $(LDFLAGS) -Wl,--no-warnings $(call needs,$(NEEDS_$*)) -ltinfo $(LIBS) -lm

$(KIT): $(OBJS) $(GEN)
	@rm -f $@
	$(call Q,ar  )ar rcs $@ $^

$(O)/gen/%.pb-c.c $(O)/gen/%.pb-c.h &: proto/%.proto
	@mkdir -p $(@D)
	protoc-c --proto_path=proto --c_out=$(O)/gen $<
# the generated headers first: any source may include one
$(OBJS): | $(GEN:.o=.h)
$(O)/gen/%.o: $(O)/gen/%.c | $(GEN:.o=.h)
	$(call Q,cc  )$(CC) -std=c11 $(CFLAGS) $(CPPFLAGS) $(SANFLAGS) -MMD -MP -c -o $@ $<

$(O)/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(call Q,cc  )$(CC) $(if $(filter $(HOT:%=lib/%/),$(dir $<)),$(ALL_CFLAGS:-O2=-O3),$(ALL_CFLAGS)) $(if $(filter $(CONVERT:%=lib/%/),$(dir $<)),-Wconversion) -c -o $@ $<

$(O)/unit/%: tests/unit/%.c $(KIT)
	@mkdir -p $(@D)
	$(call Q,cc  )$(CC) $(ALL_CFLAGS) -Itests -o $@ $< $(KIT) $(LDFLAGS) $(call needs,$(NEEDS_TEST)) $(LIBS) -lm
# tests that simulate faults link the twin of lib/base/sys.c
FAULT	= tests/fault/sys.c tests/fault/disk.c
$(O)/unit/test_fault_%: tests/unit/test_fault_%.c $(FAULT) $(KIT)
	@mkdir -p $(@D)
	$(call Q,cc  )$(CC) $(ALL_CFLAGS) -Itests -o $@ $< $(FAULT) $(KIT) $(LDFLAGS) $(call needs,$(NEEDS_TEST)) $(LIBS) -lm

# fuzz targets: replay a corpus by default (gcc); `make fuzz` builds them with clang
FUZZ_MAIN ?= tests/fuzz/replay.c
$(O)/fuzz/%: tests/fuzz/%.c $(FUZZ_MAIN) $(KIT)
	@mkdir -p $(@D)
	$(call Q,cc  )$(CC) $(ALL_CFLAGS) -Itests -o $@ $< $(FUZZ_MAIN) $(KIT) $(LDFLAGS) $(call needs,$(NEEDS_TEST)) $(LIBS) -lm

# pretended far sides
$(O)/fake/%: tests/fake/%.c $(KIT)
	@mkdir -p $(@D)
	$(call Q,cc  )$(CC) $(ALL_CFLAGS) -Itests -o $@ $< $(KIT) $(LDFLAGS) $(call needs,$(NEEDS_TEST)) $(LIBS) -lm

$(O)/conformance/%: tests/conformance/%.c $(KIT)
	@mkdir -p $(@D)
	$(call Q,cc  )$(CC) $(ALL_CFLAGS) -Itests -o $@ $< $(KIT) $(LDFLAGS) $(call needs,$(NEEDS_TEST)) $(LIBS) -lm

# the tests send with the load generator, too
FAKES	= $(patsubst tests/fake/%.c,$(O)/fake/%,$(wildcard tests/fake/*.c))
unit: $(UNITS) $(FUZZ) $(FAKES) $(addprefix $(O)/bench/,gen otlp-load spool-has crowd)

deps:
	@sh tests/deps.sh
check: deps
	@$(MAKE) --no-print-directory $(JOBS) all unit
	@O=$(O) BIN=$(abspath $(BIN)) sh tests/check.sh
demo:
	@sh tests/deps.sh build
	@$(MAKE) --no-print-directory $(JOBS) all
	@bash examples/demo.sh
bench: all $(FAKES) $(patsubst bench/%.c,$(O)/bench/%,$(wildcard bench/*.c))
	@bash bench/run.sh
# two are of several files
$(O)/bench/gen: $(wildcard bench/gen/*.c)
$(O)/bench/otlp-load: $(wildcard bench/load/*.c)
$(O)/bench/%: bench/%.c $(KIT)
	@mkdir -p $(@D)
	$(call Q,cc  )$(CC) $(ALL_CFLAGS) -Ibench -o $@ $(filter %.c,$^) $(KIT) $(LDFLAGS) $(call needs,libnghttp2) $(LIBS) -lm
fuzz:
	@sh tests/fuzz/run.sh
soak: all unit
	@SOAK=1 O=$(O) BIN=$(abspath $(BIN)) sh tests/check.sh
lint:
	@O=$(O) sh tests/lint.sh
# clang-tidy takes seconds a file: only what is compiled anew is looked at again
tidy: $(patsubst %.c,$(O)/tidy/%.ok,$(SRCS) $(wildcard cmd/*.c))
$(O)/tidy/%.ok: $(O)/%.o tests/tidy.sh
	@mkdir -p $(@D)
	$(call Q,tidy)O=$(O) sh tests/tidy.sh $*.c && touch $@
install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/man/man1 $(DESTDIR)$(PREFIX)/share/man/man5 $(DESTDIR)$(PREFIX)/share/man/man7
	install -m 755 $(TOOLS:%=$(BIN)/%) $(DESTDIR)$(PREFIX)/bin
	for s in 1 5 7; do for f in man/*.$$s; do [ ! -e $$f ] || install -m 644 $$f $(DESTDIR)$(PREFIX)/share/man/man$$s; done; done
	install -d $(DESTDIR)$(PREFIX)/share/bash-completion/completions $(DESTDIR)$(PREFIX)/share/zsh/site-functions $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d
	for t in $(TOOLS); do \
		install -m 644 completions/$$t.bash $(DESTDIR)$(PREFIX)/share/bash-completion/completions/$$t; \
		install -m 644 completions/$$t.zsh $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_$$t; \
		install -m 644 completions/$$t.fish $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/$$t.fish; done
	install -d $(DESTDIR)$(PREFIX)/lib/systemd/system $(DESTDIR)$(PREFIX)/share/doc/otelutils/examples/pipelines
	for u in examples/systemd/*; do sed 's|/usr/bin/|$(PREFIX)/bin/|' $$u >$(DESTDIR)$(PREFIX)/lib/systemd/system/$${u##*/}; done
	install -m 644 README.md DEVIATIONS.md LICENSE $(DESTDIR)$(PREFIX)/share/doc/otelutils
	install -m 644 examples/*.jsonl examples/*.rec examples/*.md $(DESTDIR)$(PREFIX)/share/doc/otelutils/examples
	install -m 755 examples/*.sh $(DESTDIR)$(PREFIX)/share/doc/otelutils/examples
	install -m 755 examples/pipelines/*.sh $(DESTDIR)$(PREFIX)/share/doc/otelutils/examples/pipelines
# a Debian package of what `make install` installs; and a try of it in a folder
# with a Debian in it (ROOT=, by debootstrap if there is none; needs root)
deb: all
	@sh packaging/deb.sh $(O)
deb-check: deb
	@sh packaging/try.sh $(O)/otelutils_*.deb $(ROOT)
clean:
	rm -rf build build-san build-fuzz bin

-include $(OBJS:.o=.d) $(wildcard $(O)/unit/*.d $(O)/fuzz/*.d $(O)/bench/*.d $(O)/fake/*.d $(O)/conformance/*.d) $(patsubst %,$(O)/cmd/%.d,$(TOOLS)) $(GEN:.o=.d)
