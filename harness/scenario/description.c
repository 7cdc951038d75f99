/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Reads driver descriptions: see description.h.
 */
#include "harness/scenario/description.h"

#include <errno.h>
#include <glib.h>
#include <string.h>

#include "harness/base/paths.h"
#include "harness/scenario/matrix.h"
#include "harness/scenario/reader.h"
#include "harness/scenario/text_file.h"
#include "harness/scenario/yaml.h"

#define GIVEN(d, key) rs_schema_given(rs_schema_description(), (d), (key))
#define GOOD(d, key)  rs_schema_good(rs_schema_description(), (d), (key))
#define COMPLAIN(d, diag, key, ...)                                                                \
    rs_diag_add((diag), DIAG_ERROR, (d)->path, (d)->text,                                          \
                rs_schema_mark(rs_schema_description(), (d), (key)), __VA_ARGS__)

static char *imposed;
static struct {
    char *path, *text, *files;
} provided;

void rs_description_impose(const char *path)
{
    g_free(imposed);
    imposed = g_strdup(path);
}

const char *rs_description_imposed(void)
{
    return imposed;
}

void rs_description_provide(const char *path, const char *text, const char *files)
{
    g_free(provided.path);
    g_free(provided.text);
    g_free(provided.files);
    provided.path = g_strdup(path);
    provided.text = g_strdup(text);
    provided.files = g_strdup(files);
}

/* ---- paths ---- */

static const char built_prefix[] = "built:";

/* The same for one description whatever it says: what lies there changes, the name does not. */
static char *built_folder(const char *path)
{
    char *full = g_canonicalize_filename(path, NULL);
    char *sum = g_compute_checksum_for_string(G_CHECKSUM_SHA256, full, -1), *name, *folder;

    name = g_strdup_printf("of-%.16s", sum);
    folder = g_build_filename(g_get_user_cache_dir(), "ringside", "builds", name, NULL);
    g_free(name);
    g_free(sum);
    g_free(full);
    return folder;
}

bool rs_description_builds(const struct description *d, const char *path)
{
    return path != NULL && d->build.run != NULL && g_str_has_prefix(path, d->built);
}

/* A path of this machine, seen from the description's folder, from the build folder, or from where
 * the description's own build puts things. */
static void resolve(const struct description *d, char **path)
{
    static const char build[] = "build:";
    char *folder = g_path_get_dirname(d->path), *base = g_canonicalize_filename(folder, NULL);
    char *full = NULL;

    if (*path != NULL && g_str_has_prefix(*path, build))
        full = rs_build_path(*path + strlen(build));
    else if (*path != NULL && g_str_has_prefix(*path, built_prefix))
        full = g_build_filename(d->built, *path + strlen(built_prefix), NULL);
    else if (*path != NULL)
        full = g_canonicalize_filename(*path, base);
    g_free(*path);
    *path = full;
    g_free(base);
    g_free(folder);
}

/* "./mine.ko parameter=1": the first word is a path when it looks like one. */
static void resolve_module(const struct description *d, char **module)
{
    char **words = g_strsplit(*module, " ", 2);

    if (words[0] != NULL &&
        (g_str_has_prefix(words[0], built_prefix) || strchr(words[0], '/') != NULL ||
         g_str_has_suffix(words[0], ".ko"))) {
        resolve(d, &words[0]);
        g_free(*module);
        *module = g_strjoinv(" ", words);
    }
    g_strfreev(words);
}

/* The same file as it was when the run was recorded, if that was kept. */
static void take_provided(char **file)
{
    char **words = g_strsplit(*file, " ", 2), *base, *kept;

    base = g_path_get_basename(words[0] != NULL ? words[0] : "");
    kept = g_build_filename(provided.files, base, NULL);
    if (g_path_is_absolute(*file) && g_file_test(kept, G_FILE_TEST_IS_REGULAR)) {
        g_free(words[0]);
        words[0] = g_strdup(kept);
        g_free(*file);
        *file = g_strjoinv(" ", words);
    }
    g_free(kept);
    g_free(base);
    g_strfreev(words);
}

static void take_all_provided(struct description *d)
{
    for (char **file = d->files; file != NULL && *file != NULL; file++)
        take_provided(file);
    for (char **module = d->modules; module != NULL && *module != NULL; module++)
        take_provided(module);
}

