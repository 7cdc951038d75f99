/* SPDX-License-Identifier: BSD-2-Clause
 *
 * `ringside shell`: the guest with the NIC on this terminal.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "harness/run/builtin.h"
#include "harness/cmd/cli.h"
#include "harness/base/paths.h"
#include "harness/run/run_folder.h"
#include "harness/scenario/description.h"
#include "harness/scenario/select.h"
#include "harness/base/term.h"

enum { PIPED_DEADLINE_MS = 10 * 60 * 1000 };

static void welcome(const char *dir)
{
    fprintf(stderr,
            "Booting the guest (some seconds). In it:\n"
            "  exit          leaves the shell, hands files in /results back, ends the machine\n"
            "  Ctrl-A X      ends the machine at once;  Ctrl-A H lists more\n"
            "  go            starts the plan: its traffic, its time zero\n"
            "  /job/bin      the driver's applications; /sys/bus/pci/devices: the NICs\n"
            "Files come to %s/" RS_FILE_RESULTS "\n\n",
            dir);
}

/* The terminal as it was, whatever QEMU or a killed QEMU left. */
static int on_terminal(const struct rs_machine *machine)
{
    GPtrArray *argv = rs_host_argv(RS_HOST_QEMU, machine);
    struct rs_process process;
    struct termios before;
    const bool terminal = tcgetattr(STDIN_FILENO, &before) == 0;
    char words[96];
    int error, status = RS_EXIT_PASS;

    error = rs_process_run(&process, (const char *const *)argv->pdata,
                           &(struct rs_process_options){
                               .foreground = true,
                               /* nobody is there to type Ctrl-A X */
                               .deadline_ms = terminal ? 0 : PIPED_DEADLINE_MS});
    if (terminal)
        tcsetattr(STDIN_FILENO, TCSADRAIN, &before);
    if (error == -EINTR) {
        status = RS_EXIT_INTERRUPTED;
    } else if (error) {
        rs_error("%s: %s", (const char *)argv->pdata[0], strerror(-error));
        status = RS_EXIT_ENVIRONMENT;
    } else if (process.exit_status) {
        rs_error("QEMU: %s", rs_process_words(&process, words, sizeof(words)));
        status = RS_EXIT_ENVIRONMENT;
    }
    g_ptr_array_unref(argv);
    return status;
}

static int shell(const struct scenario *scenario, const struct scenario_case *c, bool dry)
{
    struct rs_inputs inputs = {0};
    struct rs_machine machine;
    struct rs_run run;
    char why[512] = "";
    enum rs_error error = RS_OK;
    int status;

    rs_run_init(&run);
    run.scenario = scenario;
    run.c = c;
    run.host = RS_HOST_QEMU;
    run.dir = g_build_filename(rs_paths()->out, "shell", NULL);
    if (dry) {
        machine = rs_run_machine(c, run.dir);
        machine.console = true;

        GPtrArray *argv = rs_host_argv(RS_HOST_QEMU, &machine);
        char *line = rs_argv_line(argv);

        puts(line);
        g_free(line);
        g_ptr_array_unref(argv);
        rs_run_fini(&run);
        return RS_EXIT_PASS;
    }
    error = rs_shell_inputs(&inputs, scenario, c, why, sizeof(why));
    machine = rs_run_machine(c, run.dir); /* its guest may have been composed just now */
    machine.console = true;
    error = error ?: rs_run_prepare(&run, &inputs, why, sizeof(why));
    if (!error && rs_host_ready(RS_HOST_QEMU, machine.guest, why, sizeof(why)) < 0)
        error = RS_ERROR_ENVIRONMENT;
    if (error) {
        if (*why)
            rs_error("%s", why);
        status = (int)error;
    } else {
        welcome(run.dir);
        status = on_terminal(&machine);
        rs_run_finish(&run);
    }
    rs_inputs_fini(&inputs);
    rs_run_fini(&run);
    return status;
}

int rs_shell_command(int argc, char **argv)
{
    int ports = 2, status = 0;
    gboolean dry = FALSE;
    char *driver = NULL;
    const GOptionEntry entries[] = {
        {"ports", 0, 0, G_OPTION_ARG_INT, &ports, "NICs of the machine (2)", "N"},
        {"driver", 0, 0, G_OPTION_ARG_FILENAME, &driver,
         "The guest of the driver that FILE describes, prepared for it", "FILE"},
        {"dry-run", 'n', 0, G_OPTION_ARG_NONE, &dry, "Show the command line instead", NULL},
        {0},
    };
    struct rs_selection selection = {0};
    struct scenario *builtin = NULL;

    if (!rs_cli_parse(&argc, &argv, "[SCENARIO]",
                      "Boots the guest with an interactive shell; with the ports, files and "
                      "traffic of a scenario when one is given.",
                      entries, &status))
        return status;
    if (driver)
        rs_description_impose(driver);
    g_free(driver);
    if (argc > 2 || ports < 1 || ports > PLAN_PORTS_MAX)
        return rs_cli_wrong("shell", "expected at most one scenario, and 1 to %d ports",
                            PLAN_PORTS_MAX);
    if (argc == 2) {
        status = rs_select(&(struct rs_select_options){.words = argv + 1}, &selection);
        if (!status)
            status = shell(g_array_index(selection.cases, struct rs_selected, 0).scenario,
                           g_array_index(selection.cases, struct rs_selected, 0).c, dry);
        rs_selection_fini(&selection);
        return status;
    }
    builtin = rs_builtin_shell((unsigned)ports);
    if (!builtin)
        return RS_EXIT_ENVIRONMENT;
    status = shell(builtin, &builtin->cases[0], dry);
    rs_scenario_free(builtin);
    return status;
}
