/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Builds and measures another revision: see base.h. git and make do the work; the environment
 * variables that would lead them back to this build are taken away.
 */
#include "harness/gate/base.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/paths.h"
#include "harness/base/process.h"
#include "harness/base/term.h"
#include "harness/run/run_folder.h"

enum { QUICK_MS = 60 * 1000, BUILD_MS = 3600 * 1000, MEASURE_MS = 3600 * 1000 };

/* Runs a command to its good end: its output (NULL: it failed), without the last newline. */
static char *output(const char *const *argv)
{
    char *text = NULL;

    if (rs_process_output(argv, QUICK_MS, &text) < 0)
        return NULL;
    return g_strchomp(text);
}

static char *commit_of(const char *root, const char *name)
{
    char *spec = g_strconcat(name, "^{commit}", NULL);
    char *commit = output((const char *[]){"git", "-C", root, "rev-parse", "--verify", "--quiet",
                                           spec, NULL});

    g_free(spec);
    return commit;
}

/* The revision that the baseline names; else the commit that brought its file. */
static char *find_commit(const char *root, const struct rs_baseline *b)
{
    char *commit = commit_of(root, b->revision), *path;

    if (commit)
        return commit;
    path = g_canonicalize_filename(b->path, NULL);
    commit = output((const char *[]){"git", "-C", root, "log", "-1", "--format=%H", "--", path,
                                     NULL});
    g_free(path);
    if (commit && *commit)
        return commit;
    g_free(commit);
    return NULL;
}

char *rs_base_head(const char *except, bool *changed)
{
    const char *root = rs_paths()->root;
    char *head = root ? commit_of(root, "HEAD") : NULL, *rest, *excluded;

    *changed = false;
    if (!head)
        return NULL;
    excluded = g_strdup_printf(":(exclude)%s", except);
    rest = output((const char *[]){"git", "-C", root, "status", "--porcelain",
                                   "--untracked-files=no", "--", ".", excluded, NULL});
    *changed = rest && *rest;
    g_free(excluded);
    g_free(rest);
    return head;
}

/* A step that takes its time: into the log; 0 or -errno with a sentence. */
static int step(const char *const *argv, const char *log, uint64_t deadline_ms, const char *what,
                char *why, size_t why_bytes)
{
    struct rs_process process;
    char words[96];
    int error = rs_process_run(
        &process, argv, &(struct rs_process_options){.log = log, .deadline_ms = deadline_ms});

    if (!error && process.exit_status)
        error = -EIO;
    if (error == -EINTR)
        snprintf(why, why_bytes, "interrupted");
    else if (error)
        snprintf(why, why_bytes, "%s: %s; see %s", what,
                 error == -EIO || error == -ETIME ? rs_process_words(&process, words, sizeof(words))
                                                  : strerror(-error),
                 log);
    return error;
}

/* Words before a command that must not know of this build. */
#define CLEAN                                                                                      \
    "env", "-u", "RINGSIDE_BUILD", "-u", "RINGSIDE_OUT", "-u", "RINGSIDE_HOME", "-u", "MAKEFLAGS", \
        "-u", "MFLAGS", "-u", "MAKELEVEL", "-u", "BUILD"

static int build(const char *tree, const char *log, char *why, size_t why_bytes)
{
    char *jobs = g_strdup_printf("-j%ld", MAX(sysconf(_SC_NPROCESSORS_ONLN), 1));
    const int error = step((const char *[]){CLEAN, "make", "-C", tree, "--no-print-directory",
                                            jobs, "BUILD=build", "all", NULL},
                           log, BUILD_MS, "the base revision cannot be built", why, why_bytes);

    g_free(jobs);
    return error;
}

static int measure(const struct rs_baseline *b, const char *figures_from, const char *place,
                   const char *tree, const char *log, struct rs_baseline *measured, char *why,
                   size_t why_bytes)
{
    char *tool = g_build_filename(tree, "build", "ringside", NULL);
    char *file = g_build_filename(place, "measured.json", NULL);
    char *out = g_build_filename(place, "out", NULL);
    GPtrArray *argv = g_ptr_array_new();
    static const char *const before[] = {CLEAN};
    int error;

    for (unsigned i = 0; i < G_N_ELEMENTS(before); i++)
        g_ptr_array_add(argv, (char *)before[i]);
    g_ptr_array_add(argv, tool);
    g_ptr_array_add(argv, (char *)"gate");
    g_ptr_array_add(argv, (char *)"--update");
    g_ptr_array_add(argv, (char *)"--baseline");
    g_ptr_array_add(argv, file);
    g_ptr_array_add(argv, (char *)"--out");
    g_ptr_array_add(argv, out);
    if (figures_from) {
        g_ptr_array_add(argv, (char *)"--figures-from");
        g_ptr_array_add(argv, (char *)figures_from);
    }
    for (unsigned i = 0; i < b->scenarios->len; i++)
        g_ptr_array_add(argv, b->scenarios->pdata[i]);
    g_ptr_array_add(argv, NULL);
    error = step((const char *const *)argv->pdata, log, MEASURE_MS,
                 "the base revision cannot be measured", why, why_bytes);
    if (!error)
        error = rs_baseline_read(measured, file, why, why_bytes);
    g_ptr_array_unref(argv);
    g_free(out);
    g_free(file);
    g_free(tool);
    return error;
}

int rs_base_measure(const struct rs_baseline *b, const char *figures_from, const char *log,
                    struct rs_baseline *measured, char *why, size_t why_bytes)
{
    const char *root = rs_paths()->root;
    char *commit = root ? find_commit(root, b) : NULL, *place, *tree;
    int error = 0;

    memset(measured, 0, sizeof(*measured));
    if (!commit) {
        snprintf(why, why_bytes, "revision %.12s is not in this repository (a shallow clone?)",
                 b->revision);
        return -ENOENT;
    }
    place = g_dir_make_tmp("ringside-base-XXXXXX", NULL);
    if (!place) {
        snprintf(why, why_bytes, "no temporary folder: %s", strerror(errno));
        g_free(commit);
        return -EIO;
    }
    tree = g_build_filename(place, "tree", NULL);
    rs_notice("building the base revision %.12s to measure it here", commit);
    /* a clone that shares objects, not a worktree: it leaves no trace in the repository */
    error = step((const char *[]){"git", "clone", "--quiet", "--shared", "--no-checkout", root,
                                  tree, NULL},
                 log, QUICK_MS, "git clone", why, why_bytes);
    error = error ?: step((const char *[]){"git", "-C", tree, "checkout", "--quiet", "--detach",
                                           commit, NULL},
                          log, QUICK_MS, "git checkout", why, why_bytes);
    error = error ?: build(tree, log, why, why_bytes);
    rs_notice("measuring the base revision %.12s", commit);
    error = error ?: measure(b, figures_from, place, tree, log, measured, why, why_bytes);
    rs_progress_clear();
    rs_remove_tree(place);
    g_free(tree);
    g_free(place);
    g_free(commit);
    return error;
}
