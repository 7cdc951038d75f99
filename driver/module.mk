# SPDX-License-Identifier: BSD-2-Clause
# libixd is the driver, its pool and the logic of the applications: everything that runs over any
# bus. libixd_linux are the two buses of a Linux guest. The programs are linked statically, for a
# guest that holds nothing but its init.

DRIVER_SRC := $(addprefix driver/, error.c pool.c regio.c init.c link.c rx.c rx_offload.c tx.c \
                tx_offload.c tx_prepare.c rss.c filter.c steer.c fdir.c hang.c irq.c \
                stats.c port.c)
DRIVER_LINUX_SRC := driver/linux.c driver/bus_vfio.c driver/bus_sysfs.c \
    $(addprefix driver/apps/, ports.c run.c threads.c)
DRIVER_APP_SRC := $(filter-out %_main.c $(DRIVER_LINUX_SRC),$(wildcard driver/apps/*.c))
$(eval $(call library,ixd,$(DRIVER_SRC) $(DRIVER_APP_SRC)))
$(eval $(call library,ixd_linux,$(DRIVER_LINUX_SRC)))

# $(call guest_program,NAME) -> $(BUILD)/guest-bin/NAME
define guest_program
LDFLAGS_guest-bin/$(1) := -static -pthread
$(call program,guest-bin/$(1),driver/apps/$(1)_main.c,ixd_linux ixd,)
GUEST_PROGRAMS += $(BUILD)/guest-bin/$(1)
endef
GUEST_PROGRAMS :=
$(foreach app,fwd echo gen sink poke,$(eval $(call guest_program,$(app))))

$(eval $(call unit_tests,driver,ixd_linux ixd,,driver/tests/fake_bus.c))
$(eval $(call unit_tests,driver/apps,ixd,,driver/tests/fake_bus.c))

# a load for counting instructions: scripts/driver_cost.py
$(eval $(call program,forward-cost,driver/tests/forward_cost.c driver/tests/fake_bus.c,ixd))
