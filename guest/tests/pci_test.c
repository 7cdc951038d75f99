/* SPDX-License-Identifier: BSD-2-Clause
 *
 * PCI addresses as text, their order, and the search through a made-up sysfs tree.
 */
#include "guest/pci.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "mk/run_tests.h"

START_TEST(parses_what_it_formats)
{
    const char *texts[] = {"0000:00:00.0", "0000:01:00.0", "ffff:ff:1f.7", "0000:a5:0b.3"};

    for (unsigned i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct pci_address address;
        char text[PCI_ADDRESS_TEXT];
        ck_assert(pci_parse(texts[i], &address));
        pci_format(&address, text);
        ck_assert_str_eq(text, texts[i]);
    }
}
END_TEST

START_TEST(refuses_other_shapes)
{
    const char *texts[] = {"",
                           "0",
                           "0000",
                           "01:00.0",
                           "0000:01:00",
                           "0000:01:00.",
                           "0000:01:00.8",
                           "0000:01:20.0",
                           "0000:01:00.00",
                           "0000:1:00.0",
                           "0000:01:00.0 ",
                           " 0000:01:00.0",
                           "0000-01:00.0",
                           "00000:01:00.0",
                           "000g:01:00.0",
                           "0000:01:00.0:"};

    for (unsigned i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct pci_address address;
        ck_assert_msg(!pci_parse(texts[i], &address), "'%s' was taken", texts[i]);
    }
}
END_TEST

START_TEST(orders_by_each_part)
{
    const char *ordered[] = {"0000:00:00.0", "0000:00:00.7", "0000:00:01.0", "0000:00:1f.0",
                             "0000:01:00.0", "0000:ff:00.0", "0001:00:00.0"};
    int count = sizeof(ordered) / sizeof(ordered[0]);

    for (int i = 0; i < count; i++)
        for (int j = 0; j < count; j++) {
            struct pci_address a, b;
            pci_parse(ordered[i], &a);
            pci_parse(ordered[j], &b);
            int order = pci_compare(&a, &b);
            ck_assert_int_eq((order > 0) - (order < 0), (i > j) - (i < j));
        }
}
END_TEST

static char root[64];

static void put(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");

    ck_assert_ptr_nonnull(file);
    fputs(text, file);
    fclose(file);
}

static void add_function(const char *name, const char *vendor, const char *device)
{
    char path[256];

    snprintf(path, sizeof(path), "%s/devices/%s", root, name);
    ck_assert_int_eq(mkdir(path, 0755), 0);
    snprintf(path, sizeof(path), "%s/devices/%s/vendor", root, name);
    put(path, vendor);
    snprintf(path, sizeof(path), "%s/devices/%s/device", root, name);
    put(path, device);
}

static void make_tree(void)
{
    char path[256];

    strcpy(root, "/tmp/guest-pci-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(root));
    snprintf(path, sizeof(path), "%s/devices", root);
    ck_assert_int_eq(mkdir(path, 0755), 0);
    add_function("0000:03:00.0", "0x8086\n", "0x10fb\n");
    add_function("0000:00:1f.0", "0x8086\n", "0x2918\n");
    add_function("0000:01:00.0", "0x8086\n", "0x10fb\n");
    add_function("0000:02:00.1", "0x8086\n", "0x10fb\n");
    add_function("0000:02:00.0", "0x8086\n", "0x10fb\n");
    add_function("0000:00:05.0", "0x1234\n", "0x5253\n");
    add_function("not-an-address", "0x8086\n", "0x10fb\n");
}

static void remove_tree(void)
{
    char command[128];

    snprintf(command, sizeof(command), "rm -rf %s", root);
    ck_assert_int_eq(system(command), 0);
}

START_TEST(finds_in_order_of_address)
{
    struct pci_address found[8];
    const char *expected[] = {"0000:01:00.0", "0000:02:00.0", "0000:02:00.1", "0000:03:00.0"};

    ck_assert_int_eq(pci_find(root, 0x8086, 0x10fb, found, 8), 4);
    for (int i = 0; i < 4; i++) {
        char text[PCI_ADDRESS_TEXT];
        pci_format(&found[i], text);
        ck_assert_str_eq(text, expected[i]);
    }
    ck_assert_int_eq(pci_find(root, 0x1234, 0x5253, found, 8), 1);
    ck_assert_int_eq(pci_find(root, 0x1234, 0x1111, found, 8), 0);
}
END_TEST

START_TEST(keeps_the_lowest_when_room_is_short)
{
    struct pci_address found[3] = {0};

    found[2].domain = 0xabcd;
    ck_assert_int_eq(pci_find(root, 0x8086, 0x10fb, found, 2), 4);
    ck_assert_uint_eq(found[0].bus, 1);
    ck_assert_uint_eq(found[1].bus, 2);
    ck_assert_uint_eq(found[1].function, 0);
    ck_assert_uint_eq(found[2].domain, 0xabcd);
    ck_assert_int_eq(pci_find("/nowhere", 0x8086, 0x10fb, found, 2), -ENOENT);
}
END_TEST

START_TEST(paths_that_do_not_fit_are_refused)
{
    struct pci_address address = {0, 1, 0, 0};
    char path[64];

    ck_assert_int_eq(pci_path("/r", &address, "config", path, sizeof(path)), 0);
    ck_assert_str_eq(path, "/r/devices/0000:01:00.0/config");
    ck_assert_int_eq(pci_path("/r", &address, "config", path, strlen(path) + 1), 0);
    ck_assert_int_eq(pci_path("/r", &address, "config", path, strlen(path)), -ENAMETOOLONG);
}
END_TEST

int main(void)
{
    TCase *text = tcase_create("text"), *tree = tcase_create("tree");

    tcase_add_test(text, parses_what_it_formats);
    tcase_add_test(text, refuses_other_shapes);
    tcase_add_test(text, orders_by_each_part);
    tcase_add_test(text, paths_that_do_not_fit_are_refused);
    tcase_add_checked_fixture(tree, make_tree, remove_tree);
    tcase_add_test(tree, finds_in_order_of_address);
    tcase_add_test(tree, keeps_the_lowest_when_room_is_short);
    return RUN_TESTS("guest/pci", text, tree);
}
