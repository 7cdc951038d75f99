/* SPDX-License-Identifier: BSD-2-Clause */
#include "model/systemc/options.h"

#include <cstdarg>
#include <cstdio>

namespace ringside {

void complain(const char *format, ...)
{
    va_list args;
    std::fputs("ringside-systemc: ", stderr);
    va_start(args, format);
    std::vfprintf(stderr, format, args);
    va_end(args);
    std::fputc('\n', stderr);
}

} // namespace ringside
