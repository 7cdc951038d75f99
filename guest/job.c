/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Reads a job file (docs/formats/job.md): a table of keys, each with a function that takes the
 * rest of its line. Strict: an unknown key, a key given twice or a value out of range is an
 * error with its line. See job.h.
 */
#include "guest/job.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct reader {
    struct job *job;
    struct job_error *error;
    unsigned line;
    unsigned seen; /* a bit per row of keys[] */
};

struct key {
    const char *name;
    bool has_value;
    bool may_repeat;
    int (*take)(struct reader *, char *value);
};

__attribute__((format(printf, 2, 3))) static int wrong(struct reader *reader, const char *format,
                                                       ...)
{
    va_list list;

    reader->error->line = reader->line;
    va_start(list, format);
    vsnprintf(reader->error->text, sizeof(reader->error->text), format, list);
    va_end(list);
    return -EINVAL;
}

/* Decimal digits alone, at most `most`; moves *at behind them. */
static bool take_number(char **at, uint64_t most, uint64_t *value)
{
    char *start = *at;

    *value = 0;
    for (; **at >= '0' && **at <= '9'; (*at)++) {
        unsigned digit = (unsigned)(**at - '0');
        if (*value > (most - digit) / 10)
            return false;
        *value = *value * 10 + digit;
    }
    return *at != start;
}

static int whole_number(struct reader *reader, char *value, const char *key, uint64_t most,
                        uint64_t *out)
{
    char *at = value;

    if (!take_number(&at, most, out) || *at)
        return wrong(reader, "%s is '%.40s': expected a decimal number from 0 to %llu", key, value,
                     (unsigned long long)most);
    return 0;
}

static int take_iommu(struct reader *reader, char *value)
{
    reader->job->vfio = !strcmp(value, "vfio");
    if (!reader->job->vfio && strcmp(value, "none") != 0)
        return wrong(reader, "iommu is '%.40s': expected vfio or none", value);
    return 0;
}

static bool take_id(char **at, char end, uint16_t *id)
{
    unsigned value = 0;

    for (int i = 0; i < 4; i++, (*at)++) {
        const char *digits = "0123456789abcdef";
        const char *digit = **at ? strchr(digits, **at) : NULL;
        if (!digit)
            return false;
        value = value << 4 | (unsigned)(digit - digits);
    }
    *id = (uint16_t)value;
    return *(*at)++ == end;
}

static bool is_driver_name(const char *name)
{
    size_t length = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_-");

    return length > 0 && length < sizeof(((struct job_bind *)0)->driver) && !name[length];
}

static int take_bind(struct reader *reader, char *value)
{
    struct job *job = reader->job;
    char *at = value;

    if (job->binds == JOB_BINDS_MAX)
        return wrong(reader, "more than %d bind lines", JOB_BINDS_MAX);
    struct job_bind *bind = &job->bind[job->binds];
    if (!take_id(&at, ':', &bind->vendor) || !take_id(&at, ' ', &bind->device) ||
        !is_driver_name(at))
        return wrong(reader,
                     "bind is '%.60s': expected VVVV:DDDD DRIVER, ids of four small hexadecimal "
                     "digits, as in '8086:10fb vfio-pci'",
                     value);
    snprintf(bind->driver, sizeof(bind->driver), "%s", at);
    job->binds++;
    return 0;
}

static int take_user(struct reader *reader, char *value)
{
    uint64_t number;
    int result = whole_number(reader, value, "user", 65533, &number);

    if (!result)
        reader->job->user = (uint32_t)number;
    return result;
}

static int take_memlock(struct reader *reader, char *value)
{
    return whole_number(reader, value, "memlock", (uint64_t)1 << 40, &reader->job->memlock_bytes);
}

static int take_ready(struct reader *reader, char *value)
{
    if (!*value)
        return wrong(reader, "ready is empty: expected a part of a line, or leave the key out");
    reader->job->ready = value;
    return 0;
}

static int take_ready_timeout(struct reader *reader, char *value)
{
    return whole_number(reader, value, "ready-timeout", 3600 * 1000,
                        &reader->job->ready_timeout_ms);
}

static const struct {
    const char *name;
    int number;
} signals[] = {
    {"TERM", SIGTERM}, {"INT", SIGINT},   {"QUIT", SIGQUIT}, {"HUP", SIGHUP},
    {"USR1", SIGUSR1}, {"USR2", SIGUSR2}, {"KILL", SIGKILL},
};

static int take_stop(struct reader *reader, char *value)
{
    char *space = strchr(value, ' ');

    for (unsigned i = 0; space && i < sizeof(signals) / sizeof(signals[0]); i++) {
        size_t length = strlen(signals[i].name);
        if ((size_t)(space - value) != length || strncmp(value, signals[i].name, length) != 0)
            continue;
        reader->job->stop_signal = signals[i].number;
        return whole_number(reader, space + 1, "grace of stop", 3600 * 1000,
                            &reader->job->stop_grace_ms);
    }
    return wrong(reader,
                 "stop is '%.40s': expected SIGNAL MILLISECONDS with one of TERM INT QUIT HUP "
                 "USR1 USR2 KILL",
                 value);
}

