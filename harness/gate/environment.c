/* SPDX-License-Identifier: BSD-2-Clause
 *
 * This machine's environment: see environment.h.
 */
#include "harness/gate/environment.h"

#include <errno.h>
#include <glib.h>
#include <gnu/libc-version.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include "harness/base/paths.h"
#include "harness/base/process.h"
#include "harness/run/run_folder.h"

enum { QUICK_MS = 20 * 1000 };

static const char *const names[RS_ENV_PARTS] = {"arch", "cpu",    "compiler",
                                                "libc", "kernel", "qemu"};

/* The last word of a program's first line, without what stands in brackets. */
static char *version_of(const char *program)
{
    char *text, *version;

    if (rs_process_output((const char *[]){program, "--version", NULL}, QUICK_MS, &text) < 0)
        return NULL;
    text[strcspn(text, "\n(")] = '\0';
    g_strchomp(text);
    version = g_strdup(strrchr(text, ' ') ? strrchr(text, ' ') + 1 : text);
    g_free(text);
    return version;
}

/* Release, as the folder of its modules says, and what the image is. */
static char *kernel(void)
{
    char *link = rs_build_path("guest/kernel"), *image = rs_build_path("guest/vmlinuz");
    char *folder = g_file_read_link(link, NULL), hash[17] = "?", *text;
    char *release = folder ? g_path_get_basename(folder) : g_strdup("?");

    rs_file_hash(image, hash);
    text = g_strdup_printf("%s %s", release, hash);
    g_free(release);
    g_free(folder);
    g_free(image);
    g_free(link);
    return text;
}

static char *qemu_key(void)
{
    char *link = rs_build_path("qemu-tree"), *tree = g_file_read_link(link, NULL);
    char *key = tree ? g_path_get_basename(tree) : g_strdup("?");

    g_free(tree);
    g_free(link);
    return key;
}

void rs_environment_here(struct rs_environment *e)
{
    char *qemu = rs_build_path("qemu-system-x86_64");
    struct utsname name;

    e->part[RS_ENV_ARCH] = g_strdup(uname(&name) == 0 ? name.machine : "?");
    e->part[RS_ENV_CPU] = g_strdup(__builtin_cpu_supports("avx2") ? "avx2" : "sse");
    e->part[RS_ENV_COMPILER] = g_strdup_printf("gcc %d.%d.%d", __GNUC__, __GNUC_MINOR__,
                                               __GNUC_PATCHLEVEL__);
    e->part[RS_ENV_LIBC] = g_strdup(gnu_get_libc_version());
    e->part[RS_ENV_KERNEL] = kernel();
    e->part[RS_ENV_QEMU] = version_of(qemu) ?: g_strdup("?");
    e->qemu_key = qemu_key();
    g_free(qemu);
}

void rs_environment_fini(struct rs_environment *e)
{
    for (unsigned i = 0; i < RS_ENV_PARTS; i++)
        g_free(e->part[i]);
    g_free(e->qemu_key);
    memset(e, 0, sizeof(*e));
}

json_t *rs_environment_json(const struct rs_environment *e)
{
    json_t *object = json_object();

    for (unsigned i = 0; i < RS_ENV_PARTS; i++)
        json_object_set_new(object, names[i], json_string(e->part[i]));
    json_object_set_new(object, "qemu_key", json_string(e->qemu_key));
    return object;
}

int rs_environment_read(struct rs_environment *e, const json_t *object)
{
    const char *key = json_string_value(json_object_get(object, "qemu_key"));

    memset(e, 0, sizeof(*e));
    if (!json_is_object(object))
        return -EPROTO;
    for (unsigned i = 0; i < RS_ENV_PARTS; i++) {
        const char *text = json_string_value(json_object_get(object, names[i]));

        e->part[i] = g_strdup(text ?: "?"); /* of a time that did not ask for it */
    }
    e->qemu_key = g_strdup(key ?: "?");
    return 0;
}

char *rs_environment_differences(const struct rs_environment *here,
                                 const struct rs_environment *there)
{
    GString *text = g_string_new(NULL);

    for (unsigned i = 0; i < RS_ENV_PARTS; i++)
        if (strcmp(here->part[i], there->part[i]) != 0)
            g_string_append_printf(text, "%s%s %s here, %s there", text->len ? "; " : "",
                                   names[i], here->part[i], there->part[i]);
    return g_string_free(text, text->len == 0);
}

char *rs_environment_name(const struct rs_environment *e)
{
    char *release = g_strndup(e->part[RS_ENV_KERNEL], strcspn(e->part[RS_ENV_KERNEL], " "));
    char *name = g_strdup_printf("%s-%s-linux-%s", e->part[RS_ENV_ARCH],
                                 e->part[RS_ENV_COMPILER], release);

    for (char *c = name; *c; c++)
        if (!g_ascii_isalnum(*c) && !strchr("-_.", *c))
            *c = '-';
    g_free(release);
    return name;
}
