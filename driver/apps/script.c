/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A register script from its text to its end: reading, which is a dry run of every statement once;
 * stepping; assignments; and the blocks for, while and if. What the other statements do is
 * script_do.c.
 */
#include "driver/apps/script_priv.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int assign(struct ixd_script *s, struct ixd_error *err)
{
    struct script_place place;
    uint64_t value = 0, old = 0, sign;
    int rc;

    rc = script_place(s, &place, err);
    if (rc)
        return rc;
    sign = s->token[s->pos].kind == TOKEN_SIGN ? s->token[s->pos].value : 0;
    if (sign != '=' && sign != SIGN2('|', '=') && sign != SIGN2('&', '='))
        return script_wrong(s, err, "'=', '|=' or '&='");
    s->pos++;
    rc = script_eval(s, &value, err);
    if (rc == 0 && sign != '=')
        rc = script_load(s, &place, &old, err);
    if (rc)
        return rc;
    if (sign == SIGN2('|', '='))
        value |= old;
    else if (sign == SIGN2('&', '='))
        value &= old;
    return script_store(s, &place, value, err);
}

/* ---- blocks ---- */

/* for NAME = FIRST to LAST */
static int block_for(struct ixd_script *s, struct ixd_error *err)
{
    const uint32_t head = s->statement;
    struct script_block *top = s->blocks ? &s->block[s->blocks - 1] : NULL;
    const bool again = !s->dry && top && top->head == head;
    uint64_t first = 0, last = 0;
    struct script_name name;
    int rc, number;

    rc = script_name(s, &name, err);
    if (rc == 0)
        rc = script_expect_sign(s, '=', err);
    if (rc == 0)
        rc = script_eval(s, &first, err);
    if (rc)
        return rc;
    if (!script_is(s, s->pos, "to"))
        return script_wrong(s, err, "'to'");
    s->pos++;
    rc = script_eval(s, &last, err);
    if (rc)
        return rc;
    number = script_variable(s, &name, true);
    if (number < 0)
        return ixd_fail(err, number, "more than %d variables", SCRIPT_VARIABLES_MAX);
    if (s->dry)
        return 0;
    if (again) {
        s->value[number]++;
    } else {
        s->value[number] = first;
        s->block[s->blocks++] = (struct script_block){.head = head, .last = last};
        top = &s->block[s->blocks - 1];
    }
    if (s->value[number] > top->last || (again && s->value[number] == 0)) {
        s->blocks--;
        s->pos = s->jump[head] + 1; /* behind `end` */
    }
    return 0;
}

/* while EXPRESSION, if EXPRESSION */
static int block_when(struct ixd_script *s, struct ixd_error *err)
{
    const uint32_t head = s->statement;
    const bool again = !s->dry && s->blocks && s->block[s->blocks - 1].head == head;
    uint64_t value = 0;
    int rc = script_eval(s, &value, err);

    if (rc || s->dry)
        return rc;
    if (!again)
        s->block[s->blocks++] = (struct script_block){.head = head};
    if (!value) {
        s->blocks--;
        s->pos = s->jump[head] + 1;
    }
    return 0;
}

static int block_end(struct ixd_script *s, struct ixd_error *err)
{
    const uint32_t head = s->jump[s->statement];

    if (s->dry)
        return 0;
    if (script_is(s, head, "if"))
        s->blocks--;
    else
        s->pos = head;
    return 0;
}

static bool opens(const struct ixd_script *s, uint32_t token)
{
    return script_is(s, token, "for") || script_is(s, token, "while") || script_is(s, token, "if");
}

/* `NAME =`: a variable, even if a statement is called so. */
static bool assigns(const struct ixd_script *s, uint32_t token)
{
    return s->token[token].kind == TOKEN_WORD && script_is_sign(s, token + 1, '=');
}

/* Which `end` belongs to which head. */
static int match_blocks(struct ixd_script *s, struct ixd_error *err)
{
    uint32_t open[SCRIPT_NESTING_MAX];
    unsigned depth = 0;

    for (uint32_t i = 0; i < s->tokens; i++) {
        s->statement = i;
        if ((i && s->token[i - 1].kind != TOKEN_END) || assigns(s, i))
            continue;
        if (opens(s, i)) {
            if (depth == SCRIPT_NESTING_MAX)
                return ixd_fail(err, -E2BIG, "more than %d blocks in one another",
                                SCRIPT_NESTING_MAX);
            open[depth++] = i;
        } else if (script_is(s, i, "end")) {
            if (!depth)
                return ixd_fail(err, -EINVAL, "'end' without 'for', 'while' or 'if'");
            depth--;
            s->jump[i] = open[depth];
            s->jump[open[depth]] = i;
        }
    }
    if (depth) {
        s->statement = open[depth - 1];
        return ixd_fail(err, -EINVAL, "no 'end' for this");
    }
    return 0;
}

/* ---- statements ---- */

static int mark(struct ixd_script *s, struct ixd_error *err)
{
    if (script_is(s, s->statement, "ready"))
        s->was_ready = true;
    else if (!s->may_go_on)
        s->at_over = !s->dry;
    return 0;
}

static const struct script_verb flow_verbs[] = {
    {"for", block_for}, {"while", block_when}, {"if", block_when}, {"end", block_end},
    {"ready", mark},    {"over", mark},        {NULL, NULL},
};

static const struct script_verb *find(const struct script_verb *verbs, const struct ixd_script *s)
{
    for (; verbs->word; verbs++) {
        if (script_is(s, s->pos, verbs->word))
            return verbs;
    }
    return NULL;
}

