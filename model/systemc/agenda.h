/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What a module has to do later, in the order of time and, among equals, of asking. One event of
 * the kernel serves all of it.
 */
#ifndef RINGSIDE_SYSTEMC_AGENDA_H
#define RINGSIDE_SYSTEMC_AGENDA_H

#include <functional>
#include <map>

#include "model/systemc/payload.h"

namespace ringside {

class agenda : public sc_core::sc_module {
public:
    explicit agenda(sc_core::sc_module_name name) : sc_module(name)
    {
        SC_METHOD(due);
        sensitive << due_;
        dont_initialize();
    }
    SC_HAS_PROCESS(agenda);

    /* Done at this time, by a method process: it must not wait. A time that has passed: now. */
    void at(uint64_t ps, std::function<void()> act)
    {
        items_.emplace(ps, std::move(act));
        arm();
    }

private:
    void arm()
    {
        uint64_t first = items_.begin()->first, now = now_ps();
        due_.cancel();
        due_.notify(from_ps(first > now ? first - now : 0));
    }
    void due()
    {
        while (!items_.empty() && items_.begin()->first <= now_ps()) {
            std::function<void()> act = std::move(items_.begin()->second);
            items_.erase(items_.begin());
            act();
        }
        if (!items_.empty())
            arm();
    }

    std::multimap<uint64_t, std::function<void()>> items_;
    sc_core::sc_event due_;
};

} // namespace ringside

#endif
