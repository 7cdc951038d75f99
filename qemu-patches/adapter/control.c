/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * -device ringside-bench,plan=FILE,...: the testbed's control device (control_abi.h). It owns the
 * machine's one bench, shows its registers to the guest, carries the mailbox, and holds the bench's
 * state block in snapshots.
 */
#include "qemu-patches/adapter/machine.h"

#include "exec/memory.h"
#include "hw/pci/pci.h"
#include "hw/qdev-properties.h"
#include "migration/vmstate.h"
#include "qapi/error.h"
#include "qemu/error-report.h"
#include "qemu/module.h"
#include "system/cpu-timers.h"
#include "system/hostmem.h"
#include "system/runstate.h"
#include "system/system.h"

#include "qemu-patches/adapter/save.h"

#include "model/bench/control_abi.h"
#include "trace-ringside.h"

struct ringside_bench {
    PCIDevice parent;
    struct ringside_machine machine;
    struct ringside_paths paths;
    HostMemoryBackend *mailbox;
    bool stop_at_mark;
    char *save_base; /* a file: make a base snapshot and end */
    bool from_base;  /* start from one */
    bool is_base;    /* the snapshot on its way out or in */
    MemoryRegion registers;
    VMChangeStateEntry *begins;
    uint8_t *saved; /* the block on its way to or from a snapshot */
    uint32_t saved_bytes;
};
OBJECT_DECLARE_SIMPLE_TYPE(ringside_bench, RINGSIDE_BENCH)

static uint64_t control_read(void *opaque, hwaddr offset, unsigned size)
{
    struct ringside_machine *m = &((struct ringside_bench *)opaque)->machine;
    uint32_t value;

    if (size != 4 || offset % 4 || m->inside || !m->rec) {
        return 0;
    }
    value = bench_control_read(m->bench, ringside_enter(m), offset);
    ringside_leave(m, 0);
    trace_ringside_control_read(offset, value);
    return value;
}

static void control_write(void *opaque, hwaddr offset, uint64_t value, unsigned size)
{
    struct ringside_bench *b = opaque;
    struct ringside_machine *m = &b->machine;
    enum bench_action action;

    if (size != 4 || offset % 4 || m->inside || !m->rec) {
        return;
    }
    trace_ringside_control_write(offset, value);
    action = bench_control_write(m->bench, ringside_enter(m), offset, value);
    ringside_leave(m, 0);
    switch (action) {
    case BENCH_ACT_NONE:
        break;
    case BENCH_ACT_GO:
        m->instructions_go = icount_get_raw();
        ringside_snapshot_arm(m);
        break;
    case BENCH_ACT_MARK:
        if (value == RS_MARK_BOOTED && ringside_base_take(m)) {
            if (b->save_base) {
                ringside_base_save(m, b->save_base);
                break;
            }
            ringside_base_begin(m, b->paths.started);
        }
        if (b->stop_at_mark) {
            vm_stop(RUN_STATE_PAUSED); /* between this instruction and the next */
        }
        break;
    case BENCH_ACT_EXIT:
        ringside_finish(m, true);
        break;
    }
}

static const MemoryRegionOps control_ops = {
    .read = control_read, .write = control_write, .endianness = DEVICE_LITTLE_ENDIAN,
    .valid = { .min_access_size = 1, .max_access_size = 8, .unaligned = true },
    .impl = { .min_access_size = 1, .max_access_size = 8, .unaligned = true },
};

/* QEMU ends without the guest's EXIT: keep what there is. */
static void qemu_exits(Notifier *notifier, void *data)
{
    struct ringside_machine *m = container_of(notifier, struct ringside_machine, exit);

    ringside_finish(m, false);
}

