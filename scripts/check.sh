#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# What `make check` adds to `make test`: the same code under ASan and UBSan (units and in-process
# scenarios), long scenarios (but for those of `make conformance`) and more packets, runs on a host
# that is disturbed, every fuzz target for a while, clang-tidy, cppcheck and shellcheck. Stops at
# the first step that finds something.
set -eu
: "${BUILD:=build}" "${JOBS:=2}" "${MAKE:=make}"
SAFE=$BUILD-sanitize

echo "== units and in-process scenarios under ASan and UBSan"
$MAKE --no-print-directory -j"$JOBS" BUILD="$SAFE" SANITIZE=1 CFLAGS="-O1 -g" unit tools
"$SAFE/ringside" run --host in-process --out "$SAFE/out" scenarios/smoke

echo "== long scenarios, and frames against Scapy from ten seeds"
"$BUILD/ringside" run --tag long --tag '!conformance' --out "$BUILD/out/long" scenarios
for seed in 2 3 4 5 6 7 8 9 10 11; do
    /usr/bin/python3 scripts/crosscheck.py "$BUILD" --cases 120 --seed "$seed"
done

echo "== 50 runs on a host that is disturbed while they run"
"$BUILD/ringside" run --host qemu --disturb --repeat 51 --out "$BUILD/out/disturbed" \
    scenarios/smoke/waiting.yaml --filter '*interrupt*'

echo "== guests that mean harm"
python3 scripts/hostile_test.py "$BUILD"

echo "== every fuzz target for a while"
python3 scripts/fuzz.py "$BUILD" --time 60 --jobs "$JOBS"

echo "== files broken in more ways; the gate builds and measures its base"
python3 scripts/hostile_files_test.py "$BUILD" 6
python3 scripts/gate_test.py "$BUILD" --base

if pkg-config --exists systemc; then
    echo "== SystemC under ASan and UBSan"
    $MAKE --no-print-directory -j"$JOBS" BUILD="$SAFE" SANITIZE=1 CFLAGS="-O1 -g" \
        "$SAFE/ringside-systemc"
    RINGSIDE_SYSTEMC=$SAFE/ringside-systemc python3 scripts/systemc_test.py "$BUILD"
fi
# another SystemC, where one lies in its usual place or SYSTEMC_HOMES names it
for home in ${SYSTEMC_HOMES:-/opt/systemc* /usr/local/systemc*}; do
    if [ -e "$home/include/systemc" ]; then
        echo "== SystemC in $home"
        $MAKE --no-print-directory -j"$JOBS" BUILD="$BUILD-systemc" SYSTEMC_HOME="$home" \
            "$BUILD-systemc/ringside-systemc"
        RINGSIDE_SYSTEMC=$BUILD-systemc/ringside-systemc python3 scripts/systemc_test.py "$BUILD"
        rm -r "$BUILD-systemc"
    fi
done

echo "== clang-tidy"
# shellcheck disable=SC2016  # the inner shell expands
git ls-files 'model/*.c' 'driver/*.c' 'guest/*.c' 'harness/*.c' 'fuzz/*.c' | grep -v /tests/ |
    xargs -P "$JOBS" -n 1 sh -c 'clang-tidy --quiet "$@" -- -std=gnu11 -D_GNU_SOURCE -I. \
        $(pkg-config --cflags glib-2.0 jansson libfyaml libarchive) 2>/dev/null' clang-tidy
# shellcheck disable=SC2016
git ls-files 'model/systemc/*.cpp' | grep -v /tests/ |
    xargs -P "$JOBS" -n 1 sh -c 'clang-tidy --quiet "$@" -- -std=gnu++17 -I. 2>/dev/null' clang-tidy

echo "== cppcheck"
# -D: GLib's headers are not read, and Debian 13's cppcheck minds a macro within a string
cppcheck --quiet --std=c11 --language=c --enable=warning,performance,portability \
    --inline-suppr --suppress=missingIncludeSystem --suppress='*:*/tests/*' \
    --suppress=normalCheckLevelMaxBranches -DG_GUINT64_FORMAT='"lu"' \
    --error-exitcode=1 -j "$JOBS" -I. -i model/systemc model driver guest harness
cppcheck --quiet --std=c++17 --language=c++ --enable=warning,performance,portability \
    --inline-suppr --suppress=missingIncludeSystem --suppress='*:*/tests/*' \
    --error-exitcode=1 -j "$JOBS" -I. model/systemc

echo "== shellcheck"
git ls-files '*.sh' | xargs shellcheck
echo "check: all clean"
