/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The statements of register scripts that are a word and what follows it: expectations, waits,
 * memory, interrupts; and the table of all such statements.
 */
#include "driver/apps/script_priv.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { POLLS_BEFORE_SLEEP = 1000 };
static const uint64_t wait_default_ns = 100000000, wait_max_ns = 10000000000, poll_ns = 10000;

/* ---- values ---- */

static int do_read(struct ixd_script *s, struct ixd_error *err)
{
    uint64_t value;

    return script_eval(s, &value, err);
}

static int fails(struct ixd_script *s, int code, const char *what, struct ixd_error *err)
{
    if (s->compared)
        return ixd_fail(err, code, "%s: left is %llu (0x%llx), right is %llu (0x%llx)", what,
                        (unsigned long long)s->left, (unsigned long long)s->left,
                        (unsigned long long)s->right, (unsigned long long)s->right);
    return ixd_fail(err, code, "%s", what);
}

static int do_expect(struct ixd_script *s, struct ixd_error *err)
{
    uint64_t value = 0;
    int rc = script_eval(s, &value, err);

    if (rc || s->dry || value)
        return rc;
    return fails(s, -EPROTO, "this does not hold", err);
}

/* `for TIME` at the end of a wait. */
static int deadline(struct ixd_script *s, uint64_t *ns, struct ixd_error *err)
{
    int rc = 0;

    *ns = wait_default_ns;
    if (script_is(s, s->pos, "for")) {
        s->pos++;
        s->known = true;
        rc = script_eval(s, ns, err);
    }
    if (rc == 0 && (s->known || !s->dry) && *ns > wait_max_ns)
        rc = ixd_fail(err, -ERANGE, "a wait of more than 10s");
    return rc;
}

static int do_wait(struct ixd_script *s, struct ixd_error *err)
{
    struct ixd_bus *bus = s->dry ? NULL : script_bus(s, s->port);
    const uint32_t from = s->pos;
    const uint64_t start = bus ? bus->ops->now_ns(bus) : 0;

    for (unsigned polls = 0;; polls++) {
        uint64_t value = 0, ns, left, right;
        bool compared;
        int rc;

        s->pos = from;
        rc = script_eval(s, &value, err);
        left = s->left, right = s->right, compared = s->compared;
        if (rc == 0)
            rc = deadline(s, &ns, err);
        if (rc || s->dry || !bus || value)
            return rc;
        if (bus->ops->now_ns(bus) - start >= ns) {
            s->left = left, s->right = right, s->compared = compared;
            return fails(s, -ETIMEDOUT, "the time is up", err);
        }
        ixd_yield(bus, IXD_WORK_WAIT, 0);
        if (polls >= POLLS_BEFORE_SLEEP)
            bus->ops->sleep_ns(bus, poll_ns);
    }
}

static int do_sleep(struct ixd_script *s, struct ixd_error *err)
{
    uint64_t ns = 0;
    int rc = script_eval(s, &ns, err);

    if (rc == 0 && (s->known || !s->dry) && ns > wait_max_ns)
        rc = ixd_fail(err, -ERANGE, "a sleep of more than 10s");
    if (rc == 0 && !s->dry)
        script_bus(s, s->port)->ops->sleep_ns(script_bus(s, s->port), ns);
    return rc;
}

static int do_port(struct ixd_script *s, struct ixd_error *err)
{
    uint64_t port = 0;
    int rc = script_eval(s, &port, err);

    if (rc == 0 && (port >= IXD_SCRIPT_PORTS_MAX || (!s->dry && port >= s->ports)))
        rc = ixd_fail(err, -ENODEV, "there is no port %llu", (unsigned long long)port);
    if (rc == 0)
        s->port = port;
    return rc;
}

static int add_print(struct ixd_script *s, const char *name, uint64_t value, struct ixd_error *err)
{
    struct script_print *p = &s->print[s->prints];

    if (s->dry)
        return 0;
    if (s->prints == SCRIPT_PRINTS_MAX)
        return ixd_fail(err, -ENOSPC, "more than %d values printed", SCRIPT_PRINTS_MAX);
    snprintf(p->name, sizeof(p->name), "%s", name);
    p->value = value;
    s->prints++;
    return 0;
}

static int do_print(struct ixd_script *s, struct ixd_error *err)
{
    struct script_name name;
    uint64_t value = 0;
    int rc = script_name(s, &name, err);

    if (rc == 0)
        rc = script_eval(s, &value, err);
    return rc ? rc : add_print(s, name.text, value, err);
}

