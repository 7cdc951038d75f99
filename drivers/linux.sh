# SPDX-License-Identifier: BSD-2-Clause
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
    for space in a b; do
        turns=0
        until [ "$(ip netns exec $space cat /sys/class/net/port/carrier 2>/dev/null)" = 1 ]; do
            usleep 10000
            turns=$((turns + 1))
            [ $turns -lt 1000 ] || { echo "no link in $space after 10 s" >&2; return 1; }
        done
    done
}

# into SPACE N ADDRESS: port N into this namespace, where its interface is called `port`
into() {
    name=$(netif "$2")
    ip netns add "$1" 2>/dev/null || true
    ip link set "$name" down
    ip link set "$name" netns "$1" name port
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
        ip netns exec $space awk '
            /^(Ip|Tcp|Udp):/ {
                if (!($1 in names)) { names[$1] = $0; next }
                split(names[$1], name); split($0, value)
                for (i in name) if (name[i] ~ /CsumErrors|InHdrErrors/) print name[i], value[i]
            }' /proc/net/snmp
    done
}
