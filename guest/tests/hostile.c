/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A driver that means harm, for the guest (scripts/hostile_test.py): with root's rights it maps the
 * ports' BARs and writes nonsense into registers, descriptors, configuration space and interrupt
 * tables, and lets DMA hit the ports' own registers, each other's, the control device, ROM and
 * holes. Everything follows from the seed.
 *
 *   hostile SEED MODE    ports come from the environment: PORT0, PORT1
 */
#include <fcntl.h>
#include <glob.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/reboot.h>
#include <time.h>
#include <unistd.h>

enum {
    PORTS_MAX = 2, PAGES = 64, PAGE = 4096, BAR0_BYTES = 512 << 10, BAR4_BYTES = 16 << 10,
    REGISTERS_END = 0x20000, ROUNDS = 24, QUEUES = 4,
};

struct port {
    volatile uint32_t *bar0, *bar4;
    uint64_t at0, at4; /* physical */
    int config;
    uint32_t saved[16]; /* header, to be put back */
};

static struct port port[PORTS_MAX];
static unsigned ports;
static uint8_t *page[PAGES];
static uint64_t page_at[PAGES], control_at;
static uint64_t random_state;
static int anywhere; /* DMA to any address, also where the guest's kernel lives */
static unsigned long accesses;

static uint64_t rnd(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state * 0x2545f4914f6cdd1du;
}
static uint32_t below(uint32_t n)
{
    return (uint32_t)(rnd() >> 33) % n;
}

static void fail(const char *what)
{
    perror(what);
    exit(3);
}

/* ---- the machine ---- */

static int open_of(const char *address, const char *leaf, int flags)
{
    char path[200];

    snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/%s", address, leaf);
    return open(path, flags);
}

static void say(const char *address, const char *leaf, const char *text)
{
    int fd = open_of(address, leaf, O_WRONLY);

    if (fd >= 0) {
        if (write(fd, text, strlen(text)) < 0)
            fprintf(stderr, "%s of %s: not written\n", leaf, address);
        close(fd);
    }
}

static uint64_t bar_address(const char *address, unsigned bar)
{
    char text[2048] = "";
    int fd = open_of(address, "resource", O_RDONLY);
    char *line = text;

    if (fd < 0 || read(fd, text, sizeof(text) - 1) <= 0)
        fail("resource");
    close(fd);
    while (bar-- && line)
        line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL;
    return line ? strtoull(line, NULL, 16) : 0;
}

static void *map_bar(const char *address, const char *leaf, size_t bytes)
{
    int fd = open_of(address, leaf, O_RDWR);
    void *at = fd < 0 ? MAP_FAILED
                      : mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

    if (at == MAP_FAILED)
        fail(leaf);
    close(fd);
    return at;
}

static uint32_t config_read(struct port *p, unsigned offset)
{
    uint32_t value = 0;

    if (pread(p->config, &value, 4, offset) != 4)
        return UINT32_MAX;
    return value;
}
static void config_write(struct port *p, unsigned offset, uint32_t value, unsigned size)
{
    accesses += pwrite(p->config, &value, size, offset) == (ssize_t)size;
}

static void open_port(struct port *p, const char *address)
{
    say(address, "driver/unbind", address); /* its idle driver would put it to sleep */
    p->config = open_of(address, "config", O_RDWR);
    if (p->config < 0)
        fail("config");
    config_write(p, 0x44, 0, 2); /* D0 */
    config_write(p, 4, 6, 2);
    p->at0 = bar_address(address, 0);
    p->at4 = bar_address(address, 4);
    p->bar0 = map_bar(address, "resource0", BAR0_BYTES);
    p->bar4 = map_bar(address, "resource4", BAR4_BYTES);
    for (unsigned i = 0; i < 16; i++)
        p->saved[i] = config_read(p, i * 4);
}

static void restore(struct port *p)
{
    for (unsigned i = 4; i < 12; i++)
        config_write(p, i * 4, p->saved[i], 4);
    config_write(p, 0x44, 0, 2);
    config_write(p, 4, 6, 2);
}

/* The testbed's own device. */
static void find_control(void)
{
    glob_t found;

    if (glob("/sys/bus/pci/devices/*", 0, NULL, &found))
        return;
    for (size_t i = 0; i < found.gl_pathc; i++) {
        const char *address = strrchr(found.gl_pathv[i], '/') + 1;
        char text[16] = "";
        int fd = open_of(address, "device", O_RDONLY);

        if (fd >= 0 && read(fd, text, sizeof(text) - 1) > 0 && !strncmp(text, "0x5253", 6))
            control_at = bar_address(address, 0);
        close(fd);
    }
    globfree(&found);
}

