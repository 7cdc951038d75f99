/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What a kernel driver took from the card for every frame: the hash and the queue that stand in its
 * socket buffer. A filter of a packet socket puts them aside (nothing is received); each is a line
 * `PROTOCOL SOURCE-PORT QUEUE HASH`, until SIGTERM. An example of a tool that is built from source
 * and put beside a driver.
 */
#include <arpa/inet.h>
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef SO_ATTACH_BPF
#define SO_ATTACH_BPF 50
#endif

/* In words of 32 bits, as the filter writes them. */
struct seen {
    uint32_t hash, queue, ethertype, protocol4, port4, protocol6, port6;
};
enum { FRAMES_MAX = 65536, CONTEXT = 6, WORD = 0, PLACE = 10 };

static volatile sig_atomic_t stop;

static void on_signal(int number)
{
    stop = number;
}

static int bpf(int command, union bpf_attr *attr)
{
    return (int)syscall(SYS_bpf, command, attr, sizeof(*attr));
}

#define AT(field) (-(int)sizeof(struct seen) + (int)offsetof(struct seen, field))
#define STORE(field)                                                                               \
    {.code = BPF_STX | BPF_MEM | BPF_W, .dst_reg = PLACE, .src_reg = WORD, .off = AT(field)}
#define FROM_CONTEXT(member, field)                                                                \
    {.code = BPF_LDX | BPF_MEM | BPF_W, .dst_reg = WORD, .src_reg = CONTEXT,                       \
     .off = offsetof(struct __sk_buff, member)}, STORE(field)
#define FROM_FRAME(size, offset, field)                                                            \
    {.code = BPF_LD | BPF_ABS | (size), .imm = (offset)}, STORE(field)

/* A filter that pushes one struct seen for each frame into the map, and takes no frame. */
static int load_filter(int map)
{
    const struct bpf_insn program[] = {
        {.code = BPF_ALU64 | BPF_MOV | BPF_X, .dst_reg = CONTEXT, .src_reg = 1},
        FROM_CONTEXT(hash, hash),
        FROM_CONTEXT(queue_mapping, queue),
        FROM_FRAME(BPF_H, 12, ethertype),
        FROM_FRAME(BPF_B, 23, protocol4),
        FROM_FRAME(BPF_H, 34, port4),
        FROM_FRAME(BPF_B, 20, protocol6),
        FROM_FRAME(BPF_H, 54, port6),
        {.code = BPF_LD | BPF_DW | BPF_IMM, .dst_reg = 1, .src_reg = BPF_PSEUDO_MAP_FD, .imm = map},
        {0},
        {.code = BPF_ALU64 | BPF_MOV | BPF_X, .dst_reg = 2, .src_reg = PLACE},
        {.code = BPF_ALU64 | BPF_ADD | BPF_K, .dst_reg = 2, .imm = -(int)sizeof(struct seen)},
        {.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 3, .imm = 0},
        {.code = BPF_JMP | BPF_CALL, .imm = BPF_FUNC_map_push_elem},
        {.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0, .imm = 0},
        {.code = BPF_JMP | BPF_EXIT},
    };
    static char log[16384];
    union bpf_attr attr = {
        .prog_type = BPF_PROG_TYPE_SOCKET_FILTER,
        .insns = (uintptr_t)program,
        .insn_cnt = sizeof(program) / sizeof(program[0]),
        .license = (uintptr_t)"Dual BSD/GPL",
        .log_buf = (uintptr_t)log,
        .log_size = sizeof(log),
        .log_level = 1,
    };
    int fd = bpf(BPF_PROG_LOAD, &attr);

    if (fd < 0)
        fprintf(stderr, "rss-watch: the kernel takes no filter:\n%s\n", log);
    return fd;
}

static int watch(const char *interface)
{
    union bpf_attr attr = {
        .map_type = BPF_MAP_TYPE_QUEUE,
        .value_size = sizeof(struct seen),
        .max_entries = FRAMES_MAX,
    };
    struct sockaddr_ll address = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL)};
    int map = bpf(BPF_MAP_CREATE, &attr), filter, packets;

    if (map < 0 || (filter = load_filter(map)) < 0)
        return -1;
    packets = socket(AF_PACKET, SOCK_RAW, 0);
    address.sll_ifindex = (int)if_nametoindex(interface);
    if (packets < 0 || setsockopt(packets, SOL_SOCKET, SO_ATTACH_BPF, &filter, sizeof(filter)) ||
        bind(packets, (struct sockaddr *)&address, sizeof(address)))
        return -1;
    return map;
}

/* False: there is none left. */
static int take(int map, struct seen *seen)
{
    union bpf_attr attr = {.map_fd = (uint32_t)map, .value = (uintptr_t)seen};

    return bpf(BPF_MAP_LOOKUP_AND_DELETE_ELEM, &attr) == 0;
}

static void print(const struct seen *s)
{
    int six = s->ethertype == ETH_P_IPV6;

    /* the kernel keeps 0 for "none" */
    printf("%u %u %u %u\n", six ? s->protocol6 : s->protocol4, six ? s->port6 : s->port4,
           s->queue - 1, s->hash);
}

int main(int argc, char **argv)
{
    struct seen seen;
    int map, last;

    if (argc != 2) {
        fprintf(stderr, "usage: rss-watch INTERFACE\n");
        return 2;
    }
    signal(SIGTERM, on_signal);
    map = watch(argv[1]);
    if (map < 0) {
        perror("rss-watch");
        return 1;
    }
    do {
        last = stop;
        while (take(map, &seen))
            print(&seen);
        usleep(2000);
    } while (!last);
    return 0;
}
