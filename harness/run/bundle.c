/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Bundles and run.json: see bundle.h.
 */
#include "harness/run/bundle.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <zstd.h>

#include "harness/run/guest_image.h"
#include "harness/run/mailbox.h"
#include "harness/base/paths.h"
#include "harness/run/run_folder.h"
#include "harness/scenario/description.h"
#include "harness/base/term.h"
#include "model/bench/bench.h"

/* ---- run.json ---- */

static json_t *hash_pair(const uint64_t hash[2])
{
    char text[33];

    snprintf(text, sizeof(text), "%016" PRIx64 "%016" PRIx64, hash[0], hash[1]);
    return json_string(text);
}

static bool parse_pair(const char *text, uint64_t hash[2])
{
    char high[17];

    if (!text || strlen(text) != 32 || strspn(text, "0123456789abcdef") != 32)
        return false;
    g_strlcpy(high, text, sizeof(high));
    hash[0] = g_ascii_strtoull(high, NULL, 16);
    hash[1] = g_ascii_strtoull(text + 16, NULL, 16);
    return true;
}

static json_t *binaries(enum rs_host host, const char *guest)
{
    json_t *object = json_object();
    char **needs = rs_host_needs(host, guest), hash[17];

    for (unsigned i = 0; needs[i]; i++)
        if (rs_file_hash(needs[i], hash) == 0) {
            char *name = g_path_get_basename(needs[i]);

            json_object_set_new(object, name, json_string(hash));
            g_free(name);
        }
    g_strfreev(needs);
    return object;
}

/* What the machine was, in words of a scenario, and what its kernel was told. */
static json_t *machine(const struct rs_run *run)
{
    const struct scenario_machine *m = &run->c->machine;
    const struct rs_machine shape = rs_run_machine(run->c, run->dir);
    const struct schema_key *keys = rs_schema_machine.keys;
    json_t *object = json_object();

    json_object_set_new(object, "ports", json_integer((json_int_t)m->ports));
    json_object_set_new(
        object, "iommu",
        json_string(keys[rs_schema_row(&rs_schema_machine, "iommu")].words[m->iommu]));
    json_object_set_new(
        object, "pages",
        json_string(keys[rs_schema_row(&rs_schema_machine, "pages")].words[m->pages]));
    if (run->host == RS_HOST_QEMU) {
        GPtrArray *argv = rs_host_argv(run->host, &shape);

        for (unsigned i = 0; i + 1 < argv->len && argv->pdata[i]; i++)
            if (!strcmp(argv->pdata[i], "-append"))
                json_object_set_new(object, "kernel_line", json_string(argv->pdata[i + 1]));
        g_ptr_array_unref(argv);
    }
    return object;
}

int rs_meta_write(const struct rs_run *run, char *why, size_t why_bytes)
{
    const struct bench_report *report = run->facts.report;
    json_t *root = json_pack("{s:s, s:i, s:s, s:s, s:s}", "format", "ringside-run", "version",
                             RS_BUNDLE_VERSION, "tool", RS_VERSION, "case", run->c->id, "host",
                             rs_host_name(run->host));
    char *text, seed[24];
    int error;

    snprintf(seed, sizeof(seed), "%" PRIu64, run->c->seed); /* JSON holds 63 bits at best */
    json_object_set_new(root, "seed", json_string(seed));
    json_object_set_new(root, "scenario", json_string(run->scenario->path) ?: json_string("?"));
    if (run->c->description) {
        char *path = g_canonicalize_filename(run->c->description->path, NULL);

        json_object_set_new(root, "driver", json_string(path) ?: json_string("?"));
        json_object_set_new(root, "imposed", json_boolean(rs_description_imposed() != NULL));
        g_free(path);
    }
    json_object_set_new(root, "machine", machine(run));
    json_object_set_new(root, "binaries", binaries(run->host, rs_guest_folder(run->c)));
    if (report) {
        json_object_set_new(root, "trace_hash", hash_pair(report->trace_hash));
        json_object_set_new(root, "memory_hash", hash_pair(report->memory_hash));
        json_object_set_new(root, "guest_instructions",
                            json_integer((json_int_t)report->guest_instructions_end));
        json_object_set_new(root, "trace_schema", json_integer(report->schema));
    }
    text = json_dumps(root, JSON_INDENT(2));
    json_decref(root);
    error = text ? rs_write_file(run->dir, RS_FILE_META, text, strlen(text), why, why_bytes)
                 : -ENOMEM;
    free(text);
    return error;
}

static const char *string_of(const json_t *root, const char *key)
{
    return json_string_value(json_object_get(root, key));
}

