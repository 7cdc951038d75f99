# SPDX-License-Identifier: BSD-2-Clause
# The SystemC host: TLM-2.0 modules around NIC and bench, and the program that wires them. Built
# where SystemC is installed (libsystemc-dev: 2.3.4 in Debian 12, 3.x in Debian 13).

# SYSTEMC_HOME names another SystemC than the system's: its include/ and lib/.
ifdef SYSTEMC_HOME
SYSTEMC_VERSION  := of $(SYSTEMC_HOME)
CXXFLAGS_systemc := -isystem $(SYSTEMC_HOME)/include
LDLIBS_systemc   := -L$(SYSTEMC_HOME)/lib -Wl,-rpath,$(SYSTEMC_HOME)/lib -lsystemc -lpthread
else
SYSTEMC_VERSION  := $(shell pkg-config --modversion systemc 2>/dev/null)
CXXFLAGS_systemc := $(shell pkg-config --cflags systemc 2>/dev/null)
LDLIBS_systemc   := $(shell pkg-config --libs systemc 2>/dev/null) -lpthread
endif

ifneq ($(SYSTEMC_VERSION),)
$(eval $(call cxx_program,ringside-systemc,$(wildcard model/systemc/*.cpp),record model,\
    $(LDLIBS_record) $(LDLIBS_systemc)))
$(foreach t,$(wildcard model/systemc/tests/*_test.cpp),$(eval $(call cxx_unit_test,$(t),\
    $(filter-out %/main.cpp,$(wildcard model/systemc/*.cpp)),record bench nic,\
    $(LDLIBS_record) $(LDLIBS_systemc))))
endif

.PHONY: systemc
## make systemc    the SystemC host, build/ringside-systemc (docs/systemc.md)
systemc:
	$(call SETUP,systemc)
ifneq ($(SYSTEMC_VERSION),)
	$(Q)$(STEP) $(BUILD)/ringside-systemc
else
	$(Q)$(MAKE) --no-print-directory BUILD=$(BUILD) $(BUILD)/ringside-systemc
endif
