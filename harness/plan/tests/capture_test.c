/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Captures: good ones of both formats and resolutions, and files broken in many ways, each with a
 * sentence that names file and frame.
 */
#include "harness/plan/capture.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/tests/parse.h"

static char folder[] = "/tmp/ringside-capture-XXXXXX";
static char *path;
static GByteArray *file;

static void setup(void)
{
    strcpy(folder + sizeof(folder) - 7, "XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    path = g_build_filename(folder, "t.pcap", NULL);
    file = g_byte_array_new();
}

static void teardown(void)
{
    unlink(path);
    rmdir(folder);
    g_free(path);
    g_byte_array_free(file, TRUE);
}

static void put(const void *bytes, size_t n)
{
    g_byte_array_append(file, bytes, (guint)n);
}

static void put32(uint32_t value)
{
    value = GUINT32_TO_LE(value);
    put(&value, 4);
}

static void pcap_head(uint32_t magic, uint32_t link)
{
    put32(magic);
    put32(2 | 4 << 16);
    put32(0);
    put32(0);
    put32(262144);
    put32(link);
}

static void pcap_frame(uint32_t seconds, uint32_t fraction, uint32_t captured, uint32_t length)
{
    uint8_t *data = g_malloc0(captured + 1);

    put32(seconds);
    put32(fraction);
    put32(captured);
    put32(length);
    for (uint32_t i = 0; i < captured; i++)
        data[i] = (uint8_t)i;
    put(data, captured);
    g_free(data);
}

enum { MICRO = 0xa1b2c3d4, NANO = 0xa1b23c4d, ETHERNET = 1 };

static int read_it(struct capture *c, char why[400])
{
    why[0] = '\0';
    ck_assert(g_file_set_contents(path, (const char *)file->data, file->len, NULL));
    return rs_capture_read(path, c, why, 400);
}

static void expect_wrong(const char *sentence)
{
    struct capture c;
    char why[400];

    ck_assert_int_lt(read_it(&c, why), 0);
    ck_assert_ptr_null(c.frame);
    ck_assert_msg(strncmp(why, path, strlen(path)) == 0, "no file name: %s", why);
    ck_assert_msg(strstr(why, sentence) != NULL, "'%s' lacks '%s'", why, sentence);
}

START_TEST(microseconds)
{
    struct capture c;
    char why[400];

    pcap_head(MICRO, ETHERNET);
    pcap_frame(1000, 999999, 60, 60);
    pcap_frame(1001, 1, 1514, 1514);
    ck_assert_msg(read_it(&c, why) == 0, "%s", why);
    ck_assert_uint_eq(c.count, 2);
    ck_assert_uint_eq(c.frame[0].stamp_ps, 0);
    ck_assert_uint_eq(c.frame[1].stamp_ps, 2000000);
    ck_assert_uint_eq(c.frame[1].offset, 60);
    ck_assert_uint_eq(c.frame[1].length, 1514);
    ck_assert_uint_eq(c.byte_count, 1574);
    ck_assert_uint_eq(c.bytes[60 + 59], 59);
    ck_assert_uint_eq(c.backwards, 0);
    rs_capture_fini(&c);
}
END_TEST

START_TEST(nanoseconds)
{
    struct capture c;
    char why[400];

    pcap_head(NANO, ETHERNET);
    pcap_frame(1000, 5, 60, 60);
    pcap_frame(1000, 12, 60, 60);
    pcap_frame(1000, 9, 60, 60);
    ck_assert_int_eq(read_it(&c, why), 0);
    ck_assert_uint_eq(c.frame[1].stamp_ps, 7000);
    ck_assert_uint_eq(c.frame[2].stamp_ps, 7000); /* time does not go back */
    ck_assert_uint_eq(c.backwards, 3);
    rs_capture_fini(&c);
}
END_TEST

START_TEST(pcapng_is_the_same_traffic)
{
    struct capture a, b;
    char why[400];

    ck_assert_int_eq(rs_capture_read("scenarios/smoke/captures/mix.pcap", &a, why, 400), 0);
    ck_assert_int_eq(rs_capture_read("scenarios/smoke/captures/mix.pcapng", &b, why, 400), 0);
    ck_assert_uint_eq(a.count, 41);
    ck_assert_uint_eq(b.count, a.count);
    for (size_t i = 0; i < a.count; i++) {
        ck_assert_uint_eq(a.frame[i].stamp_ps, b.frame[i].stamp_ps);
        ck_assert_uint_eq(a.frame[i].length, b.frame[i].length);
    }
    rs_capture_fini(&a);
    rs_capture_fini(&b);
}
END_TEST

START_TEST(not_a_capture)
{
    struct capture c;
    char why[400];

    expect_wrong("the file is empty");
    put("this is a text, not a capture file", 34);
    expect_wrong("no pcap or pcapng file");
    ck_assert_int_lt(rs_capture_read("/nowhere/x.pcap", &c, why, sizeof(why)), 0);
    ck_assert_str_eq(why, "/nowhere/x.pcap: cannot be read: No such file or directory");
    ck_assert_int_lt(rs_capture_read(folder, &c, why, sizeof(why)), 0);
    ck_assert_ptr_nonnull(strstr(why, "not an ordinary file"));
    char *fifo = g_build_filename(folder, "fifo", NULL);
    ck_assert_int_eq(mkfifo(fifo, 0600), 0);
    ck_assert_int_lt(rs_capture_read(fifo, &c, why, sizeof(why)), 0); /* and does not hang */
    unlink(fifo);
    g_free(fifo);
}
END_TEST

START_TEST(no_frames)
{
    pcap_head(MICRO, ETHERNET);
    expect_wrong("it holds no frames");
}
END_TEST

START_TEST(half_a_head)
{
    pcap_head(MICRO, ETHERNET);
    g_byte_array_set_size(file, 15);
    expect_wrong("no pcap or pcapng file");
}
END_TEST

START_TEST(another_link)
{
    pcap_head(MICRO, 105);
    pcap_frame(1, 1, 60, 60);
    expect_wrong("not Ethernet");
}
END_TEST

START_TEST(cut_frame)
{
    pcap_head(MICRO, ETHERNET);
    pcap_frame(1, 1, 60, 60);
    pcap_frame(1, 2, 96, 1514);
    expect_wrong("frame 2 was cut to 96 of 1514 bytes");
}
END_TEST

START_TEST(short_frame)
{
    pcap_head(MICRO, ETHERNET);
    pcap_frame(1, 1, 13, 13);
    expect_wrong("frame 1 has 13 bytes");
}
END_TEST

START_TEST(long_frame)
{
    pcap_head(MICRO, ETHERNET);
    pcap_frame(1, 1, 9725, 9725);
    expect_wrong("frame 1 has 9725 bytes");
}
END_TEST

START_TEST(ends_within_a_frame)
{
    pcap_head(MICRO, ETHERNET);
    pcap_frame(1, 1, 60, 60);
    pcap_frame(1, 2, 60, 60);
    g_byte_array_set_size(file, file->len - 30);
    expect_wrong("broken at frame 2");
}
END_TEST

START_TEST(absurd_length)
{
    pcap_head(MICRO, ETHERNET);
    pcap_frame(1, 1, 60, 60);
    put32(1);
    put32(2);
    put32(0xffffffff);
    put32(0xffffffff);
    expect_wrong("broken at frame 2");
}
END_TEST

START_TEST(years_apart)
{
    pcap_head(MICRO, ETHERNET);
    pcap_frame(1, 1, 60, 60);
    pcap_frame(1000000000, 1, 60, 60);
    expect_wrong("frame 2 comes more than an hour after");
}
END_TEST

/* Every prefix and many single wrong bytes of a pcapng file: an answer, never a crash. */
START_TEST(broken_pcapng)
{
    char *good;
    gsize length;
    struct capture c;
    char why[400];

    ck_assert(g_file_get_contents("scenarios/smoke/captures/mix.pcapng", &good, &length, NULL));
    for (gsize i = 0; i < length; i += i < 300 ? 1 : 97) {
        g_byte_array_set_size(file, 0);
        put(good, i);
        if (read_it(&c, why) == 0)
            rs_capture_fini(&c);
        else
            ck_assert_msg(strncmp(why, path, strlen(path)) == 0, "%s", why);
        g_byte_array_set_size(file, 0);
        put(good, length);
        file->data[i] ^= 0xff;
        if (read_it(&c, why) == 0)
            rs_capture_fini(&c);
    }
    g_free(good);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("capture");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_set_timeout(t, 30);
    tcase_add_test(t, microseconds);
    tcase_add_test(t, nanoseconds);
    tcase_add_test(t, pcapng_is_the_same_traffic);
    tcase_add_test(t, not_a_capture);
    tcase_add_test(t, no_frames);
    tcase_add_test(t, half_a_head);
    tcase_add_test(t, another_link);
    tcase_add_test(t, cut_frame);
    tcase_add_test(t, short_frame);
    tcase_add_test(t, long_frame);
    tcase_add_test(t, ends_within_a_frame);
    tcase_add_test(t, absurd_length);
    tcase_add_test(t, years_apart);
    tcase_add_test(t, broken_pcapng);
    return run_tests("capture", (TCase *[]){t, NULL});
}
