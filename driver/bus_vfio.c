/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The bus over VFIO. IOVAs are dealt out from a fixed base in the order of allocation, so that what
 * the device sees is the same in every run, wherever the process's memory happens to lie. It must
 * not know anything of the 82599 beyond "BAR0 holds registers".
 */
#define _GNU_SOURCE /* ppoll */
#include "driver/bus_vfio.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/vfio.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "driver/linux.h"

enum {
    GROUPS_MAX = 16,
    VECTORS_MAX = 64,
};

/* Above 4 GiB, so that a lost upper half of an address shows at once, and below the 39 bits that
 * the smallest of IOMMUs translate. */
#define IOVA_BASE UINT64_C(0x1000000000)

struct group {
    int number, fd;
    unsigned users;
};

struct ixd_vfio_domain {
    int container;
    bool iommu_set;
    uint64_t next_iova;
    struct group groups[GROUPS_MAX];
};

struct vfio_bus {
    struct ixd_bus bus;
    struct ixd_vfio_domain *domain;
    struct group *group;
    int device;
    uint64_t config_offset; /* of configuration space, in the device file */
    enum ixd_irq_kind kind; /* of those that are switched on */
    unsigned vectors;       /* switched on */
    bool line_masked;       /* INTx: by the kernel, since it fired */
    int events[VECTORS_MAX];
};

static struct vfio_bus *of(struct ixd_bus *bus)
{
    return bus->impl;
}

/* --- memory ---------------------------------------------------------------------------------- */

static int vfio_dma_alloc(struct ixd_bus *bus, size_t bytes, unsigned access, struct ixd_dma *out,
                          struct ixd_error *err)
{
    struct ixd_vfio_domain *domain = of(bus)->domain;
    struct ixd_dma dma = {.page_bytes = IXD_PAGE_HUGE, .access = access};
    struct vfio_iommu_type1_dma_map map = {.argsz = sizeof(map)};

    dma.bytes = ixd_round_up(bytes, IXD_PAGE_HUGE);
    dma.virt = ixd_linux_map(dma.bytes, true);
    if (dma.virt == MAP_FAILED) {
        dma.page_bytes = IXD_PAGE_SMALL;
        dma.bytes = ixd_round_up(bytes, IXD_PAGE_SMALL);
        dma.virt = ixd_linux_map(dma.bytes, false);
    }
    if (dma.virt == MAP_FAILED)
        return ixd_fail(err, -ENOMEM, "%s: no memory for %zu bytes: %s", bus->name, bytes,
                        strerror(errno));
    dma.iova = domain->next_iova;
    map.vaddr = (uintptr_t)dma.virt;
    map.iova = dma.iova;
    map.size = dma.bytes;
    map.flags = (access & IXD_DMA_DEVICE_READS ? VFIO_DMA_MAP_FLAG_READ : 0) |
                (access & IXD_DMA_DEVICE_WRITES ? VFIO_DMA_MAP_FLAG_WRITE : 0);
    if (ioctl(domain->container, VFIO_IOMMU_MAP_DMA, &map) < 0) {
        int code = -errno;

        munmap(dma.virt, dma.bytes);
        return ixd_fail(err, code, "%s: mapping %zu bytes at IOVA 0x%llx for the device: %s%s",
                        bus->name, dma.bytes, (unsigned long long)map.iova, strerror(-code),
                        code == -ENOMEM ? " (raise RLIMIT_MEMLOCK: ulimit -l)" : "");
    }
    /* The next one starts on a huge page whatever this one was made of. */
    domain->next_iova += ixd_round_up(dma.bytes, IXD_PAGE_HUGE);
    *out = dma;
    return 0;
}

