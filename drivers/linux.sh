# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
# Shell functions of the steps that run on a kernel driver: interfaces by port number, and two ports
# that a cable joins in network namespaces of their own.

# Nothing that nobody asked for is sent: no neighbour discovery, no router solicitation.
quiet_ipv6() {
    for file in /proc/sys/net/ipv6/conf/*/disable_ipv6; do
        echo 1 >"$file"
    done
}

# carrier NAME: until this interface has one
carrier() {
    turns=0
    until [ "$(cat "/sys/class/net/$1/carrier" 2>/dev/null)" = 1 ]; do
        usleep 10000
        turns=$((turns + 1))
        [ $turns -lt 1000 ] || { echo "no link on $1 after 10 s" >&2; return 1; }
    done
}

# wait_link N: until the interface of port N has a carrier
wait_link() {
    carrier "$(netif "$1")"
}

# links_up: the interfaces of all ports, and their links
links_up() {
    n=0
    while eval "[ -n \"\${PORT$n:-}\" ]"; do
        ip link set "$(netif $n)" up
        n=$((n + 1))
    done
    while [ $n -gt 0 ]; do
        n=$((n - 1))
        wait_link $n
    done
}

# a COMMAND, b COMMAND: in the namespace of port 0, of port 1
a() {
    ip netns exec a "$@"
}
b() {
    ip netns exec b "$@"
}

# joined: until both ends of the cable between a and b have a link
joined() {
    linked a b
}

# into SPACE N ADDRESS: port N into this namespace, where its interface is called `port`
into() {
    move "$1" "$(netif "$2")" "$3"
}

# move SPACE NAME ADDRESS: the same of an interface by name
move() {
    ip netns add "$1" 2>/dev/null || true
    ip link set "$2" down
    ip link set "$2" netns "$1" name port
    ip netns exec "$1" sh -c 'echo 1 >/proc/sys/net/ipv6/conf/port/disable_ipv6'
    ip -n "$1" address add "$3/24" dev port
    ip -n "$1" link set lo up
    ip -n "$1" link set port up
}

# apart: port 0 in namespace a as 10.9.0.1, port 1 in b as 10.9.0.2
apart() {
    into a 0 10.9.0.1
    into b 1 10.9.0.2
    joined
}

# settled SPACE: the service task has brought the interface up again after a change of its settings
settled() {
    sleep 1
    joined
}

# of SPACE COUNTER: one line of ethtool -S
of() {
    echo "$1.$2: $(ip netns exec "$1" ethtool -S port | sed -n "s/^ *$2: //p")"
}

# sound: no frame arrived with a wrong checksum, as the kernel itself sees it
sound() {
    for space in a b; do
        # shellcheck disable=SC2016  # awk's own
        ip netns exec $space awk '
            /^(Ip|Tcp|Udp):/ {
                if (!($1 in names)) { names[$1] = $0; next }
                split(names[$1], name); split($0, value)
                for (i in name) if (name[i] ~ /CsumErrors|InHdrErrors/) print name[i], value[i]
            }' /proc/net/snmp
    done
}

# six: a is fd00::1, b fd00::2
six() {
    n=1
    for space in a b; do
        ip netns exec $space sh -c 'echo 0 >/proc/sys/net/ipv6/conf/port/disable_ipv6'
        ip -n $space address add fd00::$n/64 dev port nodad
        n=$((n + 1))
    done
}

# without_messages N: bind port N anew such that it gets the interrupt line
without_messages() {
    address=
    eval "address=\$PORT$1"
    echo "$address" >/sys/bus/pci/drivers/ixgbe/unbind
    echo 0 >"/sys/bus/pci/devices/$address/msi_bus"
    echo "$address" >/sys/bus/pci/drivers/ixgbe/bind
}

# bridged: a bridge passes every frame on between ports 0 and 1, and sends none of its own
bridged() {
    modprobe bridge
    ip link add bridge type bridge stp_state 0 mcast_snooping 0
    echo 1 >/proc/sys/net/ipv6/conf/bridge/disable_ipv6
    ip link set "$(netif 0)" master bridge
    ip link set "$(netif 1)" master bridge
    ip link set bridge up
    wait_link 0
    wait_link 1
}

# counted N: the counters of port N, a line each
counted() {
    ethtool -S "$(netif "$1")" | awk -v port="$1" '
        { sub(":", "", $1); count[$1] = $2; print "port", port, $1, $2 }
        END {
            fcs = 4 * count["tx_pkts_nic"]
            print "port", port, "tx_bytes_nic less FCS", count["tx_bytes_nic"] - fcs
        }'
}

# settled_here: as settled, in the first namespace
settled_here() {
    sleep 1
    wait_link 0
    wait_link 1
}

# expected_queues HASH SOURCE DESTINATION PORT TUPLES TO WHAT FRAMES: what queues flows with source
# ports from PORT on must come in at, FRAMES each: queue, frames, source port, hash. HASH is what
# ethtool -x printed; WHAT is `ports` when they are hashed, else `address`. Toeplitz once more, on
# its own.
expected_queues() {
    awk -v source="$2" -v destination="$3" -v port="$4" -v tuples="$5" -v to="$6" -v what="$7" \
        -v frames="$8" '
        function power(n, i, value) {
            value = 1
            for (i = 0; i < n; i++)
                value *= 2
            return value
        }
        function bits(value, width, i, text) {
            for (i = width - 1; i >= 0; i--)
                text = text int(value / power(i)) % 2
            return text
        }
        function address(text, part, n, i, out) {
            n = split(text, part, /[.:]/)
            for (i = 1; i <= n; i++)
                out = out (n == 4 ? bits(part[i], 8) : bits(hex(part[i]), 16))
            return out
        }
        function hex(text, i, value) {
            for (i = 1; i <= length(text); i++)
                value = value * 16 + index("0123456789abcdef", substr(text, i, 1)) - 1
            return value
        }
        /^ *[0-9]+:/ { for (i = 2; i <= NF; i++) queue[entries++] = $i }
        /^[0-9a-f][0-9a-f]:/ {
            n = split($1, byte, ":")
            for (i = 1; i <= n; i++)
                key = key bits(hex(byte[i]), 8)
        }
        END {
            for (t = 0; t < tuples; t++) {
                input = address(source) address(destination)
                if (what == "ports")
                    input = input bits(port + t, 16) bits(to, 16)
                for (b = 0; b < 32; b++)
                    bit[b] = 0
                for (i = 1; i <= length(input); i++)
                    if (substr(input, i, 1) == "1")
                        for (b = 0; b < 32; b++) # the window of the key
                            bit[b] += substr(key, i + 31 - b, 1)
                hash = 0
                for (b = 0; b < 32; b++)
                    hash += bit[b] % 2 * power(b)
                printf "%d %d %d %.0f\n", queue[hash % 128], frames, port + t, hash
            }
        }' "$1"
}

# vf N I: the interface of virtual function I of port N
vf() {
    address=
    eval "address=\$PORT$1"
    basename "/sys/bus/pci/devices/$address/virtfn$2/net/"*
}

# vfs N COUNT: so many virtual functions of port N, and their interfaces by ixgbevf; 0: none
vfs() {
    address=
    eval "address=\$PORT$1"
    device=/sys/bus/pci/devices/$address
    echo "$2" >"$device/sriov_numvfs"
    i=0
    while [ $i -lt "$2" ]; do
        turns=0
        until [ -d "$device/virtfn$i/net" ]; do
            usleep 10000
            turns=$((turns + 1))
            [ $turns -lt 1000 ] || { echo "no interface of function $i after 10 s" >&2; return 1; }
        done
        i=$((i + 1))
    done
}

# linked SPACE...: until the interfaces in these namespaces have links
linked() {
    for space; do
        turns=0
        until [ "$(ip netns exec "$space" cat /sys/class/net/port/carrier 2>/dev/null)" = 1 ]; do
            usleep 10000
            turns=$((turns + 1))
            [ $turns -lt 1000 ] || { echo "no link in $space after 10 s" >&2; return 1; }
        done
    done
}

# functions: two of port 0, in namespaces v0 and v1 as 10.9.0.10 and 10.9.0.11, with addresses that
# the administrator gave; the port itself in a as 10.9.0.1, and port 1, behind the cable, in b as
# 10.9.0.2
functions() {
    modprobe ixgbevf
    apart
    vfs 0 2
    joined
    for i in 0 1; do
        a ip link set port vf $i mac 02:00:00:00:01:0$i
    done
    for i in 0 1; do
        # an address that was given comes into force when the function's driver starts
        function=$(basename "$(readlink "/sys/bus/pci/devices/$PORT0/virtfn$i")")
        echo "$function" >/sys/bus/pci/drivers/ixgbevf/unbind
        echo "$function" >/sys/bus/pci/drivers/ixgbevf/bind
        move v$i "$(vf 0 $i)" 10.9.0.1$i
    done
    linked v0 v1
}

# renewed N...: these functions reset themselves, as they have to when the administrator has changed
# what they may
renewed() {
    for i; do
        within "v$i" ip link set port down
        within "v$i" ip link set port up
    done
    for i; do
        linked "v$i"
    done
}

# within SPACE COMMAND...
within() {
    space=$1
    shift
    ip netns exec "$space" "$@"
}

# bench WHAT [OPTION...] NAME...: this program of xdp-bench in the driver, until `benched`
bench() {
    what=$1
    shift
    xdp-bench "$what" -m native -i 1 "$@" >/run/bench 2>&1 &
    sleep 1
    wait_link 0
    wait_link 1
}

# benched: it ends, and tells what it did
benched() {
    killall -TERM xdp-bench
    usleep 300000
    cat /run/bench
}

# pools SPACE: frames that came and went by the queues of each pool of four
pools() {
    ip netns exec "$1" ethtool -S port | sed -n 's/^ *\([rt]x\)_queue_\([0-9]*\)_packets:/\1 \2/p' |
        awk '{ count[int($2 / 4) " " $1] += $3 } END { for (i in count) print "pool", i, count[i] }'
}
