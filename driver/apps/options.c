/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The applications' command lines: one table of options that drives parsing, checking and help.
 */
#include "driver/apps/app.h"

#include "driver/ring.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum form {
    NUMBER,  /* unsigned, min..max */
    COUNT64, /* uint64_t */
    RATE,    /* uint64_t, or "max" */
    RING,    /* both rings, or one */
    THRESH,  /* P/H/W */
    FLAG,    /* bool: sets it to `min` */
    WAIT,    /* unsigned: the index of one of wait_words */
    FLOW,    /* unsigned: the index of one of flow_words */
    FRAME,   /* unsigned: the index of one of frame_words */
    OFFLOAD, /* unsigned: a bit for each of offload_words, commas between */
    PORT,
    MAC,
    FILTER, /* a word for each */
    SCRIPT, /* parts of a text, in order */
};

struct option_row {
    const char *name;
    const char *value; /* for help; NULL: takes none */
    const char *help;
    enum form form;
    unsigned set;   /* IXD_OPT_*; 0: every application */
    size_t at, at2; /* offsets in struct ixd_app_options */
    unsigned min, max;
};

/* In the order of enum ixd_app_wait, ixd_flow_control, ixd_app_offload, ixd_app_frame. */
static const char *const wait_words[] = {"poll", "interrupt", "adaptive", NULL};
static const char *const flow_words[] = {"none", "rx", "tx", "full", NULL};
static const char *const offload_words[] = {"checksum", "vlan", "tso", "hash", "scatter", NULL};
static const char *const frame_words[] = {"udp4", "udp6", "tcp4", "tcp6", "sctp4", NULL};

#define AT(field) offsetof(struct ixd_app_options, field)

