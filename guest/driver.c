/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Builds argument and environment lists, forks, drops every right, executes. See driver.h.
 */
#define _GNU_SOURCE /* pipe2, posix_openpt */
#include "guest/driver.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "guest/files.h"

/* fixed variables and PORTn come on top of the job's */
enum { ENVS_MAX = JOB_ENVS_MAX + JOB_PORTS_MAX + 8, STRINGS_MAX = 256 * 1024 };

/* argv and envp of the program, all strings in one arena */
struct words {
    char *argv[JOB_ARGS_MAX + 1];
    char *envp[ENVS_MAX + 1];
    unsigned args, envs;
    size_t used;
    char strings[STRINGS_MAX];
};

static struct words words;

/* Copies text with ports substituted into the arena; NULL: error filled. */
static char *add_string(const char *text, const struct pci_address *ports, unsigned count,
                        struct job_error *error)
{
    char *at = words.strings + words.used;
    size_t room = sizeof(words.strings) - words.used;

    if (job_substitute(text, ports, count, at, room < JOB_LINE_MAX ? room : JOB_LINE_MAX, error))
        return NULL;
    words.used += strlen(at) + 1;
    return at;
}

static int add_env(const char *text, const struct pci_address *ports, unsigned count,
                   struct job_error *error)
{
    char *entry = add_string(text, ports, count, error);

    if (!entry)
        return -EINVAL;
    words.envp[words.envs++] = entry;
    return 0;
}

/* A name that the job gives itself comes last and so would lose: getenv takes the first. The
 * job's variables therefore go in front of ours. */
static int build_words(const struct job *job, const struct pci_address *ports, unsigned count,
                       struct job_error *error)
{
    static const char home[] = "HOME=" DRIVER_FOLDER;
    static const char *const fixed[] = {"PATH=/job/bin:/bin", home, "USER=driver", "TERM=vt100",
                                        "HUGETLBFS=/dev/hugepages"};
    char text[48];

    for (unsigned i = 0; i < job->args; i++) {
        words.argv[i] = add_string(job->arg[i], ports, count, error);
        if (!words.argv[i])
            return -EINVAL;
    }
    words.args = job->args;
    for (unsigned i = 0; i < job->envs; i++)
        if (add_env(job->env[i], ports, count, error) < 0)
            return -EINVAL;
    for (unsigned i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++)
        if (add_env(fixed[i], ports, count, error) < 0)
            return -EINVAL;
    for (unsigned i = 0; i < count; i++) {
        snprintf(text, sizeof(text), "PORT%u=${PORT%u}", i, i);
        if (add_env(text, ports, count, error) < 0)
            return -EINVAL;
    }
    return 0;
}

static void use_shell(void)
{
    words.argv[0] = (char *)"/bin/sh";
    words.argv[1] = NULL;
    words.args = 1;
}

/* Rights and limits of the driver process. A change of user from 0 also drops all capabilities. */
static int become_user(const struct job *job)
{
    struct rlimit locked = {job->memlock_bytes, job->memlock_bytes};
    struct rlimit core = {RLIM_INFINITY, RLIM_INFINITY};

    if (setrlimit(RLIMIT_MEMLOCK, &locked) < 0 || setrlimit(RLIMIT_CORE, &core) < 0)
        return -errno;
    if (job->shell)
        return 0;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || setgroups(0, NULL) < 0 ||
        setgid(job->user) < 0 || setuid(job->user) < 0)
        return -errno;
    return 0;
}

static int use_console(void)
{
    int console = open("/dev/console", O_RDWR);

    if (console < 0 || dup2(console, 0) < 0 || dup2(console, 1) < 0 || dup2(console, 2) < 0)
        return -errno;
    /* the tty behind the console becomes ours, so that ^C works */
    int tty = open("/dev/ttyS0", O_RDWR);
    if (tty >= 0 && ioctl(tty, TIOCSCTTY, 1) == 0) {
        dup2(tty, 0);
        dup2(tty, 1);
        dup2(tty, 2);
    }
    return 0;
}

static int use_pipes(const struct job *job, int out, int err)
{
    /* writable too, so that it never sees the end of a file */
    int in = job->input ? open(JOB_INPUT, O_RDWR) : open("/dev/null", O_RDONLY);

    if (in < 0 || dup2(in, 0) < 0 || dup2(out, 1) < 0 || dup2(err, 2) < 0)
        return -errno;
    return 0;
}

