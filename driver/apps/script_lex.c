/* SPDX-License-Identifier: BSD-2-Clause
 *
 * From text to tokens: numbers with units, words, buffers, bytes in hexadecimal, signs. Statements
 * end at a semicolon or the end of a line; # begins a comment.
 */
#include "driver/apps/script_priv.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

struct lexer {
    struct ixd_script *s;
    size_t at;
    unsigned line;
    struct ixd_error *err;
};

static const struct {
    const char *unit;
    uint64_t factor;
} units[] = {{"ns", 1}, {"us", 1000}, {"ms", 1000000}, {"s", 1000000000}};

static char peek(const struct lexer *l, size_t ahead)
{
    return l->at + ahead < l->s->length ? l->s->text[l->at + ahead] : 0;
}

static bool of_word(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

static int push(struct lexer *l, enum script_token_kind kind, size_t from, uint64_t value)
{
    struct ixd_script *s = l->s;

    if (s->tokens == SCRIPT_TOKENS_MAX)
        return ixd_fail(l->err, -E2BIG, "more than %d words and signs", SCRIPT_TOKENS_MAX);
    s->token[s->tokens++] = (struct script_token){
        .kind = kind,
        .line = l->line < UINT16_MAX ? l->line : UINT16_MAX,
        .at = from,
        .length = l->at - from,
        .value = value,
    };
    return 0;
}

static int digit_of(char c, unsigned base)
{
    int d = isdigit((unsigned char)c) ? c - '0' : base == 16 ? tolower((unsigned char)c) - 'a' + 10
                                                             : -1;

    return d >= 0 && d < (int)base && isxdigit((unsigned char)c) ? d : -1;
}

/* 12, 0x1f, 1_000, 10us; and 1: before a register's name. */
static int number(struct lexer *l)
{
    const size_t from = l->at;
    unsigned base = 10;
    uint64_t value = 0, factor = 1;

    if (peek(l, 0) == '0' && peek(l, 1) == 'x') {
        base = 16;
        l->at += 2;
    }
    if (digit_of(peek(l, 0), base) < 0)
        return ixd_fail(l->err, -EINVAL, "'0x' without digits");
    for (;; l->at++) {
        int digit = digit_of(peek(l, 0), base);

        if (peek(l, 0) == '_')
            continue;
        if (digit < 0)
            break;
        if (__builtin_mul_overflow(value, (uint64_t)base, &value) ||
            __builtin_add_overflow(value, (uint64_t)digit, &value))
            return ixd_fail(l->err, -ERANGE, "'%.*s...' does not fit 64 bits",
                            (int)(l->at - from), l->s->text + from);
    }
    if (peek(l, 0) == ':') {
        l->at++;
        return push(l, TOKEN_PORT, from, value);
    }
    if (of_word(peek(l, 0))) {
        const char *rest = l->s->text + l->at;
        size_t length = 0;

        while (of_word(peek(l, length)))
            length++;
        factor = 0;
        for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
            if (strlen(units[i].unit) == length && memcmp(units[i].unit, rest, length) == 0)
                factor = units[i].factor;
        }
        l->at += length;
        if (!factor || base != 10)
            return ixd_fail(l->err, -EINVAL, "'%.*s' is no number (units: ns, us, ms, s)",
                            (int)(l->at - from), l->s->text + from);
        if (__builtin_mul_overflow(value, factor, &value))
            return ixd_fail(l->err, -ERANGE, "'%.*s' is too long a time", (int)(l->at - from),
                            l->s->text + from);
    }
    return push(l, TOKEN_NUMBER, from, value);
}

/* A word; or hex: and the digits behind it, as one token that begins at the first digit. */
static int word(struct lexer *l)
{
    size_t from = l->at;

    while (of_word(peek(l, 0)))
        l->at++;
    if (l->at - from != 3 || memcmp(l->s->text + from, "hex", 3) != 0 || peek(l, 0) != ':')
        return push(l, TOKEN_WORD, from, 0);
    from = ++l->at;
    while (isxdigit((unsigned char)peek(l, 0)))
        l->at++;
    if (l->at == from || (l->at - from) % 2)
        return ixd_fail(l->err, -EINVAL, "'hex:' wants an even number of digits");
    return push(l, TOKEN_HEX, from, 0);
}

static int sign(struct lexer *l)
{
    static const char two[][3] = {"==", "!=", "<=", ">=", "<<", ">>", "&&", "||", "|=", "&="};
    const size_t from = l->at;
    const char c = peek(l, 0);

    for (size_t i = 0; i < sizeof(two) / sizeof(two[0]); i++) {
        if (c == two[i][0] && peek(l, 1) == two[i][1]) {
            l->at += 2;
            return push(l, TOKEN_SIGN, from, SIGN2(two[i][0], two[i][1]));
        }
    }
    if (!c || !strchr("=<>|&^+-*/%~!()[],", c))
        return ixd_fail(l->err, -EINVAL,
                        isprint((unsigned char)c) ? "'%c' means nothing here"
                                                  : "byte 0x%02x means nothing here",
                        isprint((unsigned char)c) ? c : (unsigned char)c);
    l->at++;
    return push(l, TOKEN_SIGN, from, (uint8_t)c);
}

static int next(struct lexer *l)
{
    const char c = peek(l, 0);
    const size_t from = l->at;

    if (c == '#') {
        while (l->at < l->s->length && peek(l, 0) != '\n')
            l->at++;
        return 0;
    }
    if (c == ';' || c == '\n') {
        int rc;

        l->at++;
        rc = push(l, TOKEN_END, from, 0);
        l->line += c == '\n';
        return rc;
    }
    if (c == ' ' || c == '\r') {
        l->at++;
        return 0;
    }
    if (isdigit((unsigned char)c))
        return number(l);
    if (of_word(c))
        return word(l);
    if (c != '@')
        return sign(l);
    l->at++;
    while (of_word(peek(l, 0)))
        l->at++;
    if (l->at == from + 1)
        return ixd_fail(l->err, -EINVAL, "'@' without the name of a buffer");
    return push(l, TOKEN_BUFFER, from, 0);
}

int script_lex(struct ixd_script *s, unsigned *line, struct ixd_error *err)
{
    struct lexer l = {.s = s, .line = 1, .err = err};
    int rc = 0;

    while (rc == 0 && l.at < s->length)
        rc = next(&l);
    if (rc == 0)
        rc = push(&l, TOKEN_END, l.at, 0);
    if (rc == 0)
        rc = push(&l, TOKEN_EOF, l.at, 0);
    if (rc)
        *line = l.line;
    return rc;
}

const char *script_quote(const struct ixd_script *s, uint32_t token, char *text, size_t bytes)
{
    uint32_t last = token;
    size_t length;

    while (s->token[last].kind != TOKEN_END && s->token[last].kind != TOKEN_EOF)
        last++;
    length = s->token[last].at - s->token[token].at;
    while (length && s->text[s->token[token].at + length - 1] == ' ')
        length--;
    if (length < bytes)
        snprintf(text, bytes, "%.*s", (int)length, s->text + s->token[token].at);
    else
        snprintf(text, bytes, "%.*s...", (int)bytes - 4, s->text + s->token[token].at);
    return text;
}

bool script_is(const struct ixd_script *s, uint32_t token, const char *text)
{
    const struct script_token *t = &s->token[token];

    return t->kind == TOKEN_WORD && t->length == strlen(text) &&
           memcmp(s->text + t->at, text, t->length) == 0;
}

bool script_is_sign(const struct ixd_script *s, uint32_t token, uint64_t value)
{
    return s->token[token].kind == TOKEN_SIGN && s->token[token].value == value;
}
