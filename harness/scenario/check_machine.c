/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Checks of the machine: ports and what they are attached to, clock, driver, actions. See
 * scenario_check.h.
 */
#include <glib.h>
#include <string.h>

#include "harness/scenario/scenario_check.h"

#define PORT_MARK(p, key)    rs_schema_mark(&rs_schema_port, (p), (key))
#define DRIVER_MARK(d, key)  rs_schema_mark(&rs_schema_driver, (d), (key))
#define ACTION_MARK(a, key)  rs_schema_mark(&rs_schema_action, (a), (key))
#define MACHINE_MARK(m, key) rs_schema_mark(&rs_schema_machine, (m), (key))

static void port_defaults(struct scenario_port *p, unsigned number)
{
    const uint8_t far[6] = {2, 0, 0, 0, 1, (uint8_t)number};
    const uint8_t near[6] = {2, 0, 0, 0, 0, (uint8_t)number};
    const uint8_t ip6[16] = {0xfd, 0, 0, 0, 0, 0, 0, (uint8_t)number, [15] = 2};

    if (!rs_schema_given(&rs_schema_port, p, "mac"))
        memcpy(p->mac.byte, far, 6);
    if (!rs_schema_given(&rs_schema_port, p, "nic-mac"))
        memcpy(p->nic_mac.byte, near, 6);
    if (!rs_schema_given(&rs_schema_port, p, "ip4"))
        p->ip4.host = 10u << 24 | number << 8 | 2;
    if (!rs_schema_given(&rs_schema_port, p, "ip6"))
        memcpy(p->ip6.byte, ip6, 16);
}

/* Ports that the file does not describe: on the bench, module sr, 2 m, as the schema says. */
static void add_ports(struct scenario_case *c, size_t count)
{
    size_t had = c->port_count;

    if (count <= had)
        return;
    c->ports = g_renew(struct scenario_port, c->ports, count);
    memset(c->ports + had, 0, (count - had) * sizeof(c->ports[0]));
    for (size_t i = had; i < count; i++)
        c->ports[i] = (struct scenario_port){
            .attach = {.kind = PLAN_ATTACH_BENCH}, .module = 1, .cable_mm = 2000};
    c->port_count = count;
}

static void check_cable(struct check *k, size_t number)
{
    struct scenario_port *p = &k->c->ports[number];
    size_t peer = p->attach.peer;

    if (p->attach.kind != PLAN_ATTACH_CABLE || !rs_schema_good(&rs_schema_port, p, "attach"))
        return;
    if (peer == number) {
        rs_check_error(k, PORT_MARK(p, "attach"), "port %zu cannot be cabled to itself", number);
    } else if (peer >= k->c->port_count) {
        rs_check_error(k, PORT_MARK(p, "attach"),
                       "port %zu is cabled to port %zu, but there are only %zu ports", number, peer,
                       k->c->port_count);
    } else if (k->c->ports[peer].attach.kind != PLAN_ATTACH_CABLE ||
               k->c->ports[peer].attach.peer != number) {
        rs_check_error(k, PORT_MARK(p, "attach"),
                       "a cable has two ends: port %zu must have attach: {cable: %zu}", peer,
                       number);
    } else if (p->cable_mm != k->c->ports[peer].cable_mm) {
        rs_check_error(k, PORT_MARK(p, "cable-length"),
                       "ports %zu and %zu share one cable; give both the same cable-length", number,
                       peer);
    }
    if (p->respond != 0)
        rs_check_error(k, PORT_MARK(p, "respond"),
                       "nobody answers on a cable to another port; leave 'respond' out");
}

static void check_ports(struct check *k)
{
    struct scenario_case *c = k->c;
    struct scenario_machine *m = &c->machine;
    bool described = c->port_count != 0;

    if (!rs_schema_good(rs_schema(), c, "ports") && !described)
        m->ports = m->ports != 0 ? m->ports : PLAN_PORTS_MAX; /* no consequences of a slip */
    if (m->ports == 0)
        m->ports = described ? c->port_count : 2;
    if (described && m->ports != c->port_count && rs_schema_good(&rs_schema_machine, m, "ports"))
        rs_check_error(k, MACHINE_MARK(m, "ports"),
                       "the machine has %u ports, but section 'ports' describes %zu",
                       (unsigned)m->ports, c->port_count);
    add_ports(c, m->ports);
    for (size_t i = 0; i < c->port_count; i++) {
        port_defaults(&c->ports[i], (unsigned)i);
        check_cable(k, i);
    }
    uint32_t there = (uint32_t)(1u << c->port_count) - 1;
    if (c->capture == ~0u)
        c->capture = there;
    if ((c->capture & ~there) != 0)
        rs_check_error(k, rs_schema_mark(rs_schema(), c, "capture"),
                       "only ports 0..%zu can be captured", c->port_count - 1);
}

