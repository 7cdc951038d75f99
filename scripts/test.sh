#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# `make test`: each step counts what it checked; the last line is `N passed, M failed`.
# A step that cannot say how much it checked counts as one test.
set -u
: "${BUILD:=build}" "${JOBS:=2}" "${MAKE:=make}"
passed=0 failed=0
log=$(mktemp) && trap 'rm -f "$log" "$log.status"' EXIT

# step NAME COMMAND...: runs it, shows its output, adds up its closing line: `N passed, M failed`
# or unittest's `Ran N tests`
step() {
    name=$1
    shift
    printf '== %s\n' "$name"
    { "$@" 2>&1; echo $? >"$log.status"; } | tee "$log"
    status=$(cat "$log.status")
    line=$(grep -Eo '[0-9]+ passed, [0-9]+ failed' "$log" | tail -n 1)
    p=${line%% *} f=${line#*, } f=${f%% *}
    if [ -z "$line" ]; then
        p=$(sed -n 's/^Ran \([0-9]*\) tests* in .*/\1/p' "$log" | tail -n 1)
        p=${p:-1} f=0
        [ "$status" -eq 0 ] || p=0
    fi
    [ "$status" -ne 0 ] && [ "$f" -eq 0 ] && f=1
    passed=$((passed + p)) failed=$((failed + f))
}

build() {
    $MAKE --no-print-directory -j"$JOBS" BUILD="$BUILD" "$@"
}

step "build" build all
step "units" build unit
step "house rules" python3 scripts/tidy.py
step "generated pages" python3 scripts/docs.py --check "$BUILD"
step "scripts" python3 -m unittest discover -s scripts/tests -p '*_test.py'
step "reproducible guest image" sh scripts/guest_image_test.sh "$BUILD"
step "in-process scenarios, twice" "$BUILD/ringside" run --host in-process --repeat 2 \
    --jobs "$JOBS" --tag '!long' --out "$BUILD/out/in-process" scenarios
step "guest scenarios, twice" "$BUILD/ringside" run --host qemu --repeat 2 \
    --jobs "$JOBS" --tag '!long' --out "$BUILD/out/qemu" --junit "$BUILD/out/smoke.xml" scenarios
# Debian's own interpreter: it has Debian's python3-scapy, whatever comes first in PATH
if pkg-config --exists systemc; then
    build "$BUILD/ringside-systemc"
    step "SystemC" python3 scripts/systemc_test.py "$BUILD"
fi
step "calibration, the quick points" python3 scripts/calibrate.py --fast "$BUILD"
step "frames against Scapy" /usr/bin/python3 scripts/crosscheck.py "$BUILD" --cases 72
step "gate" python3 scripts/gate_test.py "$BUILD"
step "figures against the baseline" "$BUILD/ringside" gate --same-environment \
    --out "$BUILD/out/gate"
step "terminals and pipes" python3 scripts/terminal_test.py "$BUILD"
step "a cache that clones share" python3 scripts/cache_test.py "$BUILD"
step "hostile files" python3 scripts/hostile_files_test.py "$BUILD"
step "hostile runs" python3 scripts/hostile_runs_test.py "$BUILD"
step "installation" python3 scripts/install_test.py "$BUILD"
step "starts from snapshots" python3 scripts/snapshot_test.py "$BUILD"
step "devices without a guest" python3 -W ignore qemu-patches/tests/qtest_test.py "$BUILD"
step "snapshots in the middle of a run" python3 scripts/midway_test.py "$BUILD"
step "guests with several processors" python3 scripts/smp_test.py "$BUILD"
step "drivers that misbehave" python3 scripts/guest_test.py "$BUILD"
step "drivers by description" python3 scripts/driver_test.py "$BUILD"
printf '%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