/* The statement at s->pos, and s->pos to the next one. */
static int statement(struct ixd_script *s, struct ixd_error *err)
{
    const uint32_t first = s->pos;
    const struct script_verb *verb;
    int rc;

    s->statement = first;
    s->known = true;
    s->compared = false;
    s->depth = 0;
    if (s->dry && !assigns(s, first)) {
        verb = find(flow_verbs, s);
        s->token[first].verb = verb ? verb : find(script_verbs, s);
    }
    verb = s->token[first].verb;
    if (verb) {
        s->pos++;
        rc = verb->run(s, err);
    } else {
        rc = assign(s, err);
    }
    if (rc || s->pos <= first) /* an error, or a jump back */
        return rc;
    return script_ended(s) ? 0 : script_wrong(s, err, "the end of the statement");
}

static int locate(struct ixd_script *s, int rc, struct ixd_error *err)
{
    char quote[72];
    struct ixd_error inner = {""};

    if (err)
        inner = *err;
    return ixd_fail(err, rc, "`%s`: %s", script_quote(s, s->statement, quote, sizeof(quote)),
                    inner.text);
}

static void rewind_script(struct ixd_script *s)
{
    script_memory_free(s);
    s->pos = s->statement = s->port = 0;
    s->variables = s->buffers = s->prints = s->blocks = 0;
    s->was_ready = s->at_over = false;
    s->dry = false;
}

static int dry_run(struct ixd_script *s, struct ixd_error *err)
{
    int rc = 0;

    s->dry = true;
    while (rc == 0 && s->token[s->pos].kind != TOKEN_EOF) {
        if (s->token[s->pos].kind == TOKEN_END)
            s->pos++;
        else
            rc = statement(s, err);
    }
    return rc;
}

int ixd_script_parse(struct ixd_script **out, const char *text, size_t length, unsigned *line,
                     struct ixd_error *err)
{
    struct ixd_script *s = calloc(1, sizeof(*s));
    struct ixd_error own = {""};
    unsigned at = 1;
    int rc = 0;

    *out = NULL;
    if (length > IXD_SCRIPT_TEXT_MAX)
        rc = ixd_fail(&own, -E2BIG, "a script of more than %d bytes", IXD_SCRIPT_TEXT_MAX);
    if (s) {
        s->text = malloc(length + 1);
        s->length = length;
        s->token = calloc(SCRIPT_TOKENS_MAX, sizeof(*s->token));
        s->jump = calloc(SCRIPT_TOKENS_MAX, sizeof(*s->jump));
        s->print = calloc(SCRIPT_PRINTS_MAX, sizeof(*s->print));
    }
    if (!s || !s->text || !s->token || !s->jump || !s->print)
        rc = ixd_fail(&own, -ENOMEM, "no memory for a script");
    if (rc == 0 && s) {
        memcpy(s->text, text, length);
        s->text[length] = 0;
        rc = script_lex(s, &at, &own);
        if (rc == 0) {
            rc = match_blocks(s, &own);
            if (rc == 0)
                rc = dry_run(s, &own);
            if (rc) {
                at = s->token[s->statement].line;
                locate(s, rc, &own);
            }
        }
    }
    if (rc == 0 && s) {
        rewind_script(s);
        *out = s;
        return 0;
    }
    if (line)
        *line = at;
    if (err)
        *err = own;
    ixd_script_free(s);
    return rc;
}

void ixd_script_free(struct ixd_script *s)
{
    if (!s)
        return;
    script_memory_free(s);
    free(s->text);
    free(s->token);
    free(s->jump);
    free(s->print);
    free(s);
}

void ixd_script_attach(struct ixd_script *s, struct ixd_bus *const *buses, unsigned count)
{
    s->ports = count < IXD_SCRIPT_PORTS_MAX ? count : IXD_SCRIPT_PORTS_MAX;
    memcpy(s->bus, buses, s->ports * sizeof(struct ixd_bus *));
}

static int step(struct ixd_script *s, struct ixd_error *err)
{
    int rc;

    while (s->token[s->pos].kind == TOKEN_END)
        s->pos++;
    if (s->token[s->pos].kind == TOKEN_EOF) {
        s->ended = true;
        return 0;
    }
    s->statement = s->pos;
    if (++s->steps > IXD_SCRIPT_STEPS_MAX)
        rc = ixd_fail(err, -ELOOP, "the script has taken %d steps and is not at its end",
                      IXD_SCRIPT_STEPS_MAX);
    else
        rc = statement(s, err);
    if (rc) {
        s->ended = true;
        locate(s, rc, err);
    }
    return rc;
}

int ixd_script_step(struct ixd_script *s, enum ixd_script_state *state, struct ixd_error *err)
{
    const bool was_ready = s->was_ready;
    int rc = s->ended || s->at_over ? 0 : step(s, err);

    *state = s->ended                        ? IXD_SCRIPT_ENDED
             : s->at_over                    ? IXD_SCRIPT_OVER
             : s->was_ready && !was_ready    ? IXD_SCRIPT_READY
                                             : IXD_SCRIPT_RUNS;
    return rc;
}

void ixd_script_go_on(struct ixd_script *s)
{
    s->may_go_on = true;
    s->at_over = false;
}

int ixd_script_finish(struct ixd_script *s, struct ixd_error *err)
{
    int rc = 0;

    ixd_script_go_on(s);
    while (rc == 0 && !s->ended)
        rc = step(s, err);
    return rc;
}

void ixd_script_report(const struct ixd_script *s,
                       void (*emit)(void *context, const char *name, uint64_t value), void *context)
{
    for (unsigned i = 0; i < s->prints; i++)
        emit(context, s->print[i].name, s->print[i].value);
}