static int understand(struct rs_run_meta *meta, const json_t *root)
{
    const char *id = string_of(root, "case"), *host = string_of(root, "host"), *name;
    const char *seed = string_of(root, "seed");
    json_t *files = json_object_get(root, "binaries"), *hash;

    if (g_strcmp0(string_of(root, "format"), "ringside-run") ||
        json_integer_value(json_object_get(root, "version")) != RS_BUNDLE_VERSION)
        return -EPROTO;
    if (!id || strlen(id) > SCENARIO_ID_MAX || !host || !rs_host_find(host, &meta->host) ||
        !seed || !g_ascii_string_to_unsigned(seed, 10, 0, UINT64_MAX, &meta->seed, NULL))
        return -EPROTO;
    g_strlcpy(meta->id, id, sizeof(meta->id));
    meta->path = g_strdup(string_of(root, "scenario") ?: RS_FILE_SCENARIO);
    meta->tool = g_strdup(string_of(root, "tool") ?: "?");
    meta->driver = g_strdup(string_of(root, "driver"));
    meta->imposed = json_is_true(json_object_get(root, "imposed"));
    meta->has_trace = parse_pair(string_of(root, "trace_hash"), meta->trace_hash) &&
                      parse_pair(string_of(root, "memory_hash"), meta->memory_hash);
    meta->instructions =
        (uint64_t)json_integer_value(json_object_get(root, "guest_instructions"));
    meta->trace_schema = (unsigned)json_integer_value(json_object_get(root, "trace_schema"));
    json_object_foreach(files, name, hash) {
        g_ptr_array_add(meta->file_names, g_strdup(name));
        g_ptr_array_add(meta->file_hashes, g_strdup(json_string_value(hash) ?: ""));
    }
    return 0;
}

int rs_meta_read(struct rs_run_meta *meta, const char *folder, char *why, size_t why_bytes)
{
    char *path = g_build_filename(folder, RS_FILE_META, NULL);
    json_error_t error;
    json_t *root = json_load_file(path, JSON_REJECT_DUPLICATES, &error);
    int result = 0;

    memset(meta, 0, sizeof(*meta));
    meta->file_names = g_ptr_array_new_with_free_func(g_free);
    meta->file_hashes = g_ptr_array_new_with_free_func(g_free);
    if (!root) {
        result = g_file_test(path, G_FILE_TEST_EXISTS) ? -EPROTO : -ENOENT;
        snprintf(why, why_bytes, "%s: %s", path, error.text);
    } else if (understand(meta, root) < 0) {
        result = -EPROTO;
        snprintf(why, why_bytes, "%s does not describe a run of this tool's format %d", path,
                 RS_BUNDLE_VERSION);
    }
    json_decref(root);
    g_free(path);
    return result;
}

void rs_meta_fini(struct rs_run_meta *meta)
{
    g_free(meta->path);
    g_free(meta->tool);
    g_free(meta->driver);
    if (meta->file_names)
        g_ptr_array_unref(meta->file_names);
    if (meta->file_hashes)
        g_ptr_array_unref(meta->file_hashes);
    memset(meta, 0, sizeof(*meta));
}

char *rs_meta_differences(const struct rs_run_meta *meta, const struct scenario_case *c)
{
    GString *text = g_string_new(NULL);
    char **needs = rs_host_needs(meta->host, rs_guest_folder(c)), hash[17];

    for (unsigned i = 0; needs[i]; i++) {
        char *name = g_path_get_basename(needs[i]);

        for (unsigned k = 0; k < meta->file_names->len; k++)
            if (!strcmp(name, meta->file_names->pdata[k]) &&
                (rs_file_hash(needs[i], hash) < 0 || strcmp(hash, meta->file_hashes->pdata[k])))
                g_string_append_printf(text, "%s%s", text->len ? ", " : "", name);
        g_free(name);
    }
    g_strfreev(needs);
    if (text->len)
        return g_string_free(text, FALSE);
    g_string_free(text, TRUE);
    return NULL;
}

/* ---- the bundle ---- */

/* With a checksum, so that a damaged bundle is told from one that gives another result. */
static size_t compress_checked(void *to, size_t room, const void *from, size_t bytes)
{
    ZSTD_CCtx *context = ZSTD_createCCtx();
    size_t done;

    if (!context)
        return (size_t)-1; /* an error to ZSTD_isError() */
    ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
    done = ZSTD_compress2(context, to, room, from, bytes);
    ZSTD_freeCCtx(context);
    return done;
}

