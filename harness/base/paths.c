/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Finds the build folder and the tree around it, or the folders of an installation, from
 * /proc/self/exe and the environment.
 */
#include "harness/base/paths.h"

#include <glib.h>
#include <unistd.h>

static char *own_folder(void)
{
    char *exe = g_file_read_link("/proc/self/exe", NULL), *folder;

    folder = exe ? g_path_get_dirname(exe) : g_get_current_dir();
    g_free(exe);
    return folder;
}

/* The nearest folder above `from` that holds scenarios/ and scripts/. */
static char *find_root(const char *from)
{
    char *at = g_strdup(from);

    for (;;) {
        char *scenarios = g_build_filename(at, "scenarios", NULL);
        char *scripts = g_build_filename(at, "scripts", NULL);
        const bool here = g_file_test(scenarios, G_FILE_TEST_IS_DIR) &&
                          g_file_test(scripts, G_FILE_TEST_IS_DIR);
        char *above = g_path_get_dirname(at);
        const bool top = g_str_equal(above, at);

        g_free(scenarios);
        g_free(scripts);
        if (here || top) {
            g_free(above);
            if (here)
                return at;
            g_free(at);
            return NULL;
        }
        g_free(at);
        at = above;
    }
}

static char *from_environment(const char *name)
{
    const char *value = g_getenv(name);

    return value && *value ? g_canonicalize_filename(value, NULL) : NULL;
}

/* A folder beside the one that the program lies in, as `make install` lays them out. */
static char *beside(const char *own, const char *name)
{
    char *path = g_canonicalize_filename(name, own);

    if (g_file_test(path, G_FILE_TEST_IS_DIR))
        return path;
    g_free(path);
    return NULL;
}

/* lib/ringside of an installation, when the program lies in its bin/; NULL: in a build folder,
 * which holds the hosts, too. */
static char *find_installed(const char *own)
{
    char *host = g_build_filename(own, "ringside-inproc", NULL);
    char *installed =
        g_file_test(host, G_FILE_TEST_EXISTS) ? NULL : beside(own, "../lib/ringside");

    g_free(host);
    return installed;
}

const struct rs_paths *rs_paths(void)
{
    static struct rs_paths paths;
    char *own, *installed;

    if (paths.build)
        return &paths;
    own = own_folder();
    installed = find_installed(own);
    paths.build = from_environment("RINGSIDE_BUILD");
    paths.build = paths.build ?: g_strdup(installed ?: own);
    paths.root = from_environment("RINGSIDE_HOME");
    if (!paths.root && installed)
        paths.root = beside(own, "../share/ringside");
    else if (!paths.root && (paths.root = find_root(paths.build)))
        paths.source = true;
    paths.out = from_environment("RINGSIDE_OUT");
    if (!paths.out && paths.source && access(paths.root, W_OK) == 0)
        paths.out = g_build_filename(paths.root, "reports", "out", NULL);
    else if (!paths.out)
        paths.out = g_canonicalize_filename("reports/out", NULL);
    g_free(installed);
    g_free(own);
    return &paths;
}

char *rs_build_path(const char *name)
{
    return g_build_filename(rs_paths()->build, name, NULL);
}

char *rs_root_path(const char *name)
{
    return rs_paths()->root ? g_build_filename(rs_paths()->root, name, NULL) : NULL;
}

char *rs_app_path(const char *app)
{
    static const char *const places[] = {"guest-bin", "bin"};

    for (unsigned i = 0; i < G_N_ELEMENTS(places); i++) {
        char *path = g_build_filename(rs_paths()->build, places[i], app, NULL);

        if (g_file_test(path, G_FILE_TEST_IS_REGULAR) && access(path, X_OK) == 0)
            return path;
        g_free(path);
    }
    return NULL;
}
