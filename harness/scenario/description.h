/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A driver description: one YAML file that says what a driver needs of the guest and how it is
 * started and stopped, so that any scenario can run with it. Its keys: docs/drivers.md (made from
 * schema_driver.c). Knows no package and no kernel: whether they exist is found when the guest is
 * composed (harness/run/guest_image.h).
 */
#ifndef RINGSIDE_HARNESS_DESCRIPTION_H
#define RINGSIDE_HARNESS_DESCRIPTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/base/diag.h"
#include "harness/scenario/scenario.h"

/* A line of the kernel log that is no complaint after all. */
struct description_allow {
    struct schema_marks marks;
    char *line; /* regular expression */
    char *why;
};

struct description_log {
    struct schema_marks marks;
    char **fail; /* regular expressions, beyond the built-in words */
    struct description_allow *allow;
    size_t allow_count;
};

/* What is made from source before the guest is composed. */
struct description_build {
    struct schema_marks marks;
    char *source;    /* absolute path of a folder or an archive; NULL: none */
    char **packages; /* of Debian */
    bool headers;    /* those of the guest's kernel, too */
    char *run;       /* shell script */
};

/* What the machine should be like where a scenario does not say. */
struct description_machine {
    struct schema_marks marks;
    unsigned iommu, pages;
    uint64_t cpus, memory_bytes;
};

struct description {
    struct schema_marks marks;
    char *path, *text; /* the file, for messages */
    char *name, *why;
    char *kernel; /* "cloud", "full", a package, or a path (absolute) */
    char **packages, **modules;
    char **files; /* absolute */
    char **apps;  /* programs of this project */
    char *library; /* absolute path of a file with shell functions; NULL */
    char *bind;
    char *prepare; /* shell script; NULL */
    uint64_t prepare_ps;
    char **command; /* NULL: nothing is started */
    uint64_t user, memlock_bytes;
    char **env;
    unsigned input;  /* 0: nothing, 1: a FIFO */
    unsigned output; /* 0: a terminal, 1: a pipe */
    char *prompt, *ready;
    uint64_t ready_ps;
    unsigned stop_word;
    uint64_t stop_ps;
    char *stop_line;
    struct description_build build; /* run NULL: nothing is built */
    char *built;                    /* folder where what was built will lie */
    struct description_machine machine;
    struct description_log kernel_log;
};

/* Reads and checks a file. NULL with complaints in diag. rs_description_free() it. */
struct description *rs_description_load(const char *path, struct diag *diag);
struct description *rs_description_parse(const char *path, const char *text, size_t length,
                                         struct diag *diag);
void rs_description_free(struct description *d);

/* Are the files of this machine there that it names, and programs among them? Asked when it is
 * used and not when it is read: what is not built yet is no mistake in a description. Complaints go
 * to diag; how many. */
size_t rs_description_check_files(const struct description *d, struct diag *diag);

/* Is this file one that the description's own build makes? It need not be there yet. */
bool rs_description_builds(const struct description *d, const char *path);

/* Of `files` and `modules` those that are files of this machine: paths without parameters. Free
 * with g_strfreev(). */
char **rs_description_local_files(const struct description *d);

/* From here on every scenario runs with this description instead of its own driver section; NULL:
 * with its own again. */
void rs_description_impose(const char *path);
/* The path imposed, NULL: none. */
const char *rs_description_imposed(void);

/* From here on this text is what any description says, wherever it lies: of a run that is run
 * again. Relative names start at the folder of path. NULL: files say it again. What it names of
 * this machine (files, modules, what it built) is taken from the folder `files` where that has a
 * file of the name; NULL: no such folder. */
void rs_description_provide(const char *path, const char *text, const char *files);

#endif
