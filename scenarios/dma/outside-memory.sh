#!/bin/busybox sh
# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=dash
# A driver that takes a wrong number for a physical address: its transmit ring lies at 64 GiB, where
# this machine has nothing. It looks whether the card has noticed; its exit status says so.
set -e
device=/sys/bus/pci/devices/$PORT0
echo 1 >"$device/enable"
printf '\006' | dd of="$device/config" bs=1 seek=4 conv=notrunc 2>/dev/null # memory, bus master
bar=$(head -n 1 "$device/resource" | cut -d ' ' -f 1)

register() {
    /bin/busybox devmem $((bar + $1)) 32 "$2"
}

register 0x6000 0          # TDBAL
register 0x6004 0x10       # TDBAH
register 0x6008 128        # TDLEN: 8 descriptors
register 0x4a80 1          # DMATXCTL: TE
register 0x6028 0x02000000 # TXDCTL: ENABLE
seen=0
trap '[ "$seen" = 32 ]; exit' TERM
echo up
usleep 1000
register 0x6018 4 # TDT: four to send
usleep 1000
status=$(dd if="$device/config" bs=1 skip=7 count=1 2>/dev/null | od -A n -t u1)
seen=$((status & 32)) # received master abort
while :; do usleep 1000; done