int rs_bundle_write(const struct rs_run *run, const struct rs_inputs *in, char *why,
                    size_t why_bytes)
{
    char *meta = g_build_filename(run->dir, RS_FILE_META, NULL);
    const struct description *d = run->c->description;
    char **local = d ? rs_description_local_files(d) : g_new0(char *, 1);
    const unsigned locals = g_strv_length(local);
    struct rs_entry first[] = {
        {.name = RS_FILE_META, .source = meta, .mode = 0644},
        {.name = RS_FILE_SCENARIO,
         .data = run->scenario->text,
         .bytes = strlen(run->scenario->text),
         .mode = 0644},
        {.name = RS_FILE_PLAN, .data = in->plan, .bytes = in->plan_bytes, .mode = 0644},
        {.name = RS_FILE_JOB, .data = in->job, .bytes = strlen(in->job), .mode = 0644},
    };
    struct rs_entry *entries = g_new0(struct rs_entry, G_N_ELEMENTS(first) + 2 + locals);
    void *tar = NULL, *packed;
    size_t bytes, room, done, n = G_N_ELEMENTS(first);
    int error;

    memcpy(entries, first, sizeof(first));

    if (in->tar)
        entries[n++] = (struct rs_entry){
            .name = RS_FILE_JOB_TAR, .data = in->tar, .bytes = in->tar_bytes, .mode = 0644};
    if (d)
        entries[n++] = (struct rs_entry){
            .name = RS_FILE_DRIVER, .data = d->text, .bytes = strlen(d->text), .mode = 0644};
    for (unsigned i = 0; i < locals; i++) { /* what the guest was composed with */
        char *base = g_path_get_basename(local[i]);

        entries[n++] = (struct rs_entry){
            .name = g_build_filename(RS_BUNDLE_FILES, base, NULL), .source = local[i],
            .mode = 0755};
        g_free(base);
    }
    error = rs_tar_make(entries, n, &tar, &bytes, why, why_bytes);
    for (unsigned i = 0; i < locals; i++)
        g_free((char *)entries[n - 1 - i].name);
    g_free(entries);
    g_strfreev(local);
    g_free(meta);
    if (error)
        return error;
    room = ZSTD_compressBound(bytes);
    packed = g_malloc(room);
    done = compress_checked(packed, room, tar, bytes);
    if (ZSTD_isError(done)) {
        snprintf(why, why_bytes, "zstd: %s", ZSTD_getErrorName(done));
        error = -EIO;
    } else {
        error = rs_write_file(run->dir, RS_FILE_BUNDLE, packed, done, why, why_bytes);
    }
    g_free(packed);
    g_free(tar);
    return error;
}

int rs_bundle_unpack(const char *bundle, const char *folder, char *why, size_t why_bytes)
{
    GError *error = NULL;
    GMappedFile *map;
    struct stat st;
    unsigned files;
    char text[200];
    int result;

    /* opening a FIFO would wait for a writer for ever */
    if (stat(bundle, &st) == 0 && !S_ISREG(st.st_mode)) {
        snprintf(why, why_bytes, "%s is not an ordinary file", bundle);
        return -EPROTO;
    }
    map = g_mapped_file_new(bundle, FALSE, &error);
    if (!map) {
        snprintf(why, why_bytes, "%s", error->message);
        g_error_free(error);
        return -ENOENT;
    }
    result = rs_untar(g_mapped_file_get_contents(map), g_mapped_file_get_length(map),
                      RS_BUNDLE_BYTES_MAX, folder, &files, text, sizeof(text));
    if (result)
        snprintf(why, why_bytes, "%s is no whole bundle: %s", bundle, text);
    g_mapped_file_unref(map);
    return result;
}

static void *read_part(const char *folder, const char *name, size_t *bytes, char *why,
                       size_t why_bytes)
{
    char *path = g_build_filename(folder, name, NULL), *content = NULL;
    GError *error = NULL;
    gsize got = 0;

    if (!g_file_get_contents(path, &content, &got, &error)) {
        snprintf(why, why_bytes, "%s", error->message);
        g_error_free(error);
    }
    g_free(path);
    *bytes = got;
    return content;
}

int rs_inputs_read(struct rs_inputs *in, const char *folder, enum rs_host host, char *why,
                   size_t why_bytes)
{
    size_t job_bytes = 0;
    char text[256];
    int error = 0;

    memset(in, 0, sizeof(*in));
    in->plan = read_part(folder, RS_FILE_PLAN, &in->plan_bytes, why, why_bytes);
    in->job = in->plan ? read_part(folder, RS_FILE_JOB, &job_bytes, why, why_bytes) : NULL;
    if (host == RS_HOST_QEMU && in->job)
        in->tar = read_part(folder, RS_FILE_JOB_TAR, &in->tar_bytes, why, why_bytes);
    if (!in->plan || !in->job || (host == RS_HOST_QEMU && !in->tar)) {
        error = -EPROTO;
    } else if (bench_plan_check(in->plan, in->plan_bytes, text, sizeof(text)) < 0) {
        snprintf(why, why_bytes, "%s/%s: %s", folder, RS_FILE_PLAN, text);
        error = -EPROTO;
    } else if (strlen(in->job) != job_bytes) {
        snprintf(why, why_bytes, "%s/%s is no text", folder, RS_FILE_JOB);
        error = -EPROTO;
    }
    if (error)
        rs_inputs_fini(in);
    return error;
}
