#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Owns where the guest's kernel comes from: a kernel package of Debian, downloaded by apt and
# unpacked into the user's cache, never installed. It must not need root, and leaves the
# machine's apt as it is.
#
#   scripts/guest_kernel.sh OUT [KERNEL]   writes OUT/vmlinuz, OUT/kernel (a link to the unpacked
#                                  package) and OUT/kernel.txt (its name and version). KERNEL:
#                                  cloud (linux-image-cloud-amd64, unless it is given), full
#                                  (linux-image-amd64), the name of a package, a .deb file, or
#                                  the folder of unpacked ones
#   scripts/guest_kernel.sh --prune   removes all but the newest package from the cache
#
# RINGSIDE_GUEST_KERNEL  a .deb file or the folder of an unpacked one, to use where no KERNEL is
#                        given
# XDG_CACHE_HOME         parent of ringside/kernel, where packages are kept (~/.cache)
# Status 3: no kernel can be had; the reason has been printed.
set -eu
LC_ALL=C
export LC_ALL
umask 022

meta=linux-image-cloud-amd64
kind='linux-image-[0-9]*-cloud-amd64_*.deb' # its files in the cache
cache=${XDG_CACHE_HOME:-$HOME/.cache}/ringside/kernel
lists=$cache/apt

fail() {
    echo "guest kernel: $*" >&2
    [ -n "${kernel:-}" ] ||
        echo "guest kernel: RINGSIDE_GUEST_KERNEL=FILE.deb (or an unpacked folder) gives one" >&2
    exit 3
}

# apt with the machine's lists, or with fresh ones of our own (needs no root)
apt_with() {
    tool=$1
    shift
    if [ -n "${own_lists:-}" ]; then
        "$tool" -o Dir::State::Lists="$lists/lists" -o Dir::Cache="$lists" \
            -o APT::Sandbox::User="$(id -un)" "$@"
    else
        "$tool" -o APT::Sandbox::User="$(id -un)" "$@"
    fi
}

# sets name (the real package behind the metapackage) and version; fails when apt knows none
resolve() {
    name=$(apt_with apt-cache depends --important "$meta" 2>/dev/null |
        sed -n 's/^ *Depends: \(linux-image-[0-9][^ ]*\)$/\1/p' | head -n 1)
    name=${name:-$meta} # no metapackage: the kernel itself
    version=$(apt_with apt-cache show --no-all-versions "$name" 2>/dev/null |
        sed -n 's/^Version: //p' | head -n 1)
    [ -n "$version" ] || return 1
    # apt writes the colon of an epoch as %3a in file names
    deb=$cache/${name}_$(echo "$version" | sed 's/:/%3a/g')_amd64.deb
}

# downloads into a private folder first: the cache never holds half a package
download() {
    echo "guest kernel: downloading $name $version" >&2
    rm -rf "$cache/new.$$"
    mkdir -p "$cache/new.$$"
    if (cd "$cache/new.$$" && apt_with apt-get -q download "$name=$version" >apt.log 2>&1); then
        mv "$cache/new.$$"/*.deb "$deb"
        rm -rf "$cache/new.$$"
        return 0
    fi
    sed 's/^/    /' "$cache/new.$$/apt.log" >&2
    rm -rf "$cache/new.$$"
    return 1
}

refresh_own_lists() {
    echo "guest kernel: reading apt's package lists into $lists" >&2
    own_lists=yes
    mkdir -p "$lists/lists/partial" "$lists/archives/partial"
    apt_with apt-get -q update >"$lists/update.log" 2>&1 || {
        sed 's/^/    /' "$lists/update.log" >&2
        return 1
    }
}

newest_cached() {
    find "$cache" -maxdepth 1 -name "$kind" ! -name "${not_kind:-}" 2>/dev/null | sort -V |
        tail -n 1
}

# sets meta and kind for a KERNEL that is not a file
choose() {
    case $1 in
    cloud) ;;
    full)
        meta=linux-image-amd64
        kind='linux-image-[0-9]*-amd64_*.deb'
        not_kind='*-cloud-amd64_*'
        ;;
    *)
        meta=$1
        kind="$1_*.deb"
        ;;
    esac
}

# sets deb to a package file in the cache
fetch() {
    command -v apt-get >/dev/null || fail "apt-get is not on this machine"
    mkdir -p "$cache"
    if resolve && { [ -s "$deb" ] || download; }; then
        return
    fi
    # the machine's lists are absent or older than its mirror
    if refresh_own_lists && resolve && { [ -s "$deb" ] || download; }; then
        return
    fi
    deb=$(newest_cached)
    [ -n "$deb" ] || fail "apt cannot find or download $meta, and the cache holds none of it" \
        "('apt-cache search --names-only linux-image' shows what there is)"
    echo "guest kernel: apt has none now; taking ${deb##*/} of the cache" >&2
}

