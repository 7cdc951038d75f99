/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Registers: resource0 of the function, mapped. Memory: huge pages, whose physical address
 * /proc/self/pagemap tells root; they do not move while they are mapped. Configuration space: the
 * file `config`. It must not know anything of the 82599 beyond "BAR0 holds registers".
 */
#define _GNU_SOURCE
#include "driver/bus_sysfs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "driver/linux.h"

enum { PCI_COMMAND = 4, PCI_COMMAND_MEMORY = 1 << 1, PCI_COMMAND_MASTER = 1 << 2 };
enum { BAR0_BYTES_MIN = 128 * 1024 };

/* An entry of pagemap: Documentation/admin-guide/mm/pagemap.rst of Linux. */
#define PAGEMAP_PRESENT (UINT64_C(1) << 63)
#define PAGEMAP_FRAME   ((UINT64_C(1) << 55) - 1)

struct sysfs_bus {
    struct ixd_bus bus;
    char folder[256]; /* of the function */
    char pagemap[256];
    bool enabled; /* by us: no kernel driver had it */
};

static struct sysfs_bus *of(struct ixd_bus *bus)
{
    return bus->impl;
}

/* --- memory ---------------------------------------------------------------------------------- */

static int physical_of(struct sysfs_bus *s, const void *virt, uint64_t *physical,
                       struct ixd_error *err)
{
    uint64_t entry = 0;
    int fd = open(s->pagemap, O_RDONLY | O_CLOEXEC);
    ssize_t got;

    if (fd < 0)
        return ixd_fail(err, -errno, "%s: %s: %s", s->bus.name, s->pagemap, strerror(errno));
    got = pread(fd, &entry, sizeof(entry),
                (off_t)((uintptr_t)virt / IXD_PAGE_SMALL * sizeof(entry)));
    close(fd);
    if (got != sizeof(entry) || !(entry & PAGEMAP_PRESENT))
        return ixd_fail(err, -EFAULT, "%s: %s knows no page for memory that was just mapped",
                        s->bus.name, s->pagemap);
    if (!(entry & PAGEMAP_FRAME))
        return ixd_fail(err, -EPERM,
                        "%s: physical addresses are for root only: run as root, or bind the port "
                        "to vfio-pci", s->bus.name);
    *physical = (entry & PAGEMAP_FRAME) * IXD_PAGE_SMALL + (uintptr_t)virt % IXD_PAGE_SMALL;
    return 0;
}

static int sysfs_dma_alloc(struct ixd_bus *bus, size_t bytes, unsigned access,
                           struct ixd_dma *out, struct ixd_error *err)
{
    struct ixd_dma dma = {
        .bytes = IXD_PAGE_HUGE, .page_bytes = IXD_PAGE_HUGE, .access = access};
    int rc;

    if (bytes == 0 || bytes > IXD_PAGE_HUGE)
        return ixd_fail(err, -ENOMEM,
                        "%s: %zu bytes: without an IOMMU memory is contiguous within one huge page "
                        "of 2 MiB only", bus->name, bytes);
    dma.virt = ixd_linux_map(dma.bytes, true);
    if (dma.virt == MAP_FAILED)
        return ixd_fail(err, -ENOMEM,
                        "%s: no free huge page (write a number to /proc/sys/vm/nr_hugepages): %s",
                        bus->name, strerror(errno));
    rc = mlock(dma.virt, dma.bytes) ? -errno : 0;
    if (rc)
        ixd_fail(err, rc, "%s: locking a huge page: %s (raise RLIMIT_MEMLOCK: ulimit -l)",
                 bus->name, strerror(-rc));
    if (!rc)
        rc = physical_of(of(bus), dma.virt, &dma.iova, err);
    if (rc) {
        munmap(dma.virt, dma.bytes);
        return rc;
    }
    *out = dma;
    return 0;
}

/* The device could go on to use it: whoever frees memory has taken it from all rings before. */
static void sysfs_dma_free(struct ixd_bus *bus, struct ixd_dma *dma)
{
    munmap(dma->virt, dma->bytes);
    memset(dma, 0, sizeof(*dma));
}

/* --- interrupts: none ------------------------------------------------------------------------ */

static int sysfs_irq_enable(struct ixd_bus *bus, enum ixd_irq_kind kind, unsigned count,
                            struct ixd_error *err)
{
    return ixd_fail(err, -ENOTSUP, "%s: there are no interrupts without VFIO: poll (--wait poll)",
                    bus->name);
}

static void sysfs_irq_disable(struct ixd_bus *bus)
{
}

static int sysfs_irq_wait(struct ixd_irq *irqs, unsigned count, uint64_t timeout_ns)
{
    return -ENOTSUP;
}

/* --- configuration space --------------------------------------------------------------------- */

static int open_file(struct sysfs_bus *s, const char *name, int flags)
{
    char path[300];

    snprintf(path, sizeof(path), "%s/%s", s->folder, name);
    int fd = open(path, flags | O_CLOEXEC);
    return fd < 0 ? -errno : fd;
}

static int sysfs_config_read(struct ixd_bus *bus, uint32_t offset, unsigned bytes, uint32_t *value)
{
    int fd = open_file(of(bus), "config", O_RDONLY), rc = fd < 0 ? fd : -EIO;
    uint32_t word = 0;

    if (fd < 0)
        return rc;
    if (pread(fd, &word, bytes, (off_t)offset) == bytes)
        rc = 0;
    close(fd);
    *value = le32toh(word);
    return rc;
}

