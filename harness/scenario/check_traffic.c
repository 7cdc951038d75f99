/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Checks of flows: do their keys fit one another, can they be sent at all, and in time. Fills in
 * names and addresses. See scenario_check.h.
 */
#include <glib.h>
#include <string.h>

#include "harness/scenario/scenario_check.h"

typedef unsigned __int128 u128;

enum {
    STAMP = 18,         /* the bench's, in the payload: flow, sequence, time */
    LINE_OVERHEAD = 24, /* FCS, preamble, gap: bytes that every frame takes beside its length */
    BYTE_PS = 800,
    FCS = 4,
};
#define SECOND_PS 1000000000000ull

#define MARK(f, key)  rs_schema_mark(&rs_schema_flow, (f), (key))
#define GIVEN(f, key) rs_schema_given(&rs_schema_flow, (f), (key))
#define GOOD(f, key)  rs_schema_good(&rs_schema_flow, (f), (key))

/* ---- names and ports ---- */

static void check_name(struct check *k, size_t number)
{
    struct scenario_flow *f = &k->c->flows[number];

    if (f->name == NULL && GOOD(f, "name"))
        f->name = g_strdup_printf("flow%zu", number);
    if (f->name == NULL)
        return;
    if (strlen(f->name) > 31)
        rs_check_error(k, MARK(f, "name"), "'%s' is longer than 31 characters", f->name);
    for (size_t i = 0; i < number; i++) {
        if (k->c->flows[i].name != NULL && strcmp(k->c->flows[i].name, f->name) == 0)
            rs_check_error(k, MARK(f, "name"), "there are two flows named '%s'", f->name);
    }
}

static void check_port(struct check *k, struct scenario_flow *f, const char *key, uint64_t port)
{
    if (!GOOD(f, key) || port == PLAN_NO_PORT)
        return;
    if (port >= k->c->port_count)
        rs_check_error(k, MARK(f, key), "there is no port %u, only 0..%zu", (unsigned)port,
                       k->c->port_count - 1);
    else if (k->c->ports[port].attach.kind != PLAN_ATTACH_BENCH)
        rs_check_error(k, MARK(f, key),
                       "port %u is not attached to the bench, so nobody there %s frames",
                       (unsigned)port, key[0] == 'f' ? "sends" : "looks at");
}

/* ---- what belongs to what ---- */

static const char *const not_of_replay[] = {"kind",   "size",   "length", "order",
                                            "payload", "tuples", "vlan",   "ethertype",
                                            "quanta", "source", "destination"};
static const char *const not_of_pause[] = {"payload", "tuples"};

static void check_replay(struct check *k, struct scenario_flow *f)
{
    for (size_t i = 0; i < G_N_ELEMENTS(not_of_replay); i++) {
        if (GIVEN(f, not_of_replay[i]))
            rs_check_error(k, MARK(f, not_of_replay[i]),
                           "'%s' means nothing here: a replay sends the frames as they are",
                           not_of_replay[i]);
    }
    f->kind = PLAN_REPLAY;
    if (f->replay != NULL) {
        char *path = rs_scenario_path(k->s, f->replay);
        g_free(f->replay);
        f->replay = path;
    }
}

static void check_pause(struct check *k, struct scenario_flow *f)
{
    bool pause = GOOD(f, "kind") && f->kind == PLAN_PAUSE && !GIVEN(f, "replay");

    if (!pause && GIVEN(f, "quanta") && !GIVEN(f, "replay"))
        rs_check_error(k, MARK(f, "quanta"), "'quanta' is for kind: pause");
    if (!pause)
        return;
    for (size_t i = 0; i < G_N_ELEMENTS(not_of_pause); i++) {
        if (GIVEN(f, not_of_pause[i]))
            rs_check_error(k, MARK(f, not_of_pause[i]), "'%s' means nothing to a pause frame",
                           not_of_pause[i]);
    }
    if (GOOD(f, "expect") && f->expect != PLAN_NO_PORT)
        rs_check_error(k, MARK(f, "expect"), "a MAC keeps pause frames to itself: expect: none");
}

