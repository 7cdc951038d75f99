#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Owns the list of Debian packages that the project needs, and their installation. POSIX shell
# and dpkg only, because this runs first on a machine that has git, make, gcc and apt.
# It names no mirror: apt knows its own.
#
#   scripts/setup.sh run      what `make run` needs
#   scripts/setup.sh test     that, and what `make test` adds
#   scripts/setup.sh check    that, and what `make check` and `make coverage` add
#   scripts/setup.sh conformance  what `make conformance` needs: run, and to compile what it runs
#   scripts/setup.sh bench    what `make bench` needs: run, counting, the rival
#   scripts/setup.sh systemc  what `make systemc` needs: run, SystemC
#   scripts/setup.sh fuzz     what `make fuzz` needs: run, clang with libFuzzer
#   scripts/setup.sh list     print the list (package, group, reason)
#
# Status 0: all present (or installed now). 3: something is missing and may not be installed
# here; the line to type has been printed. RINGSIDE_NO_INSTALL=1 forbids installing.
# RINGSIDE_SETUP_STAMP=FILE remembers a complete machine in FILE until packages change.
set -eu
LC_ALL=C
export LC_ALL

# One row per package: name, group, reason. `a|b` are two names of one package in different
# Debian releases; the first that is installed or installable serves.
packages() {
    cat <<'LIST'
gcc                         run    compiler
libc6-dev                   run    libc
binutils                    run    linker
make                        run    build
git                         run    version
pkgconf|pkg-config          run    flags
python3                     run    scripts
python3-venv                run    qemu
python3-jinja2              run    reports
xz-utils                    run    unpacking
patch                       run    qemu
ninja-build                 run    qemu
flex                        run    qemu
bison                       run    qemu
libglib2.0-dev              run    qemu,harness
libpixman-1-dev             run    qemu
libfdt-dev                  run    qemu
libslirp-dev                run    qemu
zlib1g-dev                  run    qemu
libseccomp-dev              run    qemu
busybox-static              run    guest
libarchive-tools            run    guest
libarchive-dev              run    harness
libfyaml-dev                run    scenarios
libjansson-dev              run    reports
libpcap-dev                 run    captures
libxxhash-dev               run    hashes
libzstd-dev                 run    traces
check                       test   units
python3-scapy               test   crosscheck
libdpdk-dev                 test,conformance    small DPDK programs
libsystemc-dev              test,systemc        SystemC
g++                         test,systemc        SystemC
lcov                        check  coverage
clang-tidy                  check  lint
cppcheck                    check  lint
shellcheck                  check  lint
tshark                      check  captures
valgrind                    check,bench    counts
dpdk-dev                    bench  rival
librte-net-e1000-23|librte-net-e1000-25         bench   rival
librte-mempool-ring23|librte-mempool-ring25     bench   rival
clang                       fuzz,check     libFuzzer
libclang-rt-dev             fuzz,check     sanitizers
llvm                        fuzz,check     symbols
LIST
}

usage() {
    sed -n 's/^#   scripts/usage: scripts/p' "$0" >&2
    exit 2
}

# keeps the rows of which a group (of `a,b`) is among the words
of_groups() {
    awk -v words=" $* " '{
        count = split($2, groups, ",")
        for (i = 1; i <= count; i++)
            if (index(words, " " groups[i] " ")) {
                print
                next
            }
    }'
}

# prints the rows of the groups that $1 needs
wanted() {
    case $1 in
    run) packages | of_groups run ;;
    test) packages | of_groups run test ;;
    check) packages | of_groups run test check ;;
    conformance) packages | of_groups run conformance ;;
    bench) packages | of_groups run bench ;;
    fuzz) packages | of_groups run fuzz ;;
    systemc) packages | of_groups run systemc ;;
    esac
}

# Reads rows; prints the rows of which no name is installed.
missing() {
    dpkg-query -W -f '${db:Status-Status} ${Package}\n' 2>/dev/null | awk '
        NR == FNR && $1 == "installed" { have[$2] = 1; next }
        NR == FNR { next }
        {
            found = 0
            count = split($1, names, "|")
            for (i = 1; i <= count; i++)
                if (names[i] in have)
                    found = 1
            if (!found)
                print
        }' - "$1"
}

