/* SPDX-License-Identifier: BSD-2-Clause
 *
 * One scenario, many cases: an axis is a list of values at a key that wants one value, or a row of
 * the `matrix` section that `${name}` stands for anywhere. The cases are all combinations, the
 * last axis turning fastest. Knows the tree and the schema, not what the values mean.
 */
#ifndef RINGSIDE_HARNESS_MATRIX_H
#define RINGSIDE_HARNESS_MATRIX_H

#include <stdbool.h>
#include <stddef.h>

#include "harness/scenario/schema.h"
#include "harness/scenario/yaml.h"

enum { MATRIX_AXES_MAX = 8 };

struct matrix_axis {
    char *name;                   /* as in the case id */
    const struct yaml_node *list; /* its values: scalars */
    bool variable;                /* of the matrix section */
    bool used;                    /* a variable: ${name} was met */
    size_t index;                 /* the value of the present case */
};

struct matrix {
    struct matrix_axis axis[MATRIX_AXES_MAX];
    size_t count;
};

/* Finds the axes of the tree. Complaints: too many, empty lists, items that are no scalars. */
void rs_matrix_find(struct matrix *m, const struct yaml_node *root, const char *path,
                    const char *text, struct diag *diag);
void rs_matrix_fini(struct matrix *m);

/* Does this key want one value, so that a list can only be an axis? */
bool rs_matrix_takes(const struct schema_key *key);

/* Number of cases; SIZE_MAX when there are more than that. */
size_t rs_matrix_cases(const struct matrix *m);
/* Turns the axes to case n. */
void rs_matrix_select(struct matrix *m, size_t n);

/* The axis that this list is; NULL: none. */
struct matrix_axis *rs_matrix_axis_of(struct matrix *m, const struct yaml_node *list);
/* The axis of ${name}; NULL: none. */
struct matrix_axis *rs_matrix_variable(struct matrix *m, const char *name, size_t length);

/* The value that an axis has now. */
const struct yaml_node *rs_matrix_value(const struct matrix_axis *axis);

#endif
