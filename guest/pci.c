/* SPDX-License-Identifier: BSD-2-Clause
 *
 * PCI addresses and the sysfs tree that lists them. See pci.h.
 */
#include "guest/pci.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "guest/files.h"

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

/* Exactly `digits` hexadecimal digits and then the character `end`; moves *at behind it. */
static bool take_hex(const char **at, int digits, char end, unsigned *value)
{
    *value = 0;
    for (int i = 0; i < digits; i++) {
        int digit = hex_digit(**at);
        if (digit < 0)
            return false;
        *value = *value << 4 | (unsigned)digit;
        (*at)++;
    }
    if (**at != end)
        return false;
    if (end)
        (*at)++;
    return true;
}

bool pci_parse(const char *text, struct pci_address *out)
{
    unsigned domain, bus, device, function;

    if (!take_hex(&text, 4, ':', &domain) || !take_hex(&text, 2, ':', &bus) ||
        !take_hex(&text, 2, '.', &device) || !take_hex(&text, 1, '\0', &function))
        return false;
    if (device > 31 || function > 7)
        return false;
    *out = (struct pci_address){(uint16_t)domain, (uint8_t)bus, (uint8_t)device, (uint8_t)function};
    return true;
}

void pci_format(const struct pci_address *address, char out[PCI_ADDRESS_TEXT])
{
    snprintf(out, PCI_ADDRESS_TEXT, "%04x:%02x:%02x.%x", address->domain, address->bus,
             address->device & 31u, address->function & 7u);
}

int pci_compare(const struct pci_address *a, const struct pci_address *b)
{
    if (a->domain != b->domain)
        return a->domain < b->domain ? -1 : 1;
    if (a->bus != b->bus)
        return a->bus < b->bus ? -1 : 1;
    if (a->device != b->device)
        return a->device < b->device ? -1 : 1;
    return (int)a->function - (int)b->function;
}

int pci_path(const char *root, const struct pci_address *address, const char *leaf, char *out,
             size_t room)
{
    char name[PCI_ADDRESS_TEXT];

    pci_format(address, name);
    int length = snprintf(out, room, "%s/devices/%s/%s", root, name, leaf);
    return length < 0 || (size_t)length >= room ? -ENAMETOOLONG : 0;
}

/* Reads the number in ROOT/devices/ADDRESS/LEAF ("0x8086"); -1 when there is none. */
static long read_id(const char *root, const struct pci_address *address, const char *leaf)
{
    char path[512], text[32];

    if (pci_path(root, address, leaf, path, sizeof(path)) < 0 ||
        file_read(path, text, sizeof(text)) < 0)
        return -1;
    return strtol(text, NULL, 16);
}

/* Keeps out[] sorted; an address that does not fit any more pushes out the highest. */
static void insert_sorted(struct pci_address *out, int used, int room, struct pci_address address)
{
    int at = used < room ? used : room;

    while (at > 0 && pci_compare(&out[at - 1], &address) > 0) {
        if (at < room)
            out[at] = out[at - 1];
        at--;
    }
    if (at < room)
        out[at] = address;
}

int pci_find(const char *root, uint16_t vendor, uint16_t device, struct pci_address *out, int room)
{
    char path[512];
    int found = 0;

    if (snprintf(path, sizeof(path), "%s/devices", root) >= (int)sizeof(path))
        return -ENAMETOOLONG;
    DIR *folder = opendir(path);
    if (!folder)
        return -errno;
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        struct pci_address address;
        if (!pci_parse(entry->d_name, &address) || read_id(root, &address, "vendor") != vendor ||
            read_id(root, &address, "device") != device)
            continue;
        insert_sorted(out, found, room, address);
        found++;
    }
    closedir(folder);
    return found;
}
