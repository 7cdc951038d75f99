/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Quantities: numbers with a unit, as people write them (5ms, 1.5Mpps, 64B, 10Gbps, 90%), held
 * exactly as a fraction of the base unit. A unit is never guessed: a bare number where a unit
 * belongs is an error. Integer arithmetic only. Knows nothing of scenarios.
 */
#ifndef RINGSIDE_HARNESS_UNITS_H
#define RINGSIDE_HARNESS_UNITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum unit {
    UNIT_COUNT,   /* whole number, no unit; thousands may be set off: 200_000 */
    UNIT_NUMBER,  /* decimal number, no unit: 0.25 */
    UNIT_TIME,    /* ps ns us ms s min h; base: picosecond */
    UNIT_BYTES,   /* B KiB MiB GiB; base: byte */
    UNIT_PPS,     /* pps kpps Mpps Gpps; base: frame per second */
    UNIT_BPS,     /* bps kbps Mbps Gbps; base: bit per second */
    UNIT_PERCENT, /* %; base: percent */
    UNIT_HERTZ,   /* Hz kHz MHz GHz; base: Hz */
    UNIT_METRE,   /* mm cm m km; base: millimetre */
    UNIT_KINDS,
};

/* num / den of the base unit, den >= 1, lowest terms. */
struct quantity {
    enum unit unit;
    uint64_t num, den;
};

enum unit_error {
    UNIT_OK,
    UNIT_NOT_A_NUMBER,
    UNIT_MISSING,   /* the number stands alone */
    UNIT_WRONG,     /* a unit, but not one of this kind */
    UNIT_UNWANTED,  /* a unit behind a plain count */
    UNIT_TOO_BIG,   /* or finer than the base unit can hold */
    UNIT_NOT_WHOLE, /* a count with a fraction */
};

/* Reads all of text[0..length) as a quantity of `unit`. */
enum unit_error rs_quantity_parse(const char *text, size_t length, enum unit unit,
                                  struct quantity *out);
/* A sentence for the error: "'5' lacks a unit: write 5ps, 5ns, ...". `buf` is filled and returned.
 */
const char *rs_unit_error_text(enum unit_error error, const char *text, size_t length,
                               enum unit unit, char *buf, size_t bytes);

/* "5 ms", "1.5 Mpps", "64 B": the largest unit that leaves at most three decimals when there is
 * one, else rounded to three. Shortest form; never a float. */
const char *rs_quantity_format(struct quantity q, char *buf, size_t bytes);

/* a <=> b; the same unit kind is the caller's business. */
int rs_quantity_compare(struct quantity a, struct quantity b);
struct quantity rs_quantity(enum unit unit, uint64_t num, uint64_t den); /* reduced; den 0: 0/1 */
/* Is it a whole number of base units? */
bool rs_quantity_whole(struct quantity q, uint64_t *value);

/* Words for messages and documentation: "time", "ps, ns, us, ms, s, min, h", "5ms". */
const char *rs_unit_name(enum unit unit);
const char *rs_unit_words(enum unit unit); /* "" for plain numbers */
const char *rs_unit_example(enum unit unit);
/* The units as a regular expression (JSON Schema). */
const char *rs_unit_pattern(enum unit unit);

#endif
