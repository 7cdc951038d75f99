/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Looking things up in the schema, and forgetting what was read by it. The rows themselves are in
 * schema_keys.c and schema_traffic.c. See schema.h.
 */
#include "harness/scenario/schema.h"

#include <glib.h>
#include <string.h>

int rs_schema_row(const struct schema_object *object, const char *key)
{
    for (size_t i = 0; i < object->key_count; i++) {
        if (strcmp(object->keys[i].name, key) == 0)
            return (int)i;
    }
    return -1;
}

struct diag_mark rs_schema_mark(const struct schema_object *object, const void *data,
                                const char *key)
{
    const struct schema_marks *marks = data;
    int row = rs_schema_row(object, key);

    g_assert(row >= 0); /* a slip in this program, not in a file */
    return marks->key[row].line != 0 ? marks->key[row] : marks->self;
}

const char *rs_schema_word(const struct schema_object *object, const char *key, unsigned index)
{
    return object->keys[rs_schema_row(object, key)].words[index];
}

bool rs_schema_given(const struct schema_object *object, const void *data, const char *key)
{
    const struct schema_marks *marks = data;
    int row = rs_schema_row(object, key);

    g_assert(row >= 0);
    return marks->key[row].line != 0;
}

bool rs_schema_good(const struct schema_object *object, const void *data, const char *key)
{
    const struct schema_marks *marks = data;
    int row = rs_schema_row(object, key);

    g_assert(row >= 0);
    return (marks->bad >> row & 1) == 0;
}

static void fini_objects(const struct schema_key *key, void *data)
{
    char *items;
    size_t count;

    memcpy(&items, (char *)data + key->offset, sizeof(items));
    memcpy(&count, (char *)data + key->count_offset, sizeof(count));
    for (size_t i = 0; i < count; i++)
        rs_schema_fini(key->object, items + i * key->object->bytes);
    g_free(items);
}

void rs_schema_fini(const struct schema_object *object, void *data)
{
    for (size_t i = 0; i < object->key_count; i++) {
        const struct schema_key *key = &object->keys[i];
        char *field = (char *)data + key->offset;
        void *owned;

        switch (key->type) {
        case SCHEMA_TEXT:
        case SCHEMA_NAME:
            memcpy(&owned, field, sizeof(owned));
            g_free(owned);
            break;
        case SCHEMA_TEXTS:
        case SCHEMA_NAMES:
            memcpy(&owned, field, sizeof(owned));
            g_strfreev(owned);
            break;
        case SCHEMA_OBJECT:
            rs_schema_fini(key->object, field);
            break;
        case SCHEMA_OBJECTS:
            fini_objects(key, data);
            break;
        case SCHEMA_SPECIAL:
            if (key->special->fini != NULL)
                key->special->fini(field);
            break;
        default:
            break;
        }
    }
}
