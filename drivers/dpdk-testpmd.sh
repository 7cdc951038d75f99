# SPDX-License-Identifier: BSD-2-Clause
# Shell functions for the steps of scenarios with testpmd.

# to_queue PORT QUEUE: all of the redirection table, which testpmd takes 16 entries at a time
to_queue() {
    for first in 0 16 32 48 64 80 96 112; do
        entries="($first,$2)"
        for i in $(seq $((first + 1)) $((first + 15))); do entries="$entries,($i,$2)"; done
        tell "port config $1 rss reta $entries"
    done
}

# count_queues PORT QUEUES: receive counters by queue in xstats
count_queues() {
    for queue in $(seq 0 $(($2 - 1))); do tell "set stat_qmap rx $1 $queue $queue"; done
}

# used_queues PORT: how many queues have counted frames since the counters were cleared
used_queues() {
    tell "show port xstats $1" | grep -c 'rx_q[0-9]*_packets: [1-9]'
}
