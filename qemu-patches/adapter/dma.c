/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What the bench asks of the guest's memory: split reads, posted writes, translations, messages;
 * and what the guest's IOMMU tells: invalidations. Knows PCI requesters and address spaces, no
 * register and no queue.
 */
#include "qemu-patches/adapter/machine.h"

#include "exec/address-spaces.h"
#include "exec/memory.h"
#include "hw/pci/pci.h"
#include "qemu/rcu.h"
#include "system/runstate.h"

#include "trace-ringside.h"

#define MESSAGE_WINDOW 0xfee00000u /* where messages go on a PC */

/* A range of a requester's addresses that an IOMMU translates, while the guest has it enabled. */
struct ringside_iommu_range {
    QLIST_ENTRY(ringside_iommu_range) next;
    struct ringside_function *function;
    IOMMUMemoryRegion *region;
    IOMMUNotifier notifier;
    hwaddr shift; /* from the region's addresses to the device's */
};

static struct ringside_function *requester(void *host, uint16_t function)
{
    struct ringside_machine *m = host;
    unsigned port = NIC_FUNCTION_PORT(function);
    struct ringside_nic *n = port < PLAN_PORTS_MAX ? m->nic[port] : NULL;

    if (!n || likely(!(function & 0xff))) {
        return n ? &n->function : NULL;
    }
    return NIC_FUNCTION_VF(function) < NIC_VFS ? n->vf[NIC_FUNCTION_VF(function)] : NULL;
}

static MemTxAttrs attributes(struct ringside_function *f)
{
    return (MemTxAttrs){ .requester_id = pci_requester_id(f->pci) };
}

/* The long way. physical: past the IOMMU, whose answer the bench has cached. */
static enum nic_dma_status transfer(struct ringside_function *f, uint64_t address,
                                    bool physical, void *data, uint32_t length, bool write)
{
    AddressSpace *as = physical ? &address_space_memory : &f->pci->bus_master_as;

    if (address_space_rw(as, address, attributes(f), data, length, write) == MEMTX_OK) {
        return NIC_DMA_OK;
    }
    return physical || QLIST_EMPTY(&f->ranges) ? NIC_DMA_ABORT : NIC_DMA_FAULT;
}

static void *host_memory(void *host, uint16_t function, uint64_t physical, uint32_t length,
                         enum bench_access_kind kind)
{
    struct ringside_machine *m = host;
    void *memory = NULL;

    if (requester(host, function)) {
        memory = ringside_ram_at(&m->ram, physical, length, kind == BENCH_WRITE);
    }
    if (memory) {
        trace_ringside_dma(kind == BENCH_WRITE ? "write" : "read", function, physical, true,
                           length, NIC_DMA_OK);
    }
    return memory;
}

static void host_dma_read(void *host, uint16_t function, uint16_t tag, uint64_t address,
                          bool physical, uint32_t length)
{
    struct ringside_machine *m = host;
    struct ringside_function *f = requester(host, function);
    enum nic_dma_status status = NIC_DMA_ABORT;
    uint8_t data[NIC_READ_MAX];

    if (f && length <= sizeof(data)) {
        status = transfer(f, address, physical, data, length, false);
    }
    trace_ringside_dma("read", function, address, physical, length, status);
    bench_dma_done(m->bench, function, tag, status, status == NIC_DMA_OK ? data : NULL,
                   status == NIC_DMA_OK ? length : 0);
}

static enum nic_dma_status host_dma_write(void *host, uint16_t function, uint16_t tag,
                                          uint64_t address, bool physical, const void *data,
                                          uint32_t length)
{
    struct ringside_function *f = requester(host, function);
    enum nic_dma_status status = NIC_DMA_ABORT;

    if (f) {
        status = transfer(f, address, physical, (void *)data, length, true);
    }
    trace_ringside_dma("write", function, address, physical, length, status);
    return status;
}

static enum nic_dma_status host_translate(void *host, uint16_t function, uint64_t address,
                                          enum bench_access_kind kind,
                                          struct bench_translation *out)
{
    struct ringside_function *f = requester(host, function);
    IOMMUTLBEntry entry;

    if (!f) {
        return NIC_DMA_ABORT;
    }
    if (QLIST_EMPTY(&f->ranges)) { /* the guest has not enabled translation */
        *out = (struct bench_translation){ .physical = address, .page = UINT64_MAX };
        return NIC_DMA_OK;
    }
    WITH_RCU_READ_LOCK_GUARD() {
        entry = address_space_get_iotlb_entry(&f->pci->bus_master_as, address,
                                              kind == BENCH_WRITE, attributes(f));
    }
    if (entry.perm == IOMMU_NONE || entry.target_as != &address_space_memory) {
        trace_ringside_translate(function, address, kind, 0, NIC_DMA_FAULT);
        out->refused = REPORT_REFUSED_TABLES;
        return NIC_DMA_FAULT;
    }
    trace_ringside_translate(function, address, kind, entry.addr_mask + 1, NIC_DMA_OK);
    out->page = entry.addr_mask + 1;
    out->physical = entry.translated_addr | (address & entry.addr_mask);
    return NIC_DMA_OK;
}

