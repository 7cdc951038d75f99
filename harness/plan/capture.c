/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Reading captures: see capture.h.
 */
#include "harness/plan/capture.h"

#include <errno.h>
#include <glib.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "model/bench/plan.h"

enum { FRAME_MIN = 14, FRAME_MAX = 9724 };

static int fail(char *why, size_t bytes, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static int fail(char *why, size_t bytes, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    g_vsnprintf(why, bytes, format, args);
    va_end(args);
    return -EINVAL;
}

struct reading {
    const char *path;
    GArray *frames; /* struct capture_frame */
    GByteArray *bytes;
    uint64_t first_ns, last_ns;
    size_t backwards;
    char *why;
    size_t why_bytes;
};

static int check_frame(struct reading *r, const struct pcap_pkthdr *h)
{
    size_t number = r->frames->len + 1;

    if (h->caplen < h->len)
        return fail(r->why, r->why_bytes,
                    "%s: frame %zu was cut to %u of %u bytes when it was captured; capture whole "
                    "frames (tcpdump -s 0)",
                    r->path, number, h->caplen, h->len);
    if (h->len < FRAME_MIN)
        return fail(r->why, r->why_bytes,
                    "%s: frame %zu has %u bytes; an Ethernet header alone has %d", r->path, number,
                    h->len, FRAME_MIN);
    if (h->len > FRAME_MAX)
        return fail(r->why, r->why_bytes,
                    "%s: frame %zu has %u bytes; a NIC takes %d at most (without FCS). Was it "
                    "captured on a host that joins frames (GRO)?",
                    r->path, number, h->len, FRAME_MAX);
    if (number > PLAN_FRAMES_MAX)
        return fail(r->why, r->why_bytes, "%s: more than %d frames; cut it (editcap -r)", r->path,
                    PLAN_FRAMES_MAX);
    if (r->bytes->len + h->len > PLAN_BYTES_MAX / 2)
        return fail(r->why, r->why_bytes, "%s: more than %d MiB of frames; cut it (editcap -r)",
                    r->path, PLAN_BYTES_MAX / 2 >> 20);
    if (h->ts.tv_sec < 0 || h->ts.tv_usec < 0)
        return fail(r->why, r->why_bytes, "%s: frame %zu has a time before 1970", r->path, number);
    return 0;
}

static int take_frame(struct reading *r, const struct pcap_pkthdr *h, const uint8_t *data)
{
    const uint64_t second_ns = 1000000000;
    int error = check_frame(r, h);

    if (error != 0)
        return error;
    /* tv_usec holds nanoseconds: the file was opened so */
    uint64_t seconds = (uint64_t)h->ts.tv_sec, now = 0;
    if (seconds > UINT64_MAX / second_ns - 1)
        return fail(r->why, r->why_bytes, "%s: frame %u has an absurd time", r->path,
                    r->frames->len + 1);
    now = seconds * second_ns + (uint64_t)h->ts.tv_usec;
    if (r->frames->len == 0)
        r->first_ns = r->last_ns = now;
    if (now < r->last_ns) {
        if (r->backwards == 0)
            r->backwards = r->frames->len + 1;
        now = r->last_ns;
    }
    if (now - r->first_ns > 3600 * second_ns)
        return fail(r->why, r->why_bytes,
                    "%s: frame %u comes more than an hour after the first; cut it, or is its time "
                    "wrong?",
                    r->path, r->frames->len + 1);
    r->last_ns = now;
    struct capture_frame frame = {
        .stamp_ps = (now - r->first_ns) * 1000,
        .offset = r->bytes->len,
        .length = h->len,
    };
    g_array_append_val(r->frames, frame);
    g_byte_array_append(r->bytes, data, h->len);
    return 0;
}

static int read_frames(struct reading *r, pcap_t *p)
{
    struct pcap_pkthdr *header;
    const uint8_t *data;
    int got, error = 0;

    if (pcap_datalink(p) != DLT_EN10MB) {
        const char *name = pcap_datalink_val_to_name(pcap_datalink(p));
        return fail(r->why, r->why_bytes,
                    "%s: the frames are %s, not Ethernet; capture on an Ethernet interface",
                    r->path, name != NULL ? name : "of an unknown kind");
    }
    while (error == 0 && (got = pcap_next_ex(p, &header, &data)) == 1)
        error = take_frame(r, header, data);
    if (error == 0 && got == PCAP_ERROR)
        return fail(r->why, r->why_bytes, "%s: broken at frame %u: %s", r->path, r->frames->len + 1,
                    pcap_geterr(p));
    if (error == 0 && r->frames->len == 0)
        return fail(r->why, r->why_bytes, "%s: it holds no frames", r->path);
    return error;
}

static pcap_t *open_file(const char *path, char *why, size_t why_bytes)
{
    char error[PCAP_ERRBUF_SIZE] = "";
    struct stat status;
    FILE *file = fopen(path, "re");
    pcap_t *p;

    if (file == NULL || fstat(fileno(file), &status) != 0) {
        fail(why, why_bytes, "%s: cannot be read: %s", path, strerror(errno));
        if (file != NULL)
            fclose(file);
        return NULL;
    }
    if (!S_ISREG(status.st_mode)) {
        fail(why, why_bytes, "%s: not an ordinary file", path);
        fclose(file);
        return NULL;
    }
    if (status.st_size == 0) {
        fail(why, why_bytes, "%s: the file is empty", path);
        fclose(file);
        return NULL;
    }
    p = pcap_fopen_offline_with_tstamp_precision(file, PCAP_TSTAMP_PRECISION_NANO, error);
    if (p == NULL) {
        fail(why, why_bytes, "%s: no pcap or pcapng file: %s", path, error);
        fclose(file);
    }
    return p; /* closes the file */
}

int rs_capture_read(const char *path, struct capture *out, char *why, size_t why_bytes)
{
    struct reading r = {.path = path, .why = why, .why_bytes = why_bytes};
    pcap_t *p = NULL;
    struct stat status;
    int error;

    memset(out, 0, sizeof(*out));
    /* opening a FIFO would wait for a writer for ever */
    if (stat(path, &status) == 0 && !S_ISREG(status.st_mode))
        return fail(why, why_bytes, "%s: not an ordinary file", path);
    p = open_file(path, why, why_bytes);
    if (p == NULL)
        return -EINVAL;
    r.frames = g_array_new(FALSE, FALSE, sizeof(struct capture_frame));
    r.bytes = g_byte_array_new();
    error = read_frames(&r, p);
    pcap_close(p);

    out->count = r.frames->len;
    out->byte_count = r.bytes->len;
    out->backwards = r.backwards;
    out->frame = (struct capture_frame *)g_array_free(r.frames, FALSE);
    out->bytes = g_byte_array_free(r.bytes, FALSE);
    if (error != 0)
        rs_capture_fini(out);
    return error;
}

void rs_capture_fini(struct capture *c)
{
    g_free(c->frame);
    g_free(c->bytes);
    memset(c, 0, sizeof(*c));
}
