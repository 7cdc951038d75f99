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

static bool suspicious(const char *line)
{
    static const char *const words[] = {
        "BUG:", "WARNING:", "Oops", "kernel panic", "Kernel panic", "general protection",
        "DMAR: [DMA", "DMAR:[DMA", "blocked for more than", "soft lockup",
        "rcu_sched self-detected", "Call Trace:", "Out of memory", "UBSAN:", "KASAN:",
    };

    for (unsigned i = 0; i < G_N_ELEMENTS(words); i++)
        if (strstr(line, words[i]))
            return true;
    return false;
}

void rs_guest_kernel_log(struct rs_guest *guest, const char *text, size_t bytes)
{
    for (const char *end = text + bytes, *line = text; line < end;) {
        const char *stop = memchr(line, '\n', (size_t)(end - line)) ?: end;
        char shown[512];

        copy_printable(shown, sizeof(shown), line, (size_t)(stop - line));
        if (suspicious(shown)) {
            if (guest->complaints < RS_COMPLAINTS_KEPT)
                g_strlcpy(guest->complaint[guest->complaints], shown,
                          sizeof(guest->complaint[0]));
            guest->complaints++;
        }
        line = stop + 1;
    }
}

int rs_guest_results(struct rs_guest *guest, const char *folder, char *why, size_t why_bytes)
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
        rs_guest_kernel_log(guest, text, bytes);
        g_free(text);
    }
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
    rs_counters_fini(&guest->counters);
}
