/* SPDX-License-Identifier: BSD-2-Clause */
#define _GNU_SOURCE /* memfd_create */
#include "driver/linux.h"

#include <errno.h>
#include <linux/memfd.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

void *ixd_linux_map(size_t bytes, bool huge)
{
    int fd = memfd_create("ixd", MFD_CLOEXEC | (huge ? MFD_HUGETLB | MFD_HUGE_2MB : 0));
    void *virt = MAP_FAILED;

    if (fd < 0)
        return MAP_FAILED;
    if (ftruncate(fd, bytes) == 0)
        virt = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd, 0);
    close(fd);
    return virt;
}

uint64_t ixd_linux_now_ns(struct ixd_bus *bus)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

void ixd_linux_sleep_ns(struct ixd_bus *bus, uint64_t ns)
{
    struct timespec left = {.tv_sec = ns / 1000000000, .tv_nsec = ns % 1000000000};

    while (clock_nanosleep(CLOCK_MONOTONIC, 0, &left, &left) == EINTR)
        ;
}

int ixd_linux_bound_to(const char *devices, const char *address, char *name, size_t room)
{
    char path[256], link[256];
    ssize_t length;

    snprintf(path, sizeof(path), "%s/%s", devices, address);
    if (access(path, F_OK) < 0)
        return -ENODEV;
    snprintf(path, sizeof(path), "%s/%s/driver", devices, address);
    length = readlink(path, link, sizeof(link) - 1);
    link[length < 0 ? 0 : length] = 0;
    const char *base = strrchr(link, '/');
    snprintf(name, room, "%s", base ? base + 1 : link);
    return 0;
}
