/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The register table: its lint (with broken tables), and that decode, masks, aliases, split ranges,
 * clear-on-read and reset do what the rows say.
 */
#include "model/nic/nic_priv.h"
#include "model/nic/tests/fake_host.h"

#include <stdio.h>

#include "mk/run_tests.h"

static struct fake_host *h;

static void setup(void)
{
    h = fake_new();
}

static void teardown(void)
{
    fake_free(h);
}

/* ---- lint ---- */

static struct nic_reg_row rows[NIC_REG_ROWS];
static struct nic_reg_slot map[NIC_REG_SLOTS];

static void copy_table(void)
{
    memcpy(rows, nic_reg_table, sizeof(rows));
}

static void refused(const char *with)
{
    const char *why = "";

    ck_assert_msg(!nic_regs_lint(rows, NIC_REG_ROWS, map, &why), "accepted; expected: %s", with);
    ck_assert_msg(strstr(why, with) != NULL, "said \"%s\", expected: %s", why, with);
    copy_table();
}

START_TEST(table_passes_its_lint)
{
    const char *why = "nothing said";

    copy_table();
    ck_assert_msg(nic_regs_lint(rows, NIC_REG_ROWS, map, &why), "%s", why);
}
END_TEST

START_TEST(lint_refuses_broken_rows)
{
    copy_table();
    rows[NIC_ROW_FCTRL].offset = rows[NIC_ROW_VLNCTRL].offset;
    refused("overlaps");
    rows[NIC_ROW_FCRTH].stride = 0x40; /* FCRTH[1] would be FCRTV */
    refused("overlaps");
    rows[NIC_ROW_CTRL].offset = NIC_REG_BYTES;
    refused("ends beyond");
    rows[NIC_ROW_MTA].stride = 0x10000;
    refused("ends beyond");
    rows[NIC_ROW_MTA].stride = 0xfffffffc;
    refused("out of range");
    rows[NIC_ROW_MTA].stride = 0;
    refused("without a stride");
    rows[NIC_ROW_CTRL].offset = 2;
    refused("multiple of 4");
    rows[NIC_ROW_CTRL].count = 0;
    refused("no elements");
    rows[NIC_ROW_CTRL].name = NULL;
    refused("no name");
    rows[NIC_ROW_WUS].writable = 1;
    refused("both writable");
    rows[NIC_ROW_GPRC].writable = 1;
    refused("clears on read");
    rows[NIC_ROW_GPRC].on_read = nic_status_read;
    refused("clears on read");
    rows[NIC_ROW_WUC].on_read = nic_status_read;
    refused("storage only");
    rows[NIC_ROW_CTRL].source = "";
    refused("no source");
    rows[NIC_ROW_VLNCTRL].name = "FCTRL";
    refused("twice");
    rows[NIC_ROW_VLNCTRL].owner = 0;
    refused("own itself");
}
END_TEST

START_TEST(lint_refuses_broken_followers)
{
    const unsigned more = NIC_ROW_RDT_at_0x0D018, alias = NIC_ROW_SRRCTL_at_0x02100;

    copy_table();
    rows[more].first = 63;
    refused("does not continue");
    rows[alias].first = 113;
    refused("no storage");
    rows[alias].count = 200;
    rows[alias].first = 0;
    rows[alias].offset = 0x1f000;
    refused("no storage");
    rows[alias].reg = R_CTRL;
    refused("another register");
    rows[alias].owner = alias + 1;
    refused("no register above");
    rows[NIC_ROW_VLNCTRL].reg++;
    refused("take the storage");
}
END_TEST

/* ---- the rows in action ---- */

static uint32_t address_of(const struct nic_reg_row *row, uint32_t i)
{
    return row->offset + i * row->stride;
}

/* Words that tests may not scribble over without consequence are those with a write handler. */
START_TEST(every_plain_word_obeys_its_masks)
{
    for (unsigned r = 0; r < NIC_REG_ROWS; r++) {
        const struct nic_reg_row *range = &nic_reg_table[r], *row = &nic_reg_table[range->owner];
        if (row->on_read || row->on_write || range->kind == NIC_IS_ALIAS)
            continue;
        for (uint32_t i = 0; i < range->count; i++) {
            uint32_t at = address_of(range, i);
            uint32_t *word = &h->nic.st->reg[range->reg + range->first + i];

            *word = 0x5a5a5a5a;
            fake_w32(h, at, 0xffffffff);
            ck_assert_uint_eq(*word, (0x5a5a5a5a | row->writable) & ~row->w1c);
            fake_w32(h, at, 0);
            ck_assert_uint_eq(*word, ((0x5a5a5a5a | row->writable) & ~row->w1c) & ~row->writable);
            *word = 0x12345678;
            ck_assert_uint_eq(fake_r32(h, at), 0x12345678);
            ck_assert_uint_eq(*word, row->flags & REG_RC ? 0 : 0x12345678);
        }
    }
}
END_TEST

