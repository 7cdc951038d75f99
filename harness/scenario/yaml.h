/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The strict part of YAML that scenarios are written in, as a tree with positions: mappings, lists
 * and scalars; no anchors, aliases, tags, merge keys, repeated keys or second documents. Scalars
 * are text: what they mean is decided by whoever knows the type. Wraps libfyaml, the only file
 * that includes it.
 */
#ifndef RINGSIDE_HARNESS_YAML_H
#define RINGSIDE_HARNESS_YAML_H

#include <stdbool.h>
#include <stddef.h>

#include "harness/base/diag.h"

enum { YAML_DEPTH_MAX = 16, YAML_BYTES_MAX = 1 << 20 };

enum yaml_kind { YAML_SCALAR, YAML_LIST, YAML_MAP };

struct yaml_node {
    enum yaml_kind kind;
    struct diag_mark mark;
    bool quoted;              /* scalar: '' or "", or a block */
    char *text;               /* scalar */
    size_t count;             /* children */
    struct yaml_node **child; /* list: items; map: values */
    struct yaml_node **key;   /* map: scalars, all different */
};

/* The document in text. NULL with complaints in diag (path names the file in them) when it is not
 * strict YAML; repeated keys and the like are all reported in one pass. An empty document is NULL
 * with a complaint too. */
struct yaml_node *rs_yaml_parse(const char *path, const char *text, size_t length,
                                struct diag *diag);
void rs_yaml_free(struct yaml_node *node);

/* Value of a key in a map; NULL: not there or no map. */
const struct yaml_node *rs_yaml_get(const struct yaml_node *map, const char *key);

#endif