static void check_sizes(struct check *k, struct scenario_flow *f)
{
    static const unsigned head[] = {14 + 20 + 8, 14 + 40 + 8, 14 + 20 + 20, 14 + 40 + 20, 14, 14};
    bool size = GIVEN(f, "size");
    const char *key = size ? "size" : "length";
    const struct scenario_sizes *sizes = size ? &f->size : &f->length;

    if (size == GIVEN(f, "length")) {
        rs_check_error(k, f->marks.self,
                       "a flow needs either 'size' (with FCS) or 'length' "
                       "(without); this one has %s",
                       size ? "both" : "neither");
        return;
    }
    if (!GOOD(f, key) || !GOOD(f, "kind"))
        return;
    unsigned least = head[f->kind] + (f->vlan != 0 ? 4 : 0) + STAMP; /* or a pause's fields */
    for (size_t i = 0; i < sizes->count; i++) {
        if (sizes->length[i] >= least)
            continue;
        rs_check_error(k, MARK(f, key),
                       "%uB is too short: headers and stamp of such a frame take a %s of %uB",
                       sizes->length[i] + (size ? FCS : 0), key, least + (size ? FCS : 0));
        return;
    }
}

static void check_rate(struct check *k, struct scenario_flow *f)
{
    bool replay = GIVEN(f, "replay");

    if (!GOOD(f, "rate"))
        return;
    if (f->rate.kind == SCENARIO_RATE_RECORDED && !replay)
        rs_check_error(k, MARK(f, "rate"), "'recorded' is for a replay; give a rate or 'line'");
    if (f->burst > 1 &&
        (f->rate.kind == SCENARIO_RATE_LINE || f->rate.kind == SCENARIO_RATE_RECORDED))
        rs_check_error(k, MARK(f, "burst"), "bursts need a mean rate, as in rate: 1Mpps");
}

static void check_fit(struct check *k, struct scenario_flow *f)
{
    if (GIVEN(f, "ethertype") && GOOD(f, "kind") && f->kind != PLAN_ETHER)
        rs_check_error(k, MARK(f, "ethertype"), "'ethertype' is for kind: ethernet");
    if (GIVEN(f, "order") && f->size.count + f->length.count == 1)
        rs_check_error(k, MARK(f, "order"), "'order' needs several sizes");
    if (f->kind < PLAN_ETHER && f->source.port + f->tuples > 65536)
        rs_check_error(k, MARK(f, "tuples"),
                       "%u tuples from source port %u on go beyond port 65535", (unsigned)f->tuples,
                       (unsigned)f->source.port);
    if (f->fcs != 0 && f->expect != PLAN_NO_PORT && GOOD(f, "expect"))
        rs_check_error(k, MARK(f, "fcs"),
                       "a NIC drops frames with a bad FCS, so they cannot come back: "
                       "expect: none");
    if (!GIVEN(f, "count") && !GIVEN(f, "for") && !GIVEN(f, "replay"))
        rs_check_error(k, f->marks.self, "when does this flow end? Give 'count' or 'for'");
}

/* ---- addresses ---- */

static bool unset(const void *bytes, size_t n)
{
    static const uint8_t zeros[16];

    return memcmp(bytes, zeros, n) == 0;
}

static void fill_addresses(struct scenario_case *c, struct scenario_flow *f)
{
    const struct scenario_port *from = &c->ports[f->from];
    bool across = f->expect != PLAN_NO_PORT && f->expect != f->from;
    static const struct scenario_mac all_macs = {.byte = {0x01, 0x80, 0xc2, 0, 0, 0x01}};
    const uint8_t nic_ip6[16] = {0xfd, 0, 0, 0, 0, 0, 0, (uint8_t)f->from, [15] = 1};

    if (unset(f->source.mac.byte, 6))
        f->source.mac = from->mac;
    if (f->source.ip4.host == 0)
        f->source.ip4 = from->ip4;
    if (unset(f->source.ip6.byte, 16))
        f->source.ip6 = from->ip6;
    if (unset(f->destination.mac.byte, 6))
        f->destination.mac = f->kind == PLAN_PAUSE ? all_macs : from->nic_mac;
    if (f->destination.ip4.host == 0)
        f->destination.ip4.host =
            across ? c->ports[f->expect].ip4.host : (10u << 24 | (uint32_t)f->from << 8 | 1);
    if (unset(f->destination.ip6.byte, 16))
        memcpy(f->destination.ip6.byte, across ? c->ports[f->expect].ip6.byte : nic_ip6, 16);
}

