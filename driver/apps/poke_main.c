/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The guest program poke; see driver/apps/poke.c.
 */
#include "driver/apps/run.h"

int main(int argc, char **argv)
{
    return ixd_app_run(&ixd_app_poke, argc, argv);
}
