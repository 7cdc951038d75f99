/* SPDX-License-Identifier: BSD-2-Clause
 *
 * One shell per step, in a session of its own. See steps.h.
 */
#define _GNU_SOURCE /* pipe2, clearenv */
#include "guest/steps.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest/driver.h"
#include "guest/watch.h"

enum { MS = 1000000 };

void steps_init(struct steps *steps, const struct job *job, uint64_t head_bytes)
{
    memset(steps, 0, sizeof(*steps));
    steps->job = job;
    steps->head_bytes = head_bytes;
    steps->output = -1;
    if (job->steps > 0)
        mkdir(STEPS_OUTPUT, 0755);
}

/* In the child. */
static void __attribute__((noreturn)) become_step(const char *script, int output)
{
    sigset_t none;
    int null = open("/dev/null", O_RDONLY);

    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_DFL);
    setsid();
    clearenv();
    for (char *const *variable = driver_environment(); *variable; variable++)
        putenv(*variable);
    setenv("PATH", "/job/bin:/job/files:/usr/sbin:/usr/bin:/sbin:/bin", 1);
    setenv("HOME", "/root", 1);
    setenv("USER", "root", 1);
    if (null < 0 || dup2(null, 0) < 0 || dup2(output, 1) < 0 || dup2(output, 2) < 0 ||
        chdir(DRIVER_FOLDER) < 0)
        _exit(126);
    execl("/bin/sh", "sh", "-eu", script, (char *)NULL);
    _exit(127);
}

/* What cannot be started has ended at once. */
static void start(struct steps *steps, unsigned number)
{
    const char *name = steps->job->step[number].name;
    struct step_outcome *outcome = &steps->outcome[number];
    char script[128], output[128];
    int ends[2];

    snprintf(script, sizeof(script), STEPS_SCRIPTS "/%s", name);
    snprintf(output, sizeof(output), STEPS_OUTPUT "/%s", name);
    *outcome = (struct step_outcome){.ran = true, .wait_status = -1, .start_ms = watch_now_ms()};
    outcome->end_ms = outcome->start_ms;
    if (capture_open(&steps->capture, output, steps->head_bytes, NULL) < 0)
        return;
    if (pipe2(ends, O_CLOEXEC) < 0) {
        capture_close(&steps->capture);
        return;
    }
    steps->current = number;
    steps->output = ends[0];
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    steps->pid = fork();
    if (steps->pid == 0)
        become_step(script, ends[1]);
    close(ends[1]);
    if (steps->pid < 0) {
        steps_drain(steps);
        steps_reaped(steps, steps->pid, -1);
    }
}

bool steps_run(struct steps *steps, enum job_phase phase, uint64_t go_ns, uint64_t *wake_ns)
{
    const uint64_t now_ns = watch_now_ns();

    if (steps->pid > 0) {
        struct step_outcome *outcome = &steps->outcome[steps->current];
        const uint64_t limit_ms = steps->job->step[steps->current].deadline_ms;

        *wake_ns = (outcome->start_ms + limit_ms) * MS;
        if (now_ns < *wake_ns || outcome->late)
            return false;
        outcome->late = true;
        kill(-steps->pid, SIGKILL);
        *wake_ns = UINT64_MAX; /* its end wakes us */
        return false;
    }
    for (unsigned i = 0; i < steps->job->steps; i++) {
        const struct job_step *step = &steps->job->step[i];

        if (step->phase != phase || steps->outcome[i].ran)
            continue;
        *wake_ns = go_ns + step->at_ns;
        if (now_ns < *wake_ns)
            return false;
        start(steps, i);
        if (steps->pid > 0) {
            *wake_ns = (steps->outcome[i].start_ms + step->deadline_ms) * MS;
            return false;
        }
    }
    return true;
}

int steps_descriptor(const struct steps *steps)
{
    return steps->output;
}

void steps_drain(struct steps *steps)
{
    char bytes[16 * 1024];
    ssize_t length;

    while (steps->output >= 0 && (length = read(steps->output, bytes, sizeof(bytes))) != 0) {
        if (length < 0 && errno == EINTR)
            continue;
        if (length < 0 && errno == EAGAIN)
            return;
        if (length < 0)
            break;
        capture_feed(&steps->capture, bytes, (size_t)length);
    }
    if (steps->output >= 0)
        close(steps->output);
    steps->output = -1;
}

bool steps_reaped(struct steps *steps, pid_t pid, int wait_status)
{
    struct step_outcome *outcome = &steps->outcome[steps->current];

    if (pid != steps->pid || pid == 0)
        return false;
    steps_drain(steps);
    if (steps->output >= 0) /* what it left in the background has it still */
        close(steps->output);
    steps->output = -1;
    steps->pid = 0;
    outcome->wait_status = wait_status;
    outcome->end_ms = watch_now_ms();
    capture_close(&steps->capture);
    return true;
}

int steps_failed(const struct steps *steps, enum job_phase phase)
{
    for (unsigned i = 0; i < steps->job->steps; i++)
        if (steps->job->step[i].phase == phase && steps->outcome[i].ran &&
            (steps->outcome[i].wait_status || steps->outcome[i].late))
            return (int)i;
    return -1;
}

void steps_write(const struct steps *steps, FILE *status)
{
    for (unsigned i = 0; steps->job && i < steps->job->steps; i++) {
        const struct step_outcome *outcome = &steps->outcome[i];
        const int code = outcome->wait_status;
        const char *how = !outcome->ran       ? "not-run"
                          : outcome->late     ? "late"
                          : code == -1        ? "not-started"
                          : WIFSIGNALED(code) ? "signal"
                                              : "exit";
        const int value = !outcome->ran || code == -1 ? 0
                          : WIFSIGNALED(code)         ? WTERMSIG(code)
                                                      : WEXITSTATUS(code);

        fprintf(status, "step %s %s %d %llu %llu\n", steps->job->step[i].name, how, value,
                (unsigned long long)outcome->start_ms, (unsigned long long)outcome->end_ms);
    }
}
