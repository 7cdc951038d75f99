#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Owns the making of the guest's initramfs: one cpio archive with init, busybox and the kernel
# modules in the order they load. The same inputs give the same bytes on any machine: times,
# owners, order and inode numbers are fixed. Not compressed: a copy is quicker than any
# decompressor under emulation.
#
#   scripts/guest_image.sh MODULES WANTED INIT OUT
#     MODULES  folder of one kernel's modules (the one that holds kernel/ and modules.builtin)
#     WANTED   list of module names, # comments
#     INIT     the static init program
#     OUT      the archive; OUT.d gets its make dependencies
#
# RINGSIDE_GUEST_BUSYBOX  a static busybox, instead of the one of Debian's busybox-static
# Status 3: an input is missing; the reason has been printed.
set -eu
LC_ALL=C
export LC_ALL
umask 022

# what a person at the guest's console needs; init itself uses tar
applets="ash awk cat chmod chown clear cp cut date dd df dmesg du echo env expr false find free
    grep gunzip gzip head hexdump hostname id kill less ln ls md5sum mkdir mkfifo mknod more
    mount mv nice od pidof printf ps pwd readlink realpath reset rm rmdir sed seq sh sha256sum
    sleep sort stat stty su tail tar tee test time timeout top touch tr true uname uniq uptime
    usleep vi wc which xargs xxd"

fail() {
    echo "guest image: $*" >&2
    exit 3
}

# prints the path of module $1 in $modules; names differ in - and _ between file and module
module_file() {
    pattern=$(echo "$1" | sed 's/[-_]/[-_]/g')
    find "$modules/kernel" -name "$pattern.ko" -o -name "$pattern.ko.xz" | sort | head -n 1
}

is_builtin() {
    pattern=$(echo "$1" | sed 's/[-_]/[-_]/g')
    grep -q "/$pattern\.ko\$" "$modules/modules.builtin"
}

# unpacks module file $1 to $2
plain_copy() {
    case $1 in
    *.ko) cat "$1" ;;
    *.ko.xz) xz -dc "$1" ;;
    esac >"$2"
}

# the module's own record of what it needs
module_depends() {
    objcopy -O binary --only-section=.modinfo "$1" /dev/stdout |
        tr '\0' '\n' | sed -n 's/^depends=//p' | tr ',' '\n'
}

# puts module $1 behind all that it needs; appends to $work/order
add_module() {
    key=$(echo "$1" | tr - _)
    if grep -qx "$key" "$work/order" || is_builtin "$1"; then
        return
    fi
    file=$(module_file "$1")
    [ -n "$file" ] || fail "the kernel in $modules has no module '$1' (WANTED or a dependency)"
    plain_copy "$file" "$work/modules/$key.ko"
    for need in $(module_depends "$work/modules/$key.ko"); do
        # a subshell keeps this level's variables; the order is in a file
        (add_module "$need") || exit 3
    done
    echo "$key" >>"$work/order"
}

# prints one row of the archive's table of contents; $1 path, $2 mode, $3 the rest. Contents are
# named relative to $work: bsdtar takes no quoting there.
row() {
    echo "./$1 mode=$2 uid=0 gid=0 time=0 $3"
}

contents() {
    echo "#mtree"
    for folder in bin dev etc job lib lib/modules mnt proc results root sys tmp; do
        row "$folder" 0755 "type=dir"
    done
    row dev/console 0600 "type=char device=linux,5,1"
    row dev/null 0666 "type=char device=linux,1,3"
    row init 0755 "type=file contents=init"
    row bin/busybox 0755 "type=file contents=busybox"
    for applet in $applets; do
        row "bin/$applet" 0777 "type=link link=busybox"
    done
    row bin/go 0755 "type=file contents=go"
    row etc/passwd 0644 "type=file contents=passwd"
    row lib/modules/order 0644 "type=file contents=load"
    while read -r key; do
        row "lib/modules/$key.ko" 0644 "type=file contents=modules/$key.ko"
    done <"$work/order"
}

find_busybox() {
    busybox=${RINGSIDE_GUEST_BUSYBOX:-$(command -v busybox || true)}
    [ -n "$busybox" ] || fail "no busybox here: apt-get install busybox-static"
    # \177ELF with a program interpreter is the dynamic one of the package 'busybox'
    if readelf -lW "$busybox" 2>/dev/null | grep -q INTERP; then
        fail "$busybox is linked dynamically: apt-get install busybox-static"
    fi
}

[ $# = 4 ] || {
    echo "usage: scripts/guest_image.sh MODULES WANTED INIT OUT" >&2
    exit 2
}
modules=$1
wanted=$2
init=$3
out=$4
[ -e "$modules/modules.builtin" ] || fail "$modules is no modules folder: no modules.builtin"
command -v bsdtar >/dev/null || fail "no bsdtar here: apt-get install libarchive-tools"
find_busybox

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/modules"
: >"$work/order"
for module in $(sed 's/#.*//' "$wanted" | tr '\n' ' '); do
    add_module "$module"
done
sed 's|.*|/lib/modules/&.ko|' "$work/order" >"$work/load"
printf '#!/bin/sh\n# tells init to start the plan (job with a shell)\nkill -USR1 1\n' >"$work/go"
printf 'root:x:0:0:root:/root:/bin/sh\ndriver:x:1000:1000:driver:/results/files:/bin/sh\n' \
    >"$work/passwd"

# through ustar first: that format forgets the inode and device numbers of this machine
cp "$init" "$work/init"
cp "$busybox" "$work/busybox"
contents >"$work/contents"
(
    cd "$work"
    bsdtar --format ustar -cf image.tar @contents
    bsdtar --format newc -cf image.cpio @image.tar
)
cp "$work/image.cpio" "$out.new"
mv "$out.new" "$out"
echo "$out: $init $wanted $busybox" >"$out.d"
