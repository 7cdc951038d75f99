# SPDX-License-Identifier: BSD-2-Clause
# The NIC: a library that knows nobody, its tests, and the tool that prints its register table.
$(eval $(call library,nic,$(wildcard model/nic/*.c)))
$(eval $(call program,nic-dump,model/nic/tools/nic_dump.c,nic))
$(eval $(call unit_tests,model/nic,nic,,model/nic/tests/fake_host.c))
$(eval $(call program,queue-cost,model/nic/tests/queue_cost.c,nic))
# what hosts link: the NIC optimised as one
LDFLAGS_queue-cost := $(if $(LTO),-O3 -flto -flto-partition=one)
