# SPDX-License-Identifier: BSD-2-Clause
# The tool: everything but main.c is a library, so that unit tests link what the program links.
# A room for each step of a run: scenario -> plan -> run -> judge -> report; trace reads what a run
# left, cmd is the command line, base what all use. harness/inproc/ (the one place that knows
# driver and model both) has a module.mk of its own.

HARNESS_PACKAGES := glib-2.0 jansson libfyaml libarchive libpcap libxxhash libzstd
# quiet where libraries are missing: scripts/setup.sh names them, and a compiler the header
HARNESS_INCLUDES := $(shell pkg-config --cflags $(HARNESS_PACKAGES) 2>/dev/null)
CFLAGS_harness   := -D_GNU_SOURCE= $(subst -I,-isystem ,$(HARNESS_INCLUDES))
LDLIBS_harness   := $(shell pkg-config --libs $(HARNESS_PACKAGES) 2>/dev/null)
HARNESS_LIBS     := harness record bench nic ixd

HARNESS_ROOMS    := $(addprefix harness/, base scenario plan run judge report gate pcie trace cmd)

$(eval $(call library,harness,$(sort $(filter-out %/main.c,$(wildcard $(HARNESS_ROOMS:%=%/*.c))))))
$(eval $(call program,ringside,harness/cmd/main.c,$(HARNESS_LIBS),$(LDLIBS_harness) -lm))
$(foreach room,$(HARNESS_ROOMS),\
    $(eval $(call unit_tests,$(room),$(HARNESS_LIBS),$(LDLIBS_harness) -lm)))
