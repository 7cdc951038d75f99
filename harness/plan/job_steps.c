/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Descriptions and steps as lines and files of a job: see job_steps.h. The grammar is
 * docs/formats/job.md.
 */
#include "harness/plan/job_steps.h"

#include <string.h>

#include "harness/scenario/description.h"

/* In the order of enum scenario_when. */
static const char *const phases[] = {"before", "during", "after"};

static uint64_t ms(uint64_t ps)
{
    const uint64_t one = 1000000000;

    return (ps + one - 1) / one;
}

/* "NAME -" lies in the guest for a step to load it. "/path/mine.ko x=1" is the module `mine`. */
static void append_module(GString *text, const char *module)
{
    const size_t length = strcspn(module, " ");
    char *path = g_strndup(module, length), *name = g_path_get_basename(path);

    if (strcmp(module + length, " -") != 0) {
        if (g_str_has_suffix(name, ".ko"))
            name[strlen(name) - 3] = '\0';
        g_string_append_printf(text, "module %s%s\n", name, module + length);
    }
    g_free(name);
    g_free(path);
}

void rs_job_describe(GString *text, const struct scenario_case *c)
{
    const struct description *d = c->description;

    for (char **m = c->driver.modules; d != NULL && m != NULL && *m != NULL; m++)
        append_module(text, *m);
    if (d != NULL && c->driver.command == NULL)
        g_string_append(text, "no-process\n");
    if (d != NULL && d->input == 1)
        g_string_append(text, "input\n");
    if (d != NULL && d->output == 0 && c->driver.command != NULL)
        g_string_append(text, "terminal\n");
    if (d != NULL && d->stop_line != NULL)
        g_string_append_printf(text, "stop-line %s\n", d->stop_line);
    if (d != NULL && d->prompt != NULL)
        g_string_append_printf(text, "env PROMPT=%s\n", d->prompt);
    if (d != NULL && d->prepare != NULL)
        g_string_append_printf(text, "step prepare 0 %" G_GUINT64_FORMAT " prepare\n",
                               ms(d->prepare_ps));
    for (size_t i = 0; i < c->step_count; i++) {
        const struct scenario_step *step = &c->steps[i];

        g_string_append_printf(text,
                               "step %s %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT " %s\n",
                               phases[step->when], step->at_ps / 1000, ms(step->deadline_ps),
                               step->name);
    }
}

size_t rs_job_scripts(const struct scenario_case *c)
{
    const struct description *d = c->description;

    return c->step_count + (d != NULL && d->prepare != NULL) + (d != NULL && d->library != NULL);
}

static void add_script(struct job *job, const char *name, const char *library, const char *script)
{
    job->file[job->file_count++] = (struct job_file){
        .inside = g_build_filename("steps", name, NULL),
        .text = g_strconcat(library != NULL ? ". /job/library.sh\n" : "", script, NULL),
        .mode = 0755};
}

void rs_job_add_scripts(struct job *job, const struct scenario_case *c)
{
    const struct description *d = c->description;
    const char *library = d != NULL ? d->library : NULL;

    if (library != NULL)
        job->file[job->file_count++] = (struct job_file){
            .inside = g_strdup("library.sh"), .host = g_strdup(library), .mode = 0644};
    if (d != NULL && d->prepare != NULL)
        add_script(job, "prepare", library, d->prepare);
    for (size_t i = 0; i < c->step_count; i++)
        add_script(job, c->steps[i].name, library, c->steps[i].run);
}

uint64_t rs_job_steps_ps(const struct scenario_case *c)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < c->step_count; i++)
        if (c->steps[i].when != SCENARIO_BEFORE)
            sum += c->steps[i].at_ps + c->steps[i].deadline_ps;
    return sum;
}
