/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Control device: found by id in sysfs, mapped through resource0 and resource2, its INTx taken
 * through uio_pci_generic. See control.h.
 */
#include "guest/control.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "guest/bind.h"
#include "guest/files.h"

/* PCI configuration space: command register, interrupt disable bit */
enum { PCI_COMMAND = 4, PCI_COMMAND_INTX_DISABLE = 1 << 10 };

uint32_t control_read(const struct control *control, enum rs_ctl_reg offset)
{
    return control->registers[offset / 4];
}

void control_write(const struct control *control, enum rs_ctl_reg offset, uint32_t value)
{
    control->registers[offset / 4] = value;
}

/* Maps a whole BAR; *bytes gets its size. */
static int map_bar(const struct control *control, const char *leaf, void **base, uint64_t *bytes)
{
    char path[256];
    struct stat status;

    int result = pci_path(PCI_SYSFS, &control->address, leaf, path, sizeof(path));
    if (result < 0)
        return result;
    int fd = open(path, O_RDWR | O_SYNC | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    if (fstat(fd, &status) < 0)
        result = -errno;
    else
        *base = mmap(NULL, (size_t)status.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (!result && *base == MAP_FAILED)
        result = -errno;
    close(fd);
    *bytes = result ? 0 : (uint64_t)status.st_size;
    return result;
}

/* The first uio device is ours: nothing else is bound to uio this early. */
static int open_interrupt(struct control *control)
{
    char path[256];

    int result = bind_function(&control->address, "uio_pci_generic");
    if (result < 0)
        return result;
    result = pci_path(PCI_SYSFS, &control->address, "config", path, sizeof(path));
    if (result < 0)
        return result;
    control->config = open(path, O_RDWR | O_CLOEXEC);
    if (control->config < 0)
        return -errno;
    control->interrupt = open("/dev/uio0", O_RDWR | O_CLOEXEC);
    if (control->interrupt < 0)
        return -errno;
    control_write(control, RS_CTL_IRQ_STATUS, RS_IRQ_OVER | RS_IRQ_AGENT);
    control_write(control, RS_CTL_IRQ_ENABLE, RS_IRQ_OVER | RS_IRQ_AGENT);
    return 0;
}

int control_open(struct control *control, char *why, size_t room)
{
    uint64_t bytes = 0;
    void *base = NULL;

    *control = (struct control){.interrupt = -1, .config = -1};
    int found = pci_find(PCI_SYSFS, RS_CTL_VENDOR, RS_CTL_DEVICE, &control->address, 1);
    if (found < 1) {
        snprintf(why, room, "no control device %04x:%04x in this machine", RS_CTL_VENDOR,
                 RS_CTL_DEVICE);
        return -ENODEV;
    }
    /* decoding of the BARs must be on before they are touched */
    char path[256];
    if (!pci_path(PCI_SYSFS, &control->address, "enable", path, sizeof(path)))
        file_write(path, "1");
    int result = map_bar(control, "resource0", &base, &bytes);
    if (result < 0 || !base || bytes < RS_CTL_BAR0_BYTES) {
        snprintf(why, room, "cannot map BAR0 of the control device: %s",
                 result < 0 ? strerror(-result) : "too small");
        return -EIO;
    }
    control->registers = base;
    if (control_read(control, RS_CTL_ID) != RS_CTL_ID_VALUE ||
        control_read(control, RS_CTL_VERSION) != RS_CTL_VERSION_VALUE) {
        snprintf(why, room, "the control device says id %08x version %u: expected %08x version %u",
                 control_read(control, RS_CTL_ID), control_read(control, RS_CTL_VERSION),
                 RS_CTL_ID_VALUE, RS_CTL_VERSION_VALUE);
        return -EPROTO;
    }
    result = map_bar(control, "resource2", &base, &control->memory_bytes);
    if (result < 0) {
        snprintf(why, room, "cannot map the mailbox (BAR2): %s", strerror(-result));
        return result;
    }
    control->memory = base;
    result = open_interrupt(control);
    if (result < 0)
        snprintf(why, room, "cannot take the control device's interrupt: %s", strerror(-result));
    return result;
}

void control_announce(const struct control *control, enum rs_role role, uint32_t pid,
                      uint32_t generation)
{
    control_write(control, RS_CTL_PID, pid);
    control_write(control, RS_CTL_GENERATION, generation);
    control_write(control, RS_CTL_ROLE, role);
}

uint32_t control_take_interrupt(const struct control *control)
{
    uint32_t count;
    uint16_t command = 0;

    if (read(control->interrupt, &count, sizeof(count)) != (ssize_t)sizeof(count))
        return 0;
    uint32_t causes = control_read(control, RS_CTL_IRQ_STATUS);
    control_write(control, RS_CTL_IRQ_STATUS, causes);
    /* uio_pci_generic masks INTx at each interrupt and leaves it to us to take the mask off */
    bool masked = pread(control->config, &command, sizeof(command), PCI_COMMAND) ==
                  (ssize_t)sizeof(command);
    command &= (uint16_t)~PCI_COMMAND_INTX_DISABLE;
    if (!masked || pwrite(control->config, &command, sizeof(command), PCI_COMMAND) < 0)
        dprintf(STDERR_FILENO, "init: no further interrupt of the control device: %s\n",
                strerror(errno));
    return causes;
}
