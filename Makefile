# SPDX-License-Identifier: ISC
# Generic rules only: what is built stands in the folders' Kbuild files, with what options in
# out/$(BOARD)/.config, for which machine in board/$(BOARD)/board.mk and configs/targets.mk.
BOARD ?= qemu_x86_64
VERSION := 0.1.0
MAKEFLAGS += --no-builtin-rules --no-print-directory
ifeq ($(MAKELEVEL)$(filter -j%,$(MAKEFLAGS)),0)
MAKEFLAGS += -j$(shell nproc)
endif
.SUFFIXES:
.DELETE_ON_ERROR:

BOARDS := $(sort $(patsubst board/%/board.mk,%,$(wildcard board/*/board.mk)))
include configs/targets.mk
ifeq ($(wildcard board/$(BOARD)/board.mk),)
$(error BOARD=$(BOARD) is none of: $(BOARDS))
endif
include board/$(BOARD)/board.mk

OUT := out/$(BOARD)
OBJ := $(OUT)/obj
SYSROOT := out/deps/$(TARGET)
CROSS := $(CROSS_$(TARGET))
CC := $(CROSS)gcc
DEBIAN := $(shell . /etc/os-release 2>/dev/null; echo $${VERSION_CODENAME:-bookworm})
PINS := configs/deps/$(if $(filter trixie forky sid,$(DEBIAN)),trixie,bookworm).tsv

# The verbs that need no configuration of a board come first; `make` alone is the binary.
.PHONY: all
all: $(OUT)/pintle

# --- what is needed before the first compilation -------------------------------------------------
# A private apt, pinned sources, host packages, one set of libraries a target: see configs/deps/.
HOST := out/deps/host.stamp
LIBS := $(SYSROOT)/.stamp

$(HOST): configs/deps/packages.txt configs/deps/host.sh
	@mkdir -p $(@D)
	@sh configs/deps/host.sh $< $@

out/deps/src/.stamp-%: configs/deps/%.tsv configs/deps/fetch.sh | $(HOST)
	@mkdir -p $(@D)
	@flock out/deps/src.lock sh configs/deps/fetch.sh $< out/deps/src
	@touch $@

SOURCES := out/deps/src/.stamp-$(basename $(notdir $(PINS)))
# make would take these for leftovers of a chain of rules, and build every library again next time.
.PRECIOUS: out/deps/src/.stamp-% out/deps/%/.stamp

out/deps/%/.stamp: $(SOURCES) configs/deps/libs.sh configs/targets.mk
	@CROSS='$(CROSS_$*)' CPU='$(CPU_$*)' MUSL='$(MUSL_$*)' flock out/deps/$*.lock \
		sh configs/deps/libs.sh out/deps/src out/deps/$* $* $^

.PHONY: deps
deps: $(HOST) $(foreach t,$(TARGETS),out/deps/$(t)/.stamp) ## fetch and build all dependencies, for every target

# --- configuration --------------------------------------------------------------------------------
KCONFIG := KCONFIG_CONFIG=$(OUT)/.config CONFIG_=CONFIG_
KCONFIG_FILES := $(wildcard configs/Kconfig init/Kconfig init/*/Kconfig runtime/Kconfig fetch/Kconfig board/Kconfig)

$(OUT)/.config: configs/$(BOARD)_defconfig $(KCONFIG_FILES) | $(HOST)
	@mkdir -p $(@D)
	@$(KCONFIG) kconfig-conf --defconfig=$< configs/Kconfig >$(OUT)/kconfig.log || { cat $(OUT)/kconfig.log >&2; exit 1; }
	@touch $@

# One list of symbols, two spellings: for C and for make.
$(OUT)/config.h: $(OUT)/.config
	@awk -F= -v board=$(BOARD) -v version=$(VERSION) ' \
		/^CONFIG_/ { v = substr($$0, index($$0, "=") + 1); print "#define " $$1 " " (v == "y" ? "1" : v) } \
		END { print "#define PINTLE_BOARD \"" board "\"\n#define PINTLE_VERSION \"" version "\"" }' $< >$@

-include $(OUT)/.config

.PHONY: menuconfig savedefconfig %_defconfig
menuconfig: $(OUT)/.config ## edit the options of BOARD
	@$(KCONFIG) kconfig-mconf configs/Kconfig
savedefconfig: $(OUT)/.config ## write the options of BOARD to configs/, only what differs from the defaults
	@$(KCONFIG) kconfig-conf --savedefconfig=configs/$(BOARD)_defconfig configs/Kconfig >/dev/null
%_defconfig:
	@$(MAKE) BOARD=$* out/$*/.config

# --- compilation ----------------------------------------------------------------------------------
# walk(folder/): reads the folder's Kbuild and those below it, adds their objects to OBJECTS and the
# headers that scripts make (generated-y: NAME.h by NAME.sh) to GENERATED.
define read-kbuild
obj-y :=
generated-y :=
include $(1)Kbuild
OBJECTS += $$(addprefix $(1),$$(filter %.o,$$(obj-y)))
GENERATED += $$(addprefix $(OUT)/gen/$(1),$$(generated-y))
below-$(1) := $$(addprefix $(1),$$(filter %/,$$(obj-y)))
endef
walk = $(eval $(call read-kbuild,$(1)))$(foreach d,$(below-$(1)),$(call walk,$(d)))
OBJECTS :=
GENERATED :=
$(call walk,)
KBUILDS := $(wildcard Kbuild */Kbuild */*/Kbuild)
.SECONDARY: $(GENERATED)
OBJECTS := $(addprefix $(OBJ)/,$(OBJECTS))
MAIN := $(OBJ)/init/main.o

GCC_INCLUDE = $(shell $(CC) -print-file-name=include)
PIE := $(if $(NO_PIE),-fno-pie,-fPIE)
CFLAGS = $(CPU_$(TARGET)) $(CODE_$(TARGET)) -std=c17 -Os $(PIE) -nostdinc -isystem $(SYSROOT)/include -isystem $(GCC_INCLUDE) \
	-I. -I$(OUT)/gen -include $(OUT)/config.h -D_GNU_SOURCE \
	-ffunction-sections -fdata-sections -fno-common -fno-asynchronous-unwind-tables -fno-strict-aliasing \
	-fstack-protector-strong -ftrivial-auto-var-init=zero -fno-delete-null-pointer-checks \
	-Wall -Wextra -Werror -Wshadow -Wvla -Wundef -Wstrict-prototypes -Wmissing-prototypes -Wconversion \
	-Wno-sign-conversion -Wpointer-arith -Wwrite-strings -Wformat=2 -Wstack-usage=12288 \
	-g -ffile-prefix-map=$(CURDIR)=. -MMD -MP
# No text relocations; but binutils 2.40 for riscv64 also counts those of sections that it drops.
comma := ,
Z_TEXT := $(if $(filter riscv64,$(TARGET)),,-z$(comma)text$(comma))
LDFLAGS = $(CPU_$(TARGET)) -nostdlib -nostartfiles $(if $(NO_PIE),-static -no-pie,-static-pie) \
	-Wl,--gc-sections,--no-dynamic-linker,$(Z_TEXT)-z,relro,-z,now,-z,noexecstack,-z,noseparate-code,--build-id=none,--fatal-warnings -L$(SYSROOT)/lib
CRT1 := $(SYSROOT)/lib/$(if $(NO_PIE),crt1,rcrt1).o
LDLIBS := -lbearssl -lyajl -lz -linih -Wl,--start-group -lc -lgcc -Wl,--end-group

$(OUT)/gen/%.h: %.sh $(wildcard runtime/*.def runtime/*.tsv runtime/oci/*.def init/*.def init/*/*.def)
	@mkdir -p $(@D)
	@sh $< >$@

$(OBJ)/%.o: %.c $(OUT)/config.h $(LIBS) Makefile | $(GENERATED)
	@mkdir -p $(@D)
	@echo "  CC      $(BOARD) $*.c"
	@$(CC) $(CFLAGS) $(LTO_$(TARGET)) -c $< -o $@

$(OUT)/libpintle.a: $(filter-out $(MAIN),$(OBJECTS)) $(KBUILDS)
	@rm -f $@
	@$(CROSS)ar rcsD $@ $(filter %.o,$^)

# The whole archive: folder by folder, so that what PID 1 runs lies together and shares pages with nothing else. What is not
# used goes all the same (--gc-sections).
$(OUT)/pintle.debug: $(MAIN) $(OUT)/libpintle.a
	@echo "  LD      $@"
	@$(CC) $(CFLAGS) $(LTO_$(TARGET)) $(LDFLAGS) -o $@ $(CRT1) $(SYSROOT)/lib/crti.o $(MAIN) \
		-Wl,--whole-archive $(OUT)/libpintle.a -Wl,--no-whole-archive $(LDLIBS) $(SYSROOT)/lib/crtn.o

$(OUT)/pintle: $(OUT)/pintle.debug
	@$(CROSS)strip -s -R .comment -R .note.gnu.property -o $@ $<

-include $(OBJECTS:.o=.d)

.PHONY: install clean size
install: $(OUT)/pintle ## install the binary and man pages below DESTDIR
	@install -D -m 755 $< $(DESTDIR)/sbin/pintle
	@mkdir -p $(DESTDIR)/usr/sbin && ln -sf ../../sbin/pintle $(DESTDIR)/usr/sbin/pintle-runc
	@for page in $(wildcard init/*.8 init/cli/*.1 init/unit/*.5 fetch/*.5 runtime/oci/*.8); do \
		install -D -m 644 $$page $(DESTDIR)/usr/share/man/man$${page##*.}/$${page##*/}; done
size: ## sizes of every board that has been built, beside their budgets
	@sh configs/size.sh $(BOARDS)
clean: ## remove what was built; fetched sources, kernels and libraries stay
	@rm -rf $(addprefix out/,$(BOARDS)) out/results

include $(wildcard board/rules.mk tests/rules.mk)

.PHONY: help
help: ## this list
	@echo "make [BOARD=$(BOARD)] builds out/\$$(BOARD)/pintle. Boards: $(BOARDS)"
	@sed -n 's/^\([a-z][a-z-]*\):[^#]*## \(.*\)/\1\t\2/p' $(MAKEFILE_LIST) | sort | while IFS="$$(printf '\t')" read -r verb text; do \
		printf '  %-16s %s\n' "$$verb" "$$text"; done
