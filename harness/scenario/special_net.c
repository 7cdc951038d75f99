/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Addresses, ports and what they are attached to. See special.h.
 */
#include "harness/scenario/special.h"

#include <arpa/inet.h>
#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "harness/scenario/scenario.h"

static void read_mac(struct reader *r, const struct yaml_node *node, void *field)
{
    struct scenario_mac *mac = field;
    struct diag_mark mark;
    const char *text = rs_read_scalar(r, node, &mark);

    if (text == NULL)
        return;
    bool good = strlen(text) == 17;
    for (int i = 0; good && i < 17; i++)
        good = i % 3 == 2 ? text[i] == ':' : g_ascii_isxdigit(text[i]) != 0;
    if (!good) {
        rs_read_error(r, mark, "'%s' is '%.40s'; expected a MAC address like 02:00:00:00:00:01",
                      r->key, text);
        return;
    }
    for (int i = 0; i < 6; i++)
        mac->byte[i] = (uint8_t)(g_ascii_xdigit_value(text[3 * i]) << 4 |
                                 g_ascii_xdigit_value(text[3 * i + 1]));
}

const struct schema_special rs_special_mac = {
    .form = "02:00:00:00:00:01",
    .json = "{\"type\": \"string\", \"pattern\": \"^([0-9a-fA-F]{2}:){5}[0-9a-fA-F]{2}$\"}",
    .scalar = true,
    .read = read_mac,
};

static void read_ip4(struct reader *r, const struct yaml_node *node, void *field)
{
    struct diag_mark mark;
    struct in_addr address;
    const char *text = rs_read_scalar(r, node, &mark);

    if (text == NULL)
        return;
    if (inet_pton(AF_INET, text, &address) != 1)
        rs_read_error(r, mark, "'%s' is '%.40s'; expected an IPv4 address like 10.0.0.1", r->key,
                      text);
    else
        ((struct scenario_ip4 *)field)->host = ntohl(address.s_addr);
}

const struct schema_special rs_special_ip4 = {
    .form = "10.0.0.1",
    .json = "{\"type\": \"string\", \"format\": \"ipv4\"}",
    .scalar = true,
    .read = read_ip4,
};

static void read_ip6(struct reader *r, const struct yaml_node *node, void *field)
{
    struct diag_mark mark;
    const char *text = rs_read_scalar(r, node, &mark);

    if (text == NULL)
        return;
    if (inet_pton(AF_INET6, text, ((struct scenario_ip6 *)field)->byte) != 1)
        rs_read_error(r, mark, "'%s' is '%.60s'; expected an IPv6 address like fd00::1", r->key,
                      text);
}

const struct schema_special rs_special_ip6 = {
    .form = "fd00::1",
    .json = "{\"type\": \"string\", \"format\": \"ipv6\"}",
    .scalar = true,
    .read = read_ip6,
};

static void read_attach(struct reader *r, const struct yaml_node *node, void *field)
{
    static const char *const words[] = {"bench", "netdev", NULL};
    struct scenario_attach *attach = field;

    if (node->kind == YAML_MAP) {
        uint64_t peer;
        if (node->count != 1 || strcmp(node->key[0]->text, "cable") != 0) {
            rs_read_error(r, node->mark, "'%s' is bench, netdev, or {cable: PORT}", r->key);
        } else if (rs_read_integer(r, node->child[0], UNIT_COUNT, "0", "7", &peer)) {
            attach->kind = PLAN_ATTACH_CABLE;
            attach->peer = (unsigned)peer;
        }
        return;
    }
    int word = rs_read_word(r, node, words);
    if (word >= 0)
        attach->kind = word == 0 ? PLAN_ATTACH_BENCH : PLAN_ATTACH_NETDEV;
}

const struct schema_special rs_special_attach = {
    .form = "bench \\| netdev \\| {cable: PORT}",
    .json = "{\"anyOf\": [{\"enum\": [\"bench\", \"netdev\"]}, {\"type\": \"object\", "
            "\"properties\": {\"cable\": {\"type\": \"integer\", \"minimum\": 0, \"maximum\": 7}}, "
            "\"required\": [\"cable\"], \"additionalProperties\": false}]}",
    .read = read_attach,
};