# prints the first name of `a|b` that apt can install, else the first
installable() {
    for name in $(echo "$1" | tr '|' ' '); do
        if apt-cache policy "$name" 2>/dev/null | grep -q 'Candidate: [^(]'; then
            echo "$name"
            return
        fi
    done
    echo "${1%%|*}"
}

choose_names() {
    for alternatives in $1; do
        installable "$alternatives"
    done | tr '\n' ' ' | sed 's/ $//'
}

all_installable() {
    for name in $1; do
        apt-cache policy "$name" 2>/dev/null | grep -q 'Candidate: [^(]' || return 1
    done
}

# sets as_root; asks for sudo's password only a person who sits there and is allowed to use it
may_install() {
    [ -z "${RINGSIDE_NO_INSTALL:-}" ] || return 1
    command -v apt-get >/dev/null || return 1
    if [ "$(id -u)" = 0 ]; then
        as_root=""
        return 0
    fi
    command -v sudo >/dev/null || return 1
    if sudo -n true 2>/dev/null; then
        as_root="sudo -n"
    elif [ -t 0 ] && [ -t 2 ] && id -nG | grep -qw sudo; then
        sudo -p "setup: %p's password, to install them with apt-get: " -v || return 1
        as_root="sudo"
    else
        return 1
    fi
}

# prints what a person types who may become root
line_to_type() {
    get="apt-get install -y --no-install-recommends $1"
    if [ "$(id -u)" = 0 ]; then
        echo "apt-get update && $get"
    elif command -v sudo >/dev/null; then
        echo "sudo apt-get update && sudo $get"
    else
        echo "su - -c 'apt-get update && $get'"
    fi
}

# an old package list makes downloads fail: one refresh, then one more try
install_names() {
    apt="$as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300"
    if ! all_installable "$1"; then
        $apt update
        refreshed=yes
    fi
    # shellcheck disable=SC2086 # $apt and $1 are lists of words
    $apt install -y --no-install-recommends $1 && return
    [ -z "${refreshed:-}" ] || return 1
    $apt update
    # shellcheck disable=SC2086
    $apt install -y --no-install-recommends $1
}

[ $# = 1 ] || usage
case $1 in
run | test | check | conformance | bench | fuzz | systemc) group=$1 ;;
list) packages && exit 0 ;;
*) usage ;;
esac

stamp=${RINGSIDE_SETUP_STAMP:+$RINGSIDE_SETUP_STAMP.$group}
# shellcheck disable=SC3013 # -nt: in dash, bash and busybox, beyond POSIX
if [ -n "$stamp" ] && [ -e "$stamp" ] && [ "$stamp" -nt /var/lib/dpkg/status ] &&
    [ "$stamp" -nt "$0" ]; then
    exit 0
fi
if ! command -v dpkg-query >/dev/null; then
    echo "setup: this is not a Debian machine; install by hand what '$0 list' names" >&2
    exit 3
fi

table=$(mktemp)
trap 'rm -f "$table"' EXIT
wanted "$group" >"$table"
lacking=$(missing "$table")
if [ -n "$lacking" ]; then
    echo "setup: missing Debian packages (name, who needs it, why):" >&2
    echo "$lacking" | sed 's/^/    /' >&2
    names=$(choose_names "$(echo "$lacking" | awk '{ print $1 }')")
    if ! may_install; then
        echo "setup: may not install them here; type:" >&2
        echo "    $(line_to_type "$names")" >&2
        exit 3
    fi
    echo "setup: installing $names" >&2
    install_names "$names" >&2 || {
        echo "setup: apt-get could not install these packages; its own words are above" >&2
        exit 3
    }
    lacking=$(missing "$table")
    if [ -n "$lacking" ]; then
        echo "setup: still missing after the installation:" >&2
        echo "$lacking" | sed 's/^/    /' >&2
        exit 3
    fi
fi
if [ -n "$stamp" ]; then
    mkdir -p "$(dirname "$stamp")" && : >"$stamp"
fi
