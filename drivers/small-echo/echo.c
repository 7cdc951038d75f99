/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The smallest driver that does something: one port, one queue each way, legacy descriptors, no
 * IOMMU, no VFIO. It maps BAR0 from sysfs, gives the card physical addresses of one huge page, and
 * sends every frame back with its addresses swapped. An example for docs/drivers.md: it shows what
 * a program needs that is built from source; a driver to be copied is in driver/.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
    CTRL = 0x0, CTRL_EXT = 0x18, EEC = 0x10010, RDRXCTL = 0x2f00, AUTOC = 0x42a0, LINKS = 0x42a4,
    RDBAL = 0x1000, RDBAH = 0x1004, RDLEN = 0x1008, RDH = 0x1010, RDT = 0x1018, RXDCTL = 0x1028,
    SRRCTL = 0x1014, RXCTRL = 0x3000, FCTRL = 0x5080, HLREG0 = 0x4240, EIMC = 0x888,
    TDBAL = 0x6000, TDBAH = 0x6004, TDLEN = 0x6008, TDH = 0x6010, TDT = 0x6018, TXDCTL = 0x6028,
    DMATXCTL = 0x4a80,
    RING = 64, BUFFER = 2048, HUGE_PAGE = 2 << 20, STEP_US = 100, STEPS = 100000,
};

/* Both directions: length in bits 15:0, done (DD) in bit 32; transmit: command in bits 31:24. */
struct legacy {
    uint64_t address, word;
};
#define LENGTH      UINT64_C(0xffff)
#define EOP_IFCS_RS (UINT64_C(0x0b) << 24)
#define DD          (UINT64_C(1) << 32)

static volatile uint8_t *regs;
static volatile sig_atomic_t stop;

static uint32_t get(unsigned offset)
{
    return *(volatile uint32_t *)(regs + offset);
}

static void set(unsigned offset, uint32_t value)
{
    *(volatile uint32_t *)(regs + offset) = value;
}

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

static void await(unsigned offset, uint32_t mask, uint32_t want, const char *what)
{
    for (unsigned i = 0; (get(offset) & mask) != want; i++) {
        if (i == STEPS) {
            fprintf(stderr, "%s: register 0x%x is 0x%x\n", what, offset, get(offset));
            exit(1);
        }
        usleep(STEP_US);
    }
}

static void map_registers(const char *port)
{
    char path[128];
    uint16_t command;
    int fd;

    snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/config", port);
    fd = open(path, O_RDWR);
    if (fd < 0 || pread(fd, &command, 2, 4) != 2)
        fail(path);
    command |= 6; /* memory space, bus master */
    if (pwrite(fd, &command, 2, 4) != 2)
        fail(path);
    close(fd);
    snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/resource0", port);
    fd = open(path, O_RDWR);
    regs = mmap(NULL, 512 << 10, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (fd < 0 || regs == MAP_FAILED)
        fail(path);
}

static uint8_t *huge_page(uint64_t *physical)
{
    uint8_t *page = mmap(NULL, HUGE_PAGE, PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB | MAP_POPULATE, -1, 0);
    int fd = open("/proc/self/pagemap", O_RDONLY);
    uint64_t entry;

    if (page == MAP_FAILED || fd < 0 ||
        pread(fd, &entry, 8, (off_t)((uintptr_t)page / 4096 * 8)) != 8)
        fail("a huge page and its physical address");
    close(fd);
    memset(page, 0, HUGE_PAGE);
    *physical = (entry & ((UINT64_C(1) << 55) - 1)) * 4096;
    return page;
}

static void reset(void)
{
    set(EIMC, 0x7fffffff);
    set(CTRL, get(CTRL) | 1 << 26);
    usleep(10000);
    await(CTRL, 1 << 26, 0, "reset");
    await(EEC, 1 << 9, 1 << 9, "EEPROM");
    await(RDRXCTL, 1 << 3, 1 << 3, "DMA");
    set(EIMC, 0x7fffffff);
    set(AUTOC, get(AUTOC) | 1 << 12);
    set(FCTRL, 1 << 8 | 1 << 9 | 1 << 10);
    set(HLREG0, get(HLREG0) | 1 << 0 | 1 << 1 | 1 << 10);
    set(RDRXCTL, get(RDRXCTL) | 1 << 1);
}

static void rings(uint64_t rx, uint64_t tx)
{
    set(RDBAL, (uint32_t)rx);
    set(RDBAH, (uint32_t)(rx >> 32));
    set(RDLEN, RING * sizeof(struct legacy));
    set(SRRCTL, 2);
    set(RDH, 0);
    set(RDT, 0);
    set(RXDCTL, get(RXDCTL) | 1 << 25);
    await(RXDCTL, 1 << 25, 1 << 25, "receive queue");
    set(RXCTRL, 1);
    set(CTRL_EXT, get(CTRL_EXT) | 1 << 16);
    set(RDT, RING - 1);
    set(DMATXCTL, get(DMATXCTL) | 1);
    set(TDBAL, (uint32_t)tx);
    set(TDBAH, (uint32_t)(tx >> 32));
    set(TDLEN, RING * sizeof(struct legacy));
    set(TDH, 0);
    set(TDT, 0);
    set(TXDCTL, get(TXDCTL) | 1 << 25);
    await(TXDCTL, 1 << 25, 1 << 25, "transmit queue");
}

static void swap_addresses(uint8_t *frame)
{
    uint8_t six[6];

    memcpy(six, frame, 6);
    memcpy(frame, frame + 6, 6);
    memcpy(frame + 6, six, 6);
}

/* A slot's buffer is sent from where it was received, and given back once it has left. */
static unsigned long work(uint8_t *page, uint64_t physical)
{
    volatile struct legacy *rx = (void *)page, *tx = (void *)(page + 4096);
    uint64_t buffers = physical + 8192;
    unsigned long frames = 0;

    for (unsigned i = 0; !stop; i = (i + 1) % RING) {
        while (!stop && !(rx[i].word & DD))
            ;
        if (stop)
            break;
        swap_addresses(page + 8192 + i * BUFFER);
        tx[i].address = buffers + i * BUFFER;
        tx[i].word = (rx[i].word & LENGTH) | EOP_IFCS_RS;
        set(TDT, (i + 1) % RING);
        while (!stop && !(tx[i].word & DD))
            ;
        rx[i].address = buffers + i * BUFFER;
        rx[i].word = 0;
        set(RDT, i);
        frames++;
    }
    return frames;
}

static void on_signal(int number)
{
    stop = number;
}

int main(int argc, char **argv)
{
    uint64_t physical;
    uint8_t *page;

    if (argc != 2) {
        fprintf(stderr, "usage: small-echo PCI-ADDRESS\n");
        return 2;
    }
    signal(SIGTERM, on_signal);
    map_registers(argv[1]);
    page = huge_page(&physical);
    for (unsigned i = 0; i < RING; i++)
        ((struct legacy *)page)[i].address = physical + 8192 + i * BUFFER;
    reset();
    rings(physical, physical + 4096);
    await(LINKS, 1 << 30, 1 << 30, "link");
    printf("small-echo: ready\n");
    fflush(stdout);
    printf("small-echo: %lu frames\n", work(page, physical));
    set(RXCTRL, 0);
    set(CTRL, get(CTRL) | 1 << 26);
    usleep(10000);
    return 0;
}
