/* SPDX-License-Identifier: BSD-2-Clause
 *
 * PCI configuration space in register scripts: cfg8, cfg16 and cfg32 as places, and where a
 * capability lies. Knows the lists of capabilities and nothing of any one of them.
 */
#include "driver/apps/script_priv.h"

#include <errno.h>

enum {
    CONFIG_BYTES = 4096,
    CAPABILITIES = 0x34,
    CAPABILITIES_MAX = 48,    /* as many as the 256 bytes have room for */
    EXTENDED = 0x100,
    EXTENDED_MAX = (CONFIG_BYTES - EXTENDED) / 8,
};

unsigned script_config_bytes(const struct ixd_script *s, uint32_t token)
{
    return script_is(s, token, "cfg8")    ? 1
           : script_is(s, token, "cfg16") ? 2
           : script_is(s, token, "cfg32") ? 4
                                          : 0;
}

int script_config_good(const struct script_place *place, struct ixd_error *err)
{
    if (place->at % place->bytes == 0 && place->at < CONFIG_BYTES)
        return 0;
    return ixd_fail(err, -ERANGE, "cfg%u(0x%llx): expected a multiple of %u below 0x%x",
                    8 * place->bytes, (unsigned long long)place->at, place->bytes, CONFIG_BYTES);
}

static int failed(const struct ixd_bus *bus, int rc, uint32_t offset, struct ixd_error *err)
{
    return ixd_fail(err, rc, "%s: configuration space cannot be reached at 0x%x", bus->name,
                    offset);
}

static int read_config(struct ixd_bus *bus, uint32_t offset, unsigned bytes, uint32_t *value,
                       struct ixd_error *err)
{
    int rc = bus->ops->config_read ? bus->ops->config_read(bus, offset, bytes, value) : -ENOTSUP;

    return rc ? failed(bus, rc, offset, err) : 0;
}

int script_config_load(struct ixd_script *s, const struct script_place *place, uint64_t *value,
                       struct ixd_error *err)
{
    uint32_t word = 0;
    int rc = read_config(script_bus(s, place->port), (uint32_t)place->at, place->bytes, &word, err);

    *value = word;
    return rc;
}

int script_config_store(struct ixd_script *s, const struct script_place *place, uint64_t value,
                        struct ixd_error *err)
{
    struct ixd_bus *bus = script_bus(s, place->port);
    int rc = bus->ops->config_write ? bus->ops->config_write(bus, (uint32_t)place->at, place->bytes,
                                                             (uint32_t)value)
                                    : -ENOTSUP;

    return rc ? failed(bus, rc, (uint32_t)place->at, err) : 0;
}

/* A list that is longer than it can be ends, like one that leads nowhere: not found. */
static int find(struct ixd_bus *bus, uint64_t id, uint64_t *at, struct ixd_error *err)
{
    uint32_t next = 0, head = 0;
    int rc = read_config(bus, CAPABILITIES, 1, &next, err);

    for (unsigned i = 0; rc == 0 && next >= 0x40 && i < CAPABILITIES_MAX; i++) {
        rc = read_config(bus, next & 0xfc, 2, &head, err);
        if (rc == 0 && (head & 0xff) == id) {
            *at = next & 0xfc;
            return 0;
        }
        next = head >> 8;
    }
    return rc;
}

static int find_extended(struct ixd_bus *bus, uint64_t id, uint64_t *at, struct ixd_error *err)
{
    uint32_t next = EXTENDED, head = 0;
    int rc = 0;

    for (unsigned i = 0; rc == 0 && next >= EXTENDED && i < EXTENDED_MAX; i++) {
        rc = read_config(bus, next, 4, &head, err);
        if (rc == 0 && head && (head & 0xffff) == id) {
            *at = next;
            return 0;
        }
        next = head >> 20 & 0xffc;
    }
    return rc;
}

int script_capability(struct ixd_script *s, bool extended, uint64_t id, uint64_t *at,
                      struct ixd_error *err)
{
    struct ixd_bus *bus = script_bus(s, s->port);

    *at = 0;
    return extended ? find_extended(bus, id, at, err) : find(bus, id, at, err);
}
