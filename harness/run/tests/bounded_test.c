/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Packed bytes that want to become very many, and packed bytes that are cut off or damaged.
 */
#include "harness/run/bounded.h"

#include <archive_entry.h>
#include <glib.h>

#include "harness/run/mailbox.h"
#include "harness/tests/parse.h"

enum { BOMB = 64 << 20 };

static char *tar, *packed;
static size_t tar_bytes, packed_bytes;

/* A tar of one empty folder that claims to hold `bytes`: whoever skips them has to unpack them. */
static void make(size_t bytes)
{
    struct archive *a = archive_write_new();
    struct archive_entry *entry = archive_entry_new();
    size_t used = 0;

    tar = g_malloc0(bytes + 8192); /* header and end beside them */
    archive_write_set_format_ustar(a);
    archive_write_set_bytes_per_block(a, 0);
    archive_write_open_memory(a, tar, bytes + 8192, &used);
    archive_entry_set_pathname(entry, "zeros");
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_size(entry, (la_int64_t)bytes);
    archive_write_header(a, entry);
    archive_entry_free(entry);
    archive_write_free(a); /* fills the entry up with zeros */
    tar_bytes = 512 + bytes;
    packed = g_malloc(ZSTD_compressBound(tar_bytes));
    packed_bytes = ZSTD_compress(packed, ZSTD_compressBound(tar_bytes), tar, tar_bytes, 3);
}

static void teardown(void)
{
    g_clear_pointer(&tar, g_free);
    g_clear_pointer(&packed, g_free);
}

/* Entries that were read without an error; -1: there was one. */
static int entries(const char *data, size_t bytes, uint64_t most, uint64_t *left)
{
    struct archive *archive = archive_read_new();
    struct archive_entry *entry;
    struct rs_bounded b;
    int got = -1, n = 0;

    archive_read_support_format_tar(archive);
    if (rs_bounded_open(&b, archive, data, bytes, most) == ARCHIVE_OK)
        while ((got = archive_read_next_header(archive, &entry)) == ARCHIVE_OK)
            n++;
    *left = b.left;
    archive_read_free(archive);
    rs_bounded_fini(&b);
    return got == ARCHIVE_EOF ? n : -1;
}

START_TEST(a_bomb)
{
    uint64_t left;

    make(BOMB);
    ck_assert_uint_lt(packed_bytes, BOMB / 1000);
    ck_assert_int_eq(entries(packed, packed_bytes, BOMB + 512, &left), 1);
    ck_assert_int_eq(entries(packed, packed_bytes, 1 << 20, &left), -1);
    ck_assert_int_eq(entries(tar, tar_bytes, 1 << 20, &left), -1);
    ck_assert_int_eq(entries(tar, tar_bytes, BOMB + 512, &left), 1);
}
END_TEST

START_TEST(cut_off_and_damaged)
{
    uint64_t left;

    make(100000);
    for (size_t cut = 0; cut < packed_bytes; cut++)
        ck_assert_msg(entries(packed, cut, 1 << 20, &left) <= 0, "cut at %zu", cut);
    for (size_t at = 0; at < packed_bytes * 8; at++) { /* whatever comes: no crash, no end */
        packed[at / 8] ^= (char)(1 << at % 8);
        entries(packed, packed_bytes, 1 << 20, &left);
        packed[at / 8] ^= (char)(1 << at % 8);
    }
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("bounded");

    tcase_add_checked_fixture(t, NULL, teardown);
    tcase_set_timeout(t, 60);
    tcase_add_test(t, a_bomb);
    tcase_add_test(t, cut_off_and_damaged);
    return run_tests("bounded", (TCase *[]){t, NULL});
}
