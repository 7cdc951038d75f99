/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What decides a figure beside the code that is measured: architecture, compiler and C library,
 * kernel of the guest, QEMU. Figures of two environments say nothing of one another.
 */
#ifndef RINGSIDE_HARNESS_ENVIRONMENT_H
#define RINGSIDE_HARNESS_ENVIRONMENT_H

#include <jansson.h>
#include <stddef.h>

enum rs_environment_part {
    RS_ENV_ARCH,
    RS_ENV_CPU, /* the widest vectors that code picks at run time */
    RS_ENV_COMPILER,
    RS_ENV_LIBC,
    RS_ENV_KERNEL, /* of the guest: release and hash of the image */
    RS_ENV_QEMU,   /* version */
    RS_ENV_PARTS,
};

struct rs_environment {
    char *part[RS_ENV_PARTS]; /* "?" where it cannot be told */
    char *qemu_key;           /* of its build; told, but not compared: patches belong to the code */
};

void rs_environment_here(struct rs_environment *e);
void rs_environment_fini(struct rs_environment *e);

json_t *rs_environment_json(const struct rs_environment *e);
/* 0 or -EPROTO. */
int rs_environment_read(struct rs_environment *e, const json_t *object);

/* "kernel: A here, B there; ..."; NULL: they are alike. g_free(). */
char *rs_environment_differences(const struct rs_environment *here,
                                 const struct rs_environment *there);

/* A file name's worth of it: "x86_64-gcc-12.2.0-linux-6.1.0-56-cloud-amd64". g_free(). */
char *rs_environment_name(const struct rs_environment *e);

#endif