static int take_env(struct reader *reader, char *value)
{
    struct job *job = reader->job;
    const char *letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789";
    size_t length = strspn(value, letters);

    if (job->envs == JOB_ENVS_MAX)
        return wrong(reader, "more than %d env lines", JOB_ENVS_MAX);
    if (length == 0 || value[length] != '=' || (value[0] >= '0' && value[0] <= '9'))
        return wrong(reader, "env is '%.60s': expected NAME=VALUE", value);
    job->env[job->envs++] = value;
    return 0;
}

static int take_argv(struct reader *reader, char *value)
{
    struct job *job = reader->job;

    if (job->args == JOB_ARGS_MAX)
        return wrong(reader, "more than %d argv lines", JOB_ARGS_MAX);
    job->arg[job->args++] = value;
    return 0;
}

static int take_shell(struct reader *reader, char *value)
{
    reader->job->shell = true;
    return 0;
}

static int take_flag(bool *flag)
{
    *flag = true;
    return 0;
}

static int take_no_process(struct reader *reader, char *value)
{
    return take_flag(&reader->job->no_process);
}

static int take_input(struct reader *reader, char *value)
{
    return take_flag(&reader->job->input);
}

static int take_terminal(struct reader *reader, char *value)
{
    return take_flag(&reader->job->terminal);
}

static int take_stop_line(struct reader *reader, char *value)
{
    reader->job->stop_line = value;
    return 0;
}

static int take_module(struct reader *reader, char *value)
{
    struct job *job = reader->job;
    size_t length = strspn(value, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "0123456789_-");

    if (job->modules == JOB_MODULES_MAX)
        return wrong(reader, "more than %d module lines", JOB_MODULES_MAX);
    if (length == 0 || (value[length] && value[length] != ' '))
        return wrong(reader, "module is '%.60s': expected NAME [PARAMETER=VALUE...]", value);
    job->module[job->modules++] = value;
    return 0;
}

static bool take_phase(char **at, enum job_phase *phase)
{
    static const char *const words[] = {"prepare ", "before ", "during ", "after "};

    for (unsigned i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (!strncmp(*at, words[i], strlen(words[i]))) {
            *at += strlen(words[i]);
            *phase = (enum job_phase)i;
            return true;
        }
    return false;
}

/* Becomes part of two paths. */
static bool is_step_name(const char *name)
{
    size_t length = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                 "0123456789_.-");

    return length > 0 && length < JOB_NAME_MAX && !name[length] && name[0] != '.';
}

static int take_step(struct reader *reader, char *value)
{
    struct job *job = reader->job;
    struct job_step *step = &job->step[job->steps];
    char *at = value;

    if (job->steps == JOB_STEPS_MAX)
        return wrong(reader, "more than %d step lines", JOB_STEPS_MAX);
    if (!take_phase(&at, &step->phase) ||
        !take_number(&at, (uint64_t)3600 * 1000 * 1000 * 1000, &step->at_ns) || *at++ != ' ' ||
        !take_number(&at, 3600 * 1000, &step->deadline_ms) || *at++ != ' ' || !is_step_name(at))
        return wrong(reader,
                     "step is '%.80s': expected PHASE NANOSECONDS MILLISECONDS NAME, as in "
                     "'during 0 10000 link' (phases: prepare before during after)",
                     value);
    snprintf(step->name, sizeof(step->name), "%s", at);
    for (unsigned i = 0; i < job->steps; i++)
        if (!strcmp(job->step[i].name, at))
            return wrong(reader, "two steps are called '%.60s'", at);
    job->steps++;
    return 0;
}

static const struct key keys[] = {
    {"iommu", true, false, take_iommu},
    {"bind", true, true, take_bind},
    {"user", true, false, take_user},
    {"memlock", true, false, take_memlock},
    {"ready", true, false, take_ready},
    {"ready-timeout", true, false, take_ready_timeout},
    {"stop", true, false, take_stop},
    {"env", true, true, take_env},
    {"argv", true, true, take_argv},
    {"shell", false, false, take_shell},
    {"no-process", false, false, take_no_process},
    {"input", false, false, take_input},
    {"terminal", false, false, take_terminal},
    {"stop-line", true, false, take_stop_line},
    {"module", true, true, take_module},
    {"step", true, true, take_step},
};

