/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What the files of register scripts share: tokens (script_lex.c), expressions (script_eval.c),
 * statements (script.c, script_do.c, script_ring.c), memory (script_mem.c), configuration space
 * (script_config.c). Nobody else includes this.
 */
#ifndef RINGSIDE_DRIVER_APPS_SCRIPT_PRIV_H
#define RINGSIDE_DRIVER_APPS_SCRIPT_PRIV_H

#include "driver/apps/script.h"

enum {
    SCRIPT_TOKENS_MAX = 32768,
    SCRIPT_NAME_MAX = 31,
    SCRIPT_VARIABLES_MAX = 64,
    SCRIPT_BUFFERS_MAX = 128,
    SCRIPT_PRINTS_MAX = 4096,
    SCRIPT_NESTING_MAX = 16,
    SCRIPT_DEPTH_MAX = 32,             /* parentheses in one another */
    SCRIPT_ARENA_BYTES = 8 << 20,      /* what `buffer` cuts from */
    SCRIPT_MAP_BYTES_MAX = 64 << 20,
};

enum script_token_kind {
    TOKEN_END, /* of a statement */
    TOKEN_NUMBER,
    TOKEN_WORD,
    TOKEN_BUFFER, /* @name */
    TOKEN_HEX,    /* hex:00ff */
    TOKEN_PORT,   /* 1: before a register */
    TOKEN_SIGN,   /* one or two characters, in `value` */
    TOKEN_EOF,
};

struct script_verb;

struct script_token {
    uint8_t kind;
    uint16_t line;
    uint32_t at, length; /* in the text */
    uint64_t value;
    const struct script_verb *verb; /* of the first word of a statement, once it was looked at */
};

#define SIGN2(a, b) ((uint64_t)(a) << 8 | (b))

struct script_name {
    char text[SCRIPT_NAME_MAX + 1];
};

struct script_buffer {
    struct script_name name;
    uint64_t iova, bytes;
    uint8_t *virt;
    struct ixd_dma dma; /* of `map`: memory of its own; virt is NULL for `buffer` */
    bool mapped;
};

struct script_print {
    char name[SCRIPT_NAME_MAX + 8];
    uint64_t value;
};

struct script_block {
    uint32_t head; /* token of `for`, `while`, `if` */
    uint64_t last; /* of `for`: the value of the last turn */
};

struct ixd_script {
    char *text;
    size_t length;
    struct script_token *token;
    uint32_t tokens;
    uint32_t *jump; /* by token: the end of a block, and back */

    uint32_t pos;       /* the token that is read next */
    uint32_t statement; /* the first token of the statement that runs */
    bool dry;           /* only looking: nothing is touched */
    bool known;         /* the value just computed is the same in a dry run */
    bool at_over, may_go_on, was_ready, ended;
    uint64_t steps;

    struct ixd_bus *bus[IXD_SCRIPT_PORTS_MAX];
    unsigned ports, port;
    bool interrupts[IXD_SCRIPT_PORTS_MAX]; /* switched on by the script */

    struct script_name variable[SCRIPT_VARIABLES_MAX];
    uint64_t value[SCRIPT_VARIABLES_MAX];
    unsigned variables;
    struct script_buffer buffer[SCRIPT_BUFFERS_MAX];
    unsigned buffers;
    struct ixd_dma arena;
    uint64_t arena_used;
    struct script_print *print;
    unsigned prints;

    struct script_block block[SCRIPT_NESTING_MAX];
    unsigned blocks;

    uint64_t left, right; /* of the last comparison */
    bool compared;
    unsigned depth;
};

/* --- script_lex.c --- */
int script_lex(struct ixd_script *s, unsigned *line, struct ixd_error *err);
/* The statement around a token as it was written, cut to fit. */
const char *script_quote(const struct ixd_script *s, uint32_t token, char *text, size_t bytes);
bool script_is(const struct ixd_script *s, uint32_t token, const char *word);
bool script_is_sign(const struct ixd_script *s, uint32_t token, uint64_t sign);

/* --- script_eval.c: each moves s->pos over what it has read --- */
int script_eval(struct ixd_script *s, uint64_t *value, struct ixd_error *err);
/* A place that holds a value. */
struct script_place {
    enum { PLACE_REGISTER, PLACE_MEMORY, PLACE_VARIABLE, PLACE_CONFIG } kind;
    unsigned port, bytes; /* of memory: 1, 2, 4, 8; of configuration space: 1, 2, 4 */
    uint64_t at;          /* offset, address, number of the variable */
};
int script_place(struct ixd_script *s, struct script_place *place, struct ixd_error *err);
int script_load(struct ixd_script *s, const struct script_place *place, uint64_t *value,
                struct ixd_error *err);
int script_store(struct ixd_script *s, const struct script_place *place, uint64_t value,
                 struct ixd_error *err);
/* The name in a word token; the token is read. */
int script_name(struct ixd_script *s, struct script_name *name, struct ixd_error *err);
int script_expect_sign(struct ixd_script *s, uint64_t sign, struct ixd_error *err);
/* Number of a variable; `make`: it is made where there is none. -ENOENT, -ENOSPC. */
int script_variable(struct ixd_script *s, const struct script_name *name, bool make);
bool script_ended(const struct ixd_script *s); /* the statement has no more tokens */
int script_wrong(struct ixd_script *s, struct ixd_error *err, const char *expected);
struct ixd_bus *script_bus(const struct ixd_script *s, unsigned port);

/* --- script_do.c: the statements that are one word and what follows it --- */
struct script_verb {
    const char *word;
    int (*run)(struct ixd_script *s, struct ixd_error *err);
};
extern const struct script_verb script_verbs[]; /* `word` NULL at the end */
/* VALUE, VALUE ...: as many as `count`. */
int script_values(struct ixd_script *s, uint64_t *value, unsigned count, struct ixd_error *err);

/* --- script_ring.c --- */
int script_setup(struct ixd_script *s, struct ixd_error *err);
int script_ring(struct ixd_script *s, struct ixd_error *err);
int script_start(struct ixd_script *s, struct ixd_error *err);
int script_receive(struct ixd_script *s, struct ixd_error *err);
int script_transmit(struct ixd_script *s, struct ixd_error *err);
int script_send(struct ixd_script *s, struct ixd_error *err);

/* --- script_config.c: PCI configuration space --- */
/* 1, 2, 4: the token is cfg8, cfg16, cfg32; 0: none of them. */
unsigned script_config_bytes(const struct ixd_script *s, uint32_t token);
int script_config_good(const struct script_place *place, struct ixd_error *err);
int script_config_load(struct ixd_script *s, const struct script_place *place, uint64_t *value,
                       struct ixd_error *err);
int script_config_store(struct ixd_script *s, const struct script_place *place, uint64_t value,
                        struct ixd_error *err);
/* Where a capability of the current port lies; *at 0: it has none of this number. */
int script_capability(struct ixd_script *s, bool extended, uint64_t id, uint64_t *at,
                      struct ixd_error *err);

/* --- script_mem.c --- */
struct script_buffer *script_buffer_find(struct ixd_script *s, const char *name, size_t length);
int script_buffer_new(struct ixd_script *s, const struct script_name *name, uint64_t bytes,
                      unsigned access, bool own, struct ixd_error *err);
int script_buffer_unmap(struct ixd_script *s, struct script_buffer *buffer, struct ixd_error *err);
/* Memory behind an address of the device; NULL with a text: not all of it is the script's. */
uint8_t *script_memory(struct ixd_script *s, uint64_t address, uint64_t bytes,
                       struct ixd_error *err);
void script_memory_free(struct ixd_script *s);

#endif
