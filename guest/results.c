/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Status file, kernel log, and the packing with its order of sacrifice. See results.h.
 */
#include "guest/results.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest/files.h"

enum { KERNEL_LOG_MAX = 1024 * 1024 };

int results_prepare(uint32_t user)
{
    static const char *const folders[] = {DRIVER_FOLDER, RESULTS_CORES};

    for (unsigned i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
        if (mkdir(folders[i], 0755) < 0 && errno != EEXIST)
            return -errno;
        if (chown(folders[i], user, user) < 0)
            return -errno;
    }
    return 0;
}

/* One record of /dev/kmsg is "priority,sequence,microseconds,flags;text\n" and maybe lines of
 * key=value, which start with a space. */
static int write_record(int file, char *record)
{
    char line[8400], *at;

    char *text = strchr(record, ';');
    unsigned long priority = strtoul(record, &at, 10);
    if (!text || *at++ != ',')
        return 0;
    strtoull(at, &at, 10); /* the sequence number */
    if (*at++ != ',')
        return 0;
    unsigned long long time = strtoull(at, &at, 10);
    text++;
    text[strcspn(text, "\n")] = '\0';
    int length = snprintf(line, sizeof(line), "<%lu>[%5llu.%06llu] %s\n", priority & 7,
                          time / 1000000, time % 1000000, text);
    if (length >= (int)sizeof(line))
        length = sizeof(line) - 1;
    return write_all(file, line, (size_t)length) < 0 ? 0 : length;
}

static void write_kernel_log(void)
{
    char record[8192 + 1];
    int log = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    int file = open(RESULTS_FOLDER "/kernel.log", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

    for (int written = 0; log >= 0 && file >= 0 && written < KERNEL_LOG_MAX;) {
        ssize_t length = read(log, record, sizeof(record) - 1);
        if (length < 0 && errno == EPIPE)
            continue; /* older records were overwritten: go on with the oldest there is */
        if (length <= 0)
            break;
        record[length] = '\0';
        written += write_record(file, record);
    }
    if (log >= 0)
        close(log);
    if (file >= 0)
        close(file);
}

/* One line for each core file; "core no" when there is none. */
static void write_cores(FILE *status)
{
    DIR *folder = opendir(RESULTS_CORES);
    bool any = false;

    for (struct dirent *entry; folder && (entry = readdir(folder)) != NULL;) {
        struct stat file;
        if (entry->d_name[0] == '.')
            continue;
        /* open folders have one: NOLINTNEXTLINE(clang-analyzer-unix.StdCLibraryFunctions) */
        if (fstatat(dirfd(folder), entry->d_name, &file, AT_SYMLINK_NOFOLLOW) < 0)
            continue;
        fprintf(status, "core cores/%s %lld\n", entry->d_name, (long long)file.st_size);
        any = true;
    }
    if (!any)
        fputs("core no\n", status);
    if (folder)
        closedir(folder);
}

static void write_watch(FILE *status, const struct watch *watch)
{
    static const char *const by[] = {"self", "plan", "timeout", "agent"};

    if (watch)
        steps_write(watch->steps, status);
    if (!watch || (!watch->started && !watch->job->no_process)) {
        fputs("not-started\n", status);
        return;
    }
    if (!watch->started)
        fputs("no-process\n", status);
    else if (!watch->ended)
        fputs("still-running\n", status);
    else if (WIFSIGNALED(watch->wait_status))
        fprintf(status, "signal %d\n", WTERMSIG(watch->wait_status));
    else
        fprintf(status, "exit %d\n", WEXITSTATUS(watch->wait_status));
    fprintf(status, "ready %s\n", watch->ready ? "yes" : "no");
    fprintf(status, "stopped-by %s\n", by[watch->stopper]);
    fprintf(status, "killed %s\n", watch->phase == WATCH_KILLED ? "yes" : "no");
    fprintf(status, "plan-over %s\n", watch->plan_over ? "yes" : "no");
    fprintf(status, "start-ms %llu\n", (unsigned long long)watch->start_ms);
    if (watch->ready)
        fprintf(status, "ready-ms %llu\n", (unsigned long long)watch->ready_ms);
    if (watch->ended)
        fprintf(status, "end-ms %llu\n", (unsigned long long)watch->end_ms);
}

static int write_status(const struct results *results, const char *dropped)
{
    FILE *status = fopen(RESULTS_FOLDER "/status", "we");

    if (!status)
        return -errno;
    fputs("ringside-status 1\n", status);
    fprintf(status, "code %d\n", results->code);
    if (results->code)
        fprintf(status, "error %s\n", results->why);
    fprintf(status, "boot-ms %llu\n", (unsigned long long)results->boot_ms);
    write_watch(status, results->watch);
    write_cores(status);
    if (*dropped)
        fprintf(status, "dropped%s\n", dropped);
    return fclose(status) ? -errno : 0;
}

/* The members of /results that exist, in the order of the archive. */
static unsigned list_members(const char *members[])
{
    /* what is dearest first: room is made by dropping the last */
    static const char *const all[] = {"status",     "stderr", "stdout", "steps",
                                      "kernel.log", "files",  "cores"};
    unsigned count = 0;

    for (unsigned i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        char path[64];
        snprintf(path, sizeof(path), RESULTS_FOLDER "/%s", all[i]);
        if (i == 0 || access(path, F_OK) == 0)
            members[count++] = all[i];
    }
    return count;
}

int results_deliver(struct results *results, const struct mailbox *mailbox)
{
    const char *members[MAILBOX_MEMBERS_MAX];
    char dropped[128] = "";

    write_kernel_log();
    unsigned count = list_members(members);
    for (;;) {
        int64_t length = write_status(results, dropped);
        if (length == 0)
            length = mailbox_pack(mailbox, RESULTS_FOLDER, members, count);
        if (length >= 0) {
            mailbox_publish(mailbox, (uint64_t)length);
            return 0;
        }
        if (length != -ENOSPC || count == 1)
            return (int)length;
        count--;
        size_t used = strlen(dropped);
        snprintf(dropped + used, sizeof(dropped) - used, " %s", members[count]);
    }
}
