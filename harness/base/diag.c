/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Complaints about files: see diag.h.
 */
#include "harness/base/diag.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SOURCE_COLUMNS_MAX = 160, ITEMS_MAX = 1000, WORD_MAX = 64 };

void rs_diag_init(struct diag *d)
{
    memset(d, 0, sizeof(*d));
}

void rs_diag_fini(struct diag *d)
{
    for (size_t i = 0; i < d->count; i++) {
        g_free(d->item[i].path);
        g_free(d->item[i].message);
        g_free(d->item[i].source);
    }
    g_free(d->item);
    memset(d, 0, sizeof(*d));
}

/* A line of text without its end, with control characters and broken UTF-8 made harmless. */
static char *source_line(const char *text, unsigned line)
{
    for (unsigned i = 1; i < line; i++) {
        text = strchr(text, '\n');
        if (text == NULL)
            return NULL;
        text++;
    }
    char *copy = g_strndup(text, strcspn(text, "\r\n"));
    char *valid = g_utf8_make_valid(copy, -1);
    g_free(copy);
    for (char *p = valid; *p != '\0'; p++) {
        if ((unsigned char)*p < ' ' || *p == 0x7f)
            *p = ' '; /* a tab counts one column, as positions do */
    }
    if (g_utf8_strlen(valid, -1) > SOURCE_COLUMNS_MAX)
        *g_utf8_offset_to_pointer(valid, SOURCE_COLUMNS_MAX) = '\0';
    return valid;
}

static bool known(const struct diag *d, const char *path, struct diag_mark mark,
                  const char *message)
{
    for (size_t i = 0; i < d->count; i++) {
        const struct diag_item *item = &d->item[i];
        if (item->mark.line == mark.line && item->mark.column == mark.column &&
            strcmp(item->message, message) == 0 && strcmp(item->path, path) == 0)
            return true;
    }
    return false;
}

void rs_diag_add(struct diag *d, enum diag_level level, const char *path, const char *text,
                 struct diag_mark mark, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    char *raw = g_strdup_vprintf(format, args);
    va_end(args);
    char *message = g_utf8_make_valid(raw, -1);
    g_free(raw);
    for (char *p = message; *p != '\0'; p++) {
        if ((unsigned char)*p < ' ' || *p == 0x7f)
            *p = '?';
    }

    if (known(d, path, mark, message)) {
        g_free(message);
        return;
    }
    if (level == DIAG_ERROR)
        d->errors++;
    else
        d->warnings++;
    if (d->count == ITEMS_MAX) { /* counted, not kept: nobody reads on */
        g_free(message);
        return;
    }
    if (d->count == d->room) {
        d->room = d->room != 0 ? d->room * 2 : 16;
        d->item = g_renew(struct diag_item, d->item, d->room);
    }
    d->item[d->count++] = (struct diag_item){
        .level = level,
        .path = g_strdup(path),
        .mark = mark,
        .message = message,
        .source = text != NULL && mark.line != 0 ? source_line(text, mark.line) : NULL,
    };
}

bool rs_diag_drop_known(struct diag *d, struct diag *told)
{
    struct diag left;

    rs_diag_init(&left);
    for (size_t i = 0; i < d->count; i++) {
        const struct diag_item *item = &d->item[i];

        if (known(told, item->path, item->mark, item->message))
            continue;
        rs_diag_add(told, item->level, item->path, NULL, item->mark, "%s", item->message);
        rs_diag_add(&left, item->level, item->path, NULL, item->mark, "%s", item->message);
        if (left.count)
            left.item[left.count - 1].source = g_strdup(item->source);
    }
    rs_diag_fini(d);
    *d = left;
    return d->count != 0;
}

static int in_order(const void *a, const void *b)
{
    const struct diag_item *x = a, *y = b;
    int by_path = strcmp(x->path, y->path);

    if (by_path != 0)
        return by_path;
    if (x->mark.line != y->mark.line)
        return x->mark.line < y->mark.line ? -1 : 1;
    if (x->mark.column != y->mark.column)
        return x->mark.column < y->mark.column ? -1 : 1;
    return strcmp(x->message, y->message);
}

static void print_item(const struct diag_item *item, FILE *out, bool colour)
{
    const char *bold = colour ? "\033[1m" : "", *plain = colour ? "\033[0m" : "";
    const char *red = !colour ? "" : item->level == DIAG_ERROR ? "\033[1;31m" : "\033[1;35m";

    fprintf(out, "%s%s", bold, item->path);
    if (item->mark.line != 0)
        fprintf(out, ":%u:%u", item->mark.line, item->mark.column);
    fprintf(out, ": %s%s:%s %s\n", red, item->level == DIAG_ERROR ? "error" : "warning", plain,
            item->message);
    if (item->source == NULL)
        return;

    unsigned length = (unsigned)g_utf8_strlen(item->source, -1);
    unsigned column = item->mark.column > 0 ? item->mark.column : 1;
    if (column > length + 1)
        return;
    fprintf(out, "    %s\n    %*s%s^", item->source, (int)column - 1, "", red);
    for (unsigned i = 1; i < item->mark.width && column + i <= length; i++)
        fputc('~', out);
    fprintf(out, "%s\n", plain);
}

void rs_diag_sort(struct diag *d)
{
    if (d->count)
        qsort(d->item, d->count, sizeof(d->item[0]), in_order);
}

void rs_diag_print(struct diag *d, FILE *out, bool colour)
{
    rs_diag_sort(d);
    for (size_t i = 0; i < d->count; i++)
        print_item(&d->item[i], out, colour);
    if (d->errors + d->warnings > 1)
        fprintf(out, "%zu error%s, %zu warning%s\n", d->errors, d->errors == 1 ? "" : "s",
                d->warnings, d->warnings == 1 ? "" : "s");
}

bool rs_colour_wanted(FILE *out)
{
    const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

    return (no == NULL || no[0] == '\0') && (term == NULL || strcmp(term, "dumb") != 0) &&
           isatty(fileno(out));
}

/* Slips between two words: letters changed, left out, put in, or two neighbours swapped. */
static unsigned slips(const char *a, const char *b)
{
    size_t n = strlen(a), m = strlen(b);
    unsigned row[3][WORD_MAX + 1];

    if (n > WORD_MAX || m > WORD_MAX)
        return UINT_MAX; /* no word of ours */
    for (size_t j = 0; j <= m; j++)
        row[0][j] = (unsigned)j;
    for (size_t i = 1; i <= n; i++) {
        unsigned *now = row[i % 3], *before = row[(i + 2) % 3], *older = row[(i + 1) % 3];
        now[0] = (unsigned)i;
        for (size_t j = 1; j <= m; j++) {
            bool same = g_ascii_tolower(a[i - 1]) == g_ascii_tolower(b[j - 1]);
            now[j] = MIN(MIN(before[j] + 1, now[j - 1] + 1), before[j - 1] + !same);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                now[j] = MIN(now[j], older[j - 2] + 1);
        }
    }
    return row[n % 3][m];
}

const char *rs_nearest(const char *word, const char *const *words)
{
    const char *best = NULL;
    unsigned best_slips = UINT_MAX;
    size_t length = strlen(word);

    for (; *words != NULL; words++) {
        unsigned n = slips(word, *words);
        size_t longer = MAX(length, strlen(*words));
        /* a third of the letters may be wrong; or the word is a good start of the other */
        bool near = (n < longer && n <= (longer + 2) / 3) ||
                    (length >= 3 && g_ascii_strncasecmp(word, *words, length) == 0);
        if (near && n < best_slips) {
            best = *words;
            best_slips = n;
        }
    }
    return best;
}