static void check_addresses(struct check *k, struct scenario_flow *f)
{
    if (f->source.port == 0)
        f->source.port = 1024;
    if (f->destination.port == 0)
        f->destination.port = 9;
    if (f->from < k->c->port_count && (f->expect == PLAN_NO_PORT || f->expect < k->c->port_count))
        fill_addresses(k->c, f);
    if ((f->source.mac.byte[0] & 1) != 0)
        rs_check_error(k, rs_schema_mark(&rs_schema_end, &f->source, "mac"),
                       "a source address cannot be a group address");
}

/* ---- time ---- */

/* Bytes on the line of the mean frame, times the number of sizes. */
static u128 line_bytes(const struct scenario_sizes *sizes)
{
    u128 sum = 0;

    for (size_t i = 0; i < sizes->count; i++)
        sum += sizes->length[i] + LINE_OVERHEAD;
    return sum;
}

/* Picoseconds that `count` frames take, rounded down; 0 when nobody can tell. */
static u128 duration_ps(const struct scenario_flow *f, const struct scenario_sizes *sizes)
{
    u128 count = f->count, bytes = line_bytes(sizes), num = f->rate.value.num;
    u128 den = f->rate.value.den;

    switch (f->rate.kind) {
    case SCENARIO_RATE_FRAMES:
        return count * SECOND_PS * den / num;
    case SCENARIO_RATE_BITS: /* count <= 2^30, bytes < 2^26, second < 2^40: no overflow */
        return count * bytes * 8 / sizes->count * SECOND_PS / num * den;
    case SCENARIO_RATE_SHARE:
        return count * bytes * BYTE_PS / sizes->count * 100 * den / num;
    case SCENARIO_RATE_LINE:
        return count * bytes * BYTE_PS / sizes->count;
    default:
        return 0;
    }
}

static void check_line_rate(struct check *k, struct scenario_flow *f,
                            const struct scenario_sizes *sizes)
{
    u128 frame_ps = line_bytes(sizes) * BYTE_PS; /* of sizes->count frames */
    char most[64];

    if (f->rate.kind != SCENARIO_RATE_FRAMES ||
        (u128)f->rate.value.num * frame_ps <= (u128)SECOND_PS * f->rate.value.den * sizes->count)
        return;
    rs_quantity_format(rs_quantity(UNIT_PPS, SECOND_PS * sizes->count, (uint64_t)frame_ps), most,
                       sizeof(most));
    rs_check_error(k, MARK(f, "rate"),
                   "frames of this size come at %s at most on a 10 Gb/s line; write rate: line "
                   "for that",
                   most);
}

static void check_time(struct check *k, struct scenario_flow *f)
{
    const struct scenario_sizes *sizes = f->size.count != 0 ? &f->size : &f->length;
    uint64_t limit = k->c->limits.model_ps;
    char text[64];

    if (f->marks.bad != 0 || !rs_schema_good(rs_schema(), k->c, "limits") ||
        f->kind == PLAN_REPLAY || sizes->count == 0)
        return;
    check_line_rate(k, f, sizes);
    u128 needed = f->count != 0 ? duration_ps(f, sizes) : f->for_ps;
    if (f->count != 0 && f->for_ps != 0 && needed > f->for_ps)
        needed = f->for_ps;
    needed += f->start_ps;
    if (needed >= limit) {
        uint64_t shown = needed > UINT64_MAX ? UINT64_MAX : (uint64_t)needed;
        rs_quantity_format(rs_quantity(UNIT_TIME, shown, 1), text, sizeof(text));
        rs_check_error(k, MARK(f, f->count != 0 ? "count" : "for"),
                       "the last frame would go at %s, but limits.model-time ends the run before; "
                       "raise it",
                       text);
    }
}

void rs_check_traffic(struct check *k)
{
    for (size_t i = 0; i < k->c->flow_count; i++) {
        struct scenario_flow *f = &k->c->flows[i];
        if (f->marks.bad == ~0ull)
            continue; /* it is no mapping */
        check_name(k, i);
        check_port(k, f, "from", f->from);
        check_port(k, f, "expect", f->expect);
        check_rate(k, f);
        if (GIVEN(f, "replay"))
            check_replay(k, f);
        else
            check_sizes(k, f);
        check_pause(k, f);
        check_addresses(k, f);
        check_fit(k, f);
        check_time(k, f);
    }
    if (k->c->flow_count == 0 && rs_schema_good(rs_schema(), k->c, "traffic") &&
        k->c->limits.drain_ps >= k->c->limits.model_ps)
        rs_check_error(k, rs_schema_mark(&rs_schema_limits, &k->c->limits, "drain"),
                       "'drain' must be shorter than model-time");
}
