/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The memory of a register script: buffers cut from one piece that the device may read and write,
 * and pieces mapped on their own, which can be taken away again. A script speaks of memory by the
 * device's addresses alone, so nothing but its own buffers can be reached.
 */
#include "driver/apps/script_priv.h"

#include <errno.h>
#include <string.h>

enum { ALIGN = 128 }; /* what descriptor rings need */

struct script_buffer *script_buffer_find(struct ixd_script *s, const char *name, size_t length)
{
    for (unsigned i = 0; i < s->buffers; i++) {
        if (strlen(s->buffer[i].name.text) == length &&
            memcmp(s->buffer[i].name.text, name, length) == 0)
            return &s->buffer[i];
    }
    return NULL;
}

static int cut(struct ixd_script *s, struct script_buffer *b, struct ixd_error *err)
{
    const uint64_t bytes = (b->bytes + ALIGN - 1) / ALIGN * ALIGN;

    if (!s->arena.virt) {
        int rc = script_bus(s, 0)->ops->dma_alloc(script_bus(s, 0), SCRIPT_ARENA_BYTES,
                                                  IXD_DMA_DEVICE_READS | IXD_DMA_DEVICE_WRITES,
                                                  &s->arena, err);
        if (rc)
            return rc;
    }
    if (bytes > SCRIPT_ARENA_BYTES - s->arena_used)
        return ixd_fail(err, -ENOMEM, "buffers have %d MiB in all, and these are used up",
                        SCRIPT_ARENA_BYTES >> 20);
    b->virt = (uint8_t *)s->arena.virt + s->arena_used;
    b->iova = s->arena.iova + s->arena_used;
    s->arena_used += bytes;
    return 0;
}

int script_buffer_new(struct ixd_script *s, const struct script_name *name, uint64_t bytes,
                      unsigned access, bool own, struct ixd_error *err)
{
    struct script_buffer *b = script_buffer_find(s, name->text, strlen(name->text));
    const uint64_t most = own ? SCRIPT_MAP_BYTES_MAX : SCRIPT_ARENA_BYTES;
    int rc = 0;

    if (b && (b->mapped || !own))
        return ixd_fail(err, -EEXIST, "there is a buffer '%s' already", name->text);
    if (!b && s->buffers == SCRIPT_BUFFERS_MAX)
        return ixd_fail(err, -ENOSPC, "more than %d buffers", SCRIPT_BUFFERS_MAX);
    if (!s->dry && (bytes == 0 || bytes > most))
        return ixd_fail(err, -EINVAL, "a buffer of %llu bytes: expected 1 to %llu",
                        (unsigned long long)bytes, (unsigned long long)most);
    if (!b)
        b = &s->buffer[s->buffers++];
    *b = (struct script_buffer){.name = *name, .bytes = bytes, .mapped = true};
    if (s->dry)
        return 0;
    if (own) {
        rc = script_bus(s, s->port)->ops->dma_alloc(script_bus(s, s->port), bytes, access, &b->dma,
                                                    err);
        b->virt = b->dma.virt;
        b->iova = b->dma.iova;
    } else {
        rc = cut(s, b, err);
    }
    b->mapped = rc == 0;
    return rc;
}

int script_buffer_unmap(struct ixd_script *s, struct script_buffer *b, struct ixd_error *err)
{
    if (!b->mapped)
        return ixd_fail(err, -EINVAL, "'%s' is not mapped", b->name.text);
    if (!s->dry && !b->dma.virt)
        return ixd_fail(err, -EINVAL, "'%s' is a 'buffer'; only what 'map' made can be unmapped",
                        b->name.text);
    b->mapped = false;
    if (!s->dry) {
        script_bus(s, 0)->ops->dma_free(script_bus(s, 0), &b->dma);
        b->virt = NULL;
    }
    return 0;
}

uint8_t *script_memory(struct ixd_script *s, uint64_t address, uint64_t bytes,
                       struct ixd_error *err)
{
    for (unsigned i = 0; i < s->buffers; i++) {
        const struct script_buffer *b = &s->buffer[i];

        if (b->mapped && b->virt && address >= b->iova && address - b->iova <= b->bytes &&
            bytes <= b->bytes - (address - b->iova))
            return b->virt + (address - b->iova);
    }
    ixd_fail(err, -EFAULT, "no buffer has the %llu bytes at 0x%llx", (unsigned long long)bytes,
             (unsigned long long)address);
    return NULL;
}

void script_memory_free(struct ixd_script *s)
{
    for (unsigned i = 0; i < s->buffers; i++) {
        if (s->buffer[i].mapped && s->buffer[i].dma.virt)
            s->bus[0]->ops->dma_free(s->bus[0], &s->buffer[i].dma);
    }
    if (s->arena.virt)
        s->bus[0]->ops->dma_free(s->bus[0], &s->arena);
}