/* Own memory, with the addresses that a device without IOMMU sees. */
static void make_pages(void)
{
    int map = open("/proc/self/pagemap", O_RDONLY);

    for (unsigned i = 0; i < PAGES; i++) {
        uint64_t entry = 0;

        page[i] = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
        if (page[i] == MAP_FAILED || mlock(page[i], PAGE))
            fail("memory");
        if (pread(map, &entry, 8, (off_t)((uintptr_t)page[i] / PAGE * 8)) != 8)
            fail("pagemap");
        page_at[i] = (entry & 0x7fffffffffffff) * PAGE;
    }
    close(map);
}

/* ---- nonsense ---- */

static uint64_t target(void)
{
    static const uint64_t odd[] = {
        0xf0000, 0xffff0, 0xfec00000, 0xfed00000, 0xffff0000, 0x100000000000, 0xfffffffffffff000,
        0x8000000000, 0xb0000000, 0xe0000000,
    };

    switch (below(anywhere ? 10 : 8)) {
    case 0:
        return port[below(ports)].at0 + below(REGISTERS_END);
    case 1:
        return port[below(ports)].at0 + (below(2) ? 0x1018 : 0x6018) + 0x40 * below(QUEUES);
    case 2:
        return port[below(ports)].at4 + below(BAR4_BYTES);
    case 3:
        return control_at + below(64);
    case 4:
        return odd[below(sizeof(odd) / sizeof(odd[0]))] + below(PAGE);
    case 8:
        return 0xfee00000 + below(0x100000);
    case 9:
        return rnd() >> below(60);
    default:
        return page_at[below(PAGES)] + below(PAGE - 64);
    }
}

static uint32_t value(void)
{
    switch (below(5)) {
    case 0:
        return below(256);
    case 1:
        return 1u << below(32);
    case 2:
        return UINT32_MAX;
    case 3:
        return (uint32_t)target();
    default:
        return (uint32_t)rnd();
    }
}

static void put(struct port *p, uint32_t offset, uint32_t v)
{
    p->bar0[offset / 4] = v;
    accesses++;
}
static uint32_t get(struct port *p, uint32_t offset)
{
    accesses++;
    return p->bar0[offset / 4];
}

/* Every register in some order that no driver knows, written or read. */
static void all_registers(struct port *p)
{
    uint32_t words = REGISTERS_END / 4, step = below(words) | 1, at = below(words);

    for (uint32_t i = 0; i < words; i++, at = (at + step) % words) {
        if (below(4))
            put(p, at * 4, value());
        else
            (void)get(p, at * 4);
    }
}

static void descriptors(uint8_t *ring)
{
    for (unsigned i = 0; i < PAGE / 16; i++) {
        uint64_t q0 = target(), q1 = rnd();

        if (below(4)) /* half right: data, or a context */
            q1 = (q1 & 0xffffffff00003fff) | 1u << 29 |
                 (below(5) ? 3u << 20 | (uint32_t)below(16) << 24 | 1u << 27 : 2u << 20);
        memcpy(ring + 16 * i, &q0, 8);
        memcpy(ring + 16 * i + 8, &q1, 8);
    }
}

static void rings(struct port *p)
{
    put(p, 0x3000, 1);
    put(p, 0x4a80, 1);
    put(p, 0x5080, 0x700);
    for (unsigned q = 0; q < 2 * QUEUES; q++) {
        uint32_t base = (q & 1 ? 0x6000 : 0x1000) + 0x40 * (q / 2);
        unsigned own = below(PAGES);
        uint64_t at = below(4) ? page_at[own] : target() & ~127ull;

        descriptors(page[own]);
        put(p, base + 0x28, 0);
        put(p, base, (uint32_t)at);
        put(p, base + 4, (uint32_t)(at >> 32));
        put(p, base + 8, below(8) ? PAGE : value());
        put(p, base + 0x10, below(8) ? 0 : value());
        put(p, base + 0x14, 2 | below(4) << 25 | (below(4) ? 0 : value()));
        if (q & 1) { /* head write-back */
            uint64_t head = target();
            put(p, base + 0x38, (uint32_t)head | 1);
            put(p, base + 0x3c, (uint32_t)(head >> 32));
        }
        put(p, base + 0x28, 1 << 25 | (below(3) ? 0 : value()));
        put(p, base + 0x18, below(8) ? below(PAGE / 16) : value());
    }
}

static void doorbells(struct port *p)
{
    for (unsigned n = 2000; n; n--)
        put(p, (below(2) ? 0x6018 : 0x1018) + 0x40 * below(QUEUES), below(PAGE / 16));
}

static void messages(struct port *p)
{
    config_write(p, 0x72, below(4) ? 0x8000 : value(), 2);
    config_write(p, 0x52, below(4) ? 0 : value(), 2);
    for (unsigned n = 40; n; n--) {
        uint64_t at = target() & ~3ull;
        unsigned v = below(64);

        p->bar4[v * 4] = (uint32_t)at;
        p->bar4[v * 4 + 1] = (uint32_t)(at >> 32);
        p->bar4[v * 4 + 2] = value();
        p->bar4[v * 4 + 3] = below(4) == 0;
        put(p, 0x900 + 4 * below(64), (uint32_t)rnd() | 0x80808080);
        put(p, 0x820 + 4 * below(24), below(2) ? 0 : value());
        put(p, 0x880, value());
        put(p, 0x898, value());
        put(p, 0x808, value());
    }
}

