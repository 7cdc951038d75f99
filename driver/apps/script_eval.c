/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Expressions of register scripts, evaluated as they are read. Weakest first: || && comparisons
 * (== != < <= > >=), | ^, &, << >>, + -, * / %, and before a value ~ - !. A comparison is weaker
 * than &, so that `STATUS & 0x80 == 0x80` means what it looks like. All values have 64 bits.
 *
 * In a dry run nothing is touched: registers and memory read as 0, and `known` tells whether a
 * value depends on them.
 */
#include "driver/apps/regname.h"
#include "driver/apps/script_priv.h"

#include <endian.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

static const struct script_token *now_at(const struct ixd_script *s)
{
    return &s->token[s->pos];
}

bool script_ended(const struct ixd_script *s)
{
    return now_at(s)->kind == TOKEN_END || now_at(s)->kind == TOKEN_EOF;
}

int script_wrong(struct ixd_script *s, struct ixd_error *err, const char *expected)
{
    const struct script_token *t = now_at(s);

    if (script_ended(s))
        return ixd_fail(err, -EINVAL, "expected %s, and there is nothing more", expected);
    return ixd_fail(err, -EINVAL, "expected %s, not '%.*s'", expected,
                    (int)(t->length < 24 ? t->length : 24), s->text + t->at);
}

int script_expect_sign(struct ixd_script *s, uint64_t value, struct ixd_error *err)
{
    char text[32];

    if (script_is_sign(s, s->pos, value)) {
        s->pos++;
        return 0;
    }
    snprintf(text, sizeof(text), "'%c'", (char)value);
    return script_wrong(s, err, text);
}

int script_name(struct ixd_script *s, struct script_name *name, struct ixd_error *err)
{
    const struct script_token *t = now_at(s);

    if (t->kind != TOKEN_WORD)
        return script_wrong(s, err, "a name");
    if (t->length > SCRIPT_NAME_MAX)
        return ixd_fail(err, -EINVAL, "a name of more than %d letters", SCRIPT_NAME_MAX);
    memset(name, 0, sizeof(*name));
    memcpy(name->text, s->text + t->at, t->length);
    s->pos++;
    return 0;
}

int script_variable(struct ixd_script *s, const struct script_name *name, bool make)
{
    for (unsigned i = 0; i < s->variables; i++) {
        if (strcmp(s->variable[i].text, name->text) == 0)
            return i;
    }
    if (!make)
        return -ENOENT;
    if (s->variables == SCRIPT_VARIABLES_MAX)
        return -ENOSPC;
    s->variable[s->variables] = *name;
    return s->variables++;
}

struct ixd_bus *script_bus(const struct ixd_script *s, unsigned port)
{
    return s->bus[port];
}

/* ---- places ---- */

static int index_of(struct ixd_script *s, uint64_t *index, struct ixd_error *err)
{
    const uint64_t close = script_is_sign(s, s->pos, '[') ? ']' : ')';
    int rc;

    s->pos++;
    rc = script_eval(s, index, err);
    return rc ? rc : script_expect_sign(s, close, err);
}

static bool has_index(const struct ixd_script *s)
{
    return script_is_sign(s, s->pos, '(') || script_is_sign(s, s->pos, '[');
}

static int register_place(struct ixd_script *s, int number, struct script_place *place,
                          struct ixd_error *err)
{
    const uint32_t count = ixd_regname_count(number);
    const bool was_known = s->known;
    uint64_t index = 0;
    int rc = 0;

    s->known = true;
    if (has_index(s))
        rc = index_of(s, &index, err);
    else if (count > 1)
        return ixd_fail(err, -EINVAL, "%s is an array of %u: write %s(0)", ixd_regname(number),
                        count, ixd_regname(number));
    if (rc)
        return rc;
    if ((s->known || !s->dry) && index >= count)
        return ixd_fail(err, -ERANGE, "%s(%llu) does not exist: there are %u", ixd_regname(number),
                        (unsigned long long)index, count);
    s->known = was_known;
    place->kind = PLACE_REGISTER;
    place->at = ixd_regname_offset(number, index < count ? (uint32_t)index : 0);
    return 0;
}

