/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Events as JSON: see trace_json.h. Jansson makes the text.
 */
#include "harness/trace/trace_json.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "harness/trace/words.h"
#include "model/bench/bench.h"

/* JSON holds 63 bits at best: what is more becomes a text of digits. */
static json_t *number(uint64_t value)
{
    char text[24];

    if (value <= INT64_MAX)
        return json_integer((json_int_t)value);
    snprintf(text, sizeof(text), "%" PRIu64, value);
    return json_string(text);
}

/* The word that a field has for people; NULL: none. */
static const char *word(const struct nic_event_info *info, const char *field, uint64_t value,
                        const char *const *names, size_t flows, char *buf, size_t bytes)
{
    if (!strcmp(field, "flow") && value < flows)
        return names[value];
    if (!strcmp(field, "offset") && rs_trace_is_access(info))
        return rs_trace_register(value, buf, bytes);
    return rs_event_word(info->name, field, value);
}

json_t *rs_event_json(const struct nic_event *event, uint64_t base_ps, const char *const *names,
                      size_t flows)
{
    const struct nic_event_info *info = bench_event_info(event->id);
    const char *const field[4] = {info ? info->queue : "queue", info ? info->a : "a",
                                  info ? info->b : "b", info ? info->c : "c"};
    const uint64_t value[4] = {event->queue, event->a, event->b, event->c};
    json_t *root = json_object(), *fields = json_object(), *words = json_object();
    char reg[48], unknown[24];

    snprintf(unknown, sizeof(unknown), "event %u", event->id);
    json_object_set_new(root, "time_ps", json_integer((json_int_t)(event->time_ps - base_ps)));
    if (event->function != BENCH_CONTROL) /* control device and plan are of no port */
        json_object_set_new(root, "port",
                            json_integer(NIC_FUNCTION_PORT(event->function) & 0xff));
    json_object_set_new(root, "event", json_string(info ? info->name : unknown));
    for (unsigned i = 0; i < 4; i++) {
        const char *text = NULL;

        if (!field[i] || !*field[i])
            continue;
        json_object_set_new(fields, field[i], number(value[i]));
        if (info)
            text = word(info, field[i], value[i], names, flows, reg, sizeof(reg));
        if (text)
            json_object_set_new(words, field[i], json_string(text));
    }
    json_object_set_new(root, "fields", fields);
    if (json_object_size(words))
        json_object_set_new(root, "words", words);
    else
        json_decref(words);
    return root;
}