static void vfio_dma_free(struct ixd_bus *bus, struct ixd_dma *dma)
{
    struct vfio_iommu_type1_dma_unmap unmap = {
        .argsz = sizeof(unmap), .iova = dma->iova, .size = dma->bytes};

    /* The mapping for the device goes first: pages given back while it stands could be written to
     * by the device under their next owner. If it does not go, the memory stays. */
    if (ioctl(of(bus)->domain->container, VFIO_IOMMU_UNMAP_DMA, &unmap) == 0)
        munmap(dma->virt, dma->bytes);
    memset(dma, 0, sizeof(*dma));
}

/* --- interrupts ------------------------------------------------------------------------------ */

static int set_irqs(struct vfio_bus *vfio, unsigned count)
{
    static const unsigned index[] = {
        [IXD_IRQ_MSIX] = VFIO_PCI_MSIX_IRQ_INDEX,
        [IXD_IRQ_MSI] = VFIO_PCI_MSI_IRQ_INDEX,
        [IXD_IRQ_INTX] = VFIO_PCI_INTX_IRQ_INDEX,
    };
    char buffer[sizeof(struct vfio_irq_set) + VECTORS_MAX * sizeof(int32_t)]
        __attribute__((aligned(8)));
    struct vfio_irq_set *set = (struct vfio_irq_set *)buffer;

    *set = (struct vfio_irq_set){
        .argsz = sizeof(*set) + count * sizeof(int32_t),
        .flags = VFIO_IRQ_SET_ACTION_TRIGGER |
                 (count ? VFIO_IRQ_SET_DATA_EVENTFD : VFIO_IRQ_SET_DATA_NONE),
        .index = index[vfio->kind],
        .count = count,
    };
    memcpy(set->data, vfio->events, count * sizeof(int32_t));
    return ioctl(vfio->device, VFIO_DEVICE_SET_IRQS, set) < 0 ? -errno : 0;
}

static void close_events(struct vfio_bus *vfio, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        close(vfio->events[i]);
    vfio->vectors = 0;
}

/* The kernel masks the line when it fires: there is nobody who could look at the device there. */
static int unmask_line(struct vfio_bus *vfio)
{
    struct vfio_irq_set set = {
        .argsz = sizeof(set),
        .flags = VFIO_IRQ_SET_ACTION_UNMASK | VFIO_IRQ_SET_DATA_NONE,
        .index = VFIO_PCI_INTX_IRQ_INDEX,
        .count = 1,
    };

    if (!vfio->line_masked)
        return 0;
    vfio->line_masked = false;
    return ioctl(vfio->device, VFIO_DEVICE_SET_IRQS, &set) < 0 ? -errno : 0;
}

static int vfio_irq_enable(struct ixd_bus *bus, enum ixd_irq_kind kind, unsigned count,
                           struct ixd_error *err)
{
    struct vfio_bus *vfio = of(bus);
    const unsigned most = kind == IXD_IRQ_MSIX ? bus->irq_vectors : 1;
    int rc;

    if (count > most || vfio->vectors)
        return ixd_fail(err, -EINVAL, "%s: %u vectors: expected at most %u, once", bus->name, count,
                        most);
    vfio->kind = kind;
    vfio->line_masked = false;
    for (unsigned i = 0; i < count; i++) {
        vfio->events[i] = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        if (vfio->events[i] < 0) {
            rc = -errno;
            close_events(vfio, i);
            return ixd_fail(err, rc, "%s: eventfd: %s", bus->name, strerror(-rc));
        }
    }
    rc = set_irqs(vfio, count);
    if (rc) {
        close_events(vfio, count);
        return ixd_fail(err, rc, "%s: switching %u interrupt vectors on: %s", bus->name, count,
                        strerror(-rc));
    }
    vfio->vectors = count;
    return 0;
}

static void vfio_irq_disable(struct ixd_bus *bus)
{
    struct vfio_bus *vfio = of(bus);

    if (!vfio->vectors)
        return;
    set_irqs(vfio, 0);
    close_events(vfio, vfio->vectors);
}

