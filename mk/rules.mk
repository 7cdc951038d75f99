# SPDX-License-Identifier: BSD-2-Clause
# The three shapes every folder builds: a static library, a program, and one test binary per
# tests/*_test.c. A folder's module.mk calls these; nothing else knows how things are compiled.

WARN    := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith \
           -Wwrite-strings -Wvla -Wno-unused-parameter
CFLAGS  ?= -O2 -g
CSTD    := -std=gnu11
CXX     ?= g++
CXXSTD  := -std=gnu++17
CXXWARN := $(filter-out -Wshadow -Wstrict-prototypes -Wmissing-prototypes,$(WARN))
LDLIBS_CHECK = $(shell pkg-config --libs check 2>/dev/null)
OBJ     := $(BUILD)/obj

ifdef SANITIZE
SAN     := -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
endif
# for libFuzzer, with clang: every object counts what it covers (fuzz/module.mk)
ifdef FUZZ
SAN     := -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined \
           -fno-sanitize=function -fno-omit-frame-pointer
endif
ifdef COVERAGE
SAN     += --coverage
endif

# No clone's path in any binary: the driver's programs lie in the guest's memory and so in its
# hash, and base snapshots are shared by clones whose hosts are alike. gdb finds sources from here.
SAME_BYTES := -fdebug-prefix-map=$(CURDIR)=. -fmacro-prefix-map=$(CURDIR)=.

# The model's hosts get NIC and bench as one object, optimised as one: calls between their files
# are a sixth of what a frame costs. Its loops are short: made wide they cost more than they save.
# Unit tests, sanitizers and coverage link the plain libraries.
# LTO= leaves it out: a changed model then links a few seconds sooner.
ifeq ($(SAN),)
LTO ?= 1
endif
ifneq ($(LTO),)
CFLAGS_model := -O3 -fno-tree-vectorize -flto -ffat-lto-objects --param max-inline-insns-auto=300 \
                --param inline-unit-growth=600 --param large-function-growth=5000 \
                --param large-function-insns=20000 --param large-stack-frame-growth=5000
PLAIN        := -fno-lto
MODEL        := $(BUILD)/model.o
else
MODEL        := $(BUILD)/libbench.a $(BUILD)/libnic.a
endif

$(BUILD)/model.o: $(BUILD)/libbench.a $(BUILD)/libnic.a
	$(Q)$(CC) -O3 -g -flto=auto -r -flinker-output=nolto-rel -o $@ -Wl,--whole-archive $^

ALL_TESTS :=
ALL_LIBS  :=

# compile one C file; $(CFLAGS_dir) lets a folder add include paths of libraries
$(OBJ)/%.o: %.c mk/rules.mk
	@mkdir -p $(@D)
	$(Q)$(CC) $(CSTD) $(CFLAGS) $(WARN) $(WERROR) $(SAN) $(SAME_BYTES) -fPIE -I. \
	    $(CFLAGS_$(word 1,$(subst /, ,$*))) -MMD -MP -c $< -o $@

# the same of a C++ file; the model's headers name functions as their structs, which C++ calls
# shadowing
$(OBJ)/%.o: %.cpp mk/rules.mk
	@mkdir -p $(@D)
	$(Q)$(CXX) $(CXXSTD) $(CFLAGS) $(CXXWARN) $(WERROR) $(SAN) $(SAME_BYTES) -fPIE -I. \
	    $(CXXFLAGS_systemc) -MMD -MP -c $< -o $@

# $(call library,NAME,SOURCES) -> $(BUILD)/libNAME.a
define library
ALL_LIBS += $(BUILD)/lib$(1).a
$(BUILD)/lib$(1).a: $(2:%.c=$(OBJ)/%.o)
	@mkdir -p $$(@D)
	$$(Q)rm -f $$@ && $$(AR) rcsD $$@ $$^
-include $(2:%.c=$(OBJ)/%.d)
endef

# LIBRARIES -> files; "model" is NIC and bench as hosts link them
lib_files = $(filter-out %/libmodel.a,$(1:%=$(BUILD)/lib%.a)) $(if $(filter model,$(1)),$(MODEL))

# $(call program,NAME,SOURCES,LIBRARIES,LDLIBS) -> $(BUILD)/NAME
define program
$(BUILD)/$(1): $(2:%.c=$(OBJ)/%.o) $(call lib_files,$(3))
	@mkdir -p $$(@D)
	$$(Q)$$(CC) $$(CFLAGS) $$(SAN) $$(PLAIN) $$(LDFLAGS_$(1)) -o $$@ \
	    $(2:%.c=$(OBJ)/%.o) $(call lib_files,$(3)) $(4)
-include $(2:%.c=$(OBJ)/%.d)
endef

# the same of C++ files
define cxx_program
$(BUILD)/$(1): $(2:%.cpp=$(OBJ)/%.o) $(call lib_files,$(3))
	@mkdir -p $$(@D)
	$$(Q)$$(CXX) $$(CFLAGS) $$(SAN) $$(PLAIN) -o $$@ \
	    $(2:%.cpp=$(OBJ)/%.o) $(call lib_files,$(3)) $(4)
-include $(2:%.cpp=$(OBJ)/%.d)
endef

# $(call cxx_unit_test,TEST,SOURCES,LIBRARIES,LDLIBS): one binary
define cxx_unit_test
ALL_TESTS += $(BUILD)/$(1:%.cpp=%)
$(BUILD)/$(1:%.cpp=%): $(1:%.cpp=$(OBJ)/%.o) $(2:%.cpp=$(OBJ)/%.o) $(3:%=$(BUILD)/lib%.a)
	@mkdir -p $$(@D)
	$$(Q)$$(CXX) $$(CFLAGS) $$(SAN) $$(PLAIN) -o $$@ $$^ $(4) $$(LDLIBS_CHECK)
-include $(1:%.cpp=$(OBJ)/%.d)
endef

# $(call unit_tests,FOLDER,LIBRARIES,LDLIBS[,HELPER SOURCES]): a binary per FOLDER/tests/*_test.c
define unit_tests
$(foreach t,$(wildcard $(1)/tests/*_test.c),$(eval $(call unit_test,$(1),$(t),$(2),$(3),$(4))))
endef
define unit_test
ALL_TESTS += $(BUILD)/$(2:%.c=%)
$(BUILD)/$(2:%.c=%): $(2:%.c=$(OBJ)/%.o) $(5:%.c=$(OBJ)/%.o) $(3:%=$(BUILD)/lib%.a)
	@mkdir -p $$(@D)
	$$(Q)$$(CC) $$(CFLAGS) $$(SAN) $$(PLAIN) -o $$@ $$^ $(4) $$(LDLIBS_CHECK)
-include $(2:%.c=$(OBJ)/%.d) $(5:%.c=$(OBJ)/%.d)
endef
