/* SPDX-License-Identifier: BSD-2-Clause */
#include "model/systemc/replay.h"

#include <cinttypes>
#include <cstdio>
#include <memory>

#include "model/systemc/stimulus_player.h"
#include "model/systemc/waves.h"

namespace ringside {

namespace {

struct record_closer {
    void operator()(struct rec *r) const { rec_close(r, nullptr, 0); }
};
struct stimulus_closer {
    void operator()(struct rec_stimulus_file *f) const { rec_stimulus_close(f); }
};

/* The machine of a replay: bench and player, socket to socket. */
struct machine {
    bench_module bench;
    stimulus_player player;
    sc_core::sc_vector<sc_core::sc_signal<bool>> intx;
    sc_core::sc_signal<bool> control_intx;

    machine(const void *plan, struct rec *rec, struct rec_stimulus_file *file,
            struct bench_report *report)
        : bench("bench", plan, rec), player("player", file, bench, report),
          intx("intx", bench.ports()), control_intx("control_intx")
    {
        player.cpu.bind(bench.cpu);
        bench.dma.bind(player.dma);
        bench.intx.bind(intx);
        bench.control_intx.bind(control_intx);
    }
};

int verdict(const stimulus_player &player, const struct bench_report &report)
{
    switch (player.result()) {
    case stimulus_player::EQUAL:
        std::printf("equal: %" PRIu64 " events, trace hash %016" PRIx64 "%016" PRIx64 "\n",
                    report.events, report.trace_hash[1], report.trace_hash[0]);
        return EXIT_PASS;
    case stimulus_player::DIFFERS:
        complain("not the recorded run: %s", player.why().c_str());
        return EXIT_FAIL;
    case stimulus_player::DAMAGED:
        complain("%s", player.why().c_str());
        return EXIT_ENVIRONMENT;
    default:
        complain("the simulation ended before the stimulus did");
        return EXIT_FAIL;
    }
}

} // namespace

int replay(const options &o)
{
    const void *plan;
    size_t plan_bytes;
    char why[512] = "";
    struct rec *opened = nullptr;
    struct rec_stimulus_file *file = nullptr;

    if (rec_open(&opened, &o.paths, &plan, &plan_bytes, why, sizeof(why)) ||
        rec_stimulus_open(&file, o.stimulus, plan, plan_bytes, why, sizeof(why))) {
        complain("%s", why);
        rec_close(opened, why, sizeof(why));
        return EXIT_ENVIRONMENT;
    }
    std::unique_ptr<struct rec, record_closer> rec(opened);
    std::unique_ptr<struct rec_stimulus_file, stimulus_closer> stimulus(file);
    auto report = std::make_unique<struct bench_report>();
    machine m(plan, opened, file, report.get());
    std::unique_ptr<waves> vcd;
    if (o.vcd) {
        vcd = std::make_unique<waves>(o.vcd, static_cast<const struct plan_header *>(plan));
        m.bench.events.bind(*vcd);
    }

    sc_core::sc_start();
    int status = verdict(m.player, *report);
    if (vcd && !vcd->close()) {
        complain("%s", vcd->why().c_str());
        status = EXIT_ENVIRONMENT;
    }
    if (m.player.result() == stimulus_player::EQUAL &&
        rec_report(opened, report.get(), why, sizeof(why))) {
        complain("%s", why);
        status = EXIT_ENVIRONMENT;
    }
    if (rec_close(rec.release(), why, sizeof(why))) {
        complain("%s", why);
        status = EXIT_ENVIRONMENT;
    }
    return status;
}

} // namespace ringside