/* The mailbox is not registered as part of the VM: a restored machine sees the file given to it. */
static bool map_mailbox(struct ringside_bench *b, Error **errp)
{
    if (!b->mailbox) {
        return true;
    }
    b->machine.mailbox = host_memory_backend_get_memory(b->mailbox);
    if (!is_power_of_2(memory_region_size(b->machine.mailbox))) {
        error_setg(errp, "mailbox: expected a size that is a power of two, got %" PRIu64 " bytes",
                   memory_region_size(b->machine.mailbox));
        return false;
    }
    host_memory_backend_set_mapped(b->mailbox, true);
    pci_register_bar(&b->parent, 2, PCI_BASE_ADDRESS_MEM_PREFETCH | PCI_BASE_ADDRESS_MEM_TYPE_64,
                     b->machine.mailbox);
    return true;
}

/* A machine from a base snapshot is whole and is about to run. */
static void begin(void *opaque, bool running, RunState state)
{
    struct ringside_bench *b = opaque;

    if (running) {
        qemu_del_vm_change_state_handler(b->begins);
        b->begins = NULL;
        ringside_base_begin(&b->machine, b->paths.started);
    }
}

static void bench_exit(PCIDevice *pci)
{
    struct ringside_bench *b = RINGSIDE_BENCH(pci);

    if (b->machine.exit.notify) {
        qemu_remove_exit_notifier(&b->machine.exit);
    }
    if (b->begins) {
        qemu_del_vm_change_state_handler(b->begins);
    }
    if (b->mailbox && host_memory_backend_is_mapped(b->mailbox)) {
        host_memory_backend_set_mapped(b->mailbox, false);
    }
    ringside_destroy(&b->machine);
    g_free(b->saved);
}

static void bench_realize(PCIDevice *pci, Error **errp)
{
    struct ringside_bench *b = RINGSIDE_BENCH(pci);

    if (ringside_machine) {
        error_setg(errp, "a machine has one bench, and this would be the second");
        return;
    }
    if (!b->paths.plan) {
        error_setg(errp, "expected plan=FILE, made by `ringside run` or `ringside plan`");
        return;
    }
    b->machine.control = pci;
    if (!ringside_create(&b->machine, &b->paths, errp)) {
        return;
    }
    b->saved_bytes = b->machine.state_bytes;
    b->saved = g_malloc0(b->saved_bytes);
    pci_config_set_interrupt_pin(pci->config, 1);
    memory_region_init_io(&b->registers, OBJECT(b), &control_ops, b, "ringside-bench registers",
                          RS_CTL_BAR0_BYTES);
    pci_register_bar(pci, 0, PCI_BASE_ADDRESS_SPACE_MEMORY, &b->registers);
    if (!map_mailbox(b, errp)) {
        bench_exit(pci);
        return;
    }
    b->machine.exit.notify = qemu_exits;
    qemu_add_exit_notifier(&b->machine.exit);
    if (b->from_base) {
        b->begins = qemu_add_vm_change_state_handler(begin, b);
    }
    if (b->from_base || b->save_base) {
        ringside_save_shared(true, errp);
    }
}

static int before_save(void *opaque)
{
    struct ringside_bench *b = opaque;

    b->is_base = b->save_base && b->machine.has_base;
    bench_save(b->machine.bench, b->saved);
    return 0;
}

static bool is_base(void *opaque, int version)
{
    return ((struct ringside_bench *)opaque)->is_base;
}

static bool is_run(void *opaque, int version)
{
    return !is_base(opaque, version);
}

static int after_load(void *opaque, int version)
{
    struct ringside_bench *b = opaque;
    const char *why = NULL;
    int status;

    if (b->is_base != b->from_base) {
        error_report("ringside: expected from-base=%s for this snapshot",
                     b->is_base ? "on" : "off");
        return -EINVAL;
    }
    if (b->is_base) {
        return 0; /* begin() goes on when the other devices are loaded as well */
    }
    status = bench_load(b->machine.bench, b->saved, b->saved_bytes, &why);
    if (status < 0) {
        error_report("ringside: cannot restore the bench: %s", why ? why : "not a valid block");
        return status;
    }
    return 0; /* QEMU's mirrors of configuration space come back by themselves */
}

