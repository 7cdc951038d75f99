/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Landlock, seccomp, limits: see sandbox.h. The kernel's headers of the oldest release that we
 * build on know less of Landlock than its newest kernels can, so rights are asked for by version.
 */
#include "harness/base/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
    FILES_MAX = 256,           /* open at a time */
    RIGHTS_1 = (1 << 13) - 1,  /* Landlock 1: all that one may do with files */
    RIGHT_REFER = 1 << 13,     /* 2 */
    RIGHT_TRUNCATE = 1 << 14,  /* 3 */
    RIGHT_IOCTL = 1 << 15,     /* 5 */
    NET_TCP = 3,               /* 4: bind, connect */
};

#define READ                                                                                       \
    (LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
/* no links, sockets, pipes, devices: whoever reads the folder later finds ordinary files */
#define WRITE                                                                                      \
    (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR | LANDLOCK_ACCESS_FS_WRITE_FILE |  \
     LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_REMOVE_FILE)
#define OF_A_FILE                                                                                  \
    (LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE |   \
     RIGHT_TRUNCATE)

struct ruleset { /* struct landlock_ruleset_attr as of version 4 */
    uint64_t files, net;
};

static long landlock_version(void)
{
    return syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
}

bool rs_sandbox_has_files(void)
{
    return landlock_version() >= 1;
}

static int allow(int ruleset, const char *path, uint64_t rights)
{
    struct landlock_path_beneath_attr rule = {.allowed_access = rights};
    struct stat st;
    long done;

    rule.parent_fd = open(path, O_PATH | O_CLOEXEC);
    if (rule.parent_fd < 0)
        return errno == ENOENT ? 0 : -errno;
    if (fstat(rule.parent_fd, &st) == 0 && !S_ISDIR(st.st_mode))
        rule.allowed_access &= OF_A_FILE;
    done = syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
    close(rule.parent_fd);
    return done < 0 ? -errno : 0;
}

static int fence_files(const struct rs_sandbox *s)
{
    const long version = landlock_version();
    const uint64_t truncate = version >= 3 ? RIGHT_TRUNCATE : 0;
    struct ruleset attributes = {
        .files = RIGHTS_1 | (version >= 2 ? RIGHT_REFER : 0) | truncate |
                 (version >= 5 ? RIGHT_IOCTL : 0),
        .net = NET_TCP,
    };
    int ruleset, error = 0;

    if (version < 1)
        return 0; /* told by rs_sandbox_has_files() */
    ruleset = (int)syscall(SYS_landlock_create_ruleset, &attributes,
                           version >= 4 ? sizeof(attributes) : sizeof(attributes.files), 0);
    if (ruleset < 0)
        return -errno;
    for (const char *const *path = s->read; *path && !error; path++)
        error = allow(ruleset, *path, READ);
    for (const char *const *path = s->write; *path && !error; path++)
        error = allow(ruleset, *path, WRITE | truncate);
    error = error ?: allow(ruleset, "/dev/null", WRITE | truncate);
    if (!error && syscall(SYS_landlock_restrict_self, ruleset, 0) < 0)
        error = -errno;
    close(ruleset);
    return error;
}

#define ARGUMENT(n) offsetof(struct seccomp_data, args[n])
#define LOAD(offset) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (offset))
#define RETURN(what) BPF_STMT(BPF_RET | BPF_K, (what))
#define REFUSE(error) RETURN(SECCOMP_RET_ERRNO | (error))
/* one system call: refused with this error */
#define NEVER(name, error)                                                                         \
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_##name, 0, 1), REFUSE(error)

/* No sockets but those of this machine, no new processes (threads are none), nobody else's memory.
 * exec itself stays: the fence is entered before it. */
static int fence_calls(void)
{
    static struct sock_filter filter[] = {
        LOAD(offsetof(struct seccomp_data, arch)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 1, 0),
        RETURN(SECCOMP_RET_KILL_PROCESS),
        LOAD(offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0x40000000, 0, 1), /* the other numbers of x32 */
        RETURN(SECCOMP_RET_KILL_PROCESS),
        NEVER(fork, EPERM),
        NEVER(vfork, EPERM),
        NEVER(clone3, ENOSYS), /* libc then uses clone, whose flags can be looked at */
        NEVER(ptrace, EPERM),
        NEVER(process_vm_readv, EPERM),
        NEVER(process_vm_writev, EPERM),
        NEVER(io_uring_setup, ENOSYS),
        NEVER(mount, EPERM),
        NEVER(bpf, EPERM),
        NEVER(keyctl, EPERM),
        NEVER(add_key, EPERM),
        NEVER(perf_event_open, EPERM),
        NEVER(userfaultfd, EPERM),
        NEVER(unshare, EPERM),
        NEVER(setns, EPERM),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone, 0, 4),
        LOAD(ARGUMENT(0)),
        BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, CLONE_THREAD, 1, 0),
        REFUSE(EPERM),
        RETURN(SECCOMP_RET_ALLOW),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_socket, 0, 3),
        LOAD(ARGUMENT(0)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AF_UNIX, 1, 0),
        REFUSE(EACCES),
        RETURN(SECCOMP_RET_ALLOW),
    };
    const struct sock_fprog program = {sizeof(filter) / sizeof(*filter), filter};

    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0 ? -errno : 0;
}

static int limit(int resource, uint64_t most)
{
    struct rlimit now;

    if (getrlimit(resource, &now) < 0)
        return -errno;
    if (now.rlim_cur > most)
        now.rlim_cur = most;
    if (now.rlim_max > most)
        now.rlim_max = most;
    return setrlimit(resource, &now) < 0 ? -errno : 0;
}

int rs_sandbox_enter(const struct rs_sandbox *s)
{
    int error = limit(RLIMIT_CORE, 0);

    error = error ?: limit(RLIMIT_NOFILE, FILES_MAX);
    error = error ?: limit(RLIMIT_FSIZE, s->file_bytes_max);
    if (!error && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        error = -errno;
    error = error ?: fence_files(s);
    return error ?: fence_calls();
}