static int take_line(struct reader *reader, char *line)
{
    char *value = strchr(line, ' ');

    for (unsigned i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        size_t length = strlen(keys[i].name);
        if (strncmp(line, keys[i].name, length) != 0 || (line[length] && line[length] != ' '))
            continue;
        if (keys[i].has_value && !value)
            return wrong(reader, "%s has no value: expected a space and a value", keys[i].name);
        if (!keys[i].has_value && value)
            return wrong(reader, "%s takes no value", keys[i].name);
        if (!keys[i].may_repeat && reader->seen & 1u << i)
            return wrong(reader, "%s is given twice", keys[i].name);
        reader->seen |= 1u << i;
        return keys[i].take(reader, value ? value + 1 : NULL);
    }
    return wrong(reader,
                 "unknown key in '%.60s': expected one of iommu bind user memlock ready "
                 "ready-timeout stop env argv shell no-process input terminal stop-line module "
                 "step",
                 line);
}

static int check_characters(struct reader *reader, const char *line, size_t length)
{
    if (length > JOB_LINE_MAX)
        return wrong(reader, "line of %zu bytes: at most %d", length, JOB_LINE_MAX);
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)line[i] < ' ' || line[i] == 0x7f)
            return wrong(reader, "control character 0x%02x", (unsigned char)line[i]);
    return 0;
}

static int check_whole(struct reader *reader)
{
    const struct job *job = reader->job;

    reader->line = 0;
    if (job->shell + job->no_process + (job->args > 0) > 1)
        return wrong(reader, "more than one of argv, shell and no-process: expected one of them");
    if (!job->shell && !job->no_process && job->args == 0)
        return wrong(reader, "neither argv nor shell nor no-process: nothing to start");
    if (job->stop_line && !job->input)
        return wrong(reader, "stop-line without input: nowhere to type it");
    if (job->args > 0 && job->arg[0][0] != '/')
        return wrong(reader, "first argv is '%.60s': expected an absolute path, as in /job/bin/fwd",
                     job->arg[0]);
    return 0;
}

int job_parse(struct job *job, const char *text, size_t length, struct job_error *error)
{
    struct reader reader = {.job = job, .error = error};
    char first[32];

    memset(job, 0, sizeof(*job));
    *job = (struct job){.vfio = true,
                        .user = 1000,
                        .memlock_bytes = 64 * 1024 * 1024,
                        .ready_timeout_ms = 20000,
                        .stop_signal = SIGTERM,
                        .stop_grace_ms = 2000};
    if (length > JOB_TEXT_MAX)
        return wrong(&reader, "job of %zu bytes: at most %d", length, JOB_TEXT_MAX);
    memcpy(job->text, text, length);
    snprintf(first, sizeof(first), "ringside-job %d", JOB_VERSION);
    for (char *line = job->text, *end = line + length; line < end;) {
        char *stop = memchr(line, '\n', (size_t)(end - line));
        reader.line++;
        if (!stop)
            return wrong(&reader, "the last line has no newline: the file is cut off");
        if (check_characters(&reader, line, (size_t)(stop - line)) < 0)
            return -EINVAL;
        *stop = '\0';
        if (reader.line == 1 && strcmp(line, first) != 0)
            return wrong(&reader, "first line is '%.40s': expected '%s'", line, first);
        if (reader.line > 1 && take_line(&reader, line) < 0)
            return -EINVAL;
        line = stop + 1;
    }
    if (reader.line == 0)
        return wrong(&reader, "the job is empty: expected '%s'", first);
    return check_whole(&reader);
}

/* "${PORTn}" at *at: moves behind it and gives n. */
static bool take_port(const char **at, unsigned *port)
{
    const char *p = *at;

    if (strncmp(p, "${PORT", 6) != 0)
        return false;
    p += 6;
    if (*p < '0' || *p > '9')
        return false;
    for (*port = 0; *p >= '0' && *p <= '9' && *port < 1000; p++)
        *port = *port * 10 + (unsigned)(*p - '0');
    if (*p != '}')
        return false;
    *at = p + 1;
    return true;
}

int job_substitute(const char *in, const struct pci_address *ports, unsigned port_count, char *out,
                   size_t room, struct job_error *error)
{
    struct reader reader = {.error = error};
    size_t used = 0;

    while (*in) {
        char piece[PCI_ADDRESS_TEXT] = {*in, '\0'};
        unsigned port;

        if (strncmp(in, "${", 2) != 0) {
            in++;
        } else {
            const char *start = in;
            if (!take_port(&in, &port))
                return wrong(&reader, "'%.40s': expected ${PORT0}, ${PORT1}, ...", start);
            if (port >= port_count)
                return wrong(&reader, "'%.40s': the bind lines gave %u port(s)", start, port_count);
            pci_format(&ports[port], piece);
        }
        size_t length = strlen(piece);
        if (used + length >= room)
            return wrong(&reader, "longer than %zu bytes after substitution", room - 1);
        memcpy(out + used, piece, length);
        used += length;
    }
    out[used] = '\0';
    return 0;
}