static void check_action(struct check *k, struct scenario_action *a)
{
    bool port = rs_schema_given(&rs_schema_action, a, "port");
    bool lasting = rs_schema_given(&rs_schema_action, a, "for");
    a->has_mark = rs_schema_given(&rs_schema_action, a, "mark");
    a->has_module = rs_schema_given(&rs_schema_action, a, "module");
    bool of_port = a->link != SCENARIO_LINK_NONE || a->has_module;
    int what = (a->link != SCENARIO_LINK_NONE) + a->has_module + (a->agent != 0) + a->has_mark;

    if (a->marks.bad != 0)
        return;
    if (what != 1) {
        rs_check_error(k, a->marks.self,
                       "an action does one thing: 'link', 'module', 'agent' or 'mark'; this one "
                       "does %s",
                       what == 0 ? "nothing" : "several");
        return;
    }
    if (of_port && !port)
        rs_check_error(k, a->marks.self, "'%s' needs a 'port': whose %s?",
                       a->has_module ? "module" : "link", a->has_module ? "cage" : "link");
    if (!of_port && port)
        rs_check_error(k, ACTION_MARK(a, "port"),
                       "'port' belongs to 'link' and 'module' and means nothing here");
    if (a->link == SCENARIO_LINK_NONE && lasting)
        rs_check_error(k, ACTION_MARK(a, "for"),
                       "'for' belongs to 'link' and means nothing here");
    if (port && a->port >= k->c->port_count)
        rs_check_error(k, ACTION_MARK(a, "port"), "there is no port %u, only 0..%zu",
                       (unsigned)a->port, k->c->port_count - 1);
    if (a->at_ps >= k->c->limits.model_ps && rs_schema_good(rs_schema(), k->c, "limits"))
        rs_check_error(k, ACTION_MARK(a, "at"),
                       "this never happens: limits.model-time ends the run before");
    if (a->agent != 0 && k->c->machine.host == SCENARIO_HOST_IN_PROCESS)
        rs_check_error(k, ACTION_MARK(a, "agent"),
                       "the in-process host has no processes; use host: qemu");
}

void rs_check_machine(struct check *k)
{
    struct scenario_case *c = k->c;

    check_ports(k);
    if (c->machine.memory_bytes % (1 << 20) != 0)
        rs_check_error(k, MACHINE_MARK(&c->machine, "memory"), "'memory' must be whole MiB");
    if (c->machine.cpus > 1 && c->machine.host == SCENARIO_HOST_IN_PROCESS)
        rs_check_error(k, MACHINE_MARK(&c->machine, "cpus"),
                       "the in-process host has no processors; use host: qemu");
    else if (c->machine.cpus > 1)
        c->machine.host = SCENARIO_HOST_QEMU;
    if (c->clock.quantum_ps % 1000 != 0)
        rs_check_error(k, rs_schema_mark(&rs_schema_clock, &c->clock, "quantum"),
                       "'quantum' must be whole nanoseconds");
    for (size_t i = 0; i < c->action_count; i++)
        check_action(k, &c->actions[i]);
    for (size_t i = 0; i < c->action_count; i++) { /* somebody must run a guest for it */
        if (c->actions[i].agent != 0 && c->machine.host == SCENARIO_HOST_ANY)
            c->machine.host = SCENARIO_HOST_QEMU;
    }
}

/* ---- driver ---- */

static const char *const app_keys[] = {"args",    "profile",    "rings",    "batch",   "queues",
                                       "mtu",     "offloads", "segment", "wait",
                                       "workers", "flow-control", "filters", "registers",
                                       "script"};
static const char *const offload_words[] = {"checksum", "vlan", "tso", "hash", "scatter", NULL};

static void check_offloads(struct check *k, struct scenario_driver *d)
{
    bool tso = false;

    for (char **word = d->offloads; word != NULL && *word != NULL; word++) {
        tso = tso || strcmp(*word, "tso") == 0;
        if (!g_strv_contains(offload_words, *word))
            rs_check_error(k, DRIVER_MARK(d, "offloads"),
                           "'%s' is no offload; there are checksum, vlan, tso, hash and scatter",
                           *word);
    }
    if (d->segment != 0 && !tso && rs_schema_good(&rs_schema_driver, d, "offloads"))
        rs_check_error(k, DRIVER_MARK(d, "segment"),
                       "'segment' is how the card cuts packets: it needs offloads: [tso]");
}

