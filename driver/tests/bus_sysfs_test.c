/* SPDX-License-Identifier: BSD-2-Clause
 * The bus with physical addresses, over a folder that looks like sysfs: who may have a function,
 * what is switched on and off, and what it says when something is missing. */
#include "driver/bus_sysfs.h"

#include "driver/linux.h"
#include "driver/tests/test.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define ADDRESS "0000:01:00.0"

static char root[64], folder[128], pagemap[96];
static struct ixd_sysfs_places places = {.devices = root, .pagemap = pagemap};

static void at(char out[256], const char *name)
{
    snprintf(out, 256, "%s/%s", folder, name);
}

static void put(const char *name, const void *data, size_t bytes, off_t size)
{
    char path[256];

    at(path, name);
    int fd = open(path, O_CREAT | O_RDWR | O_TRUNC, 0600);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(ftruncate(fd, size), 0);
    ck_assert_int_eq(pwrite(fd, data, bytes, 0), (ssize_t)bytes);
    close(fd);
}

static uint8_t byte_of(const char *name, off_t offset)
{
    char path[256];
    uint8_t value = 0xff;

    at(path, name);
    int fd = open(path, O_RDONLY);
    ck_assert_int_eq(pread(fd, &value, 1, offset), 1);
    close(fd);
    return value;
}

static void make_function(void)
{
    strcpy(root, "/tmp/ixd-sysfs-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(root));
    snprintf(folder, sizeof(folder), "%s/" ADDRESS, root);
    snprintf(pagemap, sizeof(pagemap), "%s/pagemap", root);
    ck_assert_int_eq(mkdir(folder, 0700), 0);
    put("resource0", "", 0, 128 * 1024);
    put("config", "\x86\x80\xfb\x10\x00\x04", 6, 256); /* INTx is off already: bit 10 stays */
    put("enable", "0", 1, 1);
}

static void bind_to(const char *driver)
{
    char path[256];

    at(path, "driver");
    unlink(path);
    if (driver)
        ck_assert_int_eq(symlink(driver, path), 0);
}

static void remove_function(void)
{
    static const char *const names[] = {"resource0", "config", "enable", "driver"};
    char path[256];

    for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        at(path, names[i]);
        unlink(path);
    }
    unlink(pagemap);
    rmdir(folder);
    rmdir(root);
}

START_TEST(a_free_function_is_enabled_and_given_back)
{
    struct ixd_error err = {""};
    struct ixd_bus *bus;

    make_function();
    ck_assert_msg(ixd_sysfs_open(&bus, &places, ADDRESS, &err) == 0, "%s", err.text);
    ck_assert_uint_eq(byte_of("enable", 0), '1');
    ck_assert_uint_eq(byte_of("config", 4), 6); /* memory space, bus master */
    ck_assert_uint_eq(byte_of("config", 5), 4);
    ck_assert_uint_eq(bus->regs_bytes, 128 * 1024);
    ixd_write32(bus, 0x18, 0x12345678);
    ck_assert_uint_eq(ixd_read32(bus, 0x18), 0x12345678);
    ck_assert_uint_eq(byte_of("resource0", 0x18), 0x78);
    ck_assert_str_eq(bus->name, ADDRESS);
    ixd_sysfs_close(bus);
    ck_assert_uint_eq(byte_of("config", 4), 2);
    ck_assert_uint_eq(byte_of("enable", 0), '0');
    remove_function();
}
END_TEST

START_TEST(uio_has_enabled_it_already)
{
    struct ixd_error err = {""};
    struct ixd_bus *bus;

    make_function();
    bind_to("../../../bus/pci/drivers/uio_pci_generic");
    ck_assert_int_eq(ixd_sysfs_open(&bus, &places, ADDRESS, &err), 0);
    ck_assert_uint_eq(byte_of("enable", 0), '0');
    ck_assert_uint_eq(byte_of("config", 4), 6);
    ixd_sysfs_close(bus);
    remove_function();
}
END_TEST

