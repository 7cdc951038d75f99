/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Parts of a selection: see shard.h. Cases are dealt out in order of their names, so neighbours of
 * one matrix, which take alike long, come to different parts.
 */
#include "harness/scenario/shard.h"

#include <string.h>

#include "harness/scenario/select.h"

bool rs_shard_parse(const char *text, struct rs_shard *shard)
{
    char **parts = g_strsplit(text, "/", 3);
    guint64 index = 0, count = 0;
    const bool good =
        g_strv_length(parts) == 2 &&
        g_ascii_string_to_unsigned(parts[1], 10, 1, RS_SHARDS_MAX, &count, NULL) &&
        g_ascii_string_to_unsigned(parts[0], 10, 1, count, &index, NULL);

    g_strfreev(parts);
    if (good)
        *shard = (struct rs_shard){(unsigned)index, (unsigned)count};
    return good;
}

static int by_id(const void *a, const void *b)
{
    const struct rs_selected *x = *(struct rs_selected *const *)a;
    const struct rs_selected *y = *(struct rs_selected *const *)b;
    const int by_name = strcmp(x->c->id, y->c->id);

    return by_name ? by_name : strcmp(x->scenario->path, y->scenario->path);
}

void rs_shard_apply(const struct rs_shard *shard, GArray *cases)
{
    GPtrArray *dealt = g_ptr_array_new();
    bool *mine = g_new0(bool, cases->len);
    unsigned kept = 0;

    for (unsigned i = 0; i < cases->len; i++)
        g_ptr_array_add(dealt, &g_array_index(cases, struct rs_selected, i));
    g_ptr_array_sort(dealt, by_id);
    for (unsigned i = 0; i < dealt->len; i++)
        mine[(struct rs_selected *)dealt->pdata[i] - (struct rs_selected *)cases->data] =
            !shard->count || i % shard->count == shard->index - 1;
    for (unsigned i = 0; i < cases->len; i++)
        if (mine[i])
            g_array_index(cases, struct rs_selected, kept++) =
                g_array_index(cases, struct rs_selected, i);
    g_array_set_size(cases, kept);
    g_ptr_array_unref(dealt);
    g_free(mine);
}