static void read_respond(struct reader *r, const struct yaml_node *node, void *field)
{
    static const char *const words[] = {"arp", "nd", "icmp", "reflect", NULL};
    static const unsigned bits[] = {PLAN_RESPOND_ARP, PLAN_RESPOND_ND, PLAN_RESPOND_ICMP,
                                    PLAN_RESPOND_REFLECT};
    unsigned sum = 0;

    if (node->kind == YAML_MAP) {
        rs_read_error(r, node->mark, "'%s' must be a list of arp, nd, icmp, reflect", r->key);
        return;
    }
    size_t n = node->kind == YAML_LIST ? node->count : 1;
    for (size_t i = 0; i < n; i++) {
        int word = rs_read_word(r, node->kind == YAML_LIST ? node->child[i] : node, words);
        if (word >= 0)
            sum |= bits[word];
    }
    *(unsigned *)field = sum;
}

const struct schema_special rs_special_respond = {
    .form = "list of arp, nd, icmp, reflect",
    .json = "{\"type\": \"array\", \"items\": {\"enum\": "
            "[\"arp\", \"nd\", \"icmp\", \"reflect\"]}}",
    .read = read_respond,
};

static void read_port(struct reader *r, const struct yaml_node *node, void *field)
{
    struct diag_mark mark;

    if (node->kind == YAML_SCALAR) {
        const char *text = rs_read_scalar(r, node, &mark);
        if (text == NULL)
            return;
        if (strcmp(text, "none") == 0) {
            *(uint64_t *)field = PLAN_NO_PORT;
            return;
        }
        if (!g_ascii_isdigit(text[0])) {
            rs_read_error(r, mark, "'%s' is '%.40s'; expected a port number, or none", r->key,
                          text);
            return;
        }
    }
    rs_read_integer(r, node, UNIT_COUNT, "0", "7", field);
}

const struct schema_special rs_special_port = {
    .form = "PORT \\| none",
    .json = "{\"anyOf\": [{\"type\": \"integer\", \"minimum\": 0, \"maximum\": 7}, "
            "{\"const\": \"none\"}]}",
    .scalar = true,
    .read = read_port,
};

static void read_port_bits(struct reader *r, const struct yaml_node *node, void *field)
{
    unsigned *bits = field;
    uint64_t port;

    if (node->kind == YAML_SCALAR) {
        struct diag_mark mark;
        const char *text = rs_read_scalar(r, node, &mark);
        if (text != NULL && strcmp(text, "all") == 0)
            *bits = ~0u; /* the check cuts it to the ports there are */
        else if (text != NULL && strcmp(text, "none") != 0)
            rs_read_error(r, mark, "'%s' is a list of ports, all, or none", r->key);
        return;
    }
    if (node->kind == YAML_MAP) {
        rs_read_error(r, node->mark, "'%s' is a list of ports, all, or none", r->key);
        return;
    }
    for (size_t i = 0; i < node->count; i++) {
        if (rs_read_integer(r, node->child[i], UNIT_COUNT, "0", "7", &port))
            *bits |= 1u << port;
    }
}

const struct schema_special rs_special_port_bits = {
    .form = "list of ports \\| all \\| none",
    .json = "{\"anyOf\": [{\"enum\": [\"all\", \"none\"]}, {\"type\": \"array\", \"items\": "
            "{\"type\": \"integer\", \"minimum\": 0, \"maximum\": 7}}]}",
    .read = read_port_bits,
};

static void read_ethertype(struct reader *r, const struct yaml_node *node, void *field)
{
    struct diag_mark mark;
    const char *text = rs_read_scalar(r, node, &mark);
    unsigned long value = 0;

    if (text == NULL)
        return;
    bool good = strlen(text) == 6 && text[0] == '0' && text[1] == 'x' &&
                strspn(text + 2, "0123456789abcdefABCDEF") == 4;
    if (good)
        value = strtoul(text + 2, NULL, 16);
    if (value < 0x600)
        rs_read_error(r, mark, "'%s' is '%.40s'; expected 0x0600..0xffff, as in 0x88b5", r->key,
                      text);
    else
        *(uint64_t *)field = value;
}

const struct schema_special rs_special_ethertype = {
    .form = "0x88b5",
    .json = "{\"type\": [\"string\", \"integer\"]}",
    .scalar = true,
    .read = read_ethertype,
};
