/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Finds the command, parses options with GLib: see cli.h.
 */
#include "harness/cmd/cli.h"

#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/diag.h"
#include "harness/base/paths.h"
#include "harness/base/process.h"
#include "harness/base/term.h"
#include "harness/base/units.h"
#include "harness/run/run_folder.h"

static const struct {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *line;
} commands[] = {
    {"run", rs_run_command, "run scenarios, print a verdict, write reports"},
    {"list", rs_list_command, "what there is to run, one line each"},
    {"lint", rs_lint_command, "check scenario files without running them"},
    {"trace", rs_trace_command, "what happened in a run: filter, follow one frame"},
    {"registers", rs_registers_command, "registers that drivers touch, by their runs"},
    {"replay", rs_replay_command, "run a failure again, exactly, and compare the trace"},
    {"rate", rs_rate_command, "search the highest rate without loss"},
    {"pcie-bench", rs_pcie_bench_command, "what reads and writes of a device take on a system"},
    {"gate", rs_gate_command, "what a packet costs, against a committed baseline"},
    {"shell", rs_shell_command, "the guest with the NIC, interactive"},
    {"doctor", rs_doctor_command, "is this machine fit? boots a guest to find out"},
    {"clean", rs_clean_command, "remove old runs, and snapshots of other builds"},
    {"schema", rs_schema_command, "all keys of scenario files: manual page or JSON Schema"},
};

static void usage(FILE *out)
{
    fprintf(out, "Usage: ringside COMMAND [OPTION...] [ARGUMENT...]\n\nCommands:\n");
    for (unsigned i = 0; i < G_N_ELEMENTS(commands); i++)
        fprintf(out, "  %-10s %s\n", commands[i].name, commands[i].line);
    fprintf(out,
            "\n'ringside COMMAND --help' tells a command's options; 'ringside --version' the "
            "version.\n\n"
            "Exit status: 0 pass, 1 a scenario failed, 2 wrong usage or scenario, 3 this machine\n"
            "cannot (worth a retry), 4 nothing selected, 5 the gate found something worse,\n"
            "6 one seed gave two results, 130 interrupted.\n");
}

char *rs_cli_trace_path(const char *run, char **folder)
{
    char *below = g_build_filename(rs_paths()->out, run, NULL), *path;

    if (g_file_test(run, G_FILE_TEST_IS_REGULAR)) {
        *folder = g_path_get_dirname(run);
        path = g_strdup(run);
    } else {
        *folder = g_strdup(g_file_test(run, G_FILE_TEST_IS_DIR) ? run : below);
        path = g_build_filename(*folder, RS_FILE_TRACE, NULL);
    }
    g_free(below);
    return path;
}

int rs_cli_time(const char *command, const char *option, const char *text, uint64_t *ps)
{
    struct quantity q;
    char why[256];
    enum unit_error error = rs_quantity_parse(text, strlen(text), UNIT_TIME, &q);

    if (error)
        return rs_cli_wrong(command, "%s: %s", option,
                            rs_unit_error_text(error, text, strlen(text), UNIT_TIME, why,
                                               sizeof(why)));
    if (!rs_quantity_whole(q, ps))
        return rs_cli_wrong(command, "%s is '%s': finer than a picosecond", option, text);
    return 0;
}

int rs_cli_wrong(const char *command, const char *format, ...)
{
    va_list args;
    char *text;

    va_start(args, format);
    text = g_strdup_vprintf(format, args);
    va_end(args);
    rs_error("%s", text);
    rs_hint("'ringside %s%s--help' tells more", command, *command ? " " : "");
    g_free(text);
    return RS_EXIT_USAGE;
}

static gboolean louder(const gchar *name, const gchar *value, gpointer data, GError **error)
{
    rs_verbosity++;
    return TRUE;
}

static gboolean quieter(const gchar *name, const gchar *value, gpointer data, GError **error)
{
    rs_verbosity = -1;
    return TRUE;
}

