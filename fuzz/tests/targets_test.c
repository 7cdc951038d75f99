/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The corpus, run through the targets as an ordinary test: what fuzzing found stays found, on
 * machines without clang too. Each file of corpus/TARGET is a test of its own; one that begins
 * with a word for what it broke is named after it.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "fuzz/fuzz.h"
#include "mk/run_tests.h"

enum { FILES_MAX = 4096, INPUT_MAX = 1 << 20 };

static struct {
    const struct fuzz_target *target;
    char path[512];
} file[FILES_MAX];
static int files;

static void list(const struct fuzz_target *target)
{
    char folder[128];
    struct dirent **entry;

    snprintf(folder, sizeof(folder), "fuzz/corpus/%s", target->name);
    int n = scandir(folder, &entry, NULL, alphasort);
    for (int i = 0; i < n; i++) {
        if (entry[i]->d_name[0] != '.' && files < FILES_MAX) {
            file[files].target = target;
            snprintf(file[files++].path, sizeof(file[0].path), "%s/%s", folder, entry[i]->d_name);
        }
        free(entry[i]);
    }
    if (n >= 0)
        free(entry);
}

START_TEST(input_is_survived)
{
    static uint8_t data[INPUT_MAX];
    FILE *in = fopen(file[_i].path, "rb");

    ck_assert_msg(in, "%s: %s", file[_i].path, strerror(errno));
    size_t bytes = fread(data, 1, sizeof(data), in);
    fclose(in);
    fprintf(stderr, "%s\n", file[_i].path); /* shown when the test fails */
    fuzz_run(file[_i].target, data, bytes);
}
END_TEST

START_TEST(every_target_has_a_corpus)
{
    for (const struct fuzz_target *t = fuzz_targets; t->name; t++) {
        int found = 0;
        for (int i = 0; i < files; i++)
            found += file[i].target == t;
        ck_assert_msg(found > 0, "fuzz/corpus/%s holds nothing", t->name);
    }
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("corpus");

    for (const struct fuzz_target *target = fuzz_targets; target->name; target++)
        list(target);
    tcase_set_timeout(t, 60);
    tcase_add_test(t, every_target_has_a_corpus);
    tcase_add_loop_test(t, input_is_survived, 0, files);
    return RUN_TESTS("fuzz", t);
}