static void check_workers(struct check *k, struct scenario_driver *d)
{
    uint64_t queues = d->queues != 0 ? d->queues : 1;

    if (d->workers <= 1 || d->app == NULL || !rs_schema_good(&rs_schema_driver, d, "queues"))
        return;
    if (strcmp(d->app, "fwd") != 0 && strcmp(d->app, "echo") != 0)
        rs_check_error(k, DRIVER_MARK(d, "workers"), "'%s' has one worker; 'fwd' and 'echo' can "
                       "have more", d->app);
    else if (d->workers > queues)
        rs_check_error(k, DRIVER_MARK(d, "workers"),
                       "%u workers need as many queues; there are %u ('queues')",
                       (unsigned)d->workers, (unsigned)queues);
}

static void check_app(struct check *k, struct scenario_driver *d)
{
    static const unsigned ports[] = {2, 1, 1, 1, 1, 1}; /* fwd, echo, gen, sink, poke, profile */

    if (d->app != NULL && k->c->machine.ports < ports[d->app_word])
        rs_check_error(k, DRIVER_MARK(d, "app"), "'%s' needs %u ports; the machine has %u", d->app,
                       ports[d->app_word], (unsigned)k->c->machine.ports);
    check_offloads(k, d);
    check_workers(k, d);
    if (rs_schema_good(&rs_schema_driver, d, "rings") && d->rings % 8 != 0)
        rs_check_error(k, DRIVER_MARK(d, "rings"),
                       "'rings' is %u; the 82599 wants a multiple of 8 descriptors",
                       (unsigned)d->rings);
}

static bool env_good(const char *text)
{
    size_t n = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789");

    return n > 0 && text[n] == '=' && !g_ascii_isdigit(text[0]);
}

/* ${PORTn} is put in by the guest, which knows the addresses; here is known how many there are. */
static void check_port_variables(struct check *k, const char *key, char **texts)
{
    const char name[] = "${PORT";

    for (; texts != NULL && *texts != NULL; texts++) {
        for (const char *at = *texts; (at = strstr(at, name)) != NULL; at++) {
            const char *digits = at + strlen(name);
            size_t n = strspn(digits, "0123456789");
            guint64 port = g_ascii_strtoull(digits, NULL, 10);

            if (n > 0 && digits[n] == '}' && port >= k->c->machine.ports)
                rs_check_error(k, DRIVER_MARK(&k->c->driver, key),
                               "%.*s: there is no port %.*s, only 0..%u", (int)n + 7, at, (int)n,
                               digits, (unsigned)k->c->machine.ports - 1);
        }
    }
}

void rs_check_driver(struct check *k)
{
    struct scenario_driver *d = &k->c->driver;
    struct scenario_machine *m = &k->c->machine;
    bool app = rs_schema_given(&rs_schema_driver, d, "app");
    bool command = rs_schema_given(&rs_schema_driver, d, "command");
    int row = rs_schema_row(&rs_schema_driver, "app");
    int stop = rs_schema_row(&rs_schema_driver, "stop");

    if (d->marks.bad == ~0ull || !rs_schema_given(rs_schema(), k->c, "driver"))
        return;
    d->stop_signal = rs_schema_driver.keys[stop].words[d->stop_word];
    if (app && rs_schema_good(&rs_schema_driver, d, "app"))
        d->app = rs_schema_driver.keys[row].words[d->app_word];
    bool described = d->description != NULL;

    if (app && described)
        rs_check_error(k, DRIVER_MARK(d, "app"),
                       "the driver is either an 'app' of this project or what 'description' says");
    else if (app == command && !described)
        rs_check_error(k, d->marks.self,
                       "the driver is either an 'app' of this project or a "
                       "'command'; this names %s",
                       app ? "both" : "neither");
    if (app)
        check_app(k, d);
    for (size_t i = 0; !app && i < G_N_ELEMENTS(app_keys); i++) {
        if (rs_schema_given(&rs_schema_driver, d, app_keys[i]) &&
            !(described && strcmp(app_keys[i], "args") == 0))
            rs_check_error(k, DRIVER_MARK(d, app_keys[i]),
                           "'%s' is for an 'app' of this project; put it into 'command'",
                           app_keys[i]);
    }
    check_port_variables(k, "command", d->command);
    check_port_variables(k, "args", d->args);
    check_port_variables(k, "env", d->env);
    for (char **e = d->env; e != NULL && *e != NULL; e++) {
        if (!env_good(*e))
            rs_check_error(k, DRIVER_MARK(d, "env"), "'%s' is no NAME=VALUE", *e);
    }
    if (command && d->command != NULL && d->command[0] == NULL &&
        rs_schema_good(&rs_schema_driver, d, "command"))
        rs_check_error(k, DRIVER_MARK(d, "command"), "'command' is an empty list");
    if (command && m->host == SCENARIO_HOST_IN_PROCESS)
        rs_check_error(k, MACHINE_MARK(m, "host"),
                       "the in-process host runs only this project's driver; use host: qemu");
    if ((command || d->files != NULL) && m->host == SCENARIO_HOST_ANY)
        m->host = SCENARIO_HOST_QEMU;
    rs_check_dma(k);
}
