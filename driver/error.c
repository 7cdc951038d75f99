/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The one function of error.h.
 */
#include "driver/error.h"

#include <stdarg.h>
#include <stdio.h>

int ixd_fail(struct ixd_error *err, int code, const char *format, ...)
{
    va_list args;

    if (err) {
        va_start(args, format);
        vsnprintf(err->text, sizeof(err->text), format, args);
        va_end(args);
    }
    return code;
}