# One clone at a time fetches, unpacks or clears; the others wait for what it brings.
lock() {
    mkdir -p "$cache"
    exec 9>"$cache/lock"
    flock -w 900 9 || fail "another clone has held $cache/lock for 15 minutes"
}

# prints the folder in which the package $1 is unpacked, doing so when it is not yet
unpack() {
    sum=$(sha256sum "$1" | cut -c 1-16)
    folder=$cache/unpacked-$sum
    if [ ! -d "$folder" ]; then
        mkdir -p "$cache"
        rm -rf "$folder.new.$$"
        dpkg-deb -x "$1" "$folder.new.$$" || fail "$1 is not a Debian package that can be unpacked"
        mv -T "$folder.new.$$" "$folder"
    fi
    echo "$folder"
}

# Newer kernels come in parts: the package that is named depends on those that have the kernel and
# its modules. Prints the folder where all of them are unpacked together.
unpack_parts() {
    parts=$(apt_with apt-cache depends --important "$name" 2>/dev/null |
        sed -n 's/^ *Depends: \(linux-\(modules\|binary\|image\)-[0-9][^ ]*\)$/\1/p')
    [ -n "$parts" ] || { echo "$1"; return; }
    together=$1-parts
    [ ! -d "$together" ] || { echo "$together"; return; }
    rm -rf "$together.new.$$"
    cp -a "$1" "$together.new.$$"
    for name in $parts; do
        meta=$name
        resolve || fail "apt knows no $name"
        [ -s "$deb" ] || download || fail "apt cannot download $name"
        dpkg-deb -x "$deb" "$together.new.$$" || fail "$deb is damaged: remove it"
    done
    mv -T "$together.new.$$" "$together"
    echo "$together"
}

# Has this folder a kernel with its modules?
whole() {
    [ -n "$(find "$1" -maxdepth 5 -path '*lib/modules/*/kernel' | head -n 1)" ] &&
        [ -n "$(find "$1" -maxdepth 5 -path '*boot/vmlinuz-*' -o -maxdepth 5 \
            -path '*lib/modules/*/vmlinuz' | head -n 1)" ]
}

# What is unpacked goes as well: clones keep their copy, and unpacking again takes a second.
prune() {
    newest=$(newest_cached)
    choose full
    full=$(newest_cached)
    find "$cache" -mindepth 1 -maxdepth 1 ! -path "${newest:-none}" ! -path "${full:-none}" \
        ! -name lock 2>/dev/null |
        while read -r old; do
            echo "cache: removing $old ($(du -sm "$old" | cut -f 1) MB)" >&2
            rm -rf "$old"
        done
}

[ $# = 1 ] || [ $# = 2 ] || {
    echo "usage: scripts/guest_kernel.sh OUT [KERNEL] | --prune" >&2
    exit 2
}
if [ "$1" = --prune ]; then
    lock
    prune
    exit 0
fi
out=$1
kernel=${2:-}
mkdir -p "$out"

lock
given=${RINGSIDE_GUEST_KERNEL:-}
case $kernel in
'' | cloud) ;;
*/*) given=$kernel ;;
*)
    choose "$kernel"
    given=
    ;;
esac
if [ -z "$given" ]; then
    fetch
    source=${deb##*/}
    folder=$(unpack "$deb")
    whole "$folder" || folder=$(unpack_parts "$folder")
elif [ -d "$given" ]; then
    folder=$(cd "$given" && pwd)
    source=$folder
elif [ -f "$given" ]; then
    folder=$(unpack "$given")
    source=${given##*/}
else
    fail "the kernel '$given' is neither a .deb file nor a folder"
fi

# newer packages keep the kernel beside its modules
image=$(find "$folder" -maxdepth 5 -path '*lib/modules/*/vmlinuz' | sort -V | tail -n 1)
release=${image:+$(basename "$(dirname "$image")")}
if [ -z "$image" ]; then
    image=$(find "$folder/boot" -maxdepth 1 -name 'vmlinuz-*' 2>/dev/null | sort -V | tail -n 1)
    release=${image##*/vmlinuz-}
fi
[ -n "$image" ] || fail "no boot/vmlinuz-* and no lib/modules/*/vmlinuz in $folder: a package" \
    "that only names others? Unpack those into one folder (dpkg-deb -x) and give its path"
modules=$(find "$folder" -maxdepth 4 -type d -path "*lib/modules/$release" | head -n 1)
[ -d "$modules/kernel" ] || fail "no modules of $release in $folder"

ln -sfn "$modules" "$out/kernel"
printf '%s\n%s\n' "$source" "$release" >"$out/kernel.txt"
cp "$image" "$out/vmlinuz.new"
mv "$out/vmlinuz.new" "$out/vmlinuz"
