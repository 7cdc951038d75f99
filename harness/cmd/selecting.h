/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The options with which a command takes its pick of cases: the same words in every command.
 */
#ifndef RINGSIDE_HARNESS_SELECTING_H
#define RINGSIDE_HARNESS_SELECTING_H

#include "harness/scenario/select.h"

struct rs_selecting {
    char **filters, **tags, *shard;
};

/* Rows of a GOptionEntry table. */
#define RS_SELECTING_ENTRIES(s)                                                                    \
    {"filter", 'k', 0, G_OPTION_ARG_STRING_ARRAY, &(s)->filters,                                   \
     "Only cases whose id or name fits; may be repeated", "GLOB"},                                 \
    {"tag", 't', 0, G_OPTION_ARG_STRING_ARRAY, &(s)->tags,                                         \
     "Only cases with this tag, or with !TAG without it; may be repeated", "TAG"},                 \
    {"shard", 0, 0, G_OPTION_ARG_STRING, &(s)->shard,                                              \
     "Only part I of N of them: parts of one size, the same everywhere", "I/N"}

/* rs_select() with these; a wrong --shard is told in `command`'s name. `otherwise`: what is meant
 * by no words at all (struct rs_select_options). */
int rs_selecting(const struct rs_selecting *s, const char *command, char **words,
                 const char *otherwise, struct rs_selection *selection);
void rs_selecting_fini(struct rs_selecting *s);

#endif