/* reg(0x1234): a register by its offset, whether there is one or not. */
static int raw_place(struct ixd_script *s, struct script_place *place, struct ixd_error *err)
{
    uint64_t offset = 0;
    int rc = has_index(s) ? index_of(s, &offset, err) : script_wrong(s, err, "'(' and an offset");

    if (rc == 0 && (offset % 4 || offset >= IXD_REGNAME_BYTES))
        rc = ixd_fail(err, -ERANGE, "reg(0x%llx): expected a multiple of 4 below 0x%x",
                      (unsigned long long)offset, IXD_REGNAME_BYTES);
    place->kind = PLACE_REGISTER;
    place->at = offset;
    return rc;
}

/* cfg16(4): PCI configuration space. */
static int config_place(struct ixd_script *s, struct script_place *place, struct ixd_error *err)
{
    const bool was_known = s->known;
    int rc;

    s->pos++;
    place->kind = PLACE_CONFIG;
    s->known = true;
    rc = has_index(s) ? index_of(s, &place->at, err) : script_wrong(s, err, "'(' and an offset");
    if (rc == 0 && (s->known || !s->dry))
        rc = script_config_good(place, err);
    s->known = was_known;
    return rc;
}

static unsigned memory_bytes(const struct ixd_script *s, uint32_t token)
{
    return script_is(s, token, "mem8")    ? 1
           : script_is(s, token, "mem16") ? 2
           : script_is(s, token, "mem32") ? 4
           : script_is(s, token, "mem64") ? 8
                                          : 0;
}

/* Registers are written in capitals, variables in small letters. */
static bool like_register(const struct ixd_script *s, const struct script_token *t)
{
    return t->length > 1 && s->text[t->at] >= 'A' && s->text[t->at] <= 'Z';
}

static int no_register(const struct ixd_script *s, const struct script_token *t,
                       struct ixd_error *err)
{
    const char *near = ixd_regname_nearest(s->text + t->at, t->length);

    return ixd_fail(err, -EINVAL, "there is no register %.*s%s%s%s",
                    (int)(t->length < 24 ? t->length : 24), s->text + t->at,
                    near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
}

static int variable_place(struct ixd_script *s, struct script_place *place, struct ixd_error *err)
{
    const struct script_token *t = now_at(s);
    struct script_name name;
    int rc, number;

    if (like_register(s, t))
        return no_register(s, t, err);
    rc = script_name(s, &name, err);
    if (rc)
        return rc;
    number = script_variable(s, &name, script_is_sign(s, s->pos, '='));
    if (number == -ENOENT)
        return ixd_fail(err, -EINVAL, "nothing has given '%s' a value", name.text);
    if (number < 0)
        return ixd_fail(err, number, "more than %d variables", SCRIPT_VARIABLES_MAX);
    place->kind = PLACE_VARIABLE;
    place->at = number;
    return 0;
}

int script_place(struct ixd_script *s, struct script_place *place, struct ixd_error *err)
{
    const struct script_token *t = now_at(s);
    bool port = t->kind == TOKEN_PORT;
    int number;

    *place = (struct script_place){.port = s->port};
    if (port) {
        if (t->value >= IXD_SCRIPT_PORTS_MAX || (!s->dry && t->value >= s->ports))
            return ixd_fail(err, -ENODEV, "there is no port %llu", (unsigned long long)t->value);
        place->port = t->value;
        t = &s->token[++s->pos];
    }
    if (t->kind != TOKEN_WORD)
        return script_wrong(s, err, port ? "a register" : "a value");
    number = ixd_regname_find(s->text + t->at, t->length);
    if (number != IXD_REGNAME_NONE) {
        s->pos++;
        return register_place(s, number, place, err);
    }
    if (script_is(s, s->pos, "reg")) {
        s->pos++;
        return raw_place(s, place, err);
    }
    place->bytes = script_config_bytes(s, s->pos);
    if (place->bytes)
        return config_place(s, place, err);
    place->bytes = memory_bytes(s, s->pos);
    if (place->bytes && !port) {
        s->pos++;
        place->kind = PLACE_MEMORY;
        return has_index(s) ? index_of(s, &place->at, err)
                            : script_wrong(s, err, "'(' and an address");
    }
    return port && !like_register(s, t) ? script_wrong(s, err, "a register")
                                        : variable_place(s, place, err);
}

int script_load(struct ixd_script *s, const struct script_place *place, uint64_t *value,
                struct ixd_error *err)
{
    const uint8_t *memory;

