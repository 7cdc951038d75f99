/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Reads what a guest left: see guest_results.h. A guest may write anything; unknown keys are
 * passed over (a newer init), wrong values of known ones are an error.
 */
#include "harness/judge/guest_results.h"

#include <errno.h>
#include <glib.h>
#include <stdio.h>
#include <string.h>

enum { STATUS_BYTES_MAX = 64 * 1024 };

/* Copies text with everything unprintable replaced: it will reach a terminal and XML. */
static void copy_printable(char *to, size_t room, const char *from, size_t length)
{
    size_t i;

    for (i = 0; i < length && i + 1 < room; i++)
        to[i] = g_ascii_isprint(from[i]) ? from[i] : '?';
    to[i] = '\0';
}

static bool number(const char *text, uint64_t max, uint64_t *out)
{
    return g_ascii_string_to_unsigned(text, 10, 0, max, out, NULL);
}

static bool yes_no(const char *text, bool *out)
{
    *out = !strcmp(text, "yes");
    return *out || !strcmp(text, "no");
}

/* "NAME HOW VALUE START END" */
static bool take_step(struct rs_guest *g, const char *value)
{
    static const char *const ends[] = {"not-run", "not-started", "exit", "signal", "late", NULL};
    char **words = g_strsplit(value, " ", -1);
    struct rs_step_result *step = &g->step[g->steps];
    uint64_t number_value = 0;
    bool good = g_strv_length(words) == 5 && g->steps < RS_STEPS_MAX &&
                g_strv_contains(ends, words[1]) && strlen(words[0]) < sizeof(step->name) &&
                !strchr(words[0], '/') && *words[0] != '.' &&
                number(words[2], 255, &number_value) &&
                number(words[3], UINT64_MAX, &step->start_ms) &&
                number(words[4], UINT64_MAX, &step->end_ms);

    if (good) {
        copy_printable(step->name, sizeof(step->name), words[0], strlen(words[0]));
        step->value = (unsigned)number_value;
        while (strcmp(ends[step->end], words[1]) != 0)
            step->end++;
        g->steps++;
    }
    g_strfreev(words);
    return good;
}

static bool take(struct rs_guest *g, const char *key, const char *value)
{
    uint64_t n = 0;
    bool flag;

    if (!strcmp(key, "code")) {
        const bool good = number(value, 255, &n);

        g->code = (unsigned)n;
        return good;
    }
    if (!strcmp(key, "error"))
        copy_printable(g->reason, sizeof(g->reason), value, strlen(value));
    else if (!strcmp(key, "exit") || !strcmp(key, "signal")) {
        const bool exited = *key == 'e';

        if (!number(value, exited ? 255 : 127, &n))
            return false;
        g->has_driver = true;
        g->driver_signal = exited ? 0 : (int)n;
        g->driver_exit = exited ? (int)n : 128 + (int)n;
    } else if (!strcmp(key, "ready"))
        return yes_no(value, &g->ready);
    else if (!strcmp(key, "killed"))
        return yes_no(value, &g->killed);
    else if (!strcmp(key, "plan-over"))
        return yes_no(value, &flag);
    else if (!strcmp(key, "step"))
        return take_step(g, value);
    else if (!strcmp(key, "stopped-by"))
        copy_printable(g->stopped_by, sizeof(g->stopped_by), value, strlen(value));
    else if (!strcmp(key, "core"))
        g->core = g->core || strcmp(value, "no") != 0;
    else if (!strcmp(key, "dropped"))
        copy_printable(g->dropped, sizeof(g->dropped), value, strlen(value));
    return true;
}

int rs_guest_status(struct rs_guest *guest, const char *text, size_t bytes, char *why,
                    size_t why_bytes)
{
    char *copy, **lines;
    int result = 0;

    if (bytes > STATUS_BYTES_MAX || memchr(text, 0, bytes)) {
        snprintf(why, why_bytes, "the status file is no short text");
        return -EPROTO;
    }
    copy = g_strndup(text, bytes);
    lines = g_strsplit(copy, "\n", -1);
    g_free(copy);
    if (!lines[0] || strcmp(lines[0], "ringside-status 1") != 0) {
        snprintf(why, why_bytes, "the status file does not begin with 'ringside-status 1'");
        result = -EPROTO;
    }
    for (unsigned i = 1; !result && lines[i]; i++) {
        char *space = strchr(lines[i], ' ');

        if (space)
            *space = '\0';
        const char *value = space ? space + 1 : "";
        if (!take(guest, lines[i], value)) {
            char shown[64];

            copy_printable(shown, sizeof(shown), value, strnlen(value, 40));
            snprintf(why, why_bytes, "the status file's line %u has a wrong value: '%s'", i + 1,
                     shown);
            result = -EPROTO;
        }
    }
    guest->has_status = result == 0;
    g_strfreev(lines);
    return result;
}

