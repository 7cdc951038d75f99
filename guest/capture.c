/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Head in the file, tail in a ring, ready text in a sliding window. See capture.h.
 */
#include "guest/capture.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "guest/files.h"

int capture_open(struct capture *capture, const char *path, uint64_t head_limit, const char *ready)
{
    memset(capture, 0, sizeof(*capture));
    capture->head_limit = head_limit;
    capture->ready = ready;
    capture->file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    return capture->file < 0 ? -errno : 0;
}

/* The ready text holds no newline, so a match never spans two lines. */
static bool look_for_ready(struct capture *capture, const char *bytes, size_t length)
{
    if (!capture->ready)
        return false;
    size_t wanted = strlen(capture->ready);
    for (size_t i = 0; i < length; i++) {
        if (capture->kept == wanted)
            memmove(capture->window, capture->window + 1, --capture->kept);
        capture->window[capture->kept++] = bytes[i];
        if (capture->kept == wanted && !memcmp(capture->window, capture->ready, wanted)) {
            capture->ready = NULL;
            return true;
        }
    }
    return false;
}

static void keep_tail(struct capture *capture, const char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++)
        capture->tail[capture->tail_bytes++ % CAPTURE_TAIL_BYTES] = bytes[i];
}

bool capture_feed(struct capture *capture, const char *bytes, size_t length)
{
    bool ready = look_for_ready(capture, bytes, length);
    uint64_t room = capture->head_limit - capture->head_bytes;
    size_t head = length < room ? length : (size_t)room;

    if (head > 0 && write_all(capture->file, bytes, head) < 0)
        head = 0; /* the file system is full: the tail still has it */
    capture->head_bytes += head;
    keep_tail(capture, bytes + head, length - head);
    return ready;
}

int capture_close(struct capture *capture)
{
    uint64_t kept = capture->tail_bytes, lost = 0;
    char line[80];
    int result = 0;

    if (kept > CAPTURE_TAIL_BYTES) {
        lost = kept - CAPTURE_TAIL_BYTES;
        kept = CAPTURE_TAIL_BYTES;
    }
    if (lost > 0) {
        int length = snprintf(line, sizeof(line), "\n[... %llu bytes left out ...]\n",
                              (unsigned long long)lost);
        result = write_all(capture->file, line, (size_t)length);
    }
    /* the ring in at most two pieces, oldest byte first */
    size_t start = (size_t)((capture->tail_bytes - kept) % CAPTURE_TAIL_BYTES);
    size_t first = CAPTURE_TAIL_BYTES - start < kept ? CAPTURE_TAIL_BYTES - start : (size_t)kept;
    if (!result)
        result = write_all(capture->file, capture->tail + start, first);
    if (!result)
        result = write_all(capture->file, capture->tail, (size_t)kept - first);
    if (close(capture->file) < 0 && !result)
        result = -errno;
    capture->file = -1;
    return result;
}