static const VMStateDescription bench_vmstate = {
    .name = TYPE_RINGSIDE_BENCH,
    .version_id = 1,
    .minimum_version_id = 1,
    .pre_save = before_save,
    .post_load = after_load,
    .fields = (const VMStateField[]) {
        VMSTATE_PCI_DEVICE(parent, struct ringside_bench),
        VMSTATE_UINT32_EQUAL(saved_bytes, struct ringside_bench,
                             "the snapshot was taken with another number of ports or build"),
        VMSTATE_BOOL(is_base, struct ringside_bench),
        VMSTATE_VBUFFER_UINT32(saved, struct ringside_bench, 1, is_run, saved_bytes),
        VMSTATE_BOOL(machine.has_base, struct ringside_bench),
        VMSTATE_BUFFER_UNSAFE_INFO_TEST(machine.base, struct ringside_bench, is_base, 1,
                                        vmstate_info_buffer, sizeof(struct bench_base)),
        VMSTATE_UINT64(machine.now, struct ringside_bench),
        VMSTATE_UINT64(machine.instructions_go, struct ringside_bench),
        VMSTATE_UINT64(machine.instructions_over, struct ringside_bench),
        VMSTATE_TIMER_PTR(machine.wake, struct ringside_bench),
        VMSTATE_TIMER_PTR(machine.grace, struct ringside_bench),
        VMSTATE_END_OF_LIST()
    },
};

static const Property bench_properties[] = {
    DEFINE_PROP_STRING("plan", struct ringside_bench, paths.plan),
    DEFINE_PROP_STRING("timing", struct ringside_bench, paths.timing),
    DEFINE_PROP_STRING("trace", struct ringside_bench, paths.trace),
    DEFINE_PROP_STRING("capture", struct ringside_bench, paths.capture),
    DEFINE_PROP_STRING("report", struct ringside_bench, paths.report),
    DEFINE_PROP_LINK("mailbox", struct ringside_bench, mailbox, TYPE_MEMORY_BACKEND,
                     HostMemoryBackend *),
    DEFINE_PROP_UINT32("grace-ms", struct ringside_bench, machine.grace_ms, 10000),
    DEFINE_PROP_STRING("started", struct ringside_bench, paths.started),
    DEFINE_PROP_STRING("save-base", struct ringside_bench, save_base),
    DEFINE_PROP_BOOL("from-base", struct ringside_bench, from_base, false),
    DEFINE_PROP_STRING("snapshot", struct ringside_bench, machine.snapshot),
    DEFINE_PROP_UINT64("snapshot-at", struct ringside_bench, machine.snapshot_at, 0),
    DEFINE_PROP_BOOL("stop-at-mark", struct ringside_bench, stop_at_mark, false),
};

static void bench_class_init(ObjectClass *class, void *data)
{
    DeviceClass *device = DEVICE_CLASS(class);
    PCIDeviceClass *pci = PCI_DEVICE_CLASS(class);

    pci->realize = bench_realize;
    pci->exit = bench_exit;
    pci->vendor_id = RS_CTL_VENDOR;
    pci->device_id = RS_CTL_DEVICE;
    pci->class_id = PCI_CLASS_OTHERS << 8;
    device->desc = "Ringside's control device; owns the machine's bench";
    device->vmsd = &bench_vmstate;
    device->hotpluggable = false;
    device_class_set_props(device, bench_properties);
    set_bit(DEVICE_CATEGORY_MISC, device->categories);
}

static const TypeInfo bench_type = {
    .name = TYPE_RINGSIDE_BENCH,
    .parent = TYPE_PCI_DEVICE,
    .instance_size = sizeof(struct ringside_bench),
    .class_init = bench_class_init,
    .interfaces = (InterfaceInfo[]) { { INTERFACE_CONVENTIONAL_PCI_DEVICE }, {} },
};

static void register_types(void)
{
    type_register_static(&bench_type);
}

type_init(register_types)
