/* SPDX-License-Identifier: BSD-2-Clause */
#include "harness/inproc/tests/machine.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "model/bench/timing.h"

static char folder[] = "/tmp/ringside-test-XXXXXX";
static char plan_path[64];

static void write_plan(unsigned ports)
{
    struct {
        struct plan_header header;
        struct plan_port port[PLAN_PORTS_MAX];
    } plan;
    struct plan_header *h = &plan.header;
    const uint32_t bytes = (uint32_t)(sizeof plan.header + ports * sizeof plan.port[0]);

    memset(&plan, 0, sizeof plan);
    memcpy(h->magic, PLAN_MAGIC, sizeof h->magic);
    h->version = PLAN_VERSION;
    h->bytes = bytes;
    strcpy(h->name, "inproc-test");
    h->dilation_num = h->dilation_den = 1;
    h->ready_limit_ns = 1000000000;
    h->deadline_ps = 1000000000000;
    h->iotlb_entries = 64;
    h->ports = (struct plan_table){ sizeof *h, ports };
    h->flows.offset = h->sizes.offset = h->actions.offset = h->frames.offset = h->bytes_.offset =
        bytes;
    for (unsigned i = 0; bench_timing_info(i); i++)
        h->timing[i] = bench_timing_info(i)->value;
    for (unsigned i = 0; i < ports; i++) {
        plan.port[i].module = NIC_MODULE_SR;
        memcpy(plan.port[i].nic_mac, "\x02\0\0\0\0\x01", 6);
        memcpy(plan.port[i].mac, "\x02\0\0\0\0\x02", 6);
    }
    FILE *file = fopen(plan_path, "w");
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(&plan, bytes, 1, file), 1);
    fclose(file);
}

void machine_start(struct inproc_host *host, unsigned ports)
{
    char why[256] = "";

    strcpy(folder + strlen(folder) - 6, "XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(plan_path, sizeof plan_path, "%s/plan", folder);
    write_plan(ports);
    struct rec_paths paths = { .plan = plan_path };
    ck_assert_msg(inproc_host_init(host, &paths, why, sizeof why) == 0, "%s", why);
}

void machine_stop(struct inproc_host *host)
{
    inproc_host_fini(host);
    unlink(plan_path);
    rmdir(folder);
}
