/* SPDX-License-Identifier: BSD-2-Clause
 *
 * See filters.h: words into calls of driver/filter.h.
 */
#include "driver/apps/filters.h"

#include "driver/filter.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_MAX = 128, NO_QUEUE = 256 };

static bool number(const char *text, unsigned long most, unsigned long *out)
{
    char *end;

    if (*text < '0' || *text > '9')
        return false;
    errno = 0;
    *out = strtoul(text, &end, 0);
    return errno == 0 && *end == 0 && *out <= most;
}

static bool parse_mac(const char *text, uint8_t mac[6])
{
    for (unsigned i = 0; i < 6; i++) {
        char *end;
        unsigned long byte = strtoul(text, &end, 16);
        if (!isxdigit((unsigned char)*text) || end - text > 2 || *end != (i < 5 ? ':' : 0))
            return false;
        mac[i] = (uint8_t)byte;
        text = end + 1;
    }
    return true;
}

static bool parse_address(const char *text, uint32_t *out)
{
    struct in_addr address;

    *out = 0;
    if (strcmp(text, "*") == 0)
        return true;
    if (inet_pton(AF_INET, text, &address) != 1)
        return false;
    *out = ntohl(address.s_addr);
    return true;
}

static bool parse_port(const char *text, uint16_t *out)
{
    unsigned long value = 0;

    if (strcmp(text, "*") != 0 && !number(text, UINT16_MAX, &value))
        return false;
    *out = value;
    return true;
}

static bool parse_protocol(const char *text, uint8_t *out)
{
    static const struct {
        const char *word;
        uint8_t number;
    } words[] = {{"*", 0}, {"tcp", 6}, {"udp", 17}, {"sctp", 132}};

    for (unsigned i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strcmp(words[i].word, text) == 0) {
            *out = words[i].number;
            return true;
        }
    }
    return false;
}

/* "udp,10.0.0.2,*,*,9" in its five parts; cuts the text up. */
static bool split(char *text, char *part[5])
{
    unsigned parts = 0;

    while (parts < 5 && (part[parts] = strsep(&text, ",")))
        parts++;
    return parts == 5 && !text;
}

static bool parse_tuple(char *const part[5], struct ixd_tuple *t)
{
    return parse_protocol(part[0], &t->protocol) && parse_address(part[1], &t->source) &&
           parse_address(part[2], &t->destination) && parse_port(part[3], &t->source_port) &&
           parse_port(part[4], &t->destination_port);
}

static bool parse_tuple6(char *const part[5], struct ixd_tuple6 *t)
{
    memset(t, 0, sizeof(*t));
    return parse_protocol(part[0], &t->protocol) &&
           inet_pton(AF_INET6, part[1], t->source) == 1 &&
           (strcmp(part[2], "*") == 0 || inet_pton(AF_INET6, part[2], t->destination) == 1) &&
           parse_port(part[3], &t->source_port) && parse_port(part[4], &t->destination_port);
}

/* "7", or several: "7-12". */
struct run {
    unsigned long first, last;
};

static bool parse_run(char *text, unsigned long most, struct run *out)
{
    char *last = strchr(text, '-');

    if (!last) {
        out->last = 0;
        if (!number(text, most, &out->first))
            return false;
        out->last = out->first;
        return true;
    }
    *last++ = 0;
    return number(text, most, &out->first) && number(last, most, &out->last) &&
           out->first <= out->last;
}

/* What goes on in front of '>', and the queues behind it (NO_QUEUE: there is none). */
static bool parse_queue(char *text, struct run *queue)
{
    char *arrow = strchr(text, '>');

    *queue = (struct run){NO_QUEUE, NO_QUEUE};
    if (!arrow)
        return true;
    *arrow++ = 0;
    if (strcmp(arrow, "drop") == 0) {
        *queue = (struct run){IXD_FDIR_DROP, IXD_FDIR_DROP};
        return true;
    }
    return parse_run(arrow, IXD_RX_QUEUES_MAX - 1, queue);
}

