#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Lines covered by the unit tests and the in-process scenarios: a summary, and a page under
# $BUILD/coverage. lcov's options were renamed between Debian 12 (1.16) and 13 (2.x).
set -eu
: "${BUILD:=build-coverage}" "${JOBS:=2}" "${MAKE:=make}"

$MAKE --no-print-directory -j"$JOBS" BUILD="$BUILD" COVERAGE=1 CFLAGS="-O0 -g" unit tools
"$BUILD/ringside" run --host in-process --out "$BUILD/out" scenarios/smoke || true

ignore=
case $(lcov --version) in
*" 1."*) ;;
*) ignore="--ignore-errors inconsistent,unused,mismatch,gcov" ;;
esac
# shellcheck disable=SC2086  # $ignore is words
lcov --quiet --capture --directory "$BUILD" --base-directory . --no-external $ignore \
    --output-file "$BUILD/all.info"
# shellcheck disable=SC2086
lcov --quiet --remove "$BUILD/all.info" '*/tests/*' $ignore --output-file "$BUILD/coverage.info"
genhtml --quiet --output-directory "$BUILD/coverage" "$BUILD/coverage.info"
lcov --summary "$BUILD/coverage.info" 2>&1 | grep -E 'lines|functions'
echo "page: $BUILD/coverage/index.html"