/* In the child. Comes back only with an error. */
static int become_driver(const struct job *job, int out, int err)
{
    sigset_t none;

    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_DFL);
    setsid();
    int result = job->shell ? use_console() : use_pipes(job, out, err);
    if (!result && chdir(DRIVER_FOLDER) < 0)
        result = -errno;
    if (!result)
        result = become_user(job);
    if (result)
        return result;
    execve(words.argv[0], words.argv, words.envp);
    return -errno;
}


/* `report` is closed by a successful exec; until then it can carry an error. */
static int fork_driver(struct driver *driver, const struct job *job, int out, int err,
                       int report[2])
{
    int result = 0;

    driver->pid = fork();
    if (driver->pid < 0)
        return -errno;
    if (driver->pid == 0) {
        result = become_driver(job, out, err);
        if (write(report[1], &result, sizeof(result)) < 0)
            _exit(126);
        _exit(127);
    }
    close(report[1]);
    report[1] = -1;
    if (read(report[0], &result, sizeof(result)) <= 0)
        return 0;
    waitpid(driver->pid, NULL, 0);
    driver->pid = -1;
    return result;
}

static int make_input(struct driver *driver, const struct job *job)
{
    if (mkdir("/run", 0755) < 0 && errno != EEXIST)
        return -errno;
    if (mkfifo(JOB_INPUT, 0600) < 0 || chown(JOB_INPUT, job->user, job->user) < 0)
        return -errno;
    driver->input = open(JOB_INPUT, O_RDWR | O_NONBLOCK | O_CLOEXEC);
    return driver->input < 0 ? -errno : 0;
}

int driver_prepare(struct driver *driver, const struct job *job, const struct pci_address *ports,
                   unsigned port_count, char *why, size_t room)
{
    struct job_error error = {0};

    *driver = (struct driver){-1, -1, -1, -1};
    memset(&words, 0, sizeof(words));
    if (build_words(job, ports, port_count, &error) < 0) {
        snprintf(why, room, "argv or env: %s", error.text);
        return -EINVAL;
    }
    if (job->shell)
        use_shell();
    int result = job->input ? make_input(driver, job) : 0;
    if (result < 0)
        snprintf(why, room, "no " JOB_INPUT ": %s", strerror(-result));
    return result;
}

char *const *driver_environment(void)
{
    return words.envp;
}

/* A terminal that passes bytes on as they are. 0 or -errno. */
static int open_terminal(int ends[2])
{
    struct termios mode;

    ends[0] = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (ends[0] < 0 || grantpt(ends[0]) < 0 || unlockpt(ends[0]) < 0)
        return -errno;
    ends[1] = open(ptsname(ends[0]), O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (ends[1] < 0 || tcgetattr(ends[1], &mode) < 0)
        return -errno;
    cfmakeraw(&mode);
    return tcsetattr(ends[1], TCSANOW, &mode) < 0 ? -errno : 0;
}

int driver_start(struct driver *driver, const struct job *job, char *why, size_t room)
{
    int out[2] = {-1, -1}, err[2] = {-1, -1}, report[2] = {-1, -1};

    if ((job->terminal ? open_terminal(out) : pipe2(out, O_CLOEXEC)) < 0 ||
        pipe2(err, O_CLOEXEC) < 0 || pipe2(report, O_CLOEXEC) < 0) {
        snprintf(why, room, "no pipe: %s", strerror(errno));
        return -EMFILE;
    }
    int result = fork_driver(driver, job, out[1], err[1], report);
    close(report[0]);
    close(out[1]);
    close(err[1]);
    if (result < 0 || job->shell) {
        close(out[0]);
        close(err[0]);
    } else {
        fcntl(out[0], F_SETFL, O_NONBLOCK);
        fcntl(err[0], F_SETFL, O_NONBLOCK);
        driver->out = out[0];
        driver->err = err[0];
    }
    if (result < 0)
        snprintf(why, room, "cannot start %.120s: %s", words.argv[0], strerror(-result));
    return result;
}

int driver_type(const struct driver *driver, const char *line)
{
    char text[JOB_LINE_MAX + 2];
    int length = snprintf(text, sizeof(text), "%s\n", line);

    return driver->input < 0 ? -EBADF : write_all(driver->input, text, (size_t)length);
}
