# SPDX-License-Identifier: BSD-2-Clause
# Shell functions of the steps that run on a kernel driver: interfaces by port number.

# Nothing that nobody asked for is sent: no neighbour discovery, no router solicitation.
quiet_ipv6() {
    for file in /proc/sys/net/ipv6/conf/*/disable_ipv6; do
        echo 1 >"$file"
    done
}

# wait_link N: until the interface of port N has a carrier
wait_link() {
    name=$(netif "$1")
    turns=0
    until [ "$(cat "/sys/class/net/$name/carrier" 2>/dev/null)" = 1 ]; do
        usleep 10000
        turns=$((turns + 1))
        [ $turns -lt 1000 ] || { echo "no link on $name after 10 s" >&2; return 1; }
    done
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

# apart: port 0 into network namespace a as 10.9.0.1, port 1 into b as 10.9.0.2
apart() {
    ip netns add a
    ip netns add b
    ip link set "$(netif 0)" netns a
    ip link set "$(netif 1)" netns b
}
