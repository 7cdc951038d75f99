# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
# Shell functions for virtual functions in testpmd's hands.

# functions: one of each port, bound to vfio-pci; EAL's words for them come into /run/functions.
# Both hash UDP by its ports, too.
functions() {
    for space in all default; do echo 1 >/proc/sys/net/ipv6/conf/$space/disable_ipv6; done
    mkdir -p /run
    : >/run/functions
    for n in 0 1; do
        eval "port=\$PORT$n"
        name=$(netif $n)
        ip link set "$name" up
        ethtool -N "$name" rx-flow-hash udp4 sdfn
        # shellcheck disable=SC2154
        echo 1 >"/sys/bus/pci/devices/$port/sriov_numvfs"
        ip link set "$name" vf 0 mac 02:00:00:00:03:0$n
        function=$(basename "$(readlink "/sys/bus/pci/devices/$port/virtfn0")")
        echo vfio-pci >"/sys/bus/pci/devices/$function/driver_override"
        echo "$function" >/sys/bus/pci/drivers/vfio-pci/bind
        echo "-a $function" >>/run/functions
    done
}
