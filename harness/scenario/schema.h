/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What a scenario file may say, as data: every key with its type, unit, range, default and a
 * sentence. The same rows read the file (reader.h), check it, and make the manual page and the
 * JSON Schema (schema_doc.h). A default is written as a user would write it and read the same way.
 */
#ifndef RINGSIDE_HARNESS_SCHEMA_H
#define RINGSIDE_HARNESS_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/base/diag.h"
#include "harness/base/units.h"

enum { SCHEMA_KEYS_MAX = 40 }; /* at most 64: struct schema_marks.bad */

/* First member of every struct that an object of the schema fills: where it and its keys stand in
 * the file. line 0: not written there, the default holds. */
struct schema_marks {
    struct diag_mark self;
    struct diag_mark key[SCHEMA_KEYS_MAX]; /* by row */
    uint64_t bad;                          /* bit per row: what stands there could not be read */
};

enum schema_type {
    SCHEMA_TEXT,     /* char *: any text on one line */
    SCHEMA_NAME,     /* char *: letters, digits, - _ . */
    SCHEMA_BOOL,     /* bool: true, false */
    SCHEMA_WORD,     /* unsigned: index into words */
    SCHEMA_INTEGER,  /* uint64_t: whole number of the base unit of `unit` */
    SCHEMA_QUANTITY, /* struct quantity, of `unit` */
    SCHEMA_TEXTS,    /* char **, NULL at the end: list of texts */
    SCHEMA_NAMES,    /* char **, NULL at the end: list of names */
    SCHEMA_OBJECT,   /* a struct in place */
    SCHEMA_OBJECTS,  /* T *, and size_t at count_offset: list of objects */
    SCHEMA_SPECIAL,  /* by a function of its own */
};

struct reader;
struct yaml_node;
struct schema_object;

/* A type of its own: how it is read, forgotten, and told. */
struct schema_special {
    const char *form; /* for the manual: "64B | 64B..1518B | [...] | imix" */
    const char *json; /* JSON Schema of it, as text */
    bool scalar;      /* a plain list is no form of it: may be a matrix */
    /* node NULL never happens; complaints go to the reader */
    void (*read)(struct reader *r, const struct yaml_node *node, void *field);
    void (*fini)(void *field); /* NULL: owns nothing */
};

struct schema_key {
    const char *name;
    enum schema_type type;
    size_t offset; /* in the struct of its object */
    bool required;
    bool matrix;                          /* a list of values makes one case per value */
    const char *otherwise;                /* default as written; NULL: none (zero, NULL, empty) */
    const char *doc;                      /* one sentence or two */
    enum unit unit;                       /* SCHEMA_INTEGER, SCHEMA_QUANTITY */
    const char *min, *max;                /* as written; NULL: no bound */
    const char *const *words;             /* SCHEMA_WORD, NULL at the end */
    const struct schema_object *object;   /* SCHEMA_OBJECT, SCHEMA_OBJECTS */
    size_t count_offset;                  /* SCHEMA_OBJECTS */
    size_t count_max;                     /* SCHEMA_OBJECTS, SCHEMA_TEXTS, SCHEMA_NAMES */
    const struct schema_special *special; /* SCHEMA_SPECIAL */
};

struct schema_object {
    const char *name; /* "flow" */
    const char *doc;
    size_t bytes; /* of its struct, which begins with struct schema_marks */
    const struct schema_key *keys;
    size_t key_count;
};

/* The whole scenario file, and its parts that others look into. */
const struct schema_object *rs_schema(void);
extern const struct schema_object rs_schema_flow, rs_schema_port, rs_schema_action,
    rs_schema_expectation, rs_schema_driver, rs_schema_machine, rs_schema_limits, rs_schema_clock,
    rs_schema_end, rs_schema_fault, rs_schema_trigger, rs_schema_step, rs_schema_number;

/* A driver description: another file (description.h), with rows of its own. */
const struct schema_object *rs_schema_description(void);

/* Row of a key; -1: no such key. */
int rs_schema_row(const struct schema_object *object, const char *key);
/* The word of a key of type SCHEMA_WORD that has been read as `index`. */
const char *rs_schema_word(const struct schema_object *object, const char *key, unsigned index);

/* Gives back what reading allocated inside a struct of this object (not the struct). */
void rs_schema_fini(const struct schema_object *object, void *data);

/* Where a key of a read struct stands in the file: its mark, else that of the object itself. */
struct diag_mark rs_schema_mark(const struct schema_object *object, const void *data,
                                const char *key);
/* Does the file give it? */
bool rs_schema_given(const struct schema_object *object, const void *data, const char *key);
/* Is its value good: read without complaint, or the default? */
bool rs_schema_good(const struct schema_object *object, const void *data, const char *key);

#endif
