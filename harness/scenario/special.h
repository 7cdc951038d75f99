/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Types of the schema that are more than a word or a quantity: addresses, attachments, frame
 * sizes, rates. Each is a row of its own with reading, form and JSON Schema.
 */
#ifndef RINGSIDE_HARNESS_SPECIAL_H
#define RINGSIDE_HARNESS_SPECIAL_H

#include "harness/scenario/reader.h"
#include "harness/scenario/schema.h"

/* special_net.c; the field is in brackets */
extern const struct schema_special rs_special_mac;       /* struct scenario_mac */
extern const struct schema_special rs_special_ip4;       /* struct scenario_ip4 */
extern const struct schema_special rs_special_ip6;       /* struct scenario_ip6 */
extern const struct schema_special rs_special_attach;    /* struct scenario_attach */
extern const struct schema_special rs_special_respond;   /* unsigned, enum plan_respond */
extern const struct schema_special rs_special_port;      /* uint64_t, PLAN_NO_PORT */
extern const struct schema_special rs_special_port_bits; /* unsigned */
extern const struct schema_special rs_special_ethertype; /* uint64_t */

/* special_text.c */
extern const struct schema_special rs_special_shell; /* char *, of several lines */
extern const struct schema_special rs_special_regex; /* char * */

/* special_traffic.c */
extern const struct schema_special rs_special_size;   /* struct scenario_sizes */
extern const struct schema_special rs_special_length; /* struct scenario_sizes */
extern const struct schema_special rs_special_rate;   /* struct scenario_rate */
extern const struct schema_special rs_special_value;  /* struct quantity of any unit */
extern const struct schema_special rs_special_timing; /* struct scenario_timings */
extern const struct schema_special rs_special_matrix; /* nothing: matrix.h has read it */

#endif
