/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What the hosts have in common, and the in-process one. See host.h.
 */
#include "harness/run/host.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/paths.h"
#include "harness/run/run_folder.h"
#include "harness/base/term.h"

static const char *const names[] = {"qemu", "in-process"};

const char *rs_host_name(enum rs_host host)
{
    return names[host];
}

bool rs_host_find(const char *name, enum rs_host *host)
{
    for (unsigned i = 0; i < RS_HOSTS; i++)
        if (!strcmp(name, names[i])) {
            *host = (enum rs_host)i;
            return true;
        }
    return false;
}

static void file_option(GPtrArray *argv, const char *option, const char *dir, const char *name)
{
    g_ptr_array_add(argv, g_strdup(option));
    g_ptr_array_add(argv, g_build_filename(dir, name, NULL));
}

static GPtrArray *inproc_argv(const struct rs_machine *m)
{
    static const char *const sizes[] = {[SCENARIO_PAGES_4KIB] = "4KiB",
                                        [SCENARIO_PAGES_2MIB] = "2MiB",
                                        [SCENARIO_PAGES_1GIB] = "1GiB"};
    GPtrArray *argv = g_ptr_array_new_with_free_func(g_free);

    g_ptr_array_add(argv, rs_build_path("ringside-inproc"));
    file_option(argv, "--plan", m->dir, RS_FILE_PLAN);
    file_option(argv, "--report", m->dir, RS_FILE_REPORT);
    if (m->trace)
        file_option(argv, "--trace", m->dir, RS_FILE_TRACE);
    if (m->capture)
        file_option(argv, "--capture", m->dir, RS_FILE_CAPTURE);
    if (m->stimulus)
        file_option(argv, "--stimulus", m->dir, RS_FILE_STIMULUS);
    file_option(argv, "--job", m->dir, RS_FILE_JOB);
    file_option(argv, "--results", m->dir, RS_FILE_RESULTS);
    g_ptr_array_add(argv, g_strdup("--pages"));
    g_ptr_array_add(argv, g_strdup(sizes[m->pages]));
    g_ptr_array_add(argv, NULL);
    return argv;
}

GPtrArray *rs_host_argv(enum rs_host host, const struct rs_machine *machine)
{
    return host == RS_HOST_QEMU ? rs_qemu_argv(machine) : inproc_argv(machine);
}

char *rs_argv_line(const GPtrArray *argv)
{
    GString *line = g_string_new(NULL);

    for (unsigned i = 0; i < argv->len && argv->pdata[i]; i++) {
        char *quoted = rs_shell_word(argv->pdata[i]);

        g_string_append_printf(line, "%s%s", i ? " " : "", quoted);
        g_free(quoted);
    }
    return g_string_free(line, FALSE);
}

static char *of_guest(const char *guest, const char *name)
{
    char *folder = guest ? g_strdup(guest) : rs_build_path("guest");
    char *path = g_build_filename(folder, name, NULL);

    g_free(folder);
    return path;
}

char **rs_host_needs(enum rs_host host, const char *guest)
{
    GPtrArray *paths = g_ptr_array_new();

    if (host == RS_HOST_QEMU) {
        g_ptr_array_add(paths, rs_build_path("qemu-system-x86_64"));
        g_ptr_array_add(paths, of_guest(guest, "vmlinuz"));
        g_ptr_array_add(paths, of_guest(guest, "initramfs"));
    } else {
        g_ptr_array_add(paths, rs_build_path("ringside-inproc"));
    }
    g_ptr_array_add(paths, NULL);
    return (char **)g_ptr_array_free(paths, FALSE);
}

int rs_host_ready(enum rs_host host, const char *guest, char *why, size_t why_bytes)
{
    char **needs = rs_host_needs(host, guest);
    int error = 0;

    for (unsigned i = 0; needs[i] && !error; i++)
        if (access(needs[i], R_OK) < 0) {
            snprintf(why, why_bytes, "%s is missing: type 'make all', or ask 'ringside doctor'",
                     needs[i]);
            error = -ENOENT;
        }
    g_strfreev(needs);
    return error;
}
