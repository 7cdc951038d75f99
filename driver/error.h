/* SPDX-License-Identifier: BSD-2-Clause
 *
 * How an error goes up: a function returns 0 (or a count) or -errno, and beside it fills one line
 * of text that names what was expected, what was seen, and, where there is one, the way out.
 * A NULL struct ixd_error is allowed everywhere and means that nobody wants the text.
 */
#ifndef RINGSIDE_DRIVER_ERROR_H
#define RINGSIDE_DRIVER_ERROR_H

struct ixd_error {
    char text[240];
};

/* Writes the text (cut to fit) and returns `code`, so that a caller can `return ixd_fail(...)`. */
int ixd_fail(struct ixd_error *err, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
