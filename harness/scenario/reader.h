/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Reads a tree into structs by the rows of the schema: types, units, ranges, words, what must be
 * there and what may not. Complains about everything it meets and goes on. One reader reads one
 * case: it puts the values of the matrix where they belong.
 */
#ifndef RINGSIDE_HARNESS_READER_H
#define RINGSIDE_HARNESS_READER_H

#include <stddef.h>

#include "harness/base/diag.h"
#include "harness/scenario/matrix.h"
#include "harness/scenario/schema.h"
#include "harness/scenario/yaml.h"

struct reader_scratch; /* GStringChunk */

struct reader {
    const char *path, *text;
    struct diag *diag;
    struct matrix *matrix;
    const char *key;                /* being read: for messages of specials */
    size_t errors;                  /* found so far in this case */
    struct reader_scratch *scratch; /* strings that live as long as the reader */
};

void rs_reader_init(struct reader *r, const char *path, const char *text, struct diag *diag,
                    struct matrix *matrix);
void rs_reader_fini(struct reader *r);

/* Fills data (zeroed, object->bytes) from a map. Whatever could not be read stays zero. */
void rs_read_object(struct reader *r, const struct schema_object *object,
                    const struct yaml_node *map, void *data);

/* For specials. */
#define rs_read_error(r, mark, ...)                                                                \
    ((r)->errors++, rs_diag_add((r)->diag, DIAG_ERROR, (r)->path, (r)->text, (mark), __VA_ARGS__))

/* The text of a scalar with ${...} put in, and its place; NULL with a complaint when node is no
 * scalar or is empty. Lives as long as the reader. */
const char *rs_read_scalar(struct reader *r, const struct yaml_node *node, struct diag_mark *mark);
/* The same for the text of a program, whose own ${...} stay: only variables of the matrix are put
 * in. */
const char *rs_read_program(struct reader *r, const struct yaml_node *node, struct diag_mark *mark);
/* A whole number of base units within min..max (as written; NULL: open). */
bool rs_read_integer(struct reader *r, const struct yaml_node *node, enum unit unit,
                     const char *min, const char *max, uint64_t *out);
bool rs_read_quantity(struct reader *r, const struct yaml_node *node, enum unit unit,
                      const char *min, const char *max, struct quantity *out);
/* Index into words; -1 with a complaint. */
int rs_read_word(struct reader *r, const struct yaml_node *node, const char *const *words);

#endif
