# SPDX-License-Identifier: BSD-2-Clause
# The recorder: what every host does with files. A library and its tests.
$(eval $(call library,record,$(wildcard model/record/*.c)))
$(eval $(call unit_tests,model/record,record bench nic,-lpcap))
