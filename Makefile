# Bilten. "make help" lists what can be made.
#
# One Makefile and no recursion: every object is known to one dependency graph.
# Adding a source file, a daemon or a test needs no change here.

.DEFAULT_GOAL := all
MODE ?= release
BUILD := build/$(MODE)
PREFIX ?= /usr
DESTDIR ?=
PORT ?= 8080
MESH_PORT ?= 5570
DATA ?= build/data
N ?=
SEEDS ?= 200
FIRST_SEED ?= 1
FUZZ_SECONDS ?= 60
JOBS := $(shell nproc)
# Stories wait for time-outs and disks more than they compute.
TEST_JOBS := $(shell echo $$((2 * $(JOBS))))
CCACHE := $(shell command -v ccache 2>/dev/null)
# Clones in other folders share what it keeps; what debuggers are told of the folder is then the first's.
export CCACHE_NOHASHDIR := 1
CXX := $(CCACHE) $(if $(filter fuzz,$(MODE)),clang++-14,g++)
VERSION := 0.1.0
# V=1 shows whole commands.
Q := $(if $(V),,@)
SAY := @$(if $(V),true,echo)

CXXFLAGS += -std=c++20 -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror -pthread
# g++ 12 sees overlaps in std::string's operator+ that are not there (GCC bug 105651), and takes sources
# that a group includes for headers, which ought not to use anonymous types (tests/lint/house_rules looks).
ifneq ($(MODE),fuzz)
CXXFLAGS += -Wno-restrict -Wno-subobject-linkage
endif
CPPFLAGS += -I. -MMD -MP -DMSGPACK_NO_BOOST -DBILTEN_VERSION='"$(VERSION)"'
CXXFLAGS-release := -O2 -g1 -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fPIE
CXXFLAGS-asan := -O1 -g1 -fsanitize=address,undefined -fno-sanitize-recover=all -Wno-maybe-uninitialized
CXXFLAGS-tsan := -O1 -g1 -fsanitize=thread
CXXFLAGS-coverage := -O0 -g1 --coverage -fprofile-update=atomic
CXXFLAGS-fuzz := -O1 -g1 -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all
ifeq ($(origin CXXFLAGS-$(MODE)),undefined)
$(error MODE=$(MODE) is not one of release, asan, tsan, coverage, fuzz)
endif
CXXFLAGS += $(CXXFLAGS-$(MODE))
# What only tests is made with less effort: half of the time to build is theirs.
TEST_EFFORT-release := -O1
TEST_EFFORT-asan := -O0
TEST_EFFORT-tsan := -O0
$(foreach t,unit integration scenarios support,$(eval $(BUILD)/tests/$(t)/%.o: CXXFLAGS += $(TEST_EFFORT-$(MODE))))
# So is what neither an order of free tickets nor a scan passes through: docs/decisions/0084.
ifeq ($(MODE),release)
LESS_HOT := broker/ctl daemons/event daemons/payment daemons/user
$(patsubst %,$(BUILD)/%/%.o,$(LESS_HOT)): CXXFLAGS += -O1
endif
LDFLAGS += $(filter -fsanitize=% --coverage,$(CXXFLAGS-$(MODE))) -pthread
ifeq ($(MODE),release)
LDFLAGS += -pie -Wl,-z,relro,-z,now
endif

# Libraries each program needs beyond those of common.
COMMON_LIBS := -lzmq -llmdb -lsodium -lprometheus-cpp-core -lsystemd -lcurl
LIBS-gateway := -lcivetweb -lsimdjson
LIBS-common/print := -lqrcodegencpp
LIBS-daemons/user := $(LIBS-common/print)
LIBS-daemons/event := -ldate-tz
PRINTING := -lpangocairo-1.0 -lpango-1.0 -lgobject-2.0 -lglib-2.0 -lcairo
LIBS-daemons/ticket := -ldate-tz $(LIBS-common/print) $(PRINTING)
LIBS-daemons/payment := -lsimdjson -lexpat $(PRINTING)

# The headers of Pango and GLib lie in folders that only pkg-config knows; these folders include them.
PANGO = $(patsubst -I%,-isystem %,$(shell pkg-config --cflags-only-I pangocairo))
PRINTING_IN := common/print daemons/ticket
$(patsubst %,$(BUILD)/%/%.o,$(PRINTING_IN)): CPPFLAGS += $(PANGO)
$(patsubst %,build/tidy/%/%.ok,$(PRINTING_IN)): TIDY_FLAGS += $(PANGO)