static int sysfs_config_write(struct ixd_bus *bus, uint32_t offset, unsigned bytes, uint32_t value)
{
    int fd = open_file(of(bus), "config", O_WRONLY), rc = fd < 0 ? fd : -EIO;
    const uint32_t word = htole32(value);

    if (fd < 0)
        return rc;
    if (pwrite(fd, &word, bytes, (off_t)offset) == bytes)
        rc = 0;
    close(fd);
    return rc;
}

static const struct ixd_bus_ops sysfs_ops = {
    .dma_alloc = sysfs_dma_alloc,
    .dma_free = sysfs_dma_free,
    .irq_enable = sysfs_irq_enable,
    .irq_disable = sysfs_irq_disable,
    .irq_wait = sysfs_irq_wait,
    .config_read = sysfs_config_read,
    .config_write = sysfs_config_write,
    .now_ns = ixd_linux_now_ns,
    .sleep_ns = ixd_linux_sleep_ns,
};

/* --- the function ---------------------------------------------------------------------------- */

/* Memory space on, without a kernel driver that has done it. */
static int enable(struct sysfs_bus *s, bool on)
{
    int fd = open_file(s, "enable", O_WRONLY);
    int rc = fd < 0 ? fd : write(fd, on ? "1" : "0", 1) == 1 ? 0 : -errno;

    if (fd >= 0)
        close(fd);
    return rc;
}

static int change_command(struct sysfs_bus *s, uint16_t clear, uint16_t set)
{
    uint32_t command;
    int rc = sysfs_config_read(&s->bus, PCI_COMMAND, 2, &command);

    return rc ? rc : sysfs_config_write(&s->bus, PCI_COMMAND, 2, (command & ~clear) | set);
}

static int map_registers(struct sysfs_bus *s, struct ixd_error *err)
{
    int fd = open_file(s, "resource0", O_RDWR);
    struct stat status;
    void *regs = MAP_FAILED;

    if (fd < 0)
        return ixd_fail(err, fd, "%s: %s/resource0: %s (run as root)", s->bus.name, s->folder,
                        strerror(-fd));
    if (fstat(fd, &status) == 0 && status.st_size >= BAR0_BYTES_MIN) {
        regs = mmap(NULL, status.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        close(fd);
        if (regs == MAP_FAILED)
            return ixd_fail(err, -errno, "%s: mapping BAR0: %s", s->bus.name, strerror(errno));
        s->bus.regs = regs;
        s->bus.regs_bytes = (uint32_t)status.st_size;
        return 0;
    }
    close(fd);
    return ixd_fail(err, -ENODEV, "%s: BAR0 of less than 128 KiB", s->bus.name);
}

/* Whose is it? Only a function that no kernel driver works with can be had. */
static int claim(struct sysfs_bus *s, const char *devices, struct ixd_error *err)
{
    char driver[64];
    int rc = ixd_linux_bound_to(devices, s->bus.name, driver, sizeof(driver));

    if (rc)
        return ixd_fail(err, rc, "%s: no such device (--port DDDD:BB:DD.F)", s->bus.name);
    if (*driver && strcmp(driver, "uio_pci_generic") != 0)
        return ixd_fail(err, -EBUSY, "%s: is bound to %s: bind it to uio_pci_generic, or unbind it",
                        s->bus.name, driver);
    if (!*driver) {
        rc = enable(s, true);
        if (rc)
            return ixd_fail(err, rc, "%s: %s/enable: %s (run as root)", s->bus.name, s->folder,
                            strerror(-rc));
        s->enabled = true;
    }
    return 0;
}

int ixd_sysfs_open(struct ixd_bus **out, const struct ixd_sysfs_places *places,
                   const char *address, struct ixd_error *err)
{
    const char *devices = places && places->devices ? places->devices : IXD_LINUX_DEVICES;
    const char *pagemap = places && places->pagemap ? places->pagemap : "/proc/self/pagemap";
    struct sysfs_bus *s = calloc(1, sizeof(*s));

    if (!s)
        return ixd_fail(err, -ENOMEM, "%s: no memory", address);
    s->bus.ops = &sysfs_ops;
    s->bus.impl = s;
    snprintf(s->bus.name, sizeof(s->bus.name), "%s", address);
    snprintf(s->folder, sizeof(s->folder), "%s/%s", devices, address);
    snprintf(s->pagemap, sizeof(s->pagemap), "%s", pagemap);
    int rc = claim(s, devices, err);
    if (rc) { /* somebody else's: hands off */
        free(s);
        return rc;
    }
    rc = map_registers(s, err);
    if (!rc && change_command(s, 0, PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER))
        rc = ixd_fail(err, -EIO, "%s: PCI command register: cannot be read and written", address);
    if (rc) {
        ixd_sysfs_close(&s->bus);
        return rc;
    }
    *out = &s->bus;
    return 0;
}

void ixd_sysfs_close(struct ixd_bus *bus)
{
    struct sysfs_bus *s = of(bus);

    change_command(s, PCI_COMMAND_MASTER, 0);
    if (bus->regs)
        munmap((void *)(uintptr_t)bus->regs, bus->regs_bytes);
    if (s->enabled)
        enable(s, false);
    free(s);
}