/* What a port is while its rings run: asleep, reset, out of the address space, without the bus. */
static void configuration(struct port *p)
{
    for (unsigned n = 60; n; n--) {
        switch (below(8)) {
        case 0:
            config_write(p, 4, below(8), 2);
            break;
        case 1:
            config_write(p, 0x44, below(4), 2);
            break;
        case 2:
            config_write(p, 0xa8, 0x8000 | value(), 2); /* FLR */
            break;
        case 3:
            config_write(p, 0x10 + 4 * below(6), value(), 4);
            break;
        case 4:
            config_write(p, below(0x400) * 4, value(), 1u << below(3));
            break;
        case 5:
            put(p, 0, 1u << (below(2) ? 26 : 3));
            break;
        case 6:
            restore(p);
            rings(p);
            break;
        default:
            doorbells(p);
            break;
        }
    }
    restore(p);
}

static void rest(void)
{
    struct timespec t = {0, (long)below(200000)};

    nanosleep(&t, NULL);
}

static void misbehave(const char *mode)
{
    void (*const acts[])(struct port *) = {all_registers, rings, doorbells, messages,
                                           configuration};
    static const char *const names[] = {"registers", "rings", "doorbells", "messages",
                                        "configuration"};

    for (unsigned round = 0; round < ROUNDS; round++) {
        struct port *p = &port[below(ports)];
        unsigned act = below(5);

        for (unsigned i = 0; i < 5; i++)
            if (!strcmp(mode, names[i]) && below(3))
                act = i;
        if (act == 0 && round % 8 && strcmp(mode, "registers") != 0)
            act = 1;
        acts[act](p);
        if (below(2))
            rest();
    }
    for (unsigned i = 0; i < ports; i++)
        restore(&port[i]);
}

/* ---- guests that end otherwise ---- */

static void write_file(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY);

    if (fd < 0 || write(fd, text, strlen(text)) < 0)
        fail(path);
    close(fd);
}

static void perish(const char *mode)
{
    if (!strcmp(mode, "panic")) {
        write_file("/proc/sysrq-trigger", "c");
    } else if (!strcmp(mode, "reboot")) {
        reboot(RB_AUTOBOOT);
    } else if (!strcmp(mode, "triple-fault")) {
        write_file("/sys/kernel/reboot/type", "triple");
        write_file("/sys/kernel/reboot/force", "1");
        reboot(RB_AUTOBOOT);
    } else if (!strcmp(mode, "hang")) { /* nobody else runs any more */
        struct sched_param most = {.sched_priority = 99};
        write_file("/proc/sys/kernel/sched_rt_runtime_us", "-1");
        if (sched_setscheduler(0, SCHED_FIFO, &most))
            fail("scheduler");
        for (;;)
            ;
    } else if (!strcmp(mode, "flood")) {
        static char line[4096];
        memset(line, 'x', sizeof(line));
        int console = open("/dev/console", O_WRONLY);
        for (unsigned i = 0; i < 500; i++)
            if (write(console, line, sizeof(line)) < 0)
                fail("console");
    } else if (!strcmp(mode, "memory")) { /* until the kernel ends it */
        for (;;) {
            char *more = malloc(1 << 20);
            if (more)
                memset(more, 1, 1 << 20);
        }
    } else {
        fprintf(stderr, "no mode %s\n", mode);
        exit(2);
    }
}

int main(int argc, char **argv)
{
    static const char *const modes[] = {"registers", "rings", "doorbells", "messages",
                                        "configuration", "mix", "anywhere"};
    const char *names[PORTS_MAX] = {getenv("PORT0"), getenv("PORT1")};
    int harms = 0;

    if (argc != 3) {
        fprintf(stderr, "usage: hostile SEED MODE\n");
        return 2;
    }
    random_state = strtoull(argv[1], NULL, 10) * 0x9e3779b97f4a7c15u + 1;
    for (unsigned i = 0; i < sizeof(modes) / sizeof(modes[0]); i++)
        harms |= !strcmp(argv[2], modes[i]);
    anywhere = !strcmp(argv[2], "anywhere");
    for (unsigned i = 0; i < PORTS_MAX && names[i]; i++)
        open_port(&port[ports++], names[i]);
    find_control();
    make_pages();
    printf("is ready\n");
    fflush(stdout);
    if (harms && ports)
        misbehave(argv[2]);
    else
        perish(argv[2]);
    printf("%lu accesses\n", accesses);
    return 0;
}
