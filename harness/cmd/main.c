/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The program `ringside`. Everything is in the library, where tests reach it.
 */
#include "harness/cmd/cli.h"

int main(int argc, char **argv)
{
    return rs_main(argc, argv);
}
