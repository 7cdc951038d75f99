/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Texts that are programs: shell scripts of several lines, regular expressions. See special.h.
 */
#include <glib.h>
#include <string.h>

#include "harness/scenario/special.h"

static void fini_text(void *field)
{
    g_free(*(char **)field);
}

static void read_shell(struct reader *r, const struct yaml_node *node, void *field)
{
    struct diag_mark mark;
    const char *text = rs_read_program(r, node, &mark);

    if (text == NULL)
        return;
    for (const char *p = text; *p != '\0'; p++) {
        if (((unsigned char)*p < ' ' && *p != '\n' && *p != '\t') || *p == 0x7f) {
            rs_read_error(r, mark, "'%s' has a control character; a script is plain text", r->key);
            return;
        }
    }
    *(char **)field = g_strconcat(text, g_str_has_suffix(text, "\n") ? "" : "\n", NULL);
}

const struct schema_special rs_special_shell = {
    .form = "shell script",
    .json = "{\"type\": \"string\"}",
    .scalar = true,
    .read = read_shell,
    .fini = fini_text,
};

static void read_regex(struct reader *r, const struct yaml_node *node, void *field)
{
    struct diag_mark mark;
    const char *text = rs_read_program(r, node, &mark);
    GError *error = NULL;
    GRegex *regex = text != NULL ? g_regex_new(text, 0, 0, &error) : NULL;

    if (regex != NULL) {
        g_regex_unref(regex);
        *(char **)field = g_strdup(text);
    } else if (text != NULL) {
        rs_read_error(r, mark, "'%s' is no regular expression: %s", r->key, error->message);
        g_error_free(error);
    }
}

const struct schema_special rs_special_regex = {
    .form = "regular expression",
    .json = "{\"type\": \"string\"}",
    .scalar = true,
    .read = read_regex,
    .fini = fini_text,
};
