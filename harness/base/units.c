/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Quantities: see units.h. Every unit is a row; a decimal is mantissa / 10^digits, so "1.5Mpps"
 * is exactly 15 * 10^6 / 10.
 */
#include "harness/base/units.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

typedef unsigned __int128 u128;

struct unit_row {
    enum unit unit;
    bool round; /* fit for output: rows of one unit ascend */
    const char *word;
    uint64_t factor; /* base units */
};

#define E3  1000ull
#define E6  1000000ull
#define E9  1000000000ull
#define E12 1000000000000ull

static const struct unit_row rows[] = {
    {UNIT_TIME, true, "ps", 1},
    {UNIT_TIME, true, "ns", E3},
    {UNIT_TIME, true, "us", E6},
    {UNIT_TIME, true, "ms", E9},
    {UNIT_TIME, true, "s", E12},
    {UNIT_TIME, false, "min", 60 * E12},
    {UNIT_TIME, false, "h", 3600 * E12},
    {UNIT_BYTES, true, "B", 1},
    {UNIT_BYTES, true, "KiB", 1ull << 10},
    {UNIT_BYTES, true, "MiB", 1ull << 20},
    {UNIT_BYTES, true, "GiB", 1ull << 30},
    {UNIT_PPS, true, "pps", 1},
    {UNIT_PPS, true, "kpps", E3},
    {UNIT_PPS, true, "Mpps", E6},
    {UNIT_PPS, true, "Gpps", E9},
    {UNIT_BPS, true, "bps", 1},
    {UNIT_BPS, true, "kbps", E3},
    {UNIT_BPS, true, "Mbps", E6},
    {UNIT_BPS, true, "Gbps", E9},
    {UNIT_PERCENT, true, "%", 1},
    {UNIT_HERTZ, true, "Hz", 1},
    {UNIT_HERTZ, true, "kHz", E3},
    {UNIT_HERTZ, true, "MHz", E6},
    {UNIT_HERTZ, true, "GHz", E9},
    {UNIT_METRE, true, "mm", 1},
    {UNIT_METRE, false, "cm", 10},
    {UNIT_METRE, true, "m", E3},
    {UNIT_METRE, true, "km", E6},
};
enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

static const struct {
    const char *name, *words, *example, *pattern;
} kinds[UNIT_KINDS] = {
    [UNIT_COUNT] = {"count", "", "512", ""},
    [UNIT_NUMBER] = {"number", "", "0.25", ""},
    [UNIT_TIME] = {"time", "ps, ns, us, ms, s, min, h", "5ms", "(ps|ns|us|ms|s|min|h)"},
    [UNIT_BYTES] = {"length", "B, KiB, MiB, GiB", "64B", "(B|KiB|MiB|GiB)"},
    [UNIT_PPS] = {"rate in frames", "pps, kpps, Mpps, Gpps", "1Mpps", "(pps|kpps|Mpps|Gpps)"},
    [UNIT_BPS] = {"rate in bits", "bps, kbps, Mbps, Gbps", "10Gbps", "(bps|kbps|Mbps|Gbps)"},
    [UNIT_PERCENT] = {"share", "%", "90%", "%"},
    [UNIT_HERTZ] = {"frequency", "Hz, kHz, MHz, GHz", "2.4GHz", "(Hz|kHz|MHz|GHz)"},
    [UNIT_METRE] = {"distance", "mm, cm, m, km", "2m", "(mm|cm|m|km)"},
};

