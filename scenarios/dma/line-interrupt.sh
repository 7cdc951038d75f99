#!/bin/busybox sh
# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=dash
# The oldest kind of driver: one interrupt line, by uio_pci_generic, and registers by /dev/mem. It
# asks the card for an interrupt (EICS), waits in a read of the UIO device, and clears the cause.
# Its exit status says whether all came.
set -e
device=/sys/bus/pci/devices/$PORT0
printf '\006' | dd of="$device/config" bs=1 seek=4 conv=notrunc 2>/dev/null # memory, bus master
bar=$(head -n 1 "$device/resource" | cut -d ' ' -f 1)
exec 3<"/dev/$(ls "$device/uio")" # counts from here
seen=0

register() {
    /bin/busybox devmem $((bar + $1)) 32 "$2"
}

trap '[ "$seen" = 3 ]; exit' TERM
register 0x0898 0          # GPIE: no MSI-X
register 0x0880 0x00100000 # EIMS: link change
echo up
usleep 1000
for i in 1 2 3; do
    register 0x0808 0x00100000 # EICS: as if the link had changed
    count=$(dd bs=4 count=1 <&3 2>/dev/null | od -A n -t u4 | tr -d ' ')
    [ "$count" = "$i" ]
    /bin/busybox devmem $((bar + 0x800)) 32 >/dev/null # EICR: a read clears it, the line falls
    # uio_pci_generic has masked the line in the command register (bit 10)
    printf '\006\000' | dd of="$device/config" bs=1 seek=4 conv=notrunc 2>/dev/null
    seen=$i
done
while :; do usleep 1000; done
