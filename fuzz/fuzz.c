/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What all targets share: the table of them, the limit of CPU time, a scratch folder.
 */
#include "fuzz/fuzz.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "harness/run/run_folder.h"

const struct fuzz_target fuzz_targets[] = {
#define TARGET(name, share, bytes_max, what) {#name, fuzz_##name, share, bytes_max, what},
#include "fuzz/targets.def"
#undef TARGET
    {0},
};

const struct fuzz_target *fuzz_target_find(const char *name)
{
    for (const struct fuzz_target *t = fuzz_targets; t->name; t++)
        if (!strcmp(t->name, name))
            return t;
    return NULL;
}

void fuzz_fail(const char *file, int line, const char *format, ...)
{
    char text[400];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    fprintf(stderr, "%s:%d: %s\n", file, line, text);
    abort();
}

/* ---- time ---- */

/* A second on an ordinary machine; sanitizers and coverage cost some ten times. */
#if defined(__SANITIZE_ADDRESS__)
enum { CPU_LIMIT_MS = 10000 };
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
enum { CPU_LIMIT_MS = 10000 };
#else
enum { CPU_LIMIT_MS = 1000 };
#endif
#else
enum { CPU_LIMIT_MS = 1000 };
#endif

static uint64_t cpu_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

void fuzz_run(const struct fuzz_target *target, const uint8_t *data, size_t bytes)
{
    uint64_t before = cpu_ms();

    target->run(data, bytes);
    uint64_t took = cpu_ms() - before;
    FUZZ_HOLDS(took <= CPU_LIMIT_MS, "%zu bytes kept %s busy for %llu ms of CPU time", bytes,
               target->name, (unsigned long long)took);
}

/* ---- files ---- */
static char folder[64], path[320];
static pid_t owner;

static void remove_folder(void)
{
    if (folder[0] && owner == getpid())
        rs_remove_tree(folder);
}

const char *fuzz_folder(void)
{
    /* memory, where there is such a thing: files are made thousands of times a second */
    const char *base = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";

    if (folder[0] && owner == getpid())
        return folder;
    owner = getpid();
    snprintf(folder, sizeof(folder), "%s/ringside-fuzz-XXXXXX", base);
    FUZZ_HOLDS(mkdtemp(folder), "no scratch folder below %s", base);
    atexit(remove_folder);
    return folder;
}

const char *fuzz_file(const char *name, const void *data, size_t bytes)
{
    FILE *file;

    snprintf(path, sizeof(path), "%s/%s", fuzz_folder(), name);
    file = fopen(path, "wb");
    FUZZ_HOLDS(file && fwrite(data, 1, bytes, file) == bytes && !fclose(file),
               "cannot write %s", path);
    return path;
}

void fuzz_files_clear(void)
{
    rs_remove_tree(fuzz_folder());
    FUZZ_HOLDS(mkdir(folder, 0700) == 0, "cannot make %s again", folder);
}
