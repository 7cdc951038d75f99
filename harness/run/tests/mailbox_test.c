/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The mailbox file: what the host wrote a guest can find, what a guest left comes back, and a
 * guest that lies gets nothing onto the disk outside its folder.
 */
#include "harness/run/mailbox.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/run/run_folder.h"
#include "model/bench/control_abi.h"
#include "mk/run_tests.h"

static char *folder, *file, *into;
static char why[256];

static void setup(void)
{
    folder = g_dir_make_tmp("ringside-mailbox-XXXXXX", NULL);
    file = g_build_filename(folder, "mailbox", NULL);
    into = g_build_filename(folder, "results", NULL);
    g_mkdir_with_parents(into, 0755);
    why[0] = '\0';
}

static void teardown(void)
{
    rs_remove_tree(folder);
    g_free(folder);
    g_free(file);
    g_free(into);
}

static void make(void **tar, size_t *bytes)
{
    const struct rs_entry entries[] = {
        {.name = "job", .data = "ringside-job 1\n", .bytes = 15, .mode = 0644},
        {.name = "bin/fwd", .data = "\177ELF", .bytes = 4, .mode = 0755},
    };

    ck_assert_int_eq(rs_tar_make(entries, 2, tar, bytes, why, sizeof(why)), 0);
}

/* The guest's side: an archive into the output area, then its length. */
static void guest_writes(const void *tar, size_t bytes, uint64_t length, uint64_t offset)
{
    const int fd = open(file, O_RDWR);
    struct rs_mailbox header;

    ck_assert_int_eq(pread(fd, &header, sizeof(header), 0), sizeof(header));
    header.out_length = length;
    if (offset)
        header.out_offset = offset;
    if (bytes)
        ck_assert_int_eq(pwrite(fd, tar, bytes, (off_t)header.out_offset), (ssize_t)bytes);
    ck_assert_int_eq(pwrite(fd, &header, sizeof(header), 0), sizeof(header));
    close(fd);
}

static char *content(const char *name)
{
    char *path = g_build_filename(into, name, NULL), *text = NULL;

    g_file_get_contents(path, &text, NULL, NULL);
    g_free(path);
    return text;
}

/* A tar of one entry as libarchive would never be asked to make it by us. */
static void *evil_tar(const char *name, unsigned kind, const char *target, size_t *bytes)
{
    void *buffer = calloc(1, 65536);
    struct archive *a = archive_write_new();
    struct archive_entry *e = archive_entry_new();

    archive_write_set_format_ustar(a);
    archive_write_open_memory(a, buffer, 65536, bytes);
    archive_entry_set_pathname(e, name);
    archive_entry_set_filetype(e, kind);
    archive_entry_set_perm(e, 0644);
    if (kind == AE_IFLNK)
        archive_entry_set_symlink(e, target);
    else if (target)
        archive_entry_set_hardlink(e, target);
    else
        archive_entry_set_size(e, 4);
    archive_write_header(a, e);
    if (kind == AE_IFREG && !target)
        archive_write_data(a, "evil", 4);
    archive_entry_free(e);
    archive_write_close(a);
    archive_write_free(a);
    return buffer;
}

START_TEST(archive_depends_on_content_alone)
{
    void *a, *b;
    size_t a_bytes, b_bytes;

    make(&a, &a_bytes);
    g_usleep(1100000); /* another second: times must not get in */
    make(&b, &b_bytes);
    ck_assert_uint_eq(a_bytes, b_bytes);
    ck_assert_mem_eq(a, b, a_bytes);
    g_free(a);
    g_free(b);
}
END_TEST

START_TEST(job_lies_where_the_header_says)
{
    struct rs_mailbox header;
    size_t bytes;
    void *tar, *back;
    int fd;

    make(&tar, &bytes);
    ck_assert_int_eq(rs_mailbox_create(file, tar, bytes, why, sizeof(why)), 0);
    fd = open(file, O_RDONLY);
    ck_assert_int_eq(lseek(fd, 0, SEEK_END), RS_MAILBOX_BYTES);
    ck_assert_int_eq(pread(fd, &header, sizeof(header), 0), sizeof(header));
    ck_assert_mem_eq(header.magic, RS_MAILBOX_MAGIC, 8);
    ck_assert_uint_eq(header.in_length, bytes);
    ck_assert_uint_ge(header.out_offset, header.in_offset + header.in_length);
    ck_assert_uint_eq(header.out_offset + header.out_capacity, RS_MAILBOX_BYTES);
    ck_assert_uint_eq(header.out_length, 0);
    back = g_malloc(bytes);
    ck_assert_int_eq(pread(fd, back, bytes, (off_t)header.in_offset), (ssize_t)bytes);
    ck_assert_mem_eq(back, tar, bytes);
    close(fd);
    g_free(back);
    g_free(tar);
}
END_TEST

START_TEST(results_come_back)
{
    unsigned files;
    size_t bytes;
    void *tar;
    char *text;

    make(&tar, &bytes);
    rs_mailbox_create(file, "", 0, why, sizeof(why));
    ck_assert_int_eq(rs_mailbox_results(file, into, &files, why, sizeof(why)), -ENOMSG);
    guest_writes(tar, bytes, bytes, 0);
    ck_assert_int_eq(rs_mailbox_results(file, into, &files, why, sizeof(why)), 0);
    ck_assert_uint_eq(files, 2);
    text = content("bin/fwd");
    ck_assert_str_eq(text, "\177ELF");
    g_free(text);
    g_free(tar);
}
END_TEST