START_TEST(reset_values)
{
    static const struct {
        uint32_t offset, value;
    } expected[] = {
        { 0x00000, 0 }, { 0x00008, 0x00080000 }, { 0x00018, 0 }, { 0x00020, 0x00002804 },
        { 0x04a80, 0x81000000 }, { 0x05088, 0x00008100 }, { 0x04240, 0x00000403 },
        { 0x04268, 0x05ee0000 }, { 0x01014, 0x00000402 }, { 0x0dfd4, 0x00000402 },
        { 0x02f00, 0x00000008 }, { 0x03c00, 0x00080000 }, { 0x03c04, 0 }, { 0x0cc00, 0x00028000 },
        { 0x0cc04, 0 }, { 0x10010, 0x00003f10 }, { 0x10148, 0x00008000 }, { 0x10160, 0 },
        { 0x10150, 0 }, { 0x05820, 0 }, { 0x15f00, 0 }, { 0x042a0, 0xc09c6004 },
        { 0x042a8, 0x000a0000 }, { 0x042b0, 0x00010000 }, { 0x042a4, 0 }, { 0x00200, 0 },
        { 0x05400, 0x00535202 }, { 0x05404, 0x80000100 }, { 0x0a200, 0x00535202 },
        { 0x08804, 3 }, { 0x08d04, 3 }, { 0x0ee00, 0 }, { 0x00028, 0xf }, { 0x10140, 0 },
    };
    for (unsigned pass = 0; pass < 2; pass++) {
        for (unsigned i = 0; i < sizeof(expected) / sizeof(expected[0]); i++)
            ck_assert_msg(fake_r32(h, expected[i].offset) == expected[i].value,
                          "%05x reads %08x, reset value is %08x", expected[i].offset,
                          fake_r32(h, expected[i].offset), expected[i].value);
        fake_w32(h, 0x10140, 0);
        for (uint32_t at = 0x1000; at < NIC_REG_BYTES; at += 4)
            fake_w32(h, at, 0);
        nic_reset(&h->nic, NIC_RESET_FLR);
    }
}
END_TEST

/* The masks of Linux' ethtool register test: what is written under them must come back. */
START_TEST(ethtool_register_test)
{
    static const struct {
        uint32_t offset, stride, count, mask, written;
    } rows_82599[] = {
        { 0x03220, 4, 1, 0x8007fff0, 0x8007fff0 }, { 0x03260, 4, 1, 0x8007fff0, 0x8007fff0 },
        { 0x03008, 0, 1, 0xffffffff, 0xffffffff }, { 0x05088, 0, 1, 0, 0 },
        { 0x01000, 0x40, 4, 0xffffff80, 0xffffff80 }, { 0x01004, 0x40, 4, ~0u, ~0u },
        { 0x01008, 0x40, 4, 0x000fff80, 0x000fffff }, { 0x01018, 0x40, 4, 0xffff, 0xffff },
        { 0x03200, 4, 1, ~0u, ~0u }, { 0x06000, 0x40, 4, 0xffffff80, ~0u },
        { 0x06008, 0x40, 4, 0x000fff80, 0x000fff80 }, { 0x03000, 0, 1, 1, 1 },
        { 0x05400, 8, 16, ~0u, ~0u }, { 0x05404, 8, 16, 0x8000ffff, 0x8000ffff },
        { 0x05200, 4, 128, ~0u, ~0u },
    };
    static const uint32_t patterns[] = { 0x5a5a5a5a, 0xa5a5a5a5, 0, 0xffffffff };

    for (unsigned r = 0; r < sizeof(rows_82599) / sizeof(rows_82599[0]); r++) {
        for (uint32_t i = 0; i < rows_82599[r].count; i++) {
            uint32_t at = rows_82599[r].offset + i * rows_82599[r].stride, before = fake_r32(h, at);
            for (unsigned p = 0; p < 4; p++) {
                fake_w32(h, at, patterns[p] & rows_82599[r].written);
                ck_assert_uint_eq(fake_r32(h, at),
                                  patterns[p] & rows_82599[r].written & rows_82599[r].mask);
            }
            fake_w32(h, at, before);
        }
    }
    uint32_t status = fake_r32(h, 8);
    fake_w32(h, 8, 0x000c3bff);
    ck_assert_uint_eq(fake_r32(h, 8), status);
}
END_TEST

