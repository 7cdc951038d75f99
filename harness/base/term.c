/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Colour, progress and error lines: see term.h.
 */
#include "harness/base/term.h"

#include <glib.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int rs_verbosity;
static enum rs_colour_mode colour;
static bool progress_shown;

bool rs_term_colour(const char *word)
{
    static const char *const words[] = {"auto", "always", "never"};

    for (unsigned i = 0; i < 3; i++)
        if (!strcmp(word, words[i])) {
            colour = (enum rs_colour_mode)i;
            return true;
        }
    return false;
}

static bool wants_colour(FILE *out)
{
    const char *no_colour = getenv("NO_COLOR"), *term = getenv("TERM");

    if (colour != RS_COLOUR_AUTO)
        return colour == RS_COLOUR_ALWAYS;
    return isatty(fileno(out)) && !(no_colour && *no_colour) && !(term && !strcmp(term, "dumb"));
}

const char *rs_style(FILE *out, enum rs_style style)
{
    static const char *const codes[] = {"\033[0m",  "\033[32m", "\033[31m",
                                        "\033[33m", "\033[2m",  "\033[1m"};

    return wants_colour(out) ? codes[style] : "";
}

static void line(const char *head, enum rs_style style, const char *format, va_list args)
{
    rs_progress_clear();
    fflush(stdout);
    fprintf(stderr, "%s%s%s", rs_style(stderr, style), head, rs_style(stderr, RS_PLAIN));
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
}

void rs_error(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    line("ringside: ", RS_BAD, format, args);
    va_end(args);
}

void rs_hint(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    line("  ", RS_PLAIN, format, args);
    va_end(args);
}

void rs_verbose(const char *format, ...)
{
    va_list args;

    if (rs_verbosity < 1)
        return;
    va_start(args, format);
    line("  ", RS_DIM, format, args);
    va_end(args);
}

char *rs_shell_word(const char *word)
{
    if (*word && !strpbrk(word, " \t\n'\"\\$`&|;<>(){}*?[]#~!"))
        return g_strdup(word);
    return g_shell_quote(word);
}

void rs_progress(const char *format, ...)
{
    va_list args;

    if (!isatty(STDERR_FILENO) || rs_verbosity < 0)
        return;
    va_start(args, format);
    fputs("\r\033[K", stderr);
    vfprintf(stderr, format, args);
    va_end(args);
    fflush(stderr);
    progress_shown = true;
}

void rs_notice(const char *format, ...)
{
    va_list args;
    char *text;

    va_start(args, format);
    text = g_strdup_vprintf(format, args);
    va_end(args);
    if (isatty(STDERR_FILENO))
        rs_progress("  %s", text);
    else if (rs_verbosity >= 0)
        rs_hint("%s", text);
    g_free(text);
}

void rs_progress_clear(void)
{
    if (progress_shown)
        fputs("\r\033[K", stderr);
    progress_shown = false;
}