/* Through the bus, so that interrupt remapping sees who sent it. */
static void host_message(void *host, uint16_t function, uint64_t address, uint32_t data)
{
    struct ringside_function *f = requester(host, function);

    trace_ringside_message(function, address, data);
    if (f) {
        address_space_stl_le(&f->pci->bus_master_as, address, data, attributes(f), NULL);
    }
}

void ringside_dma_ops(struct bench_host_ops *ops)
{
    ops->memory = host_memory;
    ops->dma_read = host_dma_read;
    ops->dma_write = host_dma_write;
    ops->translate = host_translate;
    ops->message = host_message;
}

static void invalidate(struct ringside_function *f, uint64_t address, uint64_t length)
{
    struct ringside_machine *m = f->nic->machine;

    trace_ringside_invalidate(f->id, address, length);
    if (runstate_check(RUN_STATE_INMIGRATE)) {
        return; /* the IOMMU is being loaded; what the bench had cached is loaded as well */
    }
    if (m->inside) { /* a peer's DMA rang the IOMMU's own registers: not now */
        m->late_flush |= 1u << f->nic->port;
        return;
    }
    bench_advance(m->bench, ringside_enter(m));
    bench_invalidate(m->bench, f->id, address, length);
    ringside_leave(m, 0);
}

static void invalidated(IOMMUNotifier *notifier, IOMMUTLBEntry *entry)
{
    struct ringside_iommu_range *r = container_of(notifier, struct ringside_iommu_range, notifier);

    if (entry->addr_mask == UINT64_MAX) {
        invalidate(r->function, 0, UINT64_MAX);
    } else {
        invalidate(r->function, entry->iova + r->shift, entry->addr_mask + 1);
    }
}

/* The IOMMU's window for messages. It calls us while the guest rings for an invalidation, and what
 * is due at that very instant may be a message: QEMU would drop it as re-entrance of the IOMMU. It
 * is none: remapping an interrupt touches nothing that an invalidation is at work on. */
static void let_messages_in(const MemoryRegionSection *section)
{
    if (section->offset_within_address_space == MESSAGE_WINDOW) {
        section->mr->disable_reentrancy_guard = true;
    }
}

static void range_added(MemoryListener *listener, MemoryRegionSection *section)
{
    struct ringside_function *f = container_of(listener, struct ringside_function, listener);
    struct ringside_iommu_range *r;
    int index;

    if (!memory_region_is_iommu(section->mr)) {
        let_messages_in(section);
        return;
    }
    r = g_new0(struct ringside_iommu_range, 1);
    r->function = f;
    r->region = IOMMU_MEMORY_REGION(section->mr);
    r->shift = section->offset_within_address_space - section->offset_within_region;
    index = memory_region_iommu_attrs_to_index(r->region, attributes(f));
    iommu_notifier_init(&r->notifier, invalidated, IOMMU_NOTIFIER_UNMAP,
                        section->offset_within_region,
                        section->offset_within_region + int128_get64(int128_sub(section->size,
                                                                                int128_one())),
                        index);
    memory_region_register_iommu_notifier(section->mr, &r->notifier, &error_fatal);
    QLIST_INSERT_HEAD(&f->ranges, r, next);
    invalidate(f, 0, UINT64_MAX);
}

static void drop_range(struct ringside_iommu_range *r)
{
    memory_region_unregister_iommu_notifier(MEMORY_REGION(r->region), &r->notifier);
    QLIST_REMOVE(r, next);
    g_free(r);
}

static void range_removed(MemoryListener *listener, MemoryRegionSection *section)
{
    struct ringside_function *f = container_of(listener, struct ringside_function, listener);
    struct ringside_iommu_range *r, *following;

    QLIST_FOREACH_SAFE(r, &f->ranges, next, following) {
        if (MEMORY_REGION(r->region) == section->mr
            && r->notifier.start == section->offset_within_region) {
            drop_range(r);
        }
    }
    invalidate(f, 0, UINT64_MAX);
}

void ringside_iommu_listen(struct ringside_function *f)
{
    QLIST_INIT(&f->ranges);
    f->listener = (MemoryListener){
        .name = TYPE_RINGSIDE_NIC, .region_add = range_added, .region_del = range_removed };
    memory_listener_register(&f->listener, pci_device_iommu_address_space(f->pci));
}

void ringside_iommu_unlisten(struct ringside_function *f)
{
    struct ringside_iommu_range *r, *following;

    memory_listener_unregister(&f->listener);
    QLIST_FOREACH_SAFE(r, &f->ranges, next, following) {
        drop_range(r);
    }
}
