/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The schema told to people (docs/scenario-keys.md) and to editors (docs/scenario.schema.json).
 */
#ifndef RINGSIDE_HARNESS_SCHEMA_DOC_H
#define RINGSIDE_HARNESS_SCHEMA_DOC_H

/* A scenario with something of everything: stands on the page, and is checked by a test. */
extern const char rs_schema_example[];

/* Both: allocated with g_malloc(); end with a newline; the same bytes every time. */
char *rs_schema_markdown(void);
/* Every key of a system file, as markdown. */
char *rs_system_markdown(void);
/* Every key of a driver profile, as markdown. */
char *rs_profile_markdown(void);
/* Every key of a driver description, as markdown. */
char *rs_description_markdown(void);
char *rs_schema_json(void);

#endif
