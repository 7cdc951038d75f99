/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Base snapshots: the key of a machine's shape, and the snapshot behind it, made when it is not
 * there. See snapshot.h.
 */
#include "harness/run/snapshot.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include "harness/base/paths.h"
#include "harness/base/process.h"
#include "harness/base/term.h"
#include "harness/plan/plan_write.h"
#include "harness/run/builtin.h"
#include "harness/run/mailbox.h"
#include "harness/run/run_folder.h"
#include "harness/run/snapshot_files.h"

/* A change of what a snapshot is, or of how a run begins with one. */
#define FORMAT "ringside snapshot 1"

enum {
    BOOT_DEADLINE_MS = 180 * 1000,
    LOCK_DEADLINE_MS = BOOT_DEADLINE_MS + 20 * 1000, /* somebody else boots it meanwhile */
};
#define TOTAL_BYTES ((uint64_t)4 << 30) /* of all snapshots, on disk */

char *rs_snapshot_root(void)
{
    return g_build_filename(g_get_user_cache_dir(), "ringside", "snapshots", NULL);
}

/* ---- the key ---- */

/* Files do not change while the tool runs: each is read once. */
static const char *content(const char *path)
{
    static GHashTable *known;
    char hash[17], *value;

    known = known ?: g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    value = g_hash_table_lookup(known, path);
    if (!value && rs_file_hash(path, hash) == 0) {
        value = g_strdup(hash);
        g_hash_table_insert(known, g_strdup(path), value);
    }
    return value;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static int add_folder(GString *text, const char *path)
{
    GDir *dir = g_dir_open(path, 0, NULL);
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    const char *name;
    int error = dir ? 0 : -ENOENT;

    while (dir && (name = g_dir_read_name(dir)))
        g_ptr_array_add(names, g_strdup(name));
    if (dir)
        g_dir_close(dir);
    g_ptr_array_sort(names, by_name);
    for (unsigned i = 0; i < names->len && !error; i++) {
        char *file = g_build_filename(path, names->pdata[i], NULL);
        const char *hash = content(file);

        if (hash)
            g_string_append_printf(text, "%s %s\n", (const char *)names->pdata[i], hash);
        error = hash ? 0 : -ENOENT;
        g_free(file);
    }
    g_ptr_array_unref(names);
    return error;
}

/* The command line of a cold boot with contents in the place of names. */
static int describe(GString *text, const GPtrArray *argv, char *why, size_t why_bytes)
{
    const char *before = "";
    int error = 0;

    for (unsigned i = 0; i < argv->len && argv->pdata[i] && !error; i++) {
        const char *word = argv->pdata[i];

        if (!strcmp(before, "-L")) {
            error = add_folder(text, word);
        } else if (i == 0 || !strcmp(before, "-kernel") || !strcmp(before, "-initrd")) {
            error = content(word) ? 0 : -ENOENT;
            g_string_append_printf(text, "%s\n", content(word) ?: "");
        } else {
            g_string_append_printf(text, "%s\n", word);
        }
        if (error)
            snprintf(why, why_bytes, "%s cannot be read", word);
        before = word;
    }
    return error;
}

int rs_snapshot_key(const struct rs_machine *machine, char key[17], char *why, size_t why_bytes)
{
    struct rs_machine shape = *machine;
    GString *text = g_string_new(FORMAT "\n");
    GPtrArray *argv;
    int error;

    shape.dir = "run"; /* files of a run, and what it records, do not decide a boot */
    shape.trace = shape.capture = shape.make_snapshot = shape.sandbox = false;
    shape.snapshot = shape.midway = NULL;
    shape.from_midway = false;
    shape.monitor_fd = 0;
    shape.grace_ms = 0;
    argv = rs_qemu_argv(&shape);
    error = describe(text, argv, why, why_bytes);
    snprintf(key, 17, "%016llx", (unsigned long long)XXH64(text->str, text->len, 0));
    g_ptr_array_unref(argv);
    g_string_free(text, TRUE);
    return error;
}

int rs_snapshot_build(char build[17])
{
    GString *text = g_string_new(FORMAT "\n");
    char **needs = rs_host_needs(RS_HOST_QEMU, NULL);
    char *firmware = rs_build_path("qemu-tree/firmware");
    int error = add_folder(text, firmware);

    for (unsigned i = 0; needs[i] && !error; i++) {
        const char *hash = content(needs[i]);

        g_string_append_printf(text, "%s\n", hash ?: "");
        error = hash ? 0 : -ENOENT;
    }
    snprintf(build, 17, "%016llx", (unsigned long long)XXH64(text->str, text->len, 0));
    g_strfreev(needs);
    g_free(firmware);
    g_string_free(text, TRUE);
    return error;
}

/* ---- making ---- */

/* A plan of nothing: until the base nobody looks at it, but QEMU wants one. */
static int fill(const char *folder, unsigned ports, char *why, size_t why_bytes)
{
    struct scenario *scenario = rs_builtin_shell(ports);
    char *mailbox = g_build_filename(folder, RS_FILE_MAILBOX, NULL);
    struct diag diag;
    void *plan = NULL;
    size_t bytes = 0;
    int error = -EINVAL;

    rs_diag_init(&diag);
    snprintf(why, why_bytes, "the tool's own scenario is wrong");
    if (scenario && rs_plan_write(scenario, &scenario->cases[0], &diag, &plan, &bytes) == 0)
        error = rs_write_file(folder, RS_FILE_PLAN, plan, bytes, why, why_bytes);
    error = error ?: rs_mailbox_create(mailbox, NULL, 0, why, why_bytes);
    rs_diag_fini(&diag);
    rs_scenario_free(scenario);
    g_free(mailbox);
    g_free(plan);
    return error;
}

static int boot(const struct rs_machine *machine, char *why, size_t why_bytes)
{
    char *log = g_build_filename(machine->dir, RS_FILE_HOST_LOG, NULL), words[96], *said = NULL;
    GPtrArray *argv = rs_qemu_argv(machine);
    struct rs_process process;
    int error = rs_process_run(
        &process, (const char *const *)argv->pdata,
        &(struct rs_process_options){.log = log, .deadline_ms = BOOT_DEADLINE_MS});

    if (error) {
        snprintf(why, why_bytes, "QEMU: %s", strerror(-error));
    } else if (process.exit_status) {
        g_file_get_contents(log, &said, NULL, NULL);
        snprintf(why, why_bytes, "QEMU: %s: %.200s",
                 rs_process_words(&process, words, sizeof(words)), said ? g_strstrip(said) : "");
        error = -EIO;
    }
    g_free(said);
    g_ptr_array_unref(argv);
    g_free(log);
    return error;
}

/* What the boot needed and the snapshot does not. */
static void strip(const char *folder)
{
    static const char *const names[] = {RS_FILE_PLAN, RS_FILE_MAILBOX, RS_FILE_CONSOLE,
                                        RS_FILE_REPORT, RS_FILE_HOST_LOG, RS_FILE_STARTED};

    for (unsigned i = 0; i < G_N_ELEMENTS(names); i++) {
        char *path = g_build_filename(folder, names[i], NULL);

        unlink(path);
        g_free(path);
    }
}

static int make(const struct rs_machine *shape, const char *folder, char *why, size_t why_bytes)
{
    char *fresh = g_strconcat(folder, RS_SNAPSHOT_NEW, NULL), build[17];
    struct rs_machine machine = *shape;
    int error = 0;

    machine.dir = machine.snapshot = fresh;
    machine.make_snapshot = true;
    machine.trace = machine.capture = machine.sandbox = false;
    rs_remove_tree(fresh);
    rs_remove_tree(folder);
    if (g_mkdir_with_parents(fresh, 0700) < 0) {
        error = -errno;
        snprintf(why, why_bytes, "%s: %s", fresh, strerror(errno));
    }
    rs_notice("booting a guest of a new shape once (a few seconds): later runs start from there");
    error = error ?: fill(fresh, machine.ports, why, why_bytes);
    error = error ?: boot(&machine, why, why_bytes);
    rs_progress_clear();
    if (!error) {
        strip(fresh);
        rs_snapshot_build(build);
        error = rs_snapshot_seal(fresh, build, why, why_bytes);
    }
    if (!error && rename(fresh, folder) < 0) {
        error = -errno;
        snprintf(why, why_bytes, "%s: %s", folder, strerror(errno));
    }
    if (error)
        rs_remove_tree(fresh);
    g_free(fresh);
    return error;
}

/* ---- finding ---- */

struct known {
    char *folder; /* NULL: boots cold, because */
    char *why;
    int lock;
};
static GHashTable *all_known; /* by key */

static void known_free(void *data)
{
    struct known *k = data;

    if (k->lock >= 0)
        close(k->lock);
    g_free(k->folder);
    g_free(k->why);
    g_free(k);
}

static int lock_failed(int error, const char *folder, char *why, size_t why_bytes)
{
    snprintf(why, why_bytes, "%s: %s", folder,
             error == -EAGAIN ? "another ringside holds it" : strerror(-error));
    return error;
}

/* Whole, and ours to use: 0. The lock is alone while one is made, and shared in the end. */
static int obtain(const struct rs_machine *machine, const char *root, const char *key,
                  struct known *k, bool *made, char *why, size_t why_bytes)
{
    uint64_t bytes;
    int error;

    k->lock = rs_snapshot_lock(root, key, false, LOCK_DEADLINE_MS);
    if (k->lock < 0)
        return lock_failed(k->lock, k->folder, why, why_bytes);
    if (rs_snapshot_whole(k->folder))
        return 0;
    error = rs_snapshot_relock(k->lock, true, LOCK_DEADLINE_MS);
    if (error)
        return lock_failed(error, k->folder, why, why_bytes);
    if (!rs_snapshot_whole(k->folder)) { /* nobody else made it meanwhile */
        *made = true;
        error = make(machine, k->folder, why, why_bytes);
        if (error)
            return error;
        rs_snapshot_prune(root, RS_SNAPSHOTS_MAX, TOTAL_BYTES, &bytes);
    }
    error = rs_snapshot_relock(k->lock, false, LOCK_DEADLINE_MS);
    return error ? lock_failed(error, k->folder, why, why_bytes) : 0;
}

const char *rs_snapshot_get(const struct rs_machine *machine, bool *made, char *why,
                            size_t why_bytes)
{
    char *root = rs_snapshot_root(), key[17];
    struct known *k = NULL;

    *made = false;
    all_known = all_known ?: g_hash_table_new_full(g_str_hash, g_str_equal, g_free, known_free);
    if (rs_snapshot_key(machine, key, why, why_bytes) < 0)
        goto out;
    k = g_hash_table_lookup(all_known, key);
    if (!k) {
        k = g_new0(struct known, 1);
        k->lock = -1;
        k->folder = g_build_filename(root, key, NULL);
        if (strstr(root, ",offset=")) { /* QEMU would take it for an option */
            snprintf(why, why_bytes, "%s: ',offset=' in a name", root);
            g_clear_pointer(&k->folder, g_free);
        } else if (g_mkdir_with_parents(root, 0700) < 0) {
            snprintf(why, why_bytes, "%s: %s", root, strerror(errno));
            g_clear_pointer(&k->folder, g_free);
        } else if (obtain(machine, root, key, k, made, why, why_bytes) < 0) {
            g_clear_pointer(&k->folder, g_free);
        }
        k->why = k->folder ? NULL : g_strdup(why);
        g_hash_table_insert(all_known, g_strdup(key), k);
    }
    if (!k->folder)
        snprintf(why, why_bytes, "%s", k->why);
out:
    g_free(root);
    return k ? k->folder : NULL;
}

void rs_snapshot_forget(void)
{
    if (all_known)
        g_hash_table_unref(all_known);
    all_known = NULL;
}
