# SPDX-License-Identifier: BSD-2-Clause
# Ringside. `make run` shows it at work, `make test` checks it; `make help` lists the rest.
# Each folder's module.mk says what it builds; mk/rules.mk says how.

BUILD ?= build
Q     ?= @
JOBS  ?= $(shell nproc)
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules
STEP = $(MAKE) --no-print-directory -j$(JOBS)
SETUP = $(Q)RINGSIDE_SETUP_STAMP=$(BUILD)/.setup sh scripts/setup.sh $(1)

include mk/rules.mk
include $(wildcard $(addsuffix /module.mk, model/nic model/nic/tools model/bench model/record \
                   model/systemc \
                   driver harness harness/inproc guest fuzz qemu-patches \
                   scenarios/dpdk/apps))
include mk/install.mk

.PHONY: calibrate
.PHONY: help run test check coverage docs rate gate gate-update profile bench driver-cost unit \
        calibrate-guest tidy all tools hosts clean
help:
	@grep -hE '^## ' $(MAKEFILE_LIST) | sed 's/^## //'

## make run        frames through the modelled NIC and a driver in a guest, with figures
run:
	$(call SETUP,run)
	$(Q)$(STEP) all
	$(Q)$(BUILD)/ringside run scenarios/forward/64B-4Mpps.yaml

## make test       everything that must hold: units, house rules, the smoke suite on both hosts
test:
	$(call SETUP,test)
	$(Q)BUILD=$(BUILD) JOBS=$(JOBS) MAKE="$(MAKE)" sh scripts/test.sh

## make check      make test, then sanitizers, clang-tidy, cppcheck
check:
	$(call SETUP,check)
	$(Q)$(MAKE) --no-print-directory test
	$(Q)BUILD=$(BUILD) JOBS=$(JOBS) MAKE="$(MAKE)" sh scripts/check.sh

## make conformance  Linux ixgbe and DPDK, unmodified: a table of what each can do on the card
.PHONY: conformance
conformance:
	$(call SETUP,conformance)
	$(Q)$(STEP) all
	$(Q)python3 scripts/conformance.py $(BUILD) --jobs $(JOBS)

## make fuzz       all fuzz targets for T seconds of wall time together (default 60; needs clang)
.PHONY: fuzz
fuzz:
	$(call SETUP,fuzz)
	$(Q)MAKE="$(MAKE)" python3 scripts/fuzz.py $(BUILD) --time $(or $(T),60) --jobs $(JOBS)

## make coverage   lines covered by units and in-process scenarios, as a page
coverage:
	$(call SETUP,check)
	$(Q)BUILD=$(BUILD)-coverage JOBS=$(JOBS) MAKE="$(MAKE)" sh scripts/coverage.sh

## make unit       the unit tests alone (seconds)
unit: $(ALL_TESTS)
	$(Q)python3 scripts/run_unit_tests.py $(ALL_TESTS)

## make tidy       the house rules: who may include whom, form, words
tidy:
	$(Q)python3 scripts/tidy.py

## make docs       the generated pages: registers, scenario keys
docs: tools
	$(Q)python3 scripts/docs.py $(BUILD)

## make rate       where loss begins: 64 B forwarded on a 2.4 GHz and on a 1.2 GHz core
rate:
	$(call SETUP,run)
	$(Q)$(STEP) all
	$(Q)$(BUILD)/ringside rate scenarios/forward/64B-4Mpps.yaml
	$(Q)$(BUILD)/ringside rate scenarios/forward/64B-slow-core.yaml

## make gate       what a packet costs against the committed baseline (exit status 5: more)
GATE = $(BUILD)/ringside gate $(if $(shell command -v valgrind),--figures-from \
       'make -s $$BUILD/queue-cost $$BUILD/forward-cost BUILD=$$BUILD >&2 && \
       python3 scripts/bench_inproc.py --counts $$BUILD')
gate: all
	$(Q)$(GATE)

## make gate-update  take today's figures as the baseline (commit first: it names the commit)
gate-update: all
	$(Q)$(GATE) --update

## make profile    where the host's time goes per forwarded frame (needs linux-perf, valgrind)
profile: all $(BUILD)/queue-cost
	$(Q)python3 scripts/profile.py $(BUILD)

## make bench      what a frame costs the host: exact counts, frames per second, starts per minute;
##                 the guest's forward against DPDK testpmd on QEMU's igb
bench: all $(BUILD)/queue-cost $(BUILD)/forward-cost
	$(call SETUP,bench)
	$(Q)python3 scripts/bench_inproc.py $(BUILD) $(BUILD)/bench.json
	$(Q)python3 scripts/bench_guest.py $(BUILD)

## make calibrate-guest  the project's driver in the guest against the in-process prediction for it,
##                 and what a quantum costs and brings
calibrate-guest: all
	$(call SETUP,run)
	$(Q)python3 scripts/calibrate_guest.py $(BUILD) $(BUILD)/calibrate-guest.json

## make calibrate  every published measurement against the model: a table, and a page with plots
calibrate: tools
	$(Q)python3 scripts/calibrate.py $(BUILD)

## make driver-cost  instructions of driver and pool per forwarded frame, by path and batch
driver-cost: $(BUILD)/forward-cost
	$(Q)python3 scripts/driver_cost.py $(BUILD)

# what runs on this machine; what runs scenarios
tools: $(BUILD)/ringside $(BUILD)/ringside-inproc $(BUILD)/nic-dump
hosts: qemu guest
all: tools hosts $(GUEST_PROGRAMS) dpdk-apps

## make clean      remove the build folder (the caches of QEMU and guest stay)
clean:
	rm -rf $(BUILD) $(BUILD)-coverage $(BUILD)-sanitize $(BUILD)-fuzz

# quick work on one folder: make model/nic.test
%.test:
	$(Q)$(STEP) unit ALL_TESTS="$(filter $(BUILD)/$*/%,$(ALL_TESTS))"