# A program is a folder with a main.cpp; its other sources are its module, which its tests link too.
# The binary is named after the folder: bilten-<last part>, but biltenctl.
PROGRAMS := $(patsubst %/main.cpp,%,$(wildcard broker/main.cpp broker/*/main.cpp gateway/main.cpp daemons/*/main.cpp))
binary = $(BUILD)/bin/$(if $(filter broker/ctl,$(1)),biltenctl,bilten-$(notdir $(1)))
# $(call object,sources): their objects, each compiled alone.
object = $(patsubst %.cpp,$(BUILD)/%.o,$(1))
ALL_OBJECTS :=
BINARIES :=
TESTS :=

# The sources of a folder are compiled eight at a time, for what most of them cost is their headers:
# docs/decisions/0084. from_X.cpp includes X.cpp and the seven after it.
# $(call objects,sources of one folder): their objects.
objects = $(if $(1),$(call group,$(wordlist 1,8,$(1)))$(call objects,$(wordlist 9,$(words $(1)),$(1))))
group = $(eval $(call group_rule,$(call from,$(firstword $(1))),$(1)))$(call from,$(firstword $(1))).o$(space)
from = $(BUILD)/$(dir $(1))from_$(basename $(notdir $(1)))
space := $(subst x,,x x)
# The folder's time says that sources came or went. A group that says so already is not written again.
define group_rule
ALL_OBJECTS += $(1).o
$(1).cpp: $(patsubst %/,%,$(dir $(firstword $(2)))) Makefile
	@mkdir -p $$(@D)
	@printf '#include "%s"\n' $(2) > $$@.new
	@cmp -s $$@ $$@.new && rm $$@.new || mv $$@.new $$@
$(1).o: $(1).cpp
	$$(SAY) "  compile $(patsubst %/,%,$(dir $(firstword $(2)))): $(basename $(notdir $(2)))"
	$$(compile)
endef
define compile
$(Q)$(CXX) $(CPPFLAGS) $(CXXFLAGS) -c $< -o $@
endef