/* clang-format off */
static const struct option_row rows[] = {
    {"--port", "ADDRESS", "PCI address of a port, bound to vfio-pci; once per port",
     PORT, 0, 0, 0, 0, 0},
    {"--batch", "N", "frames per burst, 1..256 (32)", NUMBER, 0, AT(batch), 0, 1, 256},
    {"--ring", "N", "descriptors of each ring, 32..4096, a multiple of 8 (512)",
     RING, 0, AT(rx_ring), AT(tx_ring), IXD_RING_MIN, IXD_RING_MAX},
    {"--rx-ring", "N", "the same, of receive rings alone",
     RING, 0, AT(rx_ring), AT(rx_ring), IXD_RING_MIN, IXD_RING_MAX},
    {"--tx-ring", "N", "the same, of transmit rings alone",
     RING, 0, AT(tx_ring), AT(tx_ring), IXD_RING_MIN, IXD_RING_MAX},
    {"--queues", "N", "queues per port, 1..128; more than one: RSS (1)",
     NUMBER, 0, AT(queues), 0, 1, IXD_RX_QUEUES_MAX},
    {"--workers", "N", "threads that share the queues, each with its own pool, 1..16 (1)",
     NUMBER, 0, AT(workers), 0, 1, IXD_APP_WORKERS_MAX},
    {"--wait", "HOW", "poll; interrupt: sleep until a frame comes; adaptive: both (poll)",
     WAIT, 0, AT(wait), 0, 0, 0},
    {"--idle-polls", "N", "adaptive: sleep after so many rounds without a frame (256)",
     NUMBER, 0, AT(idle_polls), 0, 1, 1000000000},
    {"--wake", "US", "longest sleep: what a lost interrupt costs (2000)",
     NUMBER, 0, AT(wake_us), 0, 10, 1000000},
    {"--tx-hang", "MS", "reset a port that sends nothing for so long; 0: never (100)",
     NUMBER, 0, AT(tx_hang_ms), 0, 0, 3600000},
    {"--flow-control", "WORD", "pause frames: none, rx: obey, tx: send, full: both (none)",
     FLOW, 0, AT(flow_control), 0, 0, 0},
    {"--itr", "US", "least time between two messages of a vector, 0..1022 (10)",
     NUMBER, 0, AT(itr_us), 0, 0, 1022},
    {"--promisc", NULL, "take every frame, whatever its destination",
     FLAG, 0, AT(promisc), 0, 1, 0},
    {"--no-promisc", NULL, "take frames to this port, and broadcast",
     FLAG, 0, AT(promisc), 0, 0, 0},
    {"--no-drop", NULL, "a full receive queue holds up the others instead of dropping",
     FLAG, 0, AT(drop), 0, 0, 0},
    {"--refill", "N", "post receive buffers N at a time (a quarter ring, at most 32)",
     NUMBER, 0, AT(rx_refill), 0, 1, IXD_RING_MAX / 2},
    {"--report", "N", "ask for a report every N frames sent (a quarter ring, at most 32)",
     NUMBER, 0, AT(tx_report), 0, 1, IXD_RING_MAX / 2},
    {"--thresholds", "P/H/W", "descriptor fetch and write-back thresholds (36/8/0)",
     THRESH, 0, AT(tx_pthresh), 0, 0, 127},
    {"--mtu", "BYTES", "longest payload of a frame, 68..9710 (1500)",
     NUMBER, 0, AT(mtu), 0, IXD_MTU_MIN, IXD_MTU_MAX},
    {"--offloads", "LIST", "the card's work: checksum,vlan,tso,hash,scatter (none)",
     OFFLOAD, 0, AT(offloads), 0, 0, 0},
    {"--segment", "BYTES", "with tso: payload of the frames that larger packets are cut into",
     NUMBER, IXD_OPT_FORWARD | IXD_OPT_GENERATE, AT(segment), 0, 1, IXD_MTU_MAX},
    {"--merge", "N", "with tso: neighbours that go as one packet, to be cut again, 1..16 (8)",
     NUMBER, IXD_OPT_FORWARD, AT(merge), 0, 1, 16},
    {"--buffers", "N", "packet buffers at least (what all rings can hold)",
     NUMBER, 0, AT(buffers), 0, 1, IXD_APP_SEGMENTS_MAX * 1024},
    {"--link-timeout", "MS", "give up when the link is not up by then (10000)",
     NUMBER, 0, AT(link_timeout_ms), 0, 1, 3600000},
    {"--filter", "FILTER", "mac=, multicast=, vlan=; ethertype=, syn, tuple=, flow= with >QUEUE",
     FILTER, 0, 0, 0, 0, 0},
    {"--registers", "SCRIPT", "register script to run before the first frame; may be repeated",
     SCRIPT, 0, 0, 0, 0, 0},
    {"--script", "SCRIPT", "what to do (docs/register-scripts.md); may be repeated",
     SCRIPT, IXD_OPT_SCRIPT, 0, 0, 0, 0},
    {"--check", NULL, "verify every move of every buffer (slower)", FLAG, 0, AT(check), 0, 1, 0},
    {"--frames", "N", "end after N frames; 0: when stopped (0)",
     COUNT64, IXD_OPT_FRAMES, AT(frames), 0, 0, 0},
    {"--stay", NULL, "do not end after the last frame, but when stopped",
     FLAG, IXD_OPT_FRAMES, AT(stay), 0, 1, 0},
    {"--kind", "KIND", "udp4, udp6, tcp4, tcp6 or sctp4 (udp4)",
     FRAME, IXD_OPT_GENERATE, AT(kind), 0, 0, 0},
    {"--vlan", "ID", "tag the frames, 1..4094; with --offloads vlan by the card",
     NUMBER, IXD_OPT_GENERATE, AT(vlan), 0, 1, 4094},
    {"--size", "BYTES", "of a frame without CRC, or of a packet to be cut, 60..65000 (60)",
     NUMBER, IXD_OPT_GENERATE, AT(size), 0, 60, 65000},
    {"--rate", "PPS", "frames per second, or max (max)", RATE, IXD_OPT_GENERATE, AT(rate), 0, 0, 0},
    {"--dst", "MAC", "destination address (02:00:00:00:00:01)",
     MAC, IXD_OPT_GENERATE, AT(dst), 0, 0, 0},
    {"--delay", "MS", "wait between the ready line and the first frame (10)",
     NUMBER, IXD_OPT_GENERATE, AT(delay_ms), 0, 0, 3600000},
};
/* clang-format on */
enum { ROWS = sizeof(rows) / sizeof(rows[0]) };
_Static_assert(AT(tx_wthresh) == AT(tx_pthresh) + 2 * sizeof(unsigned), "see THRESH");

