/* SPDX-License-Identifier: BSD-2-Clause
 *
 * See counters.h.
 */
#include "harness/judge/counters.h"

#include <string.h>

enum { COUNTERS_BYTES_MAX = 1024 * 1024 }; /* of output that is looked at; they stand at its end */

void rs_counters_set(struct rs_counters *counters, const char *text, size_t bytes)
{
    if (bytes > COUNTERS_BYTES_MAX) {
        text += bytes - COUNTERS_BYTES_MAX;
        bytes = COUNTERS_BYTES_MAX;
    }
    g_free(counters->text);
    counters->text = g_strndup(text, bytes); /* up to the first byte that no text has */
}

void rs_counters_fini(struct rs_counters *counters)
{
    g_free(counters->text);
    counters->text = NULL;
}

bool rs_counter(const struct rs_counters *counters, const char *name, uint64_t *value)
{
    const size_t length = strlen(name);
    bool found = false;

    for (const char *line = counters->text; line && *line;) {
        const char *end = strchr(line, '\n') ?: line + strlen(line);

        if ((size_t)(end - line) > length && memcmp(line, name, length) == 0 &&
            line[length] == ' ') {
            char *digits = g_strndup(line + length + 1, (gsize)(end - line) - length - 1);
            uint64_t number;

            if (g_ascii_string_to_unsigned(digits, 10, 0, UINT64_MAX, &number, NULL)) {
                *value = number; /* the last one holds */
                found = true;
            }
            g_free(digits);
        }
        line = *end ? end + 1 : end;
    }
    return found;
}
