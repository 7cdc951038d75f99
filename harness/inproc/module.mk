# SPDX-License-Identifier: BSD-2-Clause
# The in-process host: the driver, the bench and the NIC in one program, without a guest.

INPROC_SRCS := $(wildcard harness/inproc/*.c)
INPROC_LIBS := ixd guest record bench nic
$(eval $(call library,inproc,$(filter-out %/main.c,$(INPROC_SRCS))))
$(eval $(call program,ringside-inproc,harness/inproc/main.c,inproc ixd guest record model,\
    $(LDLIBS_record)))
$(eval $(call unit_tests,harness/inproc,inproc $(INPROC_LIBS),$(LDLIBS_record),\
    harness/inproc/tests/machine.c))