char **rs_description_local_files(const struct description *d)
{
    GPtrArray *all = g_ptr_array_new();

    for (char **file = d->files; file != NULL && *file != NULL; file++)
        g_ptr_array_add(all, g_strdup(*file));
    for (char **module = d->modules; module != NULL && *module != NULL; module++)
        if ((*module)[0] == '/')
            g_ptr_array_add(all, g_strndup(*module, strcspn(*module, " ")));
    g_ptr_array_add(all, NULL);
    return (char **)g_ptr_array_free(all, FALSE);
}

static void resolve_all(struct description *d)
{
    d->built = built_folder(d->path);
    resolve(d, &d->library);
    resolve(d, &d->build.source);
    if (d->kernel != NULL && strchr(d->kernel, '/') != NULL)
        resolve(d, &d->kernel);
    for (char **file = d->files; file != NULL && *file != NULL; file++)
        resolve(d, file);
    for (char **module = d->modules; module != NULL && *module != NULL; module++)
        resolve_module(d, module);
    if (provided.files != NULL)
        take_all_provided(d);
    if (provided.text != NULL) { /* what it made is there; a stranger's script runs in guests */
        g_free(d->build.run);
        d->build.run = NULL;
    }
}

/* ---- checks ---- */

static void check_file(const struct description *d, const char *key, const char *path, bool program,
                       struct diag *diag)
{
    if (path == NULL || rs_description_builds(d, path)) /* the build itself says what is missing */
        return;
    if (!g_file_test(path, G_FILE_TEST_EXISTS))
        COMPLAIN(d, diag, key, "'%s': there is no file %s%s", key, path,
                 g_str_has_prefix(path, rs_paths()->build) ? " (type 'make all')" : "");
    else if (!g_file_test(path, G_FILE_TEST_IS_REGULAR))
        COMPLAIN(d, diag, key, "'%s': %s is not an ordinary file", key, path);
    else if (program && !g_file_test(path, G_FILE_TEST_IS_EXECUTABLE))
        COMPLAIN(d, diag, key, "'%s': %s may not be executed; chmod +x makes it a program", key,
                 path);
}

/* The one of `files` that is started; NULL: it lies in the guest. */
static const char *own_program(const struct description *d)
{
    const char *program = d->command != NULL ? d->command[0] : NULL;

    for (char **file = d->files; program != NULL && file != NULL && *file != NULL; file++) {
        char *base = g_path_get_basename(*file);
        bool hit = strcmp(base, program) == 0;

        g_free(base);
        if (hit)
            return *file;
    }
    return NULL;
}

size_t rs_description_check_files(const struct description *d, struct diag *diag)
{
    const size_t before = diag->errors;
    const char *program = own_program(d);

    for (char **file = d->files; file != NULL && *file != NULL; file++)
        if (*file != program)
            check_file(d, "files", *file, false, diag);
    check_file(d, program != NULL ? "command" : "files", program, true, diag);
    check_file(d, "library", d->library, false, diag);
    return diag->errors - before;
}

static void check_command(const struct description *d, struct diag *diag)
{
    const char *program = d->command[0];

    if (program == NULL)
        COMPLAIN(d, diag, "command", "'command' is an empty list; leave it out when the driver is "
                                     "in the kernel");
    else if (program[0] != '/' && own_program(d) == NULL)
        COMPLAIN(d, diag, "command",
                 "'%s' is none of 'files', and no absolute path of a program in the guest like "
                 "/usr/bin/dpdk-testpmd", program);
}

static void check_only_with(const struct description *d, const char *key, const char *other,
                            bool there, struct diag *diag)
{
    if (GIVEN(d, key) && !there)
        COMPLAIN(d, diag, key, "'%s' means nothing without '%s'", key, other);
}

static void check_regexes(const struct description *d, char **texts, struct diag *diag)
{
    for (; texts != NULL && *texts != NULL; texts++) {
        GError *error = NULL;
        GRegex *regex = g_regex_new(*texts, 0, 0, &error);

        if (regex != NULL) {
            g_regex_unref(regex);
            continue;
        }
        COMPLAIN(d, diag, "kernel-log", "'%s' is no regular expression: %s", *texts,
                 error->message);
        g_error_free(error);
    }
}

