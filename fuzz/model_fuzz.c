/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The model under hostile guests. The first byte says which machine and whether the input is run
 * twice: then the second time goes on in the loaded copy at every save, and all that could be seen
 * must be the same. `model` starts from power-on and does anything; the others start with ports
 * that are up, and mostly do what their name says.
 */
#include "fuzz/ops.h"
#include "model/bench/control_abi.h"

enum { HEAD_TWICE = 0x80, HEAD_GO = 0x40, HEAD_SAVES = 0x20, HEAD_PLAN = 0x0f };

typedef void op_fn(struct machine *m, struct input *in);

static uint64_t once(const uint8_t *data, size_t bytes, op_fn *usual, bool moves)
{
    struct input in = {data, bytes};
    uint8_t head = take8(&in);
    struct machine *m = machine_start(head & HEAD_PLAN, moves);

    m->saves = head & HEAD_SAVES;
    if (usual != guest_op)
        for (unsigned p = 0; p < m->config.ports; p++)
            port_up(m, p, &in);
    if (head & HEAD_GO)
        (void)bench_control_write(m->bench, m->vns, RS_CTL_GO, 1);
    while (in.left) {
        uint8_t turn = usual == guest_op ? 255 : take8(&in);
        if (turn < 64)
            machine_run(m, (uint64_t)(turn & 31) << (turn & 32 ? 6 : 0));
        else if (turn < 96)
            guest_op(m, &in);
        else
            usual(m, &in);
    }
    return machine_finish(m);
}

static void maybe_twice(const uint8_t *data, size_t bytes, op_fn *usual)
{
    if (!bytes)
        return;
    uint64_t first = once(data, bytes, usual, false);
    if (data[0] & HEAD_TWICE)
        FUZZ_HOLDS(once(data, bytes, usual, true) == first,
                   "a machine that was saved and loaded went another way");
}

void fuzz_model(const uint8_t *data, size_t bytes)
{
    maybe_twice(data, bytes, guest_op);
}

void fuzz_transmit(const uint8_t *data, size_t bytes)
{
    maybe_twice(data, bytes, tx_op);
}

/* Frames come from the wire as often as the driver does something. */
static void receive_op(struct machine *m, struct input *in)
{
    static uint8_t frame[PACKET_MAX];
    struct layers l;
    uint8_t what = take8(in);

    if (what & 1) {
        packet_make(in, frame, &l);
        for (unsigned n = 1 + (what >> 1 & 3); n; n--)
            bench_frame_in(m->bench, m->vns, what >> 7, frame, l.length);
        machine_run(m, (what >> 3 & 15) * 100);
    } else {
        rx_op(m, in);
    }
}

void fuzz_receive(const uint8_t *data, size_t bytes)
{
    maybe_twice(data, bytes, receive_op);
}

void fuzz_interrupts(const uint8_t *data, size_t bytes)
{
    maybe_twice(data, bytes, irq_op);
}