static void defaults(const struct ixd_app_kind *kind, struct ixd_app_options *options)
{
    struct ixd_config config;

    ixd_config_default(&config);
    *options = (struct ixd_app_options){
        .batch = 32,
        .queues = 1,
        .workers = 1,
        .idle_polls = 256,
        .wake_us = 2000,
        .tx_hang_ms = 100,
        .rx_ring = config.rx_ring,
        .tx_ring = config.tx_ring,
        .tx_pthresh = config.tx_pthresh,
        .tx_hthresh = config.tx_hthresh,
        .tx_wthresh = config.tx_wthresh,
        .itr_us = config.itr_us,
        .mtu = config.mtu,
        .merge = 8,
        .link_timeout_ms = 10000,
        .promisc = kind->promisc,
        .drop = config.drop_when_full,
        .size = 60,
        .delay_ms = 10,
        .dst = {0x02, 0, 0, 0, 0, 0x01},
    };
}

/* A whole decimal number, nothing around it. */
static bool number(const char *text, uint64_t *out)
{
    char *end;

    if (*text < '0' || *text > '9')
        return false;
    errno = 0;
    *out = strtoull(text, &end, 10);
    return errno == 0 && *end == 0;
}

/* `count` numbers of at most `max` in `base`, `separator` between them, nothing around them. */
static bool numbers(const char *text, int base, char separator, unsigned max, unsigned *out,
                    unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        unsigned long value;
        char *end;

        if (!isxdigit((unsigned char)*text))
            return false;
        value = strtoul(text, &end, base);
        if (end == text || value > max || *end != (i + 1 < count ? separator : 0))
            return false;
        out[i] = value;
        text = end + 1;
    }
    return true;
}

static bool set_mac(const char *text, uint8_t mac[6])
{
    unsigned v[6];

    if (!numbers(text, 16, ':', 255, v, 6))
        return false;
    for (unsigned i = 0; i < 6; i++)
        mac[i] = v[i];
    return true;
}

static bool set_port(const char *text, struct ixd_app_options *options)
{
    size_t length = strlen(text);

    if (options->ports == IXD_APP_PORTS_MAX || length == 0 || length >= sizeof(options->port[0]) ||
        strchr(text, '/'))
        return false;
    memcpy(options->port[options->ports++], text, length + 1);
    return true;
}

/* The index of the word that fills text[0 .. length); -1: none does. */
static int word_index(const char *const *words, const char *text, size_t length)
{
    for (int i = 0; words[i]; i++) {
        if (strlen(words[i]) == length && memcmp(words[i], text, length) == 0)
            return i;
    }
    return -1;
}

static bool set_word(const char *const *words, const char *text, unsigned *field)
{
    int i = word_index(words, text, strlen(text));

    if (i >= 0)
        *field = i;
    return i >= 0;
}

static bool set_words(const char *const *words, const char *text, unsigned *field)
{
    unsigned bits = 0;

    for (;;) {
        size_t length = strcspn(text, ",");
        int i = word_index(words, text, length);

        if (i < 0)
            return false;
        bits |= 1u << i;
        if (!text[length])
            break;
        text += length + 1;
    }
    *field = bits;
    return true;
}

/* True when `text` is a good value of the option, which then has it. */
static bool set_value(const struct option_row *row, const char *text,
                      struct ixd_app_options *options)
{
    char *field = (char *)options + row->at;
    uint64_t n = 0;

