/* SPDX-License-Identifier: BSD-2-Clause
 *
 * One run's files: plan in; trace, capture and report out. A write that fails does not stop the
 * run: the first error is kept and told by rec_close(), and what was written stays readable.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define XXH_INLINE_ALL
#include "xxhash.h"

#include "model/record/record_priv.h"
#include "model/record/stimulus.h"

enum { FILE_BUFFER = 1 << 20 };

static void note(struct rec *r, const char *path)
{
    if (!r->error[0])
        snprintf(r->error, sizeof(r->error), "%s: %s", path, strerror(errno ? errno : EIO));
}

static int create(FILE **out, char **kept_path, const char *path, char *why, size_t why_bytes)
{
    if (!path)
        return 0;
    *kept_path = strdup(path);
    *out = *kept_path ? fopen(path, "wb") : NULL;
    if (!*out) {
        int err = errno;
        return rec_fail(why, why_bytes, err, "%s: cannot be written: %s", path, strerror(err));
    }
    setvbuf(*out, NULL, _IOFBF, FILE_BUFFER);
    return 0;
}

static void trace_head(struct rec *r, const struct plan_header *plan)
{
    struct rec_trace_header head = {
        .schema = TRACE_SCHEMA_VERSION, .record_bytes = sizeof(struct nic_event),
        .level = plan->trace_level, .ports = plan->ports.count,
        .dilation_num = plan->dilation_num, .dilation_den = plan->dilation_den,
        .plan_hash = XXH64(plan, r->plan_bytes, 0),
    };
    memcpy(head.magic, REC_TRACE_MAGIC, sizeof(head.magic));
    memcpy(head.plan_name, plan->name, sizeof(head.plan_name));
    if (fwrite(&head, sizeof(head), 1, r->trace) != 1)
        note(r, r->trace_path);
}

static void stimulus_head(struct rec *r, const struct plan_header *plan)
{
    struct rec_stimulus_header head = {
        .version = REC_STIMULUS_VERSION, .record_bytes = sizeof(struct rec_stimulus),
        .schema = TRACE_SCHEMA_VERSION, .ports = plan->ports.count,
        .plan_hash = XXH64(plan, r->plan_bytes, 0),
    };
    memcpy(head.magic, REC_STIMULUS_MAGIC, sizeof(head.magic));
    if (fwrite(&head, sizeof(head), 1, r->stimulus) != 1)
        note(r, r->stimulus_path);
}

static void destroy(struct rec *r)
{
    if (r->trace)
        fclose(r->trace);
    if (r->capture)
        fclose(r->capture);
    if (r->stimulus)
        fclose(r->stimulus);
    free(r->trace_path);
    free(r->capture_path);
    free(r->stimulus_path);
    free(r->report_path);
    free(r->plan);
    free(r);
}

/* With a timing file the plan is another: its hash in the trace covers what is run. */
static int load_plan(struct rec *r, const struct rec_paths *paths, char *why, size_t why_bytes)
{
    char reason[256];
    int err = rec_plan_load(paths->plan, &r->plan, &r->plan_bytes, why, why_bytes);
    if (err || !paths->timing)
        return err;
    struct plan_header *plan = r->plan;
    err = rec_timing_apply(paths->timing, plan->timing, why, why_bytes);
    if (!err && bench_plan_check(plan, r->plan_bytes, reason, sizeof(reason)))
        err = rec_fail(why, why_bytes, EINVAL, "%s: %s", paths->timing, reason);
    return err;
}

static int open_all(struct rec *r, const struct rec_paths *paths, char *why, size_t why_bytes)
{
    if (!paths->plan)
        return rec_fail(why, why_bytes, EINVAL, "no plan file was named");
    int err = load_plan(r, paths, why, why_bytes);
    if (!err)
        err = create(&r->trace, &r->trace_path, paths->trace, why, why_bytes);
    if (!err)
        err = create(&r->capture, &r->capture_path, paths->capture, why, why_bytes);
    if (!err)
        err = create(&r->stimulus, &r->stimulus_path, paths->stimulus, why, why_bytes);
    if (err)
        return err;
    if (paths->report && !(r->report_path = strdup(paths->report)))
        return rec_fail(why, why_bytes, ENOMEM, "no memory");
    if (r->trace)
        trace_head(r, r->plan);
    if (r->capture && rec_capture_head(r->capture, r->plan))
        note(r, r->capture_path);
    if (r->stimulus)
        stimulus_head(r, r->plan);
    return 0;
}

