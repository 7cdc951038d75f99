# SPDX-License-Identifier: BSD-2-Clause
# Fuzz targets: a library; the program that libFuzzer drives (needs clang: scripts/fuzz.py builds
# it, with FUZZ=1, into a folder of its own); and the replay of the corpus among the unit tests.

FUZZ_LIBS   := fuzz guest $(HARNESS_LIBS)
CFLAGS_fuzz := $(CFLAGS_harness)

$(eval $(call library,fuzz,$(filter-out %/libfuzzer.c,$(wildcard fuzz/*.c))))
$(eval $(call program,ringside-fuzz,fuzz/libfuzzer.c,$(FUZZ_LIBS),$(LDLIBS_harness) -lm))
$(eval $(call unit_tests,fuzz,$(FUZZ_LIBS),$(LDLIBS_harness) -lm))
LDFLAGS_ringside-fuzz := -fsanitize=fuzzer
