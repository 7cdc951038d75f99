/* SPDX-License-Identifier: BSD-2-Clause
 *
 * nic-dump: prints the register table and the events of the NIC as JSON on standard output, for
 * the generated pages and reports. It knows the model's public header only.
 */
#include <stdio.h>
#include <string.h>

#include "model/nic/nic.h"

/* Names and sentences of the tables: plain ASCII, but quotes and backslashes may occur. */
static void string(const char *key, const char *value, const char *after)
{
    printf("\"%s\": \"", key);
    for (; *value; value++) {
        if (*value == '"' || *value == '\\')
            putchar('\\');
        putchar(*value);
    }
    printf("\"%s", after);
}

static void flag(const char *key, bool value, const char *after)
{
    printf("\"%s\": %s%s", key, value ? "true" : "false", after);
}

static void rows(void)
{
    for (unsigned i = 0; i < nic_reg_rows(); i++) {
        const struct nic_reg_info *r = nic_reg_row(i);

        printf("    {");
        string("name", r->name, ", ");
        printf("\"bar\": %u, \"offset\": %u, \"stride\": %u, ", r->bar, r->offset, r->stride);
        printf("\"count\": %u, \"first\": %u, ", r->count, r->first);
        printf("\"reset\": %u, \"writable\": %u, \"w1c\": %u, ", r->reset, r->writable, r->w1c);
        flag("alias", r->alias, ", ");
        flag("more", r->more, ", ");
        flag("clear_on_read", r->clear_on_read, ", ");
        flag("storage_only", r->storage_only, ", ");
        flag("behaviour", r->behaviour, ", ");
        string("source", r->source, ", ");
        string("doc", r->doc, i + 1 < nic_reg_rows() ? "},\n" : "}\n");
    }
}

static void events(void)
{
    for (unsigned i = 0; i < NIC_EVENTS; i++) {
        const struct nic_event_info *e = nic_event_info(i);

        printf("    {");
        string("name", e->name, ", ");
        printf("\"level\": %u, ", e->level);
        string("queue", e->queue, ", ");
        string("a", e->a, ", ");
        string("b", e->b, ", ");
        string("c", e->c, ", ");
        string("doc", e->doc, i + 1 < NIC_EVENTS ? "},\n" : "}\n");
    }
}

int main(int argc, char **argv)
{
    const char *why;

    if (argc > 1) {
        fprintf(stderr, "usage: %s    (prints JSON; takes no arguments)\n", argv[0]);
        return strcmp(argv[1], "--help") ? 2 : 0;
    }
    if (nic_tables_init(&why) < 0) {
        fprintf(stderr, "nic-dump: %s\n", why);
        return 1;
    }
    printf("{\n  \"registers\": [\n");
    rows();
    printf("  ],\n  \"events\": [\n");
    events();
    printf("  ]\n}\n");
    return ferror(stdout) || fflush(stdout) ? 1 : 0;
}