/* Names go to apt as words of its command line: nothing else than a name may look like one. */
static bool package_name(const char *name, size_t length)
{
    const char *letters = "abcdefghijklmnopqrstuvwxyz0123456789+.-|:";

    return length > 1 && strspn(name, letters) >= length && g_ascii_isalnum(name[0]) &&
           !strstr(name, "|-");
}

static void check_names(const struct description *d, struct diag *diag)
{
    for (char **package = d->build.packages; package != NULL && *package != NULL; package++) {
        if (!package_name(*package, strlen(*package)))
            COMPLAIN(d, diag, "build", "'%.60s' is no name of a Debian package", *package);
    }
    for (char **package = d->packages; package != NULL && *package != NULL; package++) {
        if (!package_name(*package, strcspn(*package, " ")))
            COMPLAIN(d, diag, "packages", "'%.60s' is no name of a Debian package (NAME, or NAME "
                                          "PATH...)", *package);
    }
    if (d->kernel != NULL && strchr(d->kernel, '/') == NULL &&
        !package_name(d->kernel, strlen(d->kernel)))
        COMPLAIN(d, diag, "kernel",
                 "'%.60s' is no kernel: cloud, full, the name of a package, or a path with a '/'",
                 d->kernel);
}

static void check_built(const struct description *d, const char *key, char **list,
                        struct diag *diag)
{
    for (; list != NULL && *list != NULL; list++) {
        const char *name = g_str_has_prefix(*list, d->built) ? *list + strlen(d->built) + 1 : NULL;

        if (name != NULL && d->build.run == NULL)
            COMPLAIN(d, diag, key, "'built:%s': there is no section 'build' that would make it",
                     name);
        else if (name != NULL && (strstr(name, "..") != NULL || name[0] == '\0'))
            COMPLAIN(d, diag, key, "'built:%s' is no name of a file below the source", name);
    }
}

static void check(const struct description *d, struct diag *diag)
{
    bool fifo = d->input == 1;

    if (d->command != NULL && GOOD(d, "command") && GOOD(d, "files"))
        check_command(d, diag);
    check_only_with(d, "prompt", "input: fifo", fifo, diag);
    check_only_with(d, "stop-line", "input: fifo", fifo, diag);
    check_only_with(d, "input", "command", d->command != NULL, diag);
    check_only_with(d, "ready", "command", d->command != NULL, diag);
    check_only_with(d, "prepare-timeout", "prepare", d->prepare != NULL, diag);
    if (d->machine.memory_bytes % (1 << 20) != 0)
        COMPLAIN(d, diag, "machine", "'memory' must be whole MiB");
    check_regexes(d, d->kernel_log.fail, diag);
    check_names(d, diag);
    if (GIVEN(d, "build") && d->build.run == NULL && provided.text == NULL)
        COMPLAIN(d, diag, "build", "this section 'build' lacks the key 'run': what builds it");
    check_built(d, "files", d->files, diag);
    check_built(d, "modules", d->modules, diag);
}

/* ---- reading ---- */

struct description *rs_description_parse(const char *path, const char *text, size_t length,
                                         struct diag *diag)
{
    struct description *d = g_new0(struct description, 1);
    struct matrix none = {0};
    const size_t before = diag->errors;
    struct yaml_node *root;
    struct reader r;

    d->path = g_strdup(path);
    d->text = g_strndup(text, length);
    root = rs_yaml_parse(d->path, d->text, length, diag);
    if (root != NULL) {
        rs_reader_init(&r, d->path, d->text, diag, &none);
        rs_read_object(&r, rs_schema_description(), root, d);
        rs_reader_fini(&r);
        rs_yaml_free(root);
        resolve_all(d);
        check(d, diag);
    }
    if (diag->errors == before)
        return d;
    rs_description_free(d);
    return NULL;
}

struct description *rs_description_load(const char *path, struct diag *diag)
{
    struct description *d = NULL;
    size_t length = 0;
    char *text;

    if (provided.text != NULL)
        return rs_description_parse(provided.path, provided.text, strlen(provided.text), diag);
    text = rs_text_file(path, &length, diag);
    if (text != NULL)
        d = rs_description_parse(path, text, length, diag);
    g_free(text);
    return d;
}

void rs_description_free(struct description *d)
{
    if (d == NULL)
        return;
    rs_schema_fini(rs_schema_description(), d);
    g_free(d->built);
    g_free(d->path);
    g_free(d->text);
    g_free(d);
}