/* flow=..., signature=...: nothing left open but what IPv6 has no room for. */
static int steer_flow(struct ixd_port *port, enum ixd_fdir_mode mode, char *const part[5],
                      unsigned long queue, bool *known, struct ixd_error *err)
{
    struct ixd_tuple6 six;
    struct ixd_tuple four;

    if (parse_tuple6(part, &six)) {
        *known = six.protocol && six.source_port && six.destination_port &&
                 (mode == IXD_FDIR_PERFECT || strcmp(part[2], "*") != 0);
        return *known ? ixd_fdir_add6(port, mode, &six, 0, queue, err) : -EINVAL;
    }
    *known = parse_tuple(part, &four) && four.protocol && four.source && four.destination &&
             four.source_port && four.destination_port;
    return *known ? ixd_fdir_add(port, mode, &four, 0, queue, err) : -EINVAL;
}

static int steer_parts(struct ixd_port *port, const char *kind, char *const part[5],
                       unsigned long queue, bool *known, struct ixd_error *err)
{
    struct ixd_tuple tuple;

    *known = true;
    if (strcmp(kind, "flow") == 0)
        return steer_flow(port, IXD_FDIR_PERFECT, part, queue, known, err);
    if (strcmp(kind, "signature") == 0)
        return steer_flow(port, IXD_FDIR_SIGNATURE, part, queue, known, err);
    if (strcmp(kind, "tuple") == 0 && parse_tuple(part, &tuple))
        return ixd_steer_tuple(port, &tuple, 1, queue, err);
    *known = false;
    return -EINVAL;
}

/* Source ports "1024-1087" go to as many queues, one each. */
static int steer_run(struct ixd_port *port, const char *kind, char *const part[5],
                     struct run queues, bool *known, struct ixd_error *err)
{
    char *one[5], text[8];
    struct run ports;
    int rc = 0;

    memcpy(one, part, sizeof(one));
    one[3] = text;
    *known = parse_run(part[3], UINT16_MAX, &ports) &&
             ports.last - ports.first == queues.last - queues.first;
    for (unsigned long i = 0; *known && rc == 0 && i <= queues.last - queues.first; i++) {
        snprintf(text, sizeof(text), "%u", (unsigned)((ports.first + i) & UINT16_MAX));
        rc = steer_parts(port, kind, one, queues.first + i, known, err);
    }
    return *known ? rc : -EINVAL;
}

static int steer(struct ixd_port *port, const char *kind, char *value, struct run queues,
                 bool *known, struct ixd_error *err)
{
    bool one = queues.first == queues.last;
    unsigned long type;
    char *part[5];

    *known = true;
    if (one && strcmp(kind, "syn") == 0 && !value)
        return ixd_steer_syn(port, queues.first, true, err);
    if (one && strcmp(kind, "ethertype") == 0 && value && number(value, 0xffff, &type))
        return ixd_steer_ethertype(port, type, queues.first, err);
    *known = value && split(value, part);
    if (!*known)
        return -EINVAL;
    return one ? steer_parts(port, kind, part, queues.first, known, err)
               : steer_run(port, kind, part, queues, known, err);
}

static int admit(struct ixd_port *port, const char *kind, const char *value, bool *known,
                 struct ixd_error *err)
{
    unsigned long id;
    uint8_t mac[6];

    *known = true;
    if (strcmp(kind, "vlan") == 0 && number(value, 4095, &id))
        return ixd_filter_vlan(port, id, true, err);
    if (strcmp(kind, "mac") == 0 && parse_mac(value, mac))
        return ixd_filter_add_mac(port, mac, err);
    if (strcmp(kind, "multicast") == 0 && parse_mac(value, mac)) {
        ixd_filter_add_multicast(port, mac);
        return 0;
    }
    *known = false;
    return -EINVAL;
}

int ixd_app_filter(struct ixd_port *port, const char *text, struct ixd_error *err)
{
    char copy[TEXT_MAX], *value;
    struct run queue;
    bool known = false;
    int rc = -EINVAL;

    if (strlen(text) < sizeof(copy)) {
        memcpy(copy, text, strlen(text) + 1);
        known = parse_queue(copy, &queue);
        value = strchr(copy, '=');
        if (value)
            *value++ = 0;
        if (known && queue.first != NO_QUEUE)
            rc = steer(port, copy, value, queue, &known, err);
        else if (known && value)
            rc = admit(port, copy, value, &known, err);
        else
            known = false;
    }
    if (!known)
        return ixd_fail(err, -EINVAL, "--filter %s: expected mac=, multicast=, vlan=, or "
                        "ethertype=, syn, tuple=, flow=, signature= with >QUEUE", text);
    return rc;
}
