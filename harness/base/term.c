/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Colour, progress and error lines: see term.h.
 */
#include "harness/base/term.h"

#include <glib.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
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

/* A terminal that knows more than letters. */
static bool is_terminal(FILE *out)
{
    const char *term = getenv("TERM");

    return isatty(fileno(out)) && !(term && !strcmp(term, "dumb"));
}

static bool wants_colour(FILE *out)
{
    const char *no_colour = getenv("NO_COLOR");

    if (colour != RS_COLOUR_AUTO)
        return colour == RS_COLOUR_ALWAYS;
    return is_terminal(out) && !(no_colour && *no_colour);
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

/* A line that is longer than the terminal is wide could not be overwritten. */
static int columns(void)
{
    struct winsize size = {0};

    ioctl(STDERR_FILENO, TIOCGWINSZ, &size);
    return size.ws_col > 1 ? size.ws_col - 1 : 79;
}

void rs_progress(const char *format, ...)
{
    va_list args;
    char *text;

    if (!is_terminal(stderr) || rs_verbosity < 0)
        return;
    va_start(args, format);
    text = g_strdup_vprintf(format, args);
    va_end(args);
    fprintf(stderr, "\r\033[K%.*s", columns(), text);
    fflush(stderr);
    g_free(text);
    progress_shown = true;
}

void rs_notice(const char *format, ...)
{
    va_list args;
    char *text;

    va_start(args, format);
    text = g_strdup_vprintf(format, args);
    va_end(args);
    if (is_terminal(stderr))
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
