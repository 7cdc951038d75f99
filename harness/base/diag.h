/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Complaints about files, the way compilers make them: file:line:col: error: message, the line of
 * source, a caret, and what was probably meant. Collected first, so that one pass shows all of
 * them, in the order of the file. Knows text files and positions, not what they mean.
 */
#ifndef RINGSIDE_HARNESS_DIAG_H
#define RINGSIDE_HARNESS_DIAG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* A place in a text: 1-based, columns count characters (not bytes); width 0: one caret.
 * line 0: the file as a whole. */
struct diag_mark {
    unsigned line, column, width;
};

enum diag_level { DIAG_ERROR, DIAG_WARNING };

struct diag_item {
    enum diag_level level;
    char *path; /* file it is about */
    struct diag_mark mark;
    char *message; /* one line */
    char *source;  /* the line of the file; NULL when there is none */
};

struct diag {
    struct diag_item *item;
    size_t count, room;
    size_t errors, warnings;
};

void rs_diag_init(struct diag *d);
void rs_diag_fini(struct diag *d);

/* Adds a complaint; the same one at the same place is added once. `text` is the whole file (for
 * the source line), NULL when there is none. */
void rs_diag_add(struct diag *d, enum diag_level level, const char *path, const char *text,
                 struct diag_mark mark, const char *format, ...)
    __attribute__((format(printf, 6, 7)));

/* Removes what `told` has already; the rest is added to it. False: nothing is left. */
bool rs_diag_drop_known(struct diag *d, struct diag *told);

/* Puts complaints in order of file and line. */
void rs_diag_sort(struct diag *d);

/* Prints everything in order of file and line, and "N errors, M warnings" when there is more than
 * one. */
void rs_diag_print(struct diag *d, FILE *out, bool colour);

/* May this stream be coloured? A terminal, NO_COLOR unset or empty, TERM not dumb. */
bool rs_colour_wanted(FILE *out);

/* The word of `words` (NULL at the end) that `word` is probably a slip of; NULL: none is near. */
const char *rs_nearest(const char *word, const char *const *words);

#endif
