/* SPDX-License-Identifier: BSD-2-Clause
 *
 * From options to selected cases: see selecting.h.
 */
#include "harness/cmd/selecting.h"

#include "harness/base/term.h"
#include "harness/cmd/cli.h"

int rs_selecting(const struct rs_selecting *s, const char *command, char **words,
                 const char *otherwise, struct rs_selection *selection)
{
    struct rs_select_options options = {
        .words = words,
        .otherwise = s->filters || s->tags ? NULL : otherwise,
        .filters = s->filters,
        .tags = s->tags,
    };

    if (s->shard && !rs_shard_parse(s->shard, &options.shard))
        return rs_cli_wrong(command, "--shard is '%s': expected I/N, as in 1/4: part 1 of 4",
                            s->shard);
    return rs_select(&options, selection);
}

void rs_selecting_fini(struct rs_selecting *s)
{
    g_strfreev(s->filters);
    g_strfreev(s->tags);
    g_free(s->shard);
}