static uint64_t gcd(uint64_t a, uint64_t b)
{
    while (b != 0) {
        uint64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

struct quantity rs_quantity(enum unit unit, uint64_t num, uint64_t den)
{
    if (den == 0)
        return (struct quantity){unit, 0, 1};
    uint64_t g = gcd(num, den); /* >= 1: den is not 0 */
    return (struct quantity){unit, num / g, den / g};
}

static const struct unit_row *row_of(enum unit unit, const char *word, size_t length)
{
    for (unsigned i = 0; i < ROWS; i++) {
        if (rows[i].unit == unit && strlen(rows[i].word) == length &&
            memcmp(rows[i].word, word, length) == 0)
            return &rows[i];
    }
    return NULL;
}

/* The digits of text: mantissa / 10^decimals. Returns how many characters were used; 0: this is no
 * number; SIZE_MAX: too big. An underscore may stand between digits. */
static size_t digits(const char *text, size_t length, uint64_t *mantissa, unsigned *decimals)
{
    uint64_t value = 0;
    size_t i;
    bool point = false, digit = false;

    *decimals = 0;
    for (i = 0; i < length; i++) {
        char ch = text[i];
        if (isdigit((unsigned char)ch)) {
            if (value > (UINT64_MAX - 9) / 10 || *decimals == 18)
                return SIZE_MAX;
            value = value * 10 + (uint64_t)(ch - '0');
            *decimals += point;
            digit = true;
        } else if (ch == '.' && digit && !point) {
            point = true;
            digit = false;
        } else if (ch == '_' && digit && i + 1 < length && isdigit((unsigned char)text[i + 1])) {
            continue;
        } else {
            break;
        }
    }
    *mantissa = value;
    return digit ? i : 0;
}

enum unit_error rs_quantity_parse(const char *text, size_t length, enum unit unit,
                                  struct quantity *out)
{
    uint64_t mantissa, factor = 1, den = 1;
    unsigned decimals;
    size_t used = digits(text, length, &mantissa, &decimals);

    if (used == 0)
        return UNIT_NOT_A_NUMBER;
    if (used == SIZE_MAX)
        return UNIT_TOO_BIG;
    while (used < length && text[used] == ' ')
        used++;
    if (unit == UNIT_COUNT || unit == UNIT_NUMBER) {
        if (used != length)
            return UNIT_UNWANTED;
        if (unit == UNIT_COUNT && decimals != 0)
            return UNIT_NOT_WHOLE;
    } else {
        const struct unit_row *row = row_of(unit, text + used, length - used);
        if (used == length)
            return UNIT_MISSING;
        if (row == NULL)
            return UNIT_WRONG;
        factor = row->factor;
    }
    for (unsigned i = 0; i < decimals; i++)
        den *= 10; /* at most 10^18 */

    uint64_t g = gcd(factor, den);
    u128 num = (u128)mantissa * (factor / g);
    if (num > UINT64_MAX)
        return UNIT_TOO_BIG;
    *out = rs_quantity(unit, (uint64_t)num, den / g);
    return UNIT_OK;
}

const char *rs_unit_error_text(enum unit_error error, const char *text, size_t length,
                               enum unit unit, char *buf, size_t bytes)
{
    int n = length > 40 ? 40 : (int)length;
    const char *example = rs_unit_example(unit);

    switch (error) {
    case UNIT_OK:
        snprintf(buf, bytes, "no error");
        break;
    case UNIT_NOT_A_NUMBER:
        snprintf(buf, bytes, "'%.*s' is not a %s; expected something like %s", n, text,
                 rs_unit_name(unit), example);
        break;
    case UNIT_MISSING:
        snprintf(buf, bytes, "'%.*s' lacks a unit (%s), as in %s", n, text, rs_unit_words(unit),
                 example);
        break;
    case UNIT_WRONG:
        snprintf(buf, bytes, "'%.*s' has no unit of a %s (%s), as in %s", n, text,
                 rs_unit_name(unit), rs_unit_words(unit), example);
        break;
    case UNIT_UNWANTED:
        snprintf(buf, bytes, "'%.*s' must be a plain number without unit, like %s", n, text,
                 example);
        break;
    case UNIT_TOO_BIG:
        snprintf(buf, bytes, "'%.*s' is too big or has too many digits", n, text);
        break;
    case UNIT_NOT_WHOLE:
        snprintf(buf, bytes, "'%.*s' must be a whole number", n, text);
        break;
    }
    return buf;
}

/* The best row to print with: the largest factor not above the value. */
static const struct unit_row *print_row(struct quantity q)
{
    const struct unit_row *best = NULL;

    for (unsigned i = 0; i < ROWS; i++) {
        if (rows[i].unit != q.unit || !rows[i].round)
            continue;
        if (best == NULL || (u128)rows[i].factor * q.den <= q.num)
            best = &rows[i];
    }
    return best;
}

const char *rs_quantity_format(struct quantity q, char *buf, size_t bytes)
{
    const struct unit_row *row = q.num == 0 && q.unit != UNIT_PERCENT ? NULL : print_row(q);
    u128 den = (u128)q.den * (row != NULL ? row->factor : 1);
    u128 thousandths = ((u128)q.num * 1000 + den / 2) / den; /* fits: num < 2^64, den >= 1 */
    uint64_t whole = (uint64_t)(thousandths / 1000);
    unsigned rest = (unsigned)(thousandths % 1000);
    char decimals[8] = "";

    if (rest != 0) {
        size_t n = (size_t)snprintf(decimals, sizeof(decimals), ".%03u", rest);
        while (decimals[n - 1] == '0')
            decimals[--n] = '\0';
    }
    snprintf(buf, bytes, "%" PRIu64 "%s%s%s", whole, decimals,
             row != NULL && q.unit != UNIT_PERCENT ? " " : "", row != NULL ? row->word : "");
    return buf;
}

int rs_quantity_compare(struct quantity a, struct quantity b)
{
    u128 left = (u128)a.num * b.den, right = (u128)b.num * a.den;

    return left < right ? -1 : left > right;
}

bool rs_quantity_whole(struct quantity q, uint64_t *value)
{
    if (q.den == 0 || q.num % q.den != 0)
        return false;
    *value = q.num / q.den;
    return true;
}

const char *rs_unit_name(enum unit unit)
{
    return kinds[unit].name;
}

const char *rs_unit_words(enum unit unit)
{
    return kinds[unit].words;
}

const char *rs_unit_example(enum unit unit)
{
    return kinds[unit].example;
}

const char *rs_unit_pattern(enum unit unit)
{
    return kinds[unit].pattern;
}