START_TEST(aliases_are_one_storage)
{
    for (uint32_t q = 0; q < 16; q++) {
        fake_w32(h, 0x02100 + 4 * q, 0x02000400 | (q + 1));
        ck_assert_uint_eq(fake_r32(h, 0x01014 + 0x40 * q), 0x02000400 | (q + 1));
        fake_w32(h, 0x0100c + 0x40 * q, 0xe0 + q);
        ck_assert_uint_eq(fake_r32(h, 0x02200 + 4 * q), 0xe0 + q);
        fake_w32(h, 0x0a200 + 8 * q, 0x1000 + q);
        ck_assert_uint_eq(fake_r32(h, 0x05400 + 8 * q), 0x1000 + q);
        fake_w32(h, 0x05404 + 8 * q, 0xffffffff);
        ck_assert_uint_eq(fake_r32(h, 0x0a204 + 8 * q), 0x8000ffff);
        fake_w32(h, 0x05480 + 4 * q, 0x2000 + q);
        ck_assert_uint_eq(fake_r32(h, 0x0ea00 + 4 * q), 0x2000 + q);
    }
}
END_TEST

START_TEST(split_ranges_go_on)
{
    for (uint32_t q = 0; q < NIC_QUEUES; q++) {
        uint32_t base = q < 64 ? 0x01000 + 0x40 * q : 0x0d000 + 0x40 * (q - 64);

        fake_w32(h, base, 0x1000 * (q + 1));
        ck_assert_uint_eq(h->nic.st->reg[R_RDBAL + q], 0x1000 * (q + 1));
        ck_assert_uint_eq(fake_r32(h, base), 0x1000 * (q + 1));
    }
    fake_w32(h, 0x00820 + 4 * 23, 0x58);
    fake_w32(h, 0x12300, 0x60);
    fake_w32(h, 0x12300 + 4 * 103, 0x68);
    ck_assert_uint_eq(h->nic.st->reg[R_EITR + 23], 0x58);
    ck_assert_uint_eq(h->nic.st->reg[R_EITR + 24], 0x60);
    ck_assert_uint_eq(h->nic.st->reg[R_EITR + 127], 0x68);
    /* QPRDC(0) sits where QPRC(16) would be. */
    h->nic.st->reg[R_QPRDC] = 5;
    ck_assert_uint_eq(fake_r32(h, 0x01430), 5);
    ck_assert_uint_eq(fake_r32(h, 0x01430), 0);
}
END_TEST

START_TEST(holes_and_odd_accesses_are_reported)
{
    ck_assert_uint_eq(fake_r32(h, 0x00004), 0);
    ck_assert_uint_eq(h->events[NIC_EV_violation], 1);
    ck_assert_uint_eq(h->last[NIC_EV_violation].a, NIC_RULE_REGISTER_HOLE);
    ck_assert_uint_eq(h->last[NIC_EV_violation].c, 4);
    fake_w32(h, 0x00004, 9);
    ck_assert_uint_eq(h->events[NIC_EV_violation], 2);
    ck_assert_uint_eq(h->last[NIC_EV_violation].c, 9ull << 32 | 1 << 27 | 4);
    fake_w32(h, 0x02f40 - 4, 9);
    ck_assert_uint_eq(fake_r32(h, NIC_REG_BYTES), 0); /* flash: none */
    ck_assert_uint_eq(h->events[NIC_EV_violation], 4);
    ck_assert_uint_eq(h->events[NIC_EV_mmio_read], 2);

    static const struct {
        uint32_t bar, offset, size;
    } odd[] = { { 0, 8, 1 }, { 0, 8, 2 }, { 0, 10, 4 }, { 0, 9, 4 }, { 0, 12, 8 },
                { 0, NIC_BAR0_BYTES, 4 }, { 4, NIC_BAR4_BYTES, 4 }, { 2, 0, 4 }, { 0, 8, 3 },
                { 0, 8, 0 }, { 0, 0xfffffffc, 4 }, { 4, 0xfffffff8, 8 } };
    for (unsigned i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
        ck_assert_uint_eq(nic_mmio_read(&h->nic, odd[i].bar, odd[i].offset, odd[i].size), 0);
        nic_mmio_write(&h->nic, odd[i].bar, odd[i].offset, ~0ull, odd[i].size);
        ck_assert_uint_eq(h->events[NIC_EV_odd_access], 2 * i + 2);
    }
    ck_assert_uint_eq(h->events[NIC_EV_mmio_read], 2);
}
END_TEST

START_TEST(eight_bytes_are_low_then_high)
{
    nic_mmio_write(&h->nic, 0, 0x0ee28, 0x0000000d12345678, 8); /* FDIRHASH, FDIRCMD: add */
    ck_assert_uint_eq(fake_r32(h, 0x0ee28), 0x12345678);
    ck_assert_uint_eq(fake_r32(h, 0x0ee2c), 0x8); /* command field cleared itself, UPDATE kept */
    ck_assert_uint_eq(nic_mmio_read(&h->nic, 0, 0x0ee28, 8), 0x0000000812345678);
    ck_assert_uint_eq(h->last[NIC_EV_mmio_read].a, 0x0ee2c);
}
END_TEST