# Compiled alone: what needs a library that not every program links, so that it is in those only that
# use it, and the tests' main, which must be first to include Catch.
ALONE := common/base/zones.cpp common/print/qr.cpp common/print/sheets.cpp tests/support/main.cpp
folder = $(call object,$(filter $(1)%,$(ALONE))) $(call objects,$(filter-out $(ALONE),$(wildcard $(1)*.cpp)))
COMMON := $(foreach d,$(sort $(dir $(wildcard common/*/*.cpp))),$(call folder,$(d)))
HARNESS := $(call folder,tests/support/)
ALL_OBJECTS += $(call object,$(ALONE))

.PHONY: all
all: # build every program

define program
$(1)-module := $$(call objects,$$(filter-out %/main.cpp,$$(wildcard $(1)/*.cpp)))
$(call binary,$(1)): $(BUILD)/$(1)/main.o $$($(1)-module) $(BUILD)/common.a
$(call binary,$(1)): LIBS = $(LIBS-$(1))
BINARIES += $(call binary,$(1))
ALL_OBJECTS += $(BUILD)/$(1)/main.o
endef
$(foreach p,$(PROGRAMS),$(eval $(call program,$(p))))

# tests/unit/X/*_test.cpp become one test program; it links the module of the program named X, and
# whatever tests/unit/X/needs names (folders of modules).
UNITS := $(patsubst tests/unit/%/,%,$(sort $(dir $(wildcard tests/unit/*/*_test.cpp))))
module_of = $(filter %/$(1) $(1),$(PROGRAMS)) $(if $(wildcard tests/unit/$(1)/needs),$(shell cat tests/unit/$(1)/needs))
define unit
$(1)-modules := $$(sort $$(call module_of,$(1)))
$(1)-tests := $$(call object,$$(wildcard tests/unit/$(1)/*.cpp))
$(BUILD)/test/$(1): $$($(1)-tests) $$(foreach m,$$($(1)-modules),$$($$(m)-module)) $(HARNESS) $(BUILD)/common.a
$(BUILD)/test/$(1): LIBS = $$(foreach m,$$($(1)-modules),$$(LIBS-$$(m)))
ALL_OBJECTS += $$($(1)-tests)
TESTS += $(BUILD)/test/$(1)
endef
$(foreach t,$(UNITS),$(eval $(call unit,$(t))))

# tests/scenarios and tests/integration: one program each, driving the real binaries. In this order,
# so that the longest case begins first.
define story
$(1)-tests := $$(call object,$$(wildcard tests/$(1)/*.cpp))
$(BUILD)/test/$(1): $$($(1)-tests) $(HARNESS) $(BUILD)/common.a
$(BUILD)/test/$(1): LIBS = -lcurl
ALL_OBJECTS += $$($(1)-tests)
STORIES += $(BUILD)/test/$(1)
endef
$(foreach t,scenarios integration,$(eval $(call story,$(t))))

# tests/sim: the simulator, which drives the broker's core and the services' tables.
SIMULATED := broker daemons/user daemons/event daemons/ticket daemons/payment
SIM := $(call objects,$(wildcard tests/sim/*.cpp))
$(BUILD)/test/sim: $(SIM) $(foreach m,$(SIMULATED),$($(m)-module)) $(BUILD)/common.a
$(BUILD)/test/sim: LIBS = $(foreach m,$(SIMULATED),$(LIBS-$(m)))
TESTS := $(BUILD)/test/sim $(TESTS)

all: $(BINARIES)

$(BUILD)/%.o: %.cpp
	@mkdir -p $(@D)
	$(SAY) "  compile $<"
	$(compile)
$(BUILD)/common.a: $(COMMON)
	@rm -f $@
	$(SAY) "  archive $@"
	$(Q)$(AR) rcs $@ $^
$(BINARIES) $(TESTS) $(STORIES):
	@mkdir -p $(@D)
	$(SAY) "  link    $@"
	$(Q)$(CXX) $(LDFLAGS) $^ $(LIBS) $(COMMON_LIBS) -o $@

# ---- packages: whatever packages.txt names and this machine lacks ----
APT := $(if $(filter 0,$(shell id -u)),,sudo )env DEBIAN_FRONTEND=noninteractive apt-get
define need_packages
@missing=$$(for p in $$(sed -n 's/^\($(1)\)  *\([a-z0-9.+-]*\).*/\2/p' packages.txt); do \
  dpkg-query -W -f='$${Status}' $$p 2>/dev/null | grep -q '^install ok installed' || \
  command -v $$p >/dev/null || echo $$p; done); \
if [ -n "$$missing" ]; then echo "installing" $$missing; \
  $(APT) update -q && $(APT) install -y -q --no-install-recommends $$missing; fi
endef
.PHONY: packages-run packages-test packages-bench
packages-run:
	$(call need_packages,run)
packages-test:
	$(call need_packages,run\|test)
packages-bench:
	$(call need_packages,run\|test\|bench)

# ---- what people type ----
.PHONY: run test scenario sim bench fuzz coverage lint
run: packages-run # install what is missing, build, run the whole mesh with demo data
	@$(MAKE) --no-print-directory -j$(JOBS) all
	@exec $(BUILD)/bin/biltenctl up --data $(DATA) --port $(PORT) --mesh-port $(MESH_PORT) --demo --demo-data tests/data/events.json

test: packages-test # build and run every test that fits ten minutes
	@$(MAKE) --no-print-directory -j$(JOBS) all tests
	@BILTEN_BIN=$(BUILD)/bin tests/run_tests --jobs $(TEST_JOBS) $(TESTS) --by-case $(STORIES)

.PHONY: tests
tests: $(TESTS) $(STORIES)

scenario: packages-test # run one scenario of docs/scenarios.md alone, at full size: make scenario N=4, N=vms, N=net
	@test -n "$(N)" || { echo "which one? make scenario N=4"; exit 64; }
	@$(MAKE) --no-print-directory -j$(JOBS) all $(BUILD)/test/scenarios
	@BILTEN_BIN=$(BUILD)/bin BILTEN_FULL=1 $(BUILD)/test/scenarios "$(if $(filter vms net,$(N)),[$(N)],[s$(N)])"

sim: packages-test # run the simulator: make sim SEEDS=10000 FIRST_SEED=1
	@$(MAKE) --no-print-directory -j$(JOBS) $(BUILD)/test/sim
	@BILTEN_SEEDS=$(SEEDS) BILTEN_FIRST_SEED=$(FIRST_SEED) $(BUILD)/test/sim

bench: packages-test packages-bench # measure against peers in the same run; writes build/bench.json
	@$(MAKE) --no-print-directory -j$(JOBS) all benches
	@tests/bench/run $(BUILD)

BENCHES := $(patsubst tests/bench/%.cpp,$(BUILD)/bench/%,$(wildcard tests/bench/*.cpp))
ALL_OBJECTS += $(patsubst $(BUILD)/bench/%,$(BUILD)/tests/bench/%.o,$(BENCHES))
# One drives a daemon's writer itself.
$(BUILD)/bench/postings: $(daemons/payment-module)
$(BUILD)/bench/postings: LIBS = $(LIBS-daemons/payment)
$(BUILD)/bench/%: $(BUILD)/tests/bench/%.o $(BUILD)/common.a
	@mkdir -p $(@D)
	$(SAY) "  link    $@"
	$(Q)$(CXX) $(LDFLAGS) $(filter %.o,$^) $(filter %.a,$^) -lcivetweb $(if $(filter peer_nats,$(@F)),-lnats) $(LIBS) $(COMMON_LIBS) -o $@
.PHONY: benches
benches: $(BENCHES)

FUZZERS := $(patsubst tests/fuzz/%_fuzz.cpp,$(BUILD)/fuzz/%,$(wildcard tests/fuzz/*_fuzz.cpp))
FUZZED := broker gateway daemons/ticket daemons/payment
ALL_OBJECTS += $(patsubst $(BUILD)/fuzz/%,$(BUILD)/tests/fuzz/%_fuzz.o,$(FUZZERS)) $(call object,tests/support/raw_peer.cpp)
$(BUILD)/fuzz/%: $(BUILD)/tests/fuzz/%_fuzz.o $(call object,tests/support/raw_peer.cpp) $(foreach m,$(FUZZED),$($(m)-module)) $(BUILD)/common.a
	@mkdir -p $(@D)
	$(SAY) "  link    $@"
	$(Q)$(CXX) $(LDFLAGS) -fsanitize=fuzzer $^ $(foreach m,$(FUZZED),$(LIBS-$(m))) $(COMMON_LIBS) -o $@
.PHONY: fuzzers
fuzzers: $(FUZZERS)
fuzz: packages-test # run every fuzzer for FUZZ_SECONDS
	@$(MAKE) --no-print-directory -j$(JOBS) MODE=fuzz fuzzers
	@tests/fuzz/run build/fuzz/fuzz $(FUZZ_SECONDS)

coverage: packages-test # run every test and print the coverage of each folder; fails under the floor
	@$(MAKE) --no-print-directory -j$(JOBS) MODE=coverage all tests
	@find build/coverage -name '*.gcda' -delete
	@BILTEN_TEST_SCALE=4 BILTEN_BIN=build/coverage/bin tests/run_tests --jobs $(TEST_JOBS) --timeout 1200 \
	  $(patsubst $(BUILD)/%,build/coverage/%,$(TESTS) --by-case $(STORIES))
	@tests/lint/coverage build/coverage

lint: packages-test # house rules, formatting, links of the docs, clang-tidy
	@tests/lint/house_rules
	@git ls-files '*.cpp' '*.h' | xargs clang-format-14 --dry-run -Werror && echo "format: clean"
	@python3 tests/lint/docs_links
	@$(MAKE) --no-print-directory -j$(JOBS) tidy && echo "tidy: clean"

# A stamp for each source that clang-tidy found clean: checked again only when it, a header that it
# includes, or the list of checks changes.
TIDY := $(patsubst %.cpp,build/tidy/%.ok,$(wildcard common/*/*.cpp broker/*.cpp broker/*/*.cpp gateway/*.cpp daemons/*/*.cpp))
TIDY_FLAGS := -std=c++20 -pthread $(filter-out -MMD -MP,$(CPPFLAGS))
build/tidy/%.ok: %.cpp .clang-tidy
	@mkdir -p $(@D)
	$(SAY) "  tidy    $<"
	$(Q)clang-tidy-14 --quiet $< -- $(TIDY_FLAGS) 2>$(@:.ok=.log) || { cat $(@:.ok=.log); exit 1; }
	$(Q)g++ $(TIDY_FLAGS) -MM -MP -MT $@ -MF $(@:.ok=.d) $<
	@touch $@
.PHONY: tidy
tidy: $(TIDY)

.PHONY: install
install: all # install under DESTDIR: programs, settings, units, demo data
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/bilten $(DESTDIR)/etc/bilten \
	  $(DESTDIR)$(PREFIX)/lib/systemd/system
	install $(BINARIES) $(DESTDIR)$(PREFIX)/bin
	install -m 644 conf/*.toml $(DESTDIR)/etc/bilten
	install -m 644 tests/data/events.json $(DESTDIR)$(PREFIX)/share/bilten
	install -m 644 systemd/*.service systemd/*.target $(DESTDIR)$(PREFIX)/lib/systemd/system
	install -d $(DESTDIR)$(PREFIX)/lib/systemd/system/bilten-.service.d
	install -m 644 systemd/bilten-.service.d/*.conf $(DESTDIR)$(PREFIX)/lib/systemd/system/bilten-.service.d
	install -d $(DESTDIR)$(PREFIX)/share/doc/bilten/nginx
	install -m 644 conf/nginx/*.conf $(DESTDIR)$(PREFIX)/share/doc/bilten/nginx

.PHONY: clean help format
format: # rewrite sources in the house style
	git ls-files '*.cpp' '*.h' | xargs clang-format-14 -i
clean: # remove everything that was built
	rm -rf build
help: # show this list
	@sed -n 's/^\([a-z-]*\):.*# \(.*\)/make \1\t\2/p' Makefile | expand -t 20

.DELETE_ON_ERROR:
.SECONDARY:
-include $(ALL_OBJECTS:.o=.d) $(TIDY:.ok=.d)