int rec_open(struct rec **out, const struct rec_paths *paths, const void **plan,
             size_t *plan_bytes, char *why, size_t why_bytes)
{
    *out = NULL;
    struct rec *r = calloc(1, sizeof(*r));
    if (!r)
        return rec_fail(why, why_bytes, ENOMEM, "no memory");
    int err = open_all(r, paths, why, why_bytes);
    if (err) {
        destroy(r);
        return err;
    }
    *plan = r->plan;
    *plan_bytes = r->plan_bytes;
    *out = r;
    return 0;
}

int rec_plan_mac(struct rec *r, unsigned port, const uint8_t mac[6])
{
    static const uint8_t none[6];
    struct plan_header *plan = r->plan;
    if (port >= plan->ports.count || mac[0] & 1 || !memcmp(mac, none, 6))
        return -EINVAL;
    struct plan_port *ports = (void *)((uint8_t *)r->plan + plan->ports.offset);
    memcpy(ports[port].nic_mac, mac, 6);
    rec_restart(r);
    return 0;
}

void rec_events(struct rec *r, const struct nic_event *event, size_t count)
{
    if (r->trace && fwrite(event, sizeof(*event), count, r->trace) != count)
        note(r, r->trace_path);
}

void rec_wire(struct rec *r, uint8_t port, bool out, uint64_t time_ps, const uint8_t *frame,
              uint32_t length, bool good_fcs, uint64_t flow, uint64_t sequence)
{
    if (r->capture && rec_capture_frame(r->capture, r->plan, ++r->packets, port, out, time_ps,
                                        frame, length, good_fcs, flow, sequence))
        note(r, r->capture_path);
}

bool rec_wants_stimulus(const struct rec *r)
{
    return r->stimulus;
}

void rec_stimulus(struct rec *r, const struct rec_stimulus *record, const void *data)
{
    static const uint8_t padding[8];
    size_t rest = -record->length & 7u;
    if (r->stimulus && (fwrite(record, sizeof(*record), 1, r->stimulus) != 1 ||
                        fwrite(data, 1, record->length, r->stimulus) != record->length ||
                        fwrite(padding, 1, rest, r->stimulus) != rest))
        note(r, r->stimulus_path);
}

static bool empty(struct rec *r, FILE *file, const char *path)
{
    if (!file)
        return false;
    if (fseek(file, 0, SEEK_SET) || ftruncate(fileno(file), 0))
        note(r, path);
    return true;
}

void rec_restart(struct rec *r)
{
    r->packets = 0;
    if (empty(r, r->trace, r->trace_path))
        trace_head(r, r->plan);
    if (empty(r, r->capture, r->capture_path) && rec_capture_head(r->capture, r->plan))
        note(r, r->capture_path);
    if (empty(r, r->stimulus, r->stimulus_path))
        stimulus_head(r, r->plan);
}

static int write_whole(const char *path, const void *data, size_t bytes)
{
    FILE *f = fopen(path, "wb");
    if (!f)
        return errno;
    int err = fwrite(data, 1, bytes, f) == bytes ? 0 : errno ? errno : EIO;
    if (fclose(f) && !err)
        err = errno;
    return err;
}

int rec_report(struct rec *r, const struct bench_report *report, char *why, size_t why_bytes)
{
    char temporary[4096];
    if (!r->report_path)
        return 0;
    if ((size_t)snprintf(temporary, sizeof(temporary), "%s.tmp", r->report_path) >=
        sizeof(temporary))
        return rec_fail(why, why_bytes, ENAMETOOLONG, "%s: the name is too long",
                        r->report_path);
    int err = write_whole(temporary, report, sizeof(*report));
    if (!err && rename(temporary, r->report_path))
        err = errno;
    if (err) {
        unlink(temporary);
        return rec_fail(why, why_bytes, err, "%s: cannot be written: %s", r->report_path,
                        strerror(err));
    }
    return 0;
}

int rec_close(struct rec *r, char *why, size_t why_bytes)
{
    if (!r)
        return 0;
    if (r->trace && fclose(r->trace))
        note(r, r->trace_path);
    if (r->capture && fclose(r->capture))
        note(r, r->capture_path);
    if (r->stimulus && fclose(r->stimulus))
        note(r, r->stimulus_path);
    r->trace = r->capture = r->stimulus = NULL;
    int err = r->error[0] ? rec_fail(why, why_bytes, EIO, "%s", r->error) : 0;
    destroy(r);
    return err;
}
