/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Fuzz targets: each is a function that is handed bytes and must not break, whatever they are.
 * The same functions run under libFuzzer (libfuzzer.c), which looks for bytes that break them, and
 * in the unit tests (tests/targets_test.c), which hold what was found. docs/fuzzing.md.
 */
#ifndef RINGSIDE_FUZZ_H
#define RINGSIDE_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct fuzz_target {
    const char *name;
    void (*run)(const uint8_t *data, size_t bytes);
    unsigned share;     /* of the time of a run over all targets */
    size_t bytes_max;   /* longest input worth trying */
    const char *what;
};
extern const struct fuzz_target fuzz_targets[]; /* name NULL at the end */
const struct fuzz_target *fuzz_target_find(const char *name);

/* Runs one input; an input that takes more CPU time than it may is a failure too. */
void fuzz_run(const struct fuzz_target *target, const uint8_t *data, size_t bytes);

#define TARGET(name, share, bytes_max, what)                                                       \
    void fuzz_##name(const uint8_t *data, size_t bytes);
#include "fuzz/targets.def"
#undef TARGET

/* Says what did not hold, and aborts: both ways of running see that. */
#define FUZZ_HOLDS(condition, ...)                                                                 \
    do {                                                                                           \
        if (!(condition))                                                                          \
            fuzz_fail(__FILE__, __LINE__, __VA_ARGS__);                                            \
    } while (0)
_Noreturn void fuzz_fail(const char *file, int line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* ---- bytes, taken one after the other; zeros when there are no more ---- */
struct input {
    const uint8_t *at;
    size_t left;
};

static inline void take(struct input *in, void *to, size_t bytes)
{
    size_t n = bytes < in->left ? bytes : in->left;

    if (n)
        memcpy(to, in->at, n);
    memset((uint8_t *)to + n, 0, bytes - n);
    in->at += n;
    in->left -= n;
}
static inline uint8_t take8(struct input *in)
{
    uint8_t v;
    take(in, &v, 1);
    return v;
}
static inline uint16_t take16(struct input *in)
{
    uint16_t v;
    take(in, &v, 2);
    return v;
}
static inline uint32_t take32(struct input *in)
{
    uint32_t v;
    take(in, &v, 4);
    return v;
}
static inline uint64_t take64(struct input *in)
{
    uint64_t v;
    take(in, &v, 8);
    return v;
}

/* ---- files, for readers that want a path ---- */
/* A folder of this process's own, made at first use and emptied by fuzz_files_clear(). */
const char *fuzz_folder(void);
/* Writes a file into it and returns its path (valid until the next call). */
const char *fuzz_file(const char *name, const void *data, size_t bytes);
/* Removes everything in it. */
void fuzz_files_clear(void);

#endif
