# SPDX-License-Identifier: BSD-2-Clause
# The lab bench around the NIC ports: a library that every host links, and its tests.
$(eval $(call library,bench,$(wildcard model/bench/*.c)))
$(eval $(call unit_tests,model/bench,bench nic,,$(wildcard model/bench/tests/rig*.c)))
