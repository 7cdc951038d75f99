#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Shows that the guest's image depends on its contents alone: built again from copies that lie
# elsewhere, have other times, modes and an other order on disk, it has the same bytes; with one
# byte of init changed it has not.
#
#   scripts/guest_image_test.sh BUILD      after `make BUILD=BUILD guest`
set -u
guest=${1:?usage: scripts/guest_image_test.sh BUILD}/guest
here=$(dirname "$0")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0
failed=0

check() {
    name=$1
    shift
    if "$@"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAIL guest image: $name"
    fi
}

differ() {
    ! cmp -s "$1" "$2"
}

image() {
    "$here/guest_image.sh" "$1" "$here/../guest/modules.txt" "$2" "$3"
}

# a copy of the modules under another path, written in the opposite order
mkdir "$work/other place"
copy="$work/other place/modules"
mkdir "$copy"
(cd "$guest/kernel/" && find kernel -name '*.ko*' -path '*/drivers/[uv]*' -o \
    -name 'irqbypass*' -o -name 'iommufd*' | sort -r) >"$work/list"
while read -r file; do
    mkdir -p "$copy/$(dirname "$file")"
    cp "$guest/kernel/$file" "$copy/$file"
done <"$work/list"
cp "$guest/kernel/modules.builtin" "$copy/"
cp "$guest/init" "$work/other place/init"
touch -d 2001-01-01 "$work/other place/init"
chmod 0700 "$work/other place/init"

(umask 077 && image "$copy" "$work/other place/init" "$work/second")
check "second build equals the first" cmp "$guest/initramfs" "$work/second"

printf x >>"$work/other place/init"
image "$copy" "$work/other place/init" "$work/third"
check "a changed init changes the image" differ "$guest/initramfs" "$work/third"

image "$work" "$guest/init" "$work/fourth" 2>"$work/said"
check "a folder without modules ends with status 3" [ $? = 3 ]
check "and says why" grep -q "no modules.builtin" "$work/said"

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