/* ---- memory ---- */

int script_values(struct ixd_script *s, uint64_t *value, unsigned count, struct ixd_error *err)
{
    int rc = 0;

    for (unsigned i = 0; rc == 0 && i < count; i++) {
        if (i)
            rc = script_expect_sign(s, ',', err);
        if (rc == 0)
            rc = script_eval(s, &value[i], err);
    }
    return rc;
}

static int do_buffer(struct ixd_script *s, struct ixd_error *err)
{
    struct script_name name;
    uint64_t bytes = 0;
    int rc = script_name(s, &name, err);

    if (rc == 0)
        rc = script_eval(s, &bytes, err);
    return rc ? rc : script_buffer_new(s, &name, bytes, 0, false, err);
}

/* map NAME BYTES [read|write]: what the device may do */
static int do_map(struct ixd_script *s, struct ixd_error *err)
{
    unsigned access = IXD_DMA_DEVICE_READS | IXD_DMA_DEVICE_WRITES;
    struct script_name name;
    uint64_t bytes = 0;
    int rc = script_name(s, &name, err);

    if (rc == 0)
        rc = script_eval(s, &bytes, err);
    if (rc)
        return rc;
    if (script_is(s, s->pos, "read"))
        access = IXD_DMA_DEVICE_READS;
    else if (script_is(s, s->pos, "write"))
        access = IXD_DMA_DEVICE_WRITES;
    else if (!script_ended(s))
        return script_wrong(s, err, "'read' or 'write'");
    if (!script_ended(s))
        s->pos++;
    return script_buffer_new(s, &name, bytes, access, true, err);
}

static int do_unmap(struct ixd_script *s, struct ixd_error *err)
{
    struct script_buffer *b;
    struct script_name name;
    int rc = script_name(s, &name, err);

    if (rc)
        return rc;
    b = script_buffer_find(s, name.text, strlen(name.text));
    return b ? script_buffer_unmap(s, b, err)
             : ixd_fail(err, -EINVAL, "there is no buffer '%s'", name.text);
}