static gboolean set_colour(const gchar *name, const gchar *value, gpointer data, GError **error)
{
    if (rs_term_colour(value))
        return TRUE;
    g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                "--color is '%s': expected auto, always or never", value);
    return FALSE;
}

static gboolean help_wanted; /* the library's own way would exit on the spot */

static const GOptionEntry common[] = {
    {"help", 'h', 0, G_OPTION_ARG_NONE, &help_wanted, "Show this", NULL},
    {"verbose", 'v', G_OPTION_FLAG_NO_ARG, G_OPTION_ARG_CALLBACK, (void *)louder,
     "Say more", NULL},
    {"quiet", 'q', G_OPTION_FLAG_NO_ARG, G_OPTION_ARG_CALLBACK, (void *)quieter,
     "Say only what must be said", NULL},
    {"color", 0, 0, G_OPTION_ARG_CALLBACK, (void *)set_colour,
     "auto, always or never (auto: a terminal, without NO_COLOR)", "WHEN"},
    {0},
};

bool rs_cli_parse(int *argc, char ***argv, const char *arguments, const char *summary,
                  const GOptionEntry *entries, int *status)
{
    GOptionContext *context = g_option_context_new(arguments);
    GError *error = NULL;
    bool good;

    g_option_context_set_help_enabled(context, FALSE);
    g_option_context_set_summary(context, summary);
    if (entries)
        g_option_context_add_main_entries(context, entries, NULL);
    g_option_context_add_main_entries(context, common, NULL);
    good = g_option_context_parse(context, argc, argv, &error);
    if (!good) {
        const char *command = strrchr((*argv)[0], ' ');

        *status = rs_cli_wrong(command ? command + 1 : "", "%s", error->message);
        g_error_free(error);
    } else if (help_wanted) {
        char *text = g_option_context_get_help(context, TRUE, NULL);

        fputs(text, stdout);
        g_free(text);
        *status = RS_EXIT_PASS;
        good = false;
    }
    g_option_context_free(context);
    return good;
}

static int unknown(const char *word)
{
    const char *names[G_N_ELEMENTS(commands) + 1] = {0}, *near;

    for (unsigned i = 0; i < G_N_ELEMENTS(commands); i++)
        names[i] = commands[i].name;
    near = rs_nearest(word, names);
    if (near)
        return rs_cli_wrong("", "there is no command '%s': did you mean '%s'?", word, near);
    return rs_cli_wrong("", "there is no command '%s'", word);
}

/* `ringside list | head`: the reader had enough, which is nobody's fault. */
static bool reader_left(void)
{
    struct pollfd out = {.fd = STDOUT_FILENO, .events = POLLOUT};

    return poll(&out, 1, 0) == 1 && (out.revents & POLLERR) != 0;
}

int rs_main(int argc, char **argv)
{
    int status = RS_EXIT_USAGE;

    rs_signals_init();
    if (argc < 2) {
        usage(stderr);
        return RS_EXIT_USAGE;
    }
    if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help")) {
        usage(stdout);
        return RS_EXIT_PASS;
    }
    if (!strcmp(argv[1], "--version")) {
        printf("ringside %s\n", RS_VERSION);
        return RS_EXIT_PASS;
    }
    for (unsigned i = 0; i < G_N_ELEMENTS(commands); i++)
        if (!strcmp(argv[1], commands[i].name)) {
            char *name = g_strdup_printf("ringside %s", argv[1]);

            g_set_prgname(name);
            argv[1] = name;
            status = commands[i].run(argc - 1, argv + 1);
            if ((fflush(stdout) == EOF || ferror(stdout)) && !reader_left()) {
                rs_error("standard output could not be written");
                status = status ?: RS_EXIT_ENVIRONMENT;
            }
            g_free(name);
            return status;
        }
    return unknown(argv[1]);
}

void rs_tell_wrong(struct diag *diag, int error, const char *why)
{
    rs_diag_print(diag, stderr, *rs_style(stderr, RS_BAD) != '\0');
    if (error && !diag->errors)
        rs_error("%s", why);
    rs_diag_fini(diag);
}
