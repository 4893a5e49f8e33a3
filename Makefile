# Bilten. "make help" lists what can be made.
#
# One Makefile and no recursion: every object is known to one dependency graph.
# Adding a source file, a daemon or a test needs no change here.

MODE ?= release
BUILD := build/$(MODE)
PREFIX ?= /usr
DESTDIR ?=
PORT ?= 8080
DATA ?= build/data
N ?=
SEEDS ?= 200
FIRST_SEED ?= 1
FUZZ_SECONDS ?= 60
JOBS := $(shell nproc)
CCACHE := $(shell command -v ccache 2>/dev/null)
CXX := $(CCACHE) g++
VERSION := 0.1.0

CXXFLAGS += -std=c++20 -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror -pthread
CPPFLAGS += -I. -MMD -MP -DMSGPACK_NO_BOOST -DBILTEN_VERSION='"$(VERSION)"'
CXXFLAGS-release := -O2 -g1 -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fPIE
CXXFLAGS-asan := -O1 -g1 -fsanitize=address,undefined -fno-sanitize-recover=all -Wno-maybe-uninitialized
CXXFLAGS-tsan := -O1 -g1 -fsanitize=thread
CXXFLAGS-coverage := -O0 -g1 --coverage
ifeq ($(origin CXXFLAGS-$(MODE)),undefined)
$(error MODE=$(MODE) is not one of release, asan, tsan, coverage)
endif
CXXFLAGS += $(CXXFLAGS-$(MODE))
LDFLAGS += $(filter -fsanitize=% --coverage,$(CXXFLAGS-$(MODE))) -pthread
ifeq ($(MODE),release)
LDFLAGS += -pie -Wl,-z,relro,-z,now
endif

# Libraries each program needs beyond those of common.
COMMON_LIBS := -lzmq -llmdb -lsodium -lprometheus-cpp-core -lsystemd
LIBS-gateway := -lcivetweb -lsimdjson
LIBS-daemons/event := -ldate-tz -lsqlite3
LIBS-daemons/ticket := -lqrcodegencpp -ldate-tz
LIBS-broker/ctl := -lcurl

# A program is a folder with a main.cpp; its other sources are its module, which its tests link too.
# The binary is named after the folder: bilten-<last part>, but biltenctl.
PROGRAMS := $(patsubst %/main.cpp,%,$(wildcard broker/main.cpp broker/*/main.cpp gateway/main.cpp daemons/*/main.cpp))
binary = $(BUILD)/bin/$(if $(filter broker/ctl,$(1)),biltenctl,bilten-$(notdir $(1)))
objects = $(patsubst %.cpp,$(BUILD)/%.o,$(1))
COMMON := $(call objects,$(wildcard common/*/*.cpp))
HARNESS := $(call objects,$(wildcard tests/support/*.cpp))
ALL_OBJECTS := $(COMMON) $(HARNESS)
BINARIES :=
TESTS :=

.PHONY: all
all: # build every program

define program
$(1)-module := $$(call objects,$$(filter-out %/main.cpp,$$(wildcard $(1)/*.cpp)))
$(call binary,$(1)): $(BUILD)/$(1)/main.o $$($(1)-module) $(BUILD)/common.a
$(call binary,$(1)): LIBS = $(LIBS-$(1))
BINARIES += $(call binary,$(1))
ALL_OBJECTS += $(BUILD)/$(1)/main.o $$($(1)-module)
endef
$(foreach p,$(PROGRAMS),$(eval $(call program,$(p))))

# tests/unit/X/*_test.cpp become one test program; it links the module of the program named X, and
# whatever tests/unit/X/needs names (folders of modules).
UNITS := $(patsubst tests/unit/%/,%,$(sort $(dir $(wildcard tests/unit/*/*_test.cpp))))
module_of = $(filter %/$(1) $(1),$(PROGRAMS)) $(if $(wildcard tests/unit/$(1)/needs),$(shell cat tests/unit/$(1)/needs))
define unit
$(1)-modules := $$(sort $$(call module_of,$(1)))
$(1)-tests := $$(call objects,$$(wildcard tests/unit/$(1)/*.cpp))
$(BUILD)/test/$(1): $$($(1)-tests) $$(foreach m,$$($(1)-modules),$$($$(m)-module)) $(HARNESS) $(BUILD)/common.a
$(BUILD)/test/$(1): LIBS = $$(foreach m,$$($(1)-modules),$$(LIBS-$$(m)))
ALL_OBJECTS += $$($(1)-tests)
TESTS += $(BUILD)/test/$(1)
endef
$(foreach t,$(UNITS),$(eval $(call unit,$(t))))

# tests/integration and tests/scenarios: one program each, driving the real binaries.
define story
$(1)-tests := $$(call objects,$$(wildcard tests/$(1)/*.cpp))
$(BUILD)/test/$(1): $$($(1)-tests) $(HARNESS) $(BUILD)/common.a
$(BUILD)/test/$(1): LIBS = -lcurl
ALL_OBJECTS += $$($(1)-tests)
STORIES += $(BUILD)/test/$(1)
endef
$(foreach t,$(patsubst tests/%/,%,$(sort $(dir $(wildcard tests/integration/*_test.cpp tests/scenarios/*_test.cpp)))),$(eval $(call story,$(t))))

all: $(BINARIES)

$(BUILD)/%.o: %.cpp
	@mkdir -p $(@D)
	$(CXX) $(CPPFLAGS) $(CXXFLAGS) -c $< -o $@
$(BUILD)/common.a: $(COMMON)
	@rm -f $@
	$(AR) rcs $@ $^
$(BINARIES) $(TESTS) $(STORIES):
	@mkdir -p $(@D)
	$(CXX) $(LDFLAGS) $^ $(LIBS) $(COMMON_LIBS) -o $@

.PHONY: clean help format
format: # rewrite sources in the house style
	git ls-files '*.cpp' '*.h' | xargs clang-format -i
clean: # remove everything that was built
	rm -rf build
help: # show this list
	@sed -n 's/^\([a-z-]*\):.*# \(.*\)/make \1\t\2/p' Makefile | expand -t 20

.DELETE_ON_ERROR:
.SECONDARY:
-include $(ALL_OBJECTS:.o=.d)