static uint8_t hex_byte(const char *text)
{
    unsigned value = 0;

    for (unsigned i = 0; i < 2; i++) {
        char c = text[i];

        value = value << 4 | (unsigned)(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
    }
    return value;
}

/* bytes ADDRESS hex:...: puts them there. same ADDRESS hex:...: expects them there. */
static int do_bytes(struct ixd_script *s, struct ixd_error *err)
{
    const bool put = script_is(s, s->statement, "bytes");
    const struct script_token *t;
    uint64_t address = 0;
    uint8_t *memory;
    int rc = script_eval(s, &address, err);

    if (rc)
        return rc;
    t = &s->token[s->pos];
    if (t->kind != TOKEN_HEX)
        return script_wrong(s, err, "hex: and digits");
    s->pos++;
    if (s->dry)
        return 0;
    memory = script_memory(s, address, t->length / 2, err);
    if (!memory)
        return -EFAULT;
    for (uint32_t i = 0; i < t->length / 2; i++) {
        const uint8_t byte = hex_byte(s->text + t->at + 2 * i);

        if (put)
            memory[i] = byte;
        else if (memory[i] != byte)
            return ixd_fail(err, -EPROTO, "byte %u is 0x%02x, expected 0x%02x", i, memory[i], byte);
    }
    return 0;
}

/* fill ADDRESS, LENGTH, BYTE; random ADDRESS, LENGTH, SEED: xorshift64, its low byte each time */
static int do_fill(struct ixd_script *s, struct ixd_error *err)
{
    const bool random = script_is(s, s->statement, "random");
    uint64_t v[3] = {0};
    uint8_t *memory;
    int rc = script_values(s, v, 3, err);

    if (rc || s->dry)
        return rc;
    memory = script_memory(s, v[0], v[1], err);
    if (!memory)
        return -EFAULT;
    v[2] += random && !v[2]; /* 0 would stay 0 */
    for (uint64_t i = 0; i < v[1]; i++) {
        if (random) {
            v[2] ^= v[2] << 13;
            v[2] ^= v[2] >> 7;
            v[2] ^= v[2] << 17;
        }
        memory[i] = (uint8_t)v[2];
    }
    return 0;
}

/* dump NAME ADDRESS, WORDS: 64-bit words, printed as NAME.0, NAME.1 ... */
static int do_dump(struct ixd_script *s, struct ixd_error *err)
{
    struct script_name name;
    uint64_t v[2] = {0}, word;
    uint8_t *memory;
    int rc = script_name(s, &name, err);

    if (rc == 0)
        rc = script_values(s, v, 2, err);
    if (rc || s->dry)
        return rc;
    memory = v[1] <= SCRIPT_PRINTS_MAX ? script_memory(s, v[0], v[1] * sizeof(word), err) : NULL;
    if (!memory)
        return v[1] <= SCRIPT_PRINTS_MAX ? -EFAULT : ixd_fail(err, -E2BIG, "too many words");
    for (unsigned i = 0; rc == 0 && i < v[1]; i++) {
        char full[SCRIPT_NAME_MAX + 8];

        snprintf(full, sizeof(full), "%s.%u", name.text, i);
        memcpy(&word, memory + i * sizeof(word), sizeof(word));
        rc = add_print(s, full, le64toh(word), err);
    }
    return rc;
}

/* ---- interrupts ---- */

static int interrupts_on(struct ixd_script *s, enum ixd_irq_kind kind, uint64_t count,
                         struct ixd_error *err)
{
    struct ixd_bus *bus = script_bus(s, s->port);
    int rc = 0;

    if (s->interrupts[s->port])
        bus->ops->irq_disable(bus);
    s->interrupts[s->port] = false;
    if (count)
        rc = bus->ops->irq_enable(bus, kind, (unsigned)count, err);
    s->interrupts[s->port] = count && rc == 0;
    return rc;
}

static int do_vectors(struct ixd_script *s, struct ixd_error *err)
{
    uint64_t count = 0;
    int rc = script_eval(s, &count, err);

    if (rc == 0 && (s->known || !s->dry) && count > UINT32_MAX)
        rc = ixd_fail(err, -ERANGE, "%llu vectors", (unsigned long long)count);
    return rc || s->dry ? rc : interrupts_on(s, IXD_IRQ_MSIX, count, err);
}

static int do_msi(struct ixd_script *s, struct ixd_error *err)
{
    return s->dry ? 0 : interrupts_on(s, IXD_IRQ_MSI, 1, err);
}

static int do_intx(struct ixd_script *s, struct ixd_error *err)
{
    return s->dry ? 0 : interrupts_on(s, IXD_IRQ_INTX, 1, err);
}

/* interrupt V for T: one must come. quiet V for T: none may. */
static int do_interrupt(struct ixd_script *s, struct ixd_error *err)
{
    const bool wanted = script_is(s, s->statement, "interrupt");
    struct ixd_irq irq = {0};
    struct ixd_bus *bus;
    uint64_t vector = 0, ns, start, passed = 0;
    int rc = script_eval(s, &vector, err);

    if (rc == 0)
        rc = deadline(s, &ns, err);
    if (rc || s->dry)
        return rc;
    bus = script_bus(s, s->port);
    if (vector >= bus->irq_vectors)
        return ixd_fail(err, -ERANGE, "there is no vector %llu", (unsigned long long)vector);
    start = bus->ops->now_ns(bus);
    do { /* a signal may cut a wait short */
        irq = (struct ixd_irq){.bus = bus, .vector = (unsigned)vector};
        rc = bus->ops->irq_wait(&irq, 1, ns - passed);
        passed = bus->ops->now_ns(bus) - start;
    } while (rc == -EINTR && passed < ns);
    if (rc < 0 && rc != -EINTR)
        return ixd_fail(err, rc, "interrupts cannot be waited for ('vectors' comes first)");
    if (irq.fired == wanted)
        return 0;
    return ixd_fail(err, -EPROTO, wanted ? "no interrupt came" : "an interrupt came after %llu ns",
                    (unsigned long long)passed);
}

const struct script_verb script_verbs[] = {
    {"read", do_read},
    {"expect", do_expect},
    {"wait", do_wait},
    {"sleep", do_sleep},
    {"port", do_port},
    {"print", do_print},
    {"buffer", do_buffer},
    {"map", do_map},
    {"unmap", do_unmap},
    {"bytes", do_bytes},
    {"same", do_bytes},
    {"fill", do_fill},
    {"random", do_fill},
    {"dump", do_dump},
    {"setup", script_setup},
    {"ring", script_ring},
    {"start", script_start},
    {"stop", script_start},
    {"receive", script_receive},
    {"transmit", script_transmit},
    {"send", script_send},
    {"vectors", do_vectors},
    {"msi", do_msi},
    {"intx", do_intx},
    {"interrupt", do_interrupt},
    {"quiet", do_interrupt},
    {NULL, NULL},
};
