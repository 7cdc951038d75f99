/* SPDX-License-Identifier: BSD-2-Clause
 *
 * How the tool speaks: colour or none, progress on a terminal or plain lines, errors on stderr
 * with the tool's name in front. Knows nothing of what is said.
 */
#ifndef RINGSIDE_HARNESS_TERM_H
#define RINGSIDE_HARNESS_TERM_H

#include <stdbool.h>
#include <stdio.h>

#define RS_VERSION "0.1"

enum rs_exit { /* the exit status of every command: part of the interface */
    RS_EXIT_PASS = 0,
    RS_EXIT_FAIL = 1,        /* a scenario failed */
    RS_EXIT_USAGE = 2,       /* wrong arguments, or a scenario with a mistake */
    RS_EXIT_ENVIRONMENT = 3, /* something this machine lacks or did; worth a retry */
    RS_EXIT_NOTHING = 4,     /* nothing was selected */
    RS_EXIT_GATE = 5,        /* performance gate alone */
    RS_EXIT_NONDET = 6,      /* the same seed gave two results */
    RS_EXIT_INTERRUPTED = 130,
};

enum rs_colour_mode { RS_COLOUR_AUTO, RS_COLOUR_ALWAYS, RS_COLOUR_NEVER };
enum rs_style { RS_PLAIN, RS_GOOD, RS_BAD, RS_WARN, RS_DIM, RS_BOLD };

/* "auto", "always", "never"; false: another word. */
bool rs_term_colour(const char *word);
/* Escape sequence that starts a style on this stream, "" without colour; RS_PLAIN ends one. */
const char *rs_style(FILE *out, enum rs_style style);

/* -v raises, -q lowers it: -1 only the verdict, 0 normal, 1 more. */
extern int rs_verbosity;

/* An error on stderr: "ringside: ..."; a hint is a further line on what to do. */
void rs_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
void rs_hint(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* On stderr, with -v only. */
void rs_verbose(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* What takes a while: like rs_progress() on a terminal, and a line elsewhere, so that nobody
 * wonders about the silence. */
void rs_notice(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* A word as one would type it to a shell: quoted only where it must be. g_free(). */
char *rs_shell_word(const char *word);

/* A line that is overwritten by the next one: only on a terminal, silent elsewhere. */
void rs_progress(const char *format, ...) __attribute__((format(printf, 1, 2)));
void rs_progress_clear(void);

#endif
