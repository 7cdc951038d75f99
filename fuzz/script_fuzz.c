/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A register script: refused with a line and a sentence, or run against ports that are mere
 * storage: what it allocates, waits for and loops over has its limits whatever it says.
 */
#include <errno.h>
#include <stdlib.h>

#include "driver/apps/script.h"
#include "fuzz/fuzz.h"

enum { REGISTERS = 1 << 17, MEMORY_MAX = 4 << 20, STEPS = 4000, PORTS = 2 };

static struct { /* of both ports */
    uint32_t reg[REGISTERS / 4];
    uint8_t config[4096];
    uint64_t now_ns;
    size_t allocated;
} machine;

static uint32_t read32(struct ixd_bus *bus, uint32_t offset)
{
    FUZZ_HOLDS(offset % 4 == 0, "a read at 0x%x", offset);
    return machine.reg[offset / 4 % (REGISTERS / 4)];
}

static void write32(struct ixd_bus *bus, uint32_t offset, uint32_t value)
{
    FUZZ_HOLDS(offset % 4 == 0, "a write at 0x%x", offset);
    machine.reg[offset / 4 % (REGISTERS / 4)] = value;
}

static int dma_alloc(struct ixd_bus *bus, size_t bytes, unsigned access, struct ixd_dma *out,
                     struct ixd_error *err)
{
    size_t whole = (bytes + 4095) & ~(size_t)4095;

    if (whole < bytes || whole > MEMORY_MAX - machine.allocated)
        return -ENOMEM;
    *out = (struct ixd_dma){
        .virt = calloc(1, whole + 1), .iova = 0x100000 + machine.allocated, .bytes = whole,
        .page_bytes = 4096, .access = access,
    };
    FUZZ_HOLDS(out->virt, "no memory");
    machine.allocated += whole;
    return 0;
}

static void dma_free(struct ixd_bus *bus, struct ixd_dma *dma)
{
    free(dma->virt);
}

static int irq_enable(struct ixd_bus *bus, enum ixd_irq_kind kind, unsigned count,
                      struct ixd_error *err)
{
    return 0;
}

static void irq_disable(struct ixd_bus *bus)
{
}

static int irq_wait(struct ixd_irq *irqs, unsigned count, uint64_t timeout_ns)
{
    machine.now_ns += timeout_ns;
    return 0;
}

/* What a capability list may look like is the data's to say, too. */
static int config_read(struct ixd_bus *bus, uint32_t offset, unsigned bytes, uint32_t *value)
{
    FUZZ_HOLDS(offset % bytes == 0 && offset < sizeof(machine.config), "a wild offset");
    *value = 0;
    memcpy(value, machine.config + offset, bytes);
    return 0;
}

static int config_write(struct ixd_bus *bus, uint32_t offset, unsigned bytes, uint32_t value)
{
    FUZZ_HOLDS(offset % bytes == 0 && offset < sizeof(machine.config), "a wild offset");
    memcpy(machine.config + offset, &value, bytes);
    return 0;
}

static uint64_t now_ns(struct ixd_bus *bus)
{
    return machine.now_ns += 100;
}

static void sleep_ns(struct ixd_bus *bus, uint64_t ns)
{
    machine.now_ns += ns;
}

static const struct ixd_bus_ops ops = {
    .read32 = read32, .write32 = write32, .dma_alloc = dma_alloc, .dma_free = dma_free,
    .irq_enable = irq_enable, .irq_disable = irq_disable, .irq_wait = irq_wait, .now_ns = now_ns,
    .sleep_ns = sleep_ns, .config_read = config_read, .config_write = config_write,
};

static void nothing(void *context, const char *name, uint64_t value)
{
}

static void run(struct ixd_script *script)
{
    static struct ixd_bus bus[PORTS];
    struct ixd_bus *buses[PORTS] = {&bus[0], &bus[1]};
    enum ixd_script_state state = IXD_SCRIPT_RUNS;
    struct ixd_error err = {0};

    memset(&machine, 0, sizeof(machine));
    for (unsigned i = 0; i < PORTS; i++)
        bus[i] = (struct ixd_bus){.ops = &ops, .irq_vectors = 64, .name = "fuzz"};
    ixd_script_attach(script, buses, PORTS);
    for (unsigned i = 0; i < STEPS && state != IXD_SCRIPT_ENDED; i++) {
        if (ixd_script_step(script, &state, &err)) {
            FUZZ_HOLDS(err.text[0], "a script failed without a word");
            break;
        }
        if (state == IXD_SCRIPT_OVER)
            ixd_script_go_on(script);
    }
    ixd_script_report(script, nothing, NULL);
}

void fuzz_script(const uint8_t *data, size_t bytes)
{
    struct ixd_script *script;
    struct ixd_error err = {0};
    unsigned line = 0;
    char *text = malloc(bytes + 1);

    FUZZ_HOLDS(text, "no memory");
    if (bytes)
        memcpy(text, data, bytes);
    text[bytes] = '\0';
    if (ixd_script_parse(&script, text, bytes, &line, &err) == 0) {
        run(script);
        ixd_script_free(script);
    } else {
        FUZZ_HOLDS(err.text[0], "refused without a word");
    }
    free(text);
}
