/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Copying and comparing what is as short as most frames are, without a call. Knows bytes.
 */
#ifndef RINGSIDE_NIC_COPY_H
#define RINGSIDE_NIC_COPY_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

typedef uint64_t nic_pair __attribute__((vector_size(16)));
struct nic_half { nic_pair pair[2]; }; /* 32 to 64 bytes are two of them, which may overlap */

static inline bool nic_is_short(uint32_t bytes)
{
    return bytes - sizeof(struct nic_half) <= sizeof(struct nic_half);
}

static inline void nic_copy(void *to, const void *from, uint32_t bytes)
{
    struct nic_half first, last;

    if (!nic_is_short(bytes)) {
        if (bytes == sizeof(nic_pair))
            memcpy(to, from, sizeof(nic_pair)); /* a descriptor */
        else
            memcpy(to, from, bytes);
        return;
    }
    memcpy(&first, from, sizeof(first));
    memcpy(&last, (const uint8_t *)from + bytes - sizeof(last), sizeof(last));
    memcpy(to, &first, sizeof(first));
    memcpy((uint8_t *)to + bytes - sizeof(last), &last, sizeof(last));
}

static inline uint64_t nic_half_differs(const uint8_t *a, const uint8_t *b)
{
    struct nic_half x, y;

    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    nic_pair differs = (x.pair[0] ^ y.pair[0]) | (x.pair[1] ^ y.pair[1]);
    return differs[0] | differs[1];
}

/* Of a short piece. */
static inline bool nic_same(const uint8_t *a, const uint8_t *b, uint32_t bytes)
{
    uint32_t last = bytes - (uint32_t)sizeof(struct nic_half);

    return !(nic_half_differs(a, b) | nic_half_differs(a + last, b + last));
}

#endif