START_TEST(lying_lengths_are_refused)
{
    static const struct {
        uint64_t length, offset;
    } lies[] = {{RS_MAILBOX_BYTES, 0},
                {UINT64_MAX, 0},
                {512, RS_MAILBOX_BYTES},
                {512, UINT64_MAX - 100},
                {2, UINT64_MAX}};
    unsigned files;

    for (unsigned i = 0; i < G_N_ELEMENTS(lies); i++) {
        rs_mailbox_create(file, "", 0, why, sizeof(why));
        guest_writes("", 0, lies[i].length, lies[i].offset);
        ck_assert_int_eq(rs_mailbox_results(file, into, &files, why, sizeof(why)), -EPROTO);
        ck_assert_str_ne(why, "");
        ck_assert_uint_eq(files, 0);
    }
}
END_TEST

START_TEST(damaged_header_is_refused)
{
    unsigned files;

    g_file_set_contents(file, "short", 5, NULL);
    ck_assert_int_eq(rs_mailbox_results(file, into, &files, why, sizeof(why)), -EPROTO);
    unlink(file);
    ck_assert_int_eq(rs_mailbox_results(file, into, &files, why, sizeof(why)), -ENOENT);
}
END_TEST

START_TEST(unsafe_entries_are_refused)
{
    static const struct {
        const char *name, *target;
        unsigned kind;
    } evil[] = {
        {"../escape", NULL, AE_IFREG},      {"/etc/escape", NULL, AE_IFREG},
        {"a/../../escape", NULL, AE_IFREG}, {"..", NULL, AE_IFREG},
        {"bell\a", NULL, AE_IFREG},         {"link", "/etc/passwd", AE_IFLNK},
        {"hard", "status", AE_IFREG},       {"fifo", NULL, AE_IFIFO},
    };

    for (unsigned i = 0; i < G_N_ELEMENTS(evil); i++) {
        size_t bytes = 0;
        unsigned files;
        void *tar = evil_tar(evil[i].name, evil[i].kind, evil[i].target, &bytes);

        ck_assert_int_eq(rs_untar(tar, bytes, 1 << 20, into, &files, why, sizeof(why)), -EPROTO);
        ck_assert_msg(rmdir(into) == 0, "'%s' left something: %s", evil[i].name, why);
        g_mkdir_with_parents(into, 0755);
        free(tar);
    }
}
END_TEST

/* A symlink that is there already must not be written through. */
START_TEST(never_writes_through_a_link)
{
    char *target = g_build_filename(folder, "target", NULL);
    char *link = g_build_filename(into, "job", NULL), *text = NULL;
    unsigned files;
    size_t bytes;
    void *tar;

    make(&tar, &bytes);
    g_file_set_contents(target, "mine", 4, NULL);
    ck_assert_int_eq(symlink(target, link), 0);
    ck_assert_int_lt(rs_untar(tar, bytes, 1 << 20, into, &files, why, sizeof(why)), 0);
    g_file_get_contents(target, &text, NULL, NULL);
    ck_assert_str_eq(text, "mine");
    g_free(text);
    g_free(tar);
    g_free(link);
    g_free(target);
}
END_TEST

START_TEST(content_is_limited)
{
    unsigned files;
    size_t bytes;
    void *tar;

    make(&tar, &bytes);
    ck_assert_int_eq(rs_untar(tar, bytes, 18, into, &files, why, sizeof(why)), -EPROTO);
    g_free(tar);
}
END_TEST

START_TEST(noise_is_no_archive)
{
    unsigned char noise[4096];
    unsigned files;

    for (unsigned seed = 0; seed < 64; seed++) {
        GRand *rand = g_rand_new_with_seed(seed);

        for (unsigned i = 0; i < sizeof(noise); i++)
            noise[i] = (unsigned char)g_rand_int(rand);
        ck_assert_int_eq(rs_untar(noise, sizeof(noise), 1 << 20, into, &files, why, sizeof(why)),
                         -EPROTO);
        g_rand_free(rand);
    }
}
END_TEST

START_TEST(job_too_big_is_refused)
{
    void *big = g_malloc0(RS_MAILBOX_BYTES / 2 + 1);

    ck_assert_int_eq(rs_mailbox_create(file, big, RS_MAILBOX_BYTES / 2 + 1, why, sizeof(why)),
                     -ENOSPC);
    g_free(big);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("mailbox");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_set_timeout(tc, 30);
    tcase_add_test(tc, archive_depends_on_content_alone);
    tcase_add_test(tc, job_lies_where_the_header_says);
    tcase_add_test(tc, results_come_back);
    tcase_add_test(tc, lying_lengths_are_refused);
    tcase_add_test(tc, damaged_header_is_refused);
    tcase_add_test(tc, unsafe_entries_are_refused);
    tcase_add_test(tc, never_writes_through_a_link);
    tcase_add_test(tc, content_is_limited);
    tcase_add_test(tc, noise_is_no_archive);
    tcase_add_test(tc, job_too_big_is_refused);
    return RUN_TESTS("mailbox", tc);
}
