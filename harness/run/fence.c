/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What a host may read and write: see fence.h.
 */
#include "harness/run/fence.h"

#include "harness/base/paths.h"

#define FILE_BYTES_MAX ((uint64_t)16 << 30) /* a trace of every access is long */

void rs_fence_init(struct rs_fence *fence, enum rs_host host, const struct rs_machine *machine)
{
    static const char *const libraries[] = {"/usr/lib", "/usr/lib64", "/lib", "/lib64",
                                            "/etc/ld.so.cache"};
    char **needs = rs_host_needs(host, machine->guest);
    unsigned n = 0;

    *fence = (struct rs_fence){.owned = g_ptr_array_new_with_free_func(g_free)};
    fence->sandbox.file_bytes_max = FILE_BYTES_MAX;
    for (unsigned i = 0; i < G_N_ELEMENTS(libraries); i++)
        fence->sandbox.read[n++] = libraries[i];
    for (unsigned i = 0; needs[i]; i++)
        g_ptr_array_add(fence->owned, g_strdup(needs[i]));
    if (host == RS_HOST_QEMU)
        g_ptr_array_add(fence->owned, rs_build_path("qemu-tree/firmware"));
    if (machine->snapshot)
        g_ptr_array_add(fence->owned, g_strdup(machine->snapshot));
    if (machine->midway && machine->from_midway)
        g_ptr_array_add(fence->owned, g_strdup(machine->midway));
    for (unsigned i = 0; i < fence->owned->len && n < RS_SANDBOX_PATHS_MAX - 1; i++)
        fence->sandbox.read[n++] = fence->owned->pdata[i];
    fence->sandbox.write[0] = machine->dir;
    g_strfreev(needs);
}

void rs_fence_fini(struct rs_fence *fence)
{
    if (fence->owned)
        g_ptr_array_unref(fence->owned);
    *fence = (struct rs_fence){0};
}
