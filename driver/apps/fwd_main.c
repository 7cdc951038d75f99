/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The guest program fwd; see driver/apps/fwd.c.
 */
#include "driver/apps/run.h"

int main(int argc, char **argv)
{
    return ixd_app_run(&ixd_app_fwd, argc, argv);
}
