/* SPDX-License-Identifier: BSD-2-Clause */
#include "harness/report/refusal.h"

#include <glib.h>

static const char *const accesses[] = {
    [NIC_TAG_TX_DATA] = "read of data to transmit",
    [NIC_TAG_TX_DESC] = "read of transmit descriptors",
    [NIC_TAG_RX_DESC] = "read of receive descriptors",
    [NIC_TAG_RX_DATA] = "write of received data",
    [NIC_TAG_RX_WB] = "write-back of receive descriptors",
    [NIC_TAG_TX_WB] = "write-back of transmit descriptors",
};
_Static_assert(G_N_ELEMENTS(accesses) == NIC_TAG_KINDS, "a kind of access without words");

static const char *const reasons[] = {
    [REPORT_REFUSED] = "the host does not say why",
    [REPORT_REFUSED_UNMAPPED] = "nothing is mapped there",
    [REPORT_REFUSED_READ] = "the device may not read there",
    [REPORT_REFUSED_WRITE] = "the device may not write there",
    [REPORT_REFUSED_DOMAIN] = "the device is in no domain of the IOMMU",
    [REPORT_REFUSED_MEMORY] = "no memory answers there (master abort)",
    [REPORT_REFUSED_FAULT] = "a fault of the scenario",
    [REPORT_REFUSED_TABLES] = "the IOMMU's tables have no page for such an access there",
};
_Static_assert(G_N_ELEMENTS(reasons) == REPORT_REFUSED_REASONS, "a reason without words");

const char *rs_refusal_access(const struct report_refusal *refusal)
{
    const unsigned kind = NIC_TAG_KIND(refusal->tag);

    return kind < NIC_TAG_KINDS ? accesses[kind] : "access";
}

const char *rs_refusal_reason(const struct report_refusal *refusal)
{
    return reasons[refusal->reason < REPORT_REFUSED_REASONS ? refusal->reason : REPORT_REFUSED];
}
