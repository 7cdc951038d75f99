/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A report file read back: whole, of this version and size, its counts in range, or not at all.
 */
#include <errno.h>
#include <string.h>

#include "model/record/record_priv.h"

static const char *wrong(const struct bench_report *r)
{
    if (memcmp(r->magic, REPORT_MAGIC, sizeof(r->magic)) != 0)
        return "no report: the first 8 bytes are not RSREPRT\\1";
    if (r->version != REPORT_VERSION || r->bytes != sizeof(*r))
        return "of another version: host and harness are of different builds";
    if (r->ports > PLAN_PORTS_MAX || r->flows > PLAN_FLOWS_MAX || r->samples > REPORT_SAMPLES ||
        r->faults > PLAN_FAULTS_MAX || r->violations > REPORT_VIOLATIONS ||
        !memchr(r->plan_name, 0, sizeof(r->plan_name)))
        return "counts of ports, flows or samples are out of range";
    return NULL;
}

int rec_report_read(const char *path, struct bench_report *out, char *why, size_t why_bytes)
{
    FILE *f = fopen(path, "rb");
    if (!f) {
        int err = errno;
        return rec_fail(why, why_bytes, err, "%s: %s", path, strerror(err));
    }
    memset(out, 0, sizeof(*out));
    size_t got = fread(out, 1, sizeof(*out), f);
    bool more = got == sizeof(*out) && fgetc(f) != EOF;
    fclose(f);
    const char *reason = wrong(out);
    if (!reason && (got != sizeof(*out) || more))
        reason = "cut off or too long";
    if (reason)
        return rec_fail(why, why_bytes, EPROTO, "%s: %s", path, reason);
    return 0;
}
