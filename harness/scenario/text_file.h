/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A text file of a user's, whole, with a limit: scenarios and driver descriptions. Whatever is no
 * ordinary file is refused, because it might never end.
 */
#ifndef RINGSIDE_HARNESS_TEXT_FILE_H
#define RINGSIDE_HARNESS_TEXT_FILE_H

#include <stddef.h>

#include "harness/base/diag.h"

/* The file's text, g_free(), with a zero behind it; NULL with a complaint. More than
 * YAML_BYTES_MAX + 1 bytes are not read. */
char *rs_text_file(const char *path, size_t *length, struct diag *diag);

#endif