static bool matches(const char *const *expressions, const char *line)
{
    for (; expressions && *expressions; expressions++)
        if (g_regex_match_simple(*expressions, line, 0, 0))
            return true;
    return false;
}

static bool suspicious(const char *line, const struct rs_kernel_words *rules)
{
    static const char *const words[] = {
        "BUG:", "WARNING:", "Oops", "kernel panic", "Kernel panic", "general protection",
        "DMAR: [DMA", "DMAR:[DMA", "blocked for more than", "soft lockup",
        "rcu_sched self-detected", "Call Trace:", "Out of memory", "UBSAN:", "KASAN:",
        "NETDEV WATCHDOG", "Detected Tx Unit Hang", "Adapter removed",
    };

    if (rules && matches(rules->allow, line))
        return false;
    if (rules && matches(rules->fail, line))
        return true;
    for (unsigned i = 0; i < G_N_ELEMENTS(words); i++)
        if (strstr(line, words[i]))
            return true;
    return false;
}

/* Bytes up to the end of a line. */
static size_t line_bytes(const char *line, size_t bytes)
{
    const char *stop = memchr(line, '\n', bytes);
    size_t length = stop ? (size_t)(stop - line) : bytes;

    return length && line[length - 1] == '\r' ? length - 1 : length;
}

void rs_guest_kernel_log(struct rs_guest *guest, const struct rs_kernel_words *words,
                         const char *text, size_t bytes)
{
    for (const char *end = text + bytes, *line = text; line < end;) {
        const char *stop = memchr(line, '\n', (size_t)(end - line)) ?: end;
        char shown[512];

        copy_printable(shown, sizeof(shown), line, (size_t)(stop - line));
        if (suspicious(shown, words)) {
            if (guest->complaints < RS_COMPLAINTS_KEPT)
                g_strlcpy(guest->complaint[guest->complaints], shown,
                          sizeof(guest->complaint[0]));
            guest->complaints++;
        }
        line = stop + 1;
    }
}

void rs_guest_console(struct rs_guest *guest, const struct rs_kernel_words *words,
                      const char *text, size_t bytes)
{
    static const char said[] = "Kernel panic - ";
    const char *panic = g_strstr_len(text, (gssize)bytes, said);

    if (!panic)
        return;
    copy_printable(guest->panic, sizeof(guest->panic), panic,
                   line_bytes(panic, (size_t)(text + bytes - panic)));
    rs_guest_kernel_log(guest, words, text, (size_t)(panic - text));
}

static void read_output(struct rs_step_result *step, const char *folder)
{
    char *path = g_build_filename(folder, "steps", step->name, NULL), *text = NULL;
    gsize bytes = 0;

    if (g_file_get_contents(path, &text, &bytes, NULL))
        step->output = g_utf8_make_valid(text, (gssize)bytes);
    g_free(text);
    g_free(path);
}

const struct rs_step_result *rs_guest_step(const struct rs_guest *guest, const char *name)
{
    for (unsigned i = 0; i < guest->steps; i++)
        if (!strcmp(guest->step[i].name, name))
            return &guest->step[i];
    return NULL;
}

int rs_guest_results(struct rs_guest *guest, const char *folder,
                     const struct rs_kernel_words *words, char *why, size_t why_bytes)
{
    char *status = g_build_filename(folder, "status", NULL);
    char *kernel = g_build_filename(folder, "kernel.log", NULL);
    char *output = g_build_filename(folder, "stdout", NULL);
    gchar *text = NULL;
    gsize bytes = 0;
    int result;

    memset(guest, 0, sizeof(*guest));
    if (g_file_get_contents(status, &text, &bytes, NULL)) {
        result = rs_guest_status(guest, text, bytes, why, why_bytes);
        g_free(text);
    } else {
        snprintf(why, why_bytes, "%s is missing", status);
        result = -ENOENT;
    }
    if (g_file_get_contents(kernel, &text, &bytes, NULL)) {
        rs_guest_kernel_log(guest, words, text, bytes);
        g_free(text);
    }
    for (unsigned i = 0; i < guest->steps; i++)
        read_output(&guest->step[i], folder);
    if (g_file_get_contents(output, &text, &bytes, NULL)) {
        rs_counters_set(&guest->counters, text, bytes);
        g_free(text);
    }
    g_free(status);
    g_free(kernel);
    g_free(output);
    return result;
}

void rs_guest_fini(struct rs_guest *guest)
{
    for (unsigned i = 0; i < guest->steps; i++)
        g_free(guest->step[i].output);
    guest->steps = 0;
    rs_counters_fini(&guest->counters);
}