    *value = 0;
    if (place->kind == PLACE_VARIABLE) {
        *value = s->value[place->at];
        s->known = false; /* a loop may change it */
        return 0;
    }
    s->known = false;
    if (s->dry)
        return 0;
    if (place->kind == PLACE_REGISTER) {
        *value = ixd_read32(script_bus(s, place->port), (uint32_t)place->at);
        return 0;
    }
    if (place->kind == PLACE_CONFIG)
        return script_config_load(s, place, value, err);
    memory = script_memory(s, place->at, place->bytes, err);
    if (!memory)
        return -EFAULT;
    __asm__ volatile("" ::: "memory"); /* the device writes here, too */
    memcpy(value, memory, place->bytes);
    *value = le64toh(*value);
    return 0;
}

int script_store(struct ixd_script *s, const struct script_place *place, uint64_t value,
                 struct ixd_error *err)
{
    uint8_t *memory;

    if (place->kind == PLACE_VARIABLE) {
        s->value[place->at] = value;
        return 0;
    }
    if (s->dry)
        return 0;
    if (place->kind == PLACE_REGISTER) {
        ixd_doorbell_barrier();
        ixd_write32(script_bus(s, place->port), (uint32_t)place->at, (uint32_t)value);
        return 0;
    }
    if (place->kind == PLACE_CONFIG)
        return script_config_store(s, place, value, err);
    memory = script_memory(s, place->at, place->bytes, err);
    if (!memory)
        return -EFAULT;
    value = htole64(value);
    memcpy(memory, &value, place->bytes);
    return 0;
}

/* ---- expressions ---- */

static int ask_time(struct ixd_script *s, uint64_t argument, uint64_t *value,
                    struct ixd_error *err)
{
    *value = script_bus(s, s->port)->ops->now_ns(script_bus(s, s->port));
    return 0;
}

static int ask_fired(struct ixd_script *s, uint64_t vector, uint64_t *value, struct ixd_error *err)
{
    struct ixd_irq irq = {.bus = script_bus(s, s->port), .vector = (unsigned)vector};
    int rc = irq.bus->ops->irq_wait(&irq, 1, 0);

    *value = irq.fired;
    return rc < 0 ? ixd_fail(err, rc, "interrupts cannot be asked for ('vectors' comes first)") : 0;
}

static int ask_capability(struct ixd_script *s, uint64_t id, uint64_t *value, struct ixd_error *err)
{
    return script_capability(s, false, id, value, err);
}

static int ask_extended(struct ixd_script *s, uint64_t id, uint64_t *value, struct ixd_error *err)
{
    return script_capability(s, true, id, value, err);
}

static const struct script_call {
    const char *word;
    bool argument;
    int (*ask)(struct ixd_script *s, uint64_t argument, uint64_t *value, struct ixd_error *err);
} calls[] = {
    {"now", false, ask_time},
    {"fired", true, ask_fired},
    {"cap", true, ask_capability},
    {"excap", true, ask_extended},
};

static int call(struct ixd_script *s, uint64_t *value, bool *is_call, struct ixd_error *err)
{
    const struct script_call *c = NULL;
    uint64_t argument = 0;
    int rc = 0;

    for (unsigned i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
        if (script_is(s, s->pos, calls[i].word) && script_is_sign(s, s->pos + 1, '('))
            c = &calls[i];
    }
    *is_call = c != NULL;
    if (!c)
        return 0;
    s->pos += 2;
    if (c->argument)
        rc = script_eval(s, &argument, err);
    if (rc == 0)
        rc = script_expect_sign(s, ')', err);
    s->known = false;
    return rc || s->dry ? rc : c->ask(s, argument, value, err);
}

static int primary(struct ixd_script *s, uint64_t *value, struct ixd_error *err)
{
    const struct script_token *t = now_at(s);
    struct script_place place;
    bool is_call;
    int rc;

    if (t->kind == TOKEN_NUMBER) {
        *value = t->value;
        s->pos++;
        return 0;
    }
    if (t->kind == TOKEN_BUFFER) {
        const struct script_buffer *b = script_buffer_find(s, s->text + t->at + 1, t->length - 1);

        if (!b)
            return ixd_fail(err, -EINVAL, "there is no buffer '%.*s'",
                            (int)(t->length < 24 ? t->length : 24), s->text + t->at);
        *value = b->iova;
        s->known = false;
        s->pos++;
        return 0;
    }
    if (script_is_sign(s, s->pos, '(')) {
        s->pos++;
        rc = script_eval(s, value, err);
        return rc ? rc : script_expect_sign(s, ')', err);
    }
    rc = call(s, value, &is_call, err);
    if (rc || is_call)
        return rc;
    rc = script_place(s, &place, err);
    return rc ? rc : script_load(s, &place, value, err);
}

static int unary(struct ixd_script *s, uint64_t *value, struct ixd_error *err)
{
    uint64_t sign = 0;
    int rc;

    if (now_at(s)->kind == TOKEN_SIGN)
        sign = now_at(s)->value;
    if (sign != '~' && sign != '-' && sign != '!')
        return primary(s, value, err);
    if (++s->depth > SCRIPT_DEPTH_MAX)
        return ixd_fail(err, -E2BIG, "more than %d signs or parentheses in one another",
                        SCRIPT_DEPTH_MAX);
    s->pos++;
    rc = unary(s, value, err);
    s->depth--;
    *value = sign == '~' ? ~*value : sign == '-' ? -*value : !*value;
    return rc;
}

static int apply(struct ixd_script *s, uint64_t sign, uint64_t a, uint64_t b, uint64_t *value,
                 struct ixd_error *err)
{
    switch (sign) {
    case '*': *value = a * b; return 0;
    case '+': *value = a + b; return 0;
    case '-': *value = a - b; return 0;
    case '&': *value = a & b; return 0;
    case '|': *value = a | b; return 0;
    case '^': *value = a ^ b; return 0;
    case '<': *value = a < b; break;
    case '>': *value = a > b; break;
    case SIGN2('<', '<'): *value = b < 64 ? a << b : 0; return 0;
    case SIGN2('>', '>'): *value = b < 64 ? a >> b : 0; return 0;
    case SIGN2('=', '='): *value = a == b; break;
    case SIGN2('!', '='): *value = a != b; break;
    case SIGN2('<', '='): *value = a <= b; break;
    case SIGN2('>', '='): *value = a >= b; break;
    case SIGN2('&', '&'): *value = a && b; return 0;
    case SIGN2('|', '|'): *value = a || b; return 0;
    default: /* / and % */
        if (b == 0 && !s->dry)
            return ixd_fail(err, -EDOM, "a division by 0");
        *value = b == 0 ? 0 : sign == '/' ? a / b : a % b;
        return 0;
    }
    s->left = a;
    s->right = b;
    s->compared = true;
    return 0;
}

/* How strongly a sign between two values binds; 0: it is none. */
static unsigned strength(const struct ixd_script *s)
{
    if (now_at(s)->kind != TOKEN_SIGN)
        return 0;
    switch (now_at(s)->value) {
    case SIGN2('|', '|'): return 1;
    case SIGN2('&', '&'): return 2;
    case '<':
    case '>':
    case SIGN2('=', '='):
    case SIGN2('!', '='):
    case SIGN2('<', '='):
    case SIGN2('>', '='): return 3;
    case '|':
    case '^': return 4;
    case '&': return 5;
    case SIGN2('<', '<'):
    case SIGN2('>', '>'): return 6;
    case '+':
    case '-': return 7;
    case '*':
    case '/':
    case '%': return 8;
    default: return 0;
    }
}

/* Everything that binds at least as strongly as `least`. */
static int climb(struct ixd_script *s, unsigned least, uint64_t *value, struct ixd_error *err)
{
    int rc = unary(s, value, err);

    while (rc == 0 && strength(s) >= least && strength(s) > 0) {
        const unsigned own = strength(s);
        const uint64_t sign = now_at(s)->value;
        uint64_t right = 0;

        s->pos++;
        rc = climb(s, own + 1, &right, err);
        if (rc == 0)
            rc = apply(s, sign, *value, right, value, err);
    }
    return rc;
}

int script_eval(struct ixd_script *s, uint64_t *value, struct ixd_error *err)
{
    int rc;

    *value = 0;
    if (++s->depth > SCRIPT_DEPTH_MAX)
        return ixd_fail(err, -E2BIG, "more than %d signs or parentheses in one another",
                        SCRIPT_DEPTH_MAX);
    rc = climb(s, 1, value, err);
    s->depth--;
    return rc;
}
