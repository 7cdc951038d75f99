# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
# Shell functions for the steps of scenarios with testpmd.

# to_queue PORT QUEUE: all of the redirection table; testpmd takes words of less than 128 bytes
to_queue() {
    for first in $(seq 0 8 120); do
        entries="($first,$2)"
        for i in $(seq $((first + 1)) $((first + 7))); do entries="$entries,($i,$2)"; done
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

# rule PORT PATTERN ACTIONS: a rule of rte_flow
rule() {
    tell "flow create $1 ingress pattern $2 / end actions $3 / end"
}
