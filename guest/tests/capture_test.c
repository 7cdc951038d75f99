/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Captured output: what is kept of short, long and endless streams, and the ready text however
 * the stream is cut into pieces.
 */
#include "guest/capture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mk/run_tests.h"

static struct capture capture;
static char path[64];
static char kept[1 << 20];

static void make_file(void)
{
    strcpy(path, "/tmp/guest-capture-XXXXXX");
    int fd = mkstemp(path);
    ck_assert_int_ge(fd, 0);
    close(fd);
}

static void remove_file(void)
{
    unlink(path);
}

static size_t close_and_read(void)
{
    ck_assert_int_eq(capture_close(&capture), 0);
    FILE *file = fopen(path, "r");
    ck_assert_ptr_nonnull(file);
    size_t length = fread(kept, 1, sizeof(kept) - 1, file);
    kept[length] = '\0';
    fclose(file);
    return length;
}

START_TEST(short_streams_are_kept_whole)
{
    ck_assert_int_eq(capture_open(&capture, path, 10, NULL), 0);
    ck_assert(!capture_feed(&capture, "hello ", 6));
    ck_assert(!capture_feed(&capture, "", 0));
    ck_assert(!capture_feed(&capture, "world\n", 6));
    close_and_read();
    ck_assert_str_eq(kept, "hello world\n");
}
END_TEST

/* Each byte says where it was, so that a tail from the wrong place is seen. */
START_TEST(long_streams_keep_head_and_tail)
{
    enum { HEAD = 100, TOTAL = HEAD + CAPTURE_TAIL_BYTES + 12345 };
    static char all[TOTAL];
    char note[64];

    for (int i = 0; i < TOTAL; i++)
        all[i] = (char)('a' + (i / 7 + i / 1001) % 26);
    ck_assert_int_eq(capture_open(&capture, path, HEAD, NULL), 0);
    for (int i = 0, step = 1; i < TOTAL; i += step, step = step * 3 % 4093 + 1)
        capture_feed(&capture, all + i, (size_t)(i + step <= TOTAL ? step : TOTAL - i));
    size_t length = close_and_read();
    int noted = sprintf(note, "\n[... 12345 bytes left out ...]\n");
    ck_assert_uint_eq(length, (size_t)(HEAD + noted + CAPTURE_TAIL_BYTES));
    ck_assert_int_eq(memcmp(kept, all, HEAD), 0);
    ck_assert_int_eq(memcmp(kept + HEAD, note, (size_t)noted), 0);
    ck_assert_int_eq(memcmp(kept + HEAD + noted, all + TOTAL - CAPTURE_TAIL_BYTES,
                            CAPTURE_TAIL_BYTES),
                     0);
}
END_TEST

START_TEST(a_tail_that_just_fits_has_no_note)
{
    static char all[100 + CAPTURE_TAIL_BYTES];

    memset(all, 'x', sizeof(all));
    all[sizeof(all) - 1] = 'z';
    ck_assert_int_eq(capture_open(&capture, path, 100, NULL), 0);
    capture_feed(&capture, all, sizeof(all));
    ck_assert_uint_eq(close_and_read(), sizeof(all));
    ck_assert_int_eq(memcmp(kept, all, sizeof(all)), 0);
}
END_TEST

/* Every cut of the stream in two: the text is found once, in the piece that completes it. */
START_TEST(ready_is_found_across_pieces)
{
    const char *stream = "starting\nlistlistening now\nlistening again\n";
    size_t length = strlen(stream);
    size_t complete = (size_t)(strstr(stream, "listening") - stream) + strlen("listening");

    for (size_t cut = 0; cut <= length; cut++) {
        ck_assert_int_eq(capture_open(&capture, path, 1000, "listening"), 0);
        bool first = capture_feed(&capture, stream, cut);
        bool second = capture_feed(&capture, stream + cut, length - cut);
        ck_assert_int_eq(first, cut >= complete);
        ck_assert_int_eq(second, cut < complete);
        ck_assert_int_eq(capture_close(&capture), 0);
    }
}
END_TEST

START_TEST(ready_needs_the_whole_text_on_one_line)
{
    const char *streams[] = {"listenin", "liste\nning", "LISTENING", "", "listenin\ng"};

    for (unsigned i = 0; i < sizeof(streams) / sizeof(streams[0]); i++) {
        ck_assert_int_eq(capture_open(&capture, path, 1000, "listening"), 0);
        ck_assert(!capture_feed(&capture, streams[i], strlen(streams[i])));
        ck_assert_int_eq(capture_close(&capture), 0);
    }
}
END_TEST

int main(void)
{
    TCase *tcase = tcase_create("capture");

    tcase_add_checked_fixture(tcase, make_file, remove_file);
    tcase_add_test(tcase, short_streams_are_kept_whole);
    tcase_add_test(tcase, long_streams_keep_head_and_tail);
    tcase_add_test(tcase, a_tail_that_just_fits_has_no_note);
    tcase_add_test(tcase, ready_is_found_across_pieces);
    tcase_add_test(tcase, ready_needs_the_whole_text_on_one_line);
    return RUN_TESTS("guest/capture", tcase);
}