    switch (row->form) {
    case NUMBER:
    case RING:
        if (!number(text, &n) || n < row->min || n > row->max ||
            (row->form == RING && n % IXD_RING_STEP))
            return false;
        *(unsigned *)field = n;
        if (row->form == RING)
            *(unsigned *)((char *)options + row->at2) = n;
        return true;
    case RATE:
        if (strcmp(text, "max") != 0 && (!number(text, &n) || n == 0 || n > 1000000000))
            return false;
        *(uint64_t *)field = n;
        return true;
    case COUNT64:
        return number(text, (uint64_t *)field);
    case FLAG:
        *(bool *)field = row->min;
        return true;
    case WAIT:
        return set_word(wait_words, text, (unsigned *)field);
    case FLOW:
        return set_word(flow_words, text, (unsigned *)field);
    case FRAME:
        return set_word(frame_words, text, (unsigned *)field);
    case OFFLOAD:
        return set_words(offload_words, text, (unsigned *)field);
    case THRESH:
        /* pthresh, hthresh, wthresh lie one behind the other */
        return numbers(text, 10, '/', row->max, (unsigned *)field, 3);
    case PORT:
        return set_port(text, options);
    case MAC:
        return set_mac(text, (uint8_t *)field);
    case FILTER:
        if (options->filters == IXD_APP_FILTERS_MAX)
            return false;
        options->filter[options->filters++] = text;
        return true;
    case SCRIPT:
        if (options->script_parts == IXD_APP_SCRIPT_PARTS_MAX)
            return false;
        options->script[options->script_parts++] = text;
        return true;
    }
    return false;
}

static const struct option_row *find(const struct ixd_app_kind *kind, const char *name)
{
    for (unsigned i = 0; i < ROWS; i++) {
        if (strcmp(rows[i].name, name) == 0 && (!rows[i].set || (rows[i].set & kind->option_set)))
            return &rows[i];
    }
    return NULL;
}

int ixd_app_parse(const struct ixd_app_kind *kind, int argc, char *const *argv,
                  struct ixd_app_options *options, struct ixd_error *err)
{
    defaults(kind, options);
    for (int i = 1; i < argc; i++) {
        const struct option_row *row = find(kind, argv[i]);
        const char *value = "";

        if (strcmp(argv[i], "--help") == 0) {
            options->help = true;
            return 0;
        }
        if (!row)
            return ixd_fail(err, -EINVAL, "unknown option '%s': try --help", argv[i]);
        if (row->value) {
            if (++i == argc)
                return ixd_fail(err, -EINVAL, "%s: expected %s: %s", row->name, row->value,
                                row->help);
            value = argv[i];
        }
        if (!set_value(row, value, options))
            return ixd_fail(err, -EINVAL, "%s %s: expected %s: %s", row->name, value, row->value,
                            row->help);
    }
    return 0;
}

void ixd_app_usage(const struct ixd_app_kind *kind, void (*line)(void *context, const char *text),
                   void *context)
{
    char text[160];

    snprintf(text, sizeof(text), "%s: %s (%u port%s)", kind->name, kind->summary, kind->ports,
             kind->ports == 1 ? "" : "s");
    line(context, text);
    for (unsigned i = 0; i < ROWS; i++) {
        if (rows[i].set && !(rows[i].set & kind->option_set))
            continue;
        snprintf(text, sizeof(text), "  %-12s %-8s %s", rows[i].name,
                 rows[i].value ? rows[i].value : "", rows[i].help);
        line(context, text);
    }
}

const struct ixd_app_kind *ixd_app_find(const char *name)
{
    static const struct ixd_app_kind *const kinds[] = {&ixd_app_fwd, &ixd_app_echo, &ixd_app_gen,
                                                       &ixd_app_sink, &ixd_app_poke};

    for (unsigned i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (strcmp(kinds[i]->name, name) == 0)
            return kinds[i];
    }
    return NULL;
}