static int vfio_irq_wait(struct ixd_irq *irqs, unsigned count, uint64_t timeout_ns)
{
    enum { WAIT_MAX = 8 * VECTORS_MAX };
    struct pollfd fds[WAIT_MAX];
    struct timespec timeout = {.tv_sec = timeout_ns / 1000000000,
                               .tv_nsec = timeout_ns % 1000000000};
    int fired = 0;

    if (count > WAIT_MAX)
        return -EINVAL;
    for (unsigned i = 0; i < count; i++) {
        if (irqs[i].vector >= of(irqs[i].bus)->vectors)
            return -EINVAL;
        irqs[i].fired = false;
        if (unmask_line(of(irqs[i].bus)) < 0)
            return -EIO;
        fds[i] = (struct pollfd){.fd = of(irqs[i].bus)->events[irqs[i].vector], .events = POLLIN};
    }
    if (ppoll(fds, count, &timeout, NULL) < 0)
        return -errno;
    for (unsigned i = 0; i < count; i++) {
        uint64_t messages;

        if (fds[i].revents && read(fds[i].fd, &messages, sizeof(messages)) == sizeof(messages)) {
            irqs[i].fired = true;
            of(irqs[i].bus)->line_masked = of(irqs[i].bus)->kind == IXD_IRQ_INTX;
            fired++;
        }
    }
    return fired;
}

/* --- configuration space --------------------------------------------------------------------- */

static int vfio_config_read(struct ixd_bus *bus, uint32_t offset, unsigned bytes, uint32_t *value)
{
    uint32_t word = 0;

    if (pread(of(bus)->device, &word, bytes, (off_t)(of(bus)->config_offset + offset)) != bytes)
        return -EIO;
    *value = le32toh(word);
    return 0;
}

static int vfio_config_write(struct ixd_bus *bus, uint32_t offset, unsigned bytes, uint32_t value)
{
    const uint32_t word = htole32(value);

    return pwrite(of(bus)->device, &word, bytes, (off_t)(of(bus)->config_offset + offset)) == bytes
               ? 0
               : -EIO;
}

static const struct ixd_bus_ops vfio_ops = {
    .dma_alloc = vfio_dma_alloc,
    .dma_free = vfio_dma_free,
    .irq_enable = vfio_irq_enable,
    .irq_disable = vfio_irq_disable,
    .irq_wait = vfio_irq_wait,
    .config_read = vfio_config_read,
    .config_write = vfio_config_write,
    .now_ns = ixd_linux_now_ns,
    .sleep_ns = ixd_linux_sleep_ns,
};

/* --- container, group, device ---------------------------------------------------------------- */

int ixd_vfio_domain_open(struct ixd_vfio_domain **out, struct ixd_error *err)
{
    struct ixd_vfio_domain *domain = calloc(1, sizeof(*domain));
    int rc;

    if (!domain)
        return ixd_fail(err, -ENOMEM, "VFIO: no memory");
    domain->next_iova = IOVA_BASE;
    domain->container = open("/dev/vfio/vfio", O_RDWR | O_CLOEXEC);
    if (domain->container < 0) {
        rc = ixd_fail(err, -errno, "/dev/vfio/vfio: %s (is the module vfio loaded?)",
                      strerror(errno));
        free(domain);
        return rc;
    }
    if (ioctl(domain->container, VFIO_GET_API_VERSION) != VFIO_API_VERSION ||
        ioctl(domain->container, VFIO_CHECK_EXTENSION, VFIO_TYPE1v2_IOMMU) != 1) {
        close(domain->container);
        free(domain);
        return ixd_fail(err, -ENOTSUP,
                        "VFIO: no type 1 IOMMU (is vfio_iommu_type1 loaded, and the IOMMU on?)");
    }
    *out = domain;
    return 0;
}

void ixd_vfio_domain_close(struct ixd_vfio_domain *domain)
{
    if (!domain)
        return;
    close(domain->container);
    free(domain);
}

