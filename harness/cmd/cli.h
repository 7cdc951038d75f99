/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The command line: which command, its options, its exit status. Each command is a file of its
 * own (NAME_cmd.c) with one function here.
 */
#ifndef RINGSIDE_HARNESS_CLI_H
#define RINGSIDE_HARNESS_CLI_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "harness/base/diag.h"

/* The whole tool: returns enum rs_exit. */
int rs_main(int argc, char **argv);

int rs_list_command(int argc, char **argv);
int rs_run_command(int argc, char **argv);
int rs_lint_command(int argc, char **argv);
int rs_trace_command(int argc, char **argv);
int rs_registers_command(int argc, char **argv);
int rs_shell_command(int argc, char **argv);
int rs_replay_command(int argc, char **argv);
int rs_doctor_command(int argc, char **argv);
int rs_clean_command(int argc, char **argv);
int rs_rate_command(int argc, char **argv);
int rs_pcie_bench_command(int argc, char **argv);
int rs_gate_command(int argc, char **argv);
int rs_schema_command(int argc, char **argv);

/* Parses the options of a command (common ones -v, -q, --color are added), leaving positional
 * arguments in argv[1..argc). `arguments`: "[PATH...]"; `summary`: below the usage line.
 * False: *status is the exit status; the mistake has been told, or the help that was asked for. */
bool rs_cli_parse(int *argc, char ***argv, const char *arguments, const char *summary,
                  const GOptionEntry *entries, int *status);

/* RUN: a run folder, a name below the output folder, or a trace file. The path of its trace, and in
 * *folder where its plan lies; g_free() both. */
char *rs_cli_trace_path(const char *run, char **folder);

/* The value of an option that is a time, "3ms", in picoseconds. 0, or RS_EXIT_USAGE and told. */
int rs_cli_time(const char *command, const char *option, const char *text, uint64_t *ps);

/* A usage error: told, with a hint at --help; returns RS_EXIT_USAGE. */
int rs_cli_wrong(const char *command, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Tells on standard error what was wrong, the complaints or else, with an error, why; and forgets
 * the complaints. */
void rs_tell_wrong(struct diag *diag, int error, const char *why);

#endif