/* What is storage only is owed. Lower this figure whenever a row gets behaviour; never raise it. */
enum { STORAGE_ROWS_OWED = 321 };

START_TEST(storage_rows_only_shrink)
{
    unsigned storage = 0, registers = 0;

    for (unsigned i = 0; i < nic_reg_rows(); i++) {
        const struct nic_reg_info *row = nic_reg_row(i);
        if (row->alias || row->more)
            continue;
        registers++;
        storage += row->storage_only;
    }
    printf("registers: %u, storage only: %u (at most %u)\n", registers, storage,
           STORAGE_ROWS_OWED);
    ck_assert_uint_le(storage, STORAGE_ROWS_OWED);
    ck_assert_ptr_null(nic_reg_row(nic_reg_rows()));
}
END_TEST

START_TEST(names)
{
    static const struct {
        uint32_t offset;
        const char *name;
    } expected[] = {
        { 0x00000, "CTRL" }, { 0x01018, "RDT[0]" }, { 0x0d018, "RDT[64]" }, { 0x0dfd8, "RDT[127]" },
        { 0x02104, "SRRCTL[1]" }, { 0x0a5fc, "RAH[127]" }, { 0x00004, "hole 0x00004" },
        { 0x12300, "EITR[24]" }, { 0x001c0, "PFVFLRE[1]" }, { 0x80000, "hole 0x80000" },
        { 0x00002, "hole 0x00002" },
    };
    char buf[32], small[4];

    for (unsigned i = 0; i < sizeof(expected) / sizeof(expected[0]); i++)
        ck_assert_str_eq(nic_reg_name(expected[i].offset, buf, sizeof(buf)), expected[i].name);
    ck_assert_str_eq(nic_reg_name(0x01018, small, sizeof(small)), "RDT");
    ck_assert_str_eq(nic_reg_name(0x01018, small, 0), "");
}
END_TEST

START_TEST(coverage_counts)
{
    uint32_t reads, writes;

    fake_r32(h, 0x05080);
    fake_w32(h, 0x05080, 1);
    fake_w32(h, 0x05080, 2);
    nic_reg_coverage(&h->nic, NIC_ROW_FCTRL, &reads, &writes);
    ck_assert_uint_eq(reads, 1);
    ck_assert_uint_eq(writes, 2);
    fake_w32(h, 0x02100, 2);
    nic_reg_coverage(&h->nic, NIC_ROW_SRRCTL_at_0x02100, &reads, &writes);
    ck_assert_uint_eq(writes, 1);
    nic_reg_coverage(&h->nic, NIC_ROW_SRRCTL, &reads, &writes);
    ck_assert_uint_eq(writes, 0);
    nic_reg_coverage(&h->nic, NIC_REG_ROWS, &reads, &writes);
    ck_assert_uint_eq(reads + writes, 0);
}
END_TEST

START_TEST(store_refuses_foreign_elements)
{
    uint32_t before = h->nic.st->reg[R_RDBAH];

    ck_assert_uint_eq(nic_reg_store(&h->nic, R_RDBAL, 128, 0xffffffff), 0);
    ck_assert_uint_eq(nic_reg_store(&h->nic, R_RDBAL, UINT32_MAX, 0xffffffff), 0);
    ck_assert_uint_eq(h->nic.st->reg[R_RDBAH], before);
    ck_assert_uint_eq(nic_reg_store(&h->nic, R_RDBAL, 127, 0xffffffff), 0xffffff80);
}
END_TEST

int main(void)
{
    TCase *lint = tcase_create("lint"), *t = tcase_create("rows");

    tcase_add_test(lint, table_passes_its_lint);
    tcase_add_test(lint, lint_refuses_broken_rows);
    tcase_add_test(lint, lint_refuses_broken_followers);
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, every_plain_word_obeys_its_masks);
    tcase_add_test(t, reset_values);
    tcase_add_test(t, ethtool_register_test);
    tcase_add_test(t, aliases_are_one_storage);
    tcase_add_test(t, split_ranges_go_on);
    tcase_add_test(t, holes_and_odd_accesses_are_reported);
    tcase_add_test(t, eight_bytes_are_low_then_high);
    tcase_add_test(t, storage_rows_only_shrink);
    tcase_add_test(t, names);
    tcase_add_test(t, coverage_counts);
    tcase_add_test(t, store_refuses_foreign_elements);
    return RUN_TESTS("regs", lint, t);
}
