/* SPDX-License-Identifier: BSD-2-Clause */
#include "model/systemc/platform.h"

#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <cstring>
#include <memory>
#include <stdexcept>

#include "model/systemc/forwarder.h"
#include "model/systemc/interconnect.h"
#include "model/systemc/iommu.h"
#include "model/systemc/memory.h"
#include "model/systemc/port_module.h"
#include "model/systemc/traffic_module.h"
#include "model/systemc/waves.h"

namespace ringside {

namespace {

enum : uint64_t {
    MEMORY_BYTES = 64 << 20, TABLES_AT = 32 << 20,
    IOVA = 1ull << 32, /* what the NICs call physical 0, when an IOMMU translates */
    PAGE = 4096, POLL_PS = 1000000,
};

/* The links of a machine of modules cost what those of the bench would. */
struct bus_timing bus_timing_of(const struct plan_header *plan)
{
    struct bus_timing t = {};
    t.byte_fs = timing_of(plan, "pcie_byte");
    t.write_header = timing_of(plan, "pcie_write_header");
    t.read_header = timing_of(plan, "pcie_read_header");
    t.answer_header = timing_of(plan, "pcie_cpl_header");
    t.payload_max = std::max<uint64_t>(timing_of(plan, "pcie_mps"), 1);
    t.oneway_ps = timing_of(plan, "pcie_oneway");
    t.interrupt_ps = timing_of(plan, "lapic");
    t.mmio_write_ps = timing_of(plan, "mmio_write");
    t.mmio_read_ps = timing_of(plan, "mmio_read");
    t.mmio_back_ps = timing_of(plan, "mmio_read_back");
    return t;
}

const struct plan_port *ports_of(const struct plan_header *plan)
{
    return reinterpret_cast<const struct plan_port *>(reinterpret_cast<const char *>(plan) +
                                                      plan->ports.offset);
}

struct nic_config config_of(const struct plan_header *plan, unsigned port)
{
    struct nic_config c = {};
    auto narrow = [&](const char *name) { return static_cast<uint32_t>(timing_of(plan, name)); };

    c.port = static_cast<uint8_t>(port);
    c.lan_id = port & 1;
    c.module = ports_of(plan)[port].module;
    std::memcpy(c.mac, ports_of(plan)[port].nic_mac, sizeof(c.mac));
    nic_timing_defaults(&c.timing);
    c.timing.byte_ps = narrow("wire_byte");
    c.timing.phy_rx_ps = narrow("phy_rx");
    c.timing.phy_tx_ps = narrow("phy_tx");
    c.timing.rx_pipe_ps = narrow("rx_pipe");
    c.timing.tx_pipe_ps = narrow("tx_pipe");
    c.timing.bus_ps = 0; /* whatever it does is seen at once: the kernel goes on event by event */
    c.timing.link_up_ps = timing_of(plan, "link_up");
    c.timing.reset_ps = timing_of(plan, "reset");
    return c;
}

/* Where the frames of each port must go: as the plan's first flow into it expects. */
std::vector<unsigned> routes_of(const struct plan_header *plan)
{
    auto flow = reinterpret_cast<const struct plan_flow *>(reinterpret_cast<const char *>(plan) +
                                                           plan->flows.offset);
    std::vector<unsigned> to(plan->ports.count, unsigned{PLAN_NO_PORT});
    for (unsigned i = plan->flows.count; i-- > 0;)
        if (flow[i].port < to.size())
            to[flow[i].port] = flow[i].expect_port;
    return to;
}

/* ---- the machine ---- */

class machine : public sc_core::sc_module {
public:
    traffic_module traffic;
    interconnect bus;
    memory_module memory;
    iommu_module iommu;
    interrupt_module interrupts;
    forwarder cpu;

    machine(sc_core::sc_module_name name, const struct plan_header *plan, struct rec *rec,
            const options &o);
    SC_HAS_PROCESS(machine);

    bool running() const { return running_; }

private:
    void add_nic(const struct plan_header *plan, unsigned port);
    void map_memory(unsigned ports);
    void watch();