static int group_number(const char *address, struct ixd_error *err)
{
    char path[96], link[256];
    const char *base;
    ssize_t length;

    snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/iommu_group", address);
    length = readlink(path, link, sizeof(link) - 1);
    if (length < 0)
        return ixd_fail(err, -ENODEV,
                        "%s: no IOMMU group: is there such a device (--port DDDD:BB:DD.F), and is "
                        "the IOMMU on?",
                        address);
    link[length] = 0;
    base = strrchr(link, '/');
    return (int)strtol(base ? base + 1 : link, NULL, 10);
}

static int open_group(struct ixd_vfio_domain *domain, struct group *group, const char *address,
                      struct ixd_error *err)
{
    struct vfio_group_status status = {.argsz = sizeof(status)};
    char path[32];
    int rc;

    snprintf(path, sizeof(path), "/dev/vfio/%d", group->number);
    group->fd = open(path, O_RDWR | O_CLOEXEC);
    if (group->fd < 0)
        return ixd_fail(err, -errno,
                        "%s: %s: %s (bind the device to vfio-pci, and give the user "
                        "that node)",
                        address, path, strerror(errno));
    if (ioctl(group->fd, VFIO_GROUP_GET_STATUS, &status) < 0 ||
        !(status.flags & VFIO_GROUP_FLAGS_VIABLE)) {
        rc = ixd_fail(err, -EBUSY,
                      "%s: IOMMU group %d is not viable: bind all of its devices to "
                      "vfio-pci",
                      address, group->number);
        goto fail;
    }
    if (ioctl(group->fd, VFIO_GROUP_SET_CONTAINER, &domain->container) < 0) {
        rc = ixd_fail(err, -errno, "%s: adding group %d to the container: %s", address,
                      group->number, strerror(errno));
        goto fail;
    }
    if (!domain->iommu_set && ioctl(domain->container, VFIO_SET_IOMMU, VFIO_TYPE1v2_IOMMU) < 0) {
        rc = ixd_fail(err, -errno, "%s: choosing the type 1 IOMMU: %s", address, strerror(errno));
        goto fail;
    }
    domain->iommu_set = true;
    return 0;
fail:
    close(group->fd);
    return rc;
}

/* The group of a device, opened if none of the domain's ports has opened it already. */
static int get_group(struct ixd_vfio_domain *domain, const char *address, struct group **out,
                     struct ixd_error *err)
{
    int number = group_number(address, err);
    struct group *vacant = NULL;
    int rc;

    if (number < 0)
        return number;
    for (unsigned i = 0; i < GROUPS_MAX; i++) {
        struct group *group = &domain->groups[i];

        if (group->users && group->number == number) {
            group->users++;
            *out = group;
            return 0;
        }
        if (!group->users && !vacant)
            vacant = group;
    }
    if (!vacant)
        return ixd_fail(err, -ENOSPC, "%s: more than %d IOMMU groups", address, GROUPS_MAX);
    vacant->number = number;
    rc = open_group(domain, vacant, address, err);
    if (rc)
        return rc;
    vacant->users = 1;
    *out = vacant;
    return 0;
}

static void put_group(struct ixd_vfio_domain *domain, struct group *group)
{
    if (--group->users == 0)
        close(group->fd); /* leaves the container, which forgets its IOMMU with the last group */
    for (unsigned i = 0; i < GROUPS_MAX; i++) {
        if (domain->groups[i].users)
            return;
    }
    domain->iommu_set = false;
}

enum { PCI_COMMAND = 4, PCI_COMMAND_MEMORY = 1 << 1, PCI_COMMAND_MASTER = 1 << 2 };

static int change_command(struct vfio_bus *vfio, uint16_t clear, uint16_t set)
{
    uint32_t command;
    int rc = vfio_config_read(&vfio->bus, PCI_COMMAND, 2, &command);

    return rc ? rc : vfio_config_write(&vfio->bus, PCI_COMMAND, 2, (command & ~clear) | set);
}

