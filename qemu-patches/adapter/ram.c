/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Long-lived mappings of guest RAM: see ram.h. One per GiB of address space, begun above the first
 * MiB, whose patchwork of ROM and shadow RAM is left to the long way.
 */
#include "qemu-patches/adapter/ram.h"

#include "exec/address-spaces.h"
#include "qemu/units.h"

static void drop_all(MemoryListener *listener)
{
    struct ringside_ram *ram = container_of(listener, struct ringside_ram, listener);

    for (unsigned i = 0; i < RINGSIDE_RAM_MAPPINGS; i++) {
        if (ram->mapping[i].bytes) {
            address_space_cache_destroy(&ram->mapping[i].cache);
            ram->mapping[i].bytes = 0;
        }
    }
}

void ringside_ram_init(struct ringside_ram *ram)
{
    ram->listener = (MemoryListener){ .name = "ringside-ram", .begin = drop_all };
    memory_listener_register(&ram->listener, &address_space_memory);
}

void ringside_ram_fini(struct ringside_ram *ram)
{
    memory_listener_unregister(&ram->listener);
    drop_all(&ram->listener);
}

/* The mapping that covers the range whole; NULL: none does. */
static struct ringside_ram_mapping *find(struct ringside_ram *ram, uint64_t address,
                                         uint32_t length)
{
    struct ringside_ram_mapping *m = &ram->mapping[address / GiB % RINGSIDE_RAM_MAPPINGS];
    hwaddr base = MAX(ROUND_DOWN(address, GiB), MiB);

    if (!m->bytes || m->base != base) {
        if (address < MiB) {
            return NULL;
        }
        if (m->bytes) {
            address_space_cache_destroy(&m->cache);
        }
        m->base = base;
        m->bytes = address_space_cache_init(&m->cache, &address_space_memory, base,
                                            ROUND_DOWN(base, GiB) + GiB - base, true);
    }
    if (!m->cache.ptr || address - m->base >= m->bytes
        || length > m->bytes - (address - m->base)) {
        return NULL;
    }
    return m;
}

void *ringside_ram_at(struct ringside_ram *ram, uint64_t address, uint32_t length, bool write)
{
    struct ringside_ram_mapping *m = find(ram, address, length);

    if (!m) {
        return NULL;
    }
    if (write) {
        address_space_cache_invalidate(&m->cache, address - m->base, length);
    }
    return (uint8_t *)m->cache.ptr + (address - m->base);
}