    std::vector<std::unique_ptr<port_module>> nics_;
    sc_core::sc_vector<sc_core::sc_signal<bool>> light_, intx_;
    bool running_ = false;
};

machine::machine(sc_core::sc_module_name name, const struct plan_header *plan, struct rec *rec,
                 const options &o)
    : sc_module(name), traffic("traffic", plan, rec),
      bus("bus", traffic.ports(), bus_timing_of(plan), o.iommu),
      memory("memory", MEMORY_BYTES, o.memory_ps),
      iommu("iommu", std::max(plan->iotlb_entries, 1u), 0), interrupts("interrupts"),
      cpu("cpu", interrupts, routes_of(plan), o.iommu ? uint64_t{IOVA} : 0, forwarder::costs()),
      light_("light", traffic.ports()), intx_("intx", traffic.ports())
{
    cpu.bus.bind(bus.cpu);
    bus.memory.bind(memory.port);
    bus.iommu.bind(iommu.port);
    bus.interrupts.bind(interrupts.port);
    iommu.memory.bind(memory.port);
    for (unsigned port = 0; port < traffic.ports(); port++)
        add_nic(plan, port);
    map_memory(traffic.ports());
    cpu.ready = [this] {
        running_ = true;
        traffic.go();
    };
    SC_THREAD(watch);
}

void machine::add_nic(const struct plan_header *plan, unsigned port)
{
    std::string name = "nic" + std::to_string(port);
    nics_.push_back(std::make_unique<port_module>(name.c_str(), config_of(plan, port)));
    port_module &nic = *nics_.back();

    nic.dma.bind(bus.dma[port]);
    bus.registers[port].bind(nic.cpu);
    nic.eth_out.bind(traffic.eth_in[port]);
    traffic.eth_out[port].bind(nic.eth_in);
    traffic.light[port].bind(light_[port]);
    nic.light.bind(light_[port]);
    nic.intx.bind(intx_[port]);
    nic.events.bind(traffic);
}

/* What the driver uses, in pages of 4 KiB: a table of each level, and as many of the last as it
 * takes. */
void machine::map_memory(unsigned ports)
{
    const uint64_t used = forwarder::memory_used(ports), top = TABLES_AT, middle = top + PAGE,
                   rights = IOMMU_READ | IOMMU_WRITE;
    bool there = memory.poke(top + (IOVA >> 30) * 8, middle | rights);

    for (uint64_t at = 0; at < used; at += PAGE) {
        uint64_t table = middle + PAGE + (at >> 21) * PAGE;
        there &= memory.poke(middle + (at >> 21) * 8, table | rights);
        there &= memory.poke(table + (at >> 12) % 512 * 8, at | rights);
    }
    if (!there || used > TABLES_AT)
        throw std::runtime_error("the machine has not memory enough for its rings");
    for (unsigned port = 0; port < ports; port++)
        iommu.attach(NIC_FUNCTION(port, 0), top);
}

/* Until the plan is over, by itself or because its time is up. */
void machine::watch()
{
    while (!traffic.over())
        wait(from_ps(POLL_PS));
    sc_core::sc_stop();
}

/* ---- what came of it ---- */

void print(const machine &m, const struct plan_header *plan, const struct bench_report &r)
{
    auto flow = reinterpret_cast<const struct plan_flow *>(reinterpret_cast<const char *>(plan) +
                                                           plan->flows.offset);
    for (unsigned i = 0; i < r.flows; i++) {
        const struct report_flow &f = r.flow[i];
        uint64_t lost = flow[i].expect_port == PLAN_NO_PORT ? 0 : f.sent - f.received;
        std::printf("flow %.32s: sent %" PRIu64 ", received %" PRIu64 ", lost %" PRIu64
                    ", mean latency %" PRIu64 " ps\n", flow[i].name, f.sent, f.received, lost,
                    f.latency_count ? f.latency_sum_ps / f.latency_count : 0);
    }
    std::printf("cpu: %" PRIu64 " frames forwarded, %" PRIu64 " interrupts taken\n",
                m.cpu.forwarded(), m.cpu.interrupts_taken());
    std::printf("iommu: %" PRIu64 " hits, %" PRIu64 " walks, %" PRIu64 " refused\n",
                m.iommu.hits(), m.iommu.walks(), m.iommu.refused());
    std::printf("memory: %" PRIu64 " accesses\n", m.memory.accesses());
}

/* Faults that strike where this machine has a module of its own. */
void warn(const struct plan_header *plan)
{
    auto fault = reinterpret_cast<const struct plan_fault *>(
        reinterpret_cast<const char *>(plan) + plan->faults.offset);
    for (unsigned i = 0; i < plan->faults.count; i++)
        if (fault[i].kind != PLAN_FAULT_WIRE_DROP && fault[i].kind != PLAN_FAULT_WIRE_FCS &&
            fault[i].kind != PLAN_FAULT_LINK_FLAP)
            complain("fault %u of the plan belongs to the bench's bus: it does not strike here",
                     i);
}

int run(const options &o, struct rec *rec, const struct plan_header *plan)
{
    std::unique_ptr<waves> vcd;
    auto report = std::make_unique<struct bench_report>();
    char why[512] = "";

    warn(plan);
    tlm::tlm_global_quantum::instance().set(from_ps(o.quantum_ps));
    machine m("machine", plan, rec, o);
    if (o.vcd) {
        vcd = std::make_unique<waves>(o.vcd, plan);
        m.traffic.events.bind(*vcd);
    }
    sc_core::sc_start();
    m.traffic.finish(report.get());
    print(m, plan, *report);
    if (vcd && !vcd->close()) {
        complain("%s", vcd->why().c_str());
        return EXIT_ENVIRONMENT;
    }
    if (rec_report(rec, report.get(), why, sizeof(why))) {
        complain("%s", why);
        return EXIT_ENVIRONMENT;
    }
    if (m.cpu.failed() || !m.running()) {
        complain("the driver did not bring the ports up");
        return EXIT_FAIL;
    }
    return EXIT_PASS;
}

} // namespace

int platform(const options &o)
{
    const void *plan;
    size_t plan_bytes;
    char why[512] = "";
    struct rec *rec;

    if (rec_open(&rec, &o.paths, &plan, &plan_bytes, why, sizeof(why))) {
        complain("%s", why);
        return EXIT_ENVIRONMENT;
    }
    int status = run(o, rec, static_cast<const struct plan_header *>(plan));
    if (rec_close(rec, why, sizeof(why))) {
        complain("%s", why);
        status = EXIT_ENVIRONMENT;
    }
    return status;
}

} // namespace ringside