static int map_device(struct vfio_bus *vfio, struct ixd_error *err)
{
    struct vfio_region_info bar = {.argsz = sizeof(bar), .index = VFIO_PCI_BAR0_REGION_INDEX};
    struct vfio_region_info config = {.argsz = sizeof(config),
                                      .index = VFIO_PCI_CONFIG_REGION_INDEX};
    struct vfio_irq_info irq = {.argsz = sizeof(irq), .index = VFIO_PCI_MSIX_IRQ_INDEX};
    void *regs;

    if (ioctl(vfio->device, VFIO_DEVICE_GET_REGION_INFO, &config) < 0 ||
        ioctl(vfio->device, VFIO_DEVICE_GET_REGION_INFO, &bar) < 0)
        return ixd_fail(err, -errno, "%s: asking for the device's regions: %s", vfio->bus.name,
                        strerror(errno));
    if (!(bar.flags & VFIO_REGION_INFO_FLAG_MMAP) || bar.size < 128 * 1024)
        return ixd_fail(err, -ENODEV, "%s: BAR0 of %llu bytes: expected 128 KiB that can be mapped",
                        vfio->bus.name, (unsigned long long)bar.size);
    vfio->config_offset = config.offset;
    regs = mmap(NULL, bar.size, PROT_READ | PROT_WRITE, MAP_SHARED, vfio->device, bar.offset);
    if (regs == MAP_FAILED)
        return ixd_fail(err, -errno, "%s: mapping BAR0: %s", vfio->bus.name, strerror(errno));
    vfio->bus.regs = regs;
    vfio->bus.regs_bytes = bar.size;
    if (ioctl(vfio->device, VFIO_DEVICE_GET_IRQ_INFO, &irq) == 0)
        vfio->bus.irq_vectors = irq.count < VECTORS_MAX ? irq.count : VECTORS_MAX;
    if (change_command(vfio, 0, PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER)) {
        munmap(regs, bar.size);
        return ixd_fail(err, -EIO, "%s: PCI command register: cannot be read and written",
                        vfio->bus.name);
    }
    return 0;
}

int ixd_vfio_open(struct ixd_bus **out, struct ixd_vfio_domain *domain, const char *address,
                  struct ixd_error *err)
{
    struct vfio_bus *vfio = calloc(1, sizeof(*vfio));
    int rc;

    if (!vfio)
        return ixd_fail(err, -ENOMEM, "%s: no memory", address);
    vfio->bus.ops = &vfio_ops;
    vfio->bus.impl = vfio;
    vfio->domain = domain;
    snprintf(vfio->bus.name, sizeof(vfio->bus.name), "%s", address);
    rc = get_group(domain, address, &vfio->group, err);
    if (rc)
        goto free_bus;
    vfio->device = ioctl(vfio->group->fd, VFIO_GROUP_GET_DEVICE_FD, address);
    if (vfio->device < 0) {
        rc = ixd_fail(err, -errno, "%s: opening the device: %s (is it bound to vfio-pci?)", address,
                      strerror(errno));
        goto leave_group;
    }
    rc = map_device(vfio, err);
    if (rc)
        goto close_device;
    *out = &vfio->bus;
    return 0;
close_device:
    close(vfio->device);
leave_group:
    put_group(domain, vfio->group);
free_bus:
    free(vfio);
    return rc;
}

void ixd_vfio_close(struct ixd_bus *bus)
{
    struct vfio_bus *vfio = of(bus);

    vfio_irq_disable(bus);
    change_command(vfio, PCI_COMMAND_MASTER, 0);
    munmap((void *)(uintptr_t)bus->regs, bus->regs_bytes);
    close(vfio->device);
    put_group(vfio->domain, vfio->group);
    free(vfio);
}