START_TEST(what_is_not_ours_is_left_alone)
{
    struct ixd_error err = {""};
    struct ixd_bus *bus;

    make_function();
    bind_to("../../../bus/pci/drivers/ixgbe");
    ck_assert_int_eq(ixd_sysfs_open(&bus, &places, ADDRESS, &err), -EBUSY);
    ck_contains(err.text, "is bound to ixgbe");
    ck_contains(err.text, "uio_pci_generic");
    ck_assert_uint_eq(byte_of("config", 4), 0);
    ck_assert_int_eq(ixd_sysfs_open(&bus, &places, "0000:09:00.0", &err), -ENODEV);
    ck_contains(err.text, "no such device");
    remove_function();
}
END_TEST

START_TEST(a_small_bar_is_no_82599)
{
    struct ixd_error err = {""};
    struct ixd_bus *bus;

    make_function();
    put("resource0", "", 0, 4096);
    ck_assert_int_eq(ixd_sysfs_open(&bus, &places, ADDRESS, &err), -ENODEV);
    ck_contains(err.text, "less than 128 KiB");
    ck_assert_uint_eq(byte_of("enable", 0), '0'); /* as it was */
    remove_function();
}
END_TEST

/* What pagemap says of the page at `virt`. */
static void map_page(const void *virt, uint64_t entry)
{
    int fd = open(pagemap, O_CREAT | O_RDWR, 0600);

    ck_assert_int_eq(pwrite(fd, &entry, sizeof(entry), (uintptr_t)virt / 4096 * 8),
                     (ssize_t)sizeof(entry));
    close(fd);
}

START_TEST(memory_has_its_physical_address)
{
    struct ixd_error err = {""};
    struct ixd_dma dma;
    struct ixd_bus *bus;

    make_function();
    ck_assert_int_eq(ixd_sysfs_open(&bus, &places, ADDRESS, &err), 0);
    ck_assert_int_eq(bus->ops->dma_alloc(bus, (2 << 20) + 1, 3, &dma, &err), -ENOMEM);
    ck_contains(err.text, "contiguous");
    ck_assert_int_eq(bus->ops->dma_alloc(bus, 0, 3, &dma, &err), -ENOMEM);
    /* where the next huge page would come to lie: the kernel reuses what was just freed */
    void *virt = ixd_linux_map(IXD_PAGE_HUGE, true);
    if (virt == MAP_FAILED) { /* no huge pages on this machine, which is a case of its own */
        ck_assert_int_eq(bus->ops->dma_alloc(bus, 4096, 3, &dma, &err), -ENOMEM);
        ck_contains(err.text, "nr_hugepages");
    } else {
        munmap(virt, IXD_PAGE_HUGE);
        map_page(virt, UINT64_C(1) << 63);
        ck_assert_int_eq(bus->ops->dma_alloc(bus, 4096, 3, &dma, &err), -EPERM);
        ck_contains(err.text, "root");
        map_page(virt, UINT64_C(1) << 63 | UINT64_C(1) << 61 | 0x123400);
        ck_assert_int_eq(bus->ops->dma_alloc(bus, 4096, 3, &dma, &err), 0);
        ck_assert_uint_eq(dma.iova, UINT64_C(0x123400000));
        ck_assert_uint_eq(dma.bytes, IXD_PAGE_HUGE);
        bus->ops->dma_free(bus, &dma);
    }
    ixd_sysfs_close(bus);
    remove_function();
}
END_TEST

START_TEST(there_are_no_interrupts)
{
    struct ixd_error err = {""};
    struct ixd_bus *bus;

    make_function();
    ck_assert_int_eq(ixd_sysfs_open(&bus, &places, ADDRESS, &err), 0);
    ck_assert_uint_eq(bus->irq_vectors, 0);
    ck_assert_int_eq(bus->ops->irq_enable(bus, IXD_IRQ_MSIX, 1, &err), -ENOTSUP);
    ck_contains(err.text, "poll");
    ixd_sysfs_close(bus);
    remove_function();
}
END_TEST

TEST_MAIN("bus_sysfs", a_free_function_is_enabled_and_given_back, uio_has_enabled_it_already,
          what_is_not_ours_is_left_alone, a_small_bar_is_no_82599, memory_has_its_physical_address,
          there_are_no_interrupts)
