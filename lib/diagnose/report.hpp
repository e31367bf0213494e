#pragma once

#include "diagnose/monitor.hpp"
#include "diagnose/survey.hpp"

#include <functional>
#include <span>
#include <string_view>

namespace pacs::diagnose {

/// How diagnoses are shown.
enum class Style : std::uint8_t { records, text, nagios, prometheus };

/// Where output goes. Called by one thread at a time.
struct Outlet {
    std::function<void(const JsonLine&)> record;
    std::function<void(std::string_view)> line;  ///< without its newline
};

/// What all diagnoses come to.
struct Tally {
    std::uint64_t answered = 0;           ///< peers that answered, with any status
    std::uint64_t well = 0;               ///< peers whose verdict is no failure
    PluginState state = PluginState::ok;  ///< for Style::nagios
};

/// Diagnoses all peers and shows what comes out: a record or a text for each in their order as soon
/// as it is known, or one line, or one page, at the end. When the stop flag cuts it short the line
/// and the page, which would be wrong, are left out. Throws as diagnose_all() does.
Tally report(std::span<const net::KnownPeer> peers, const Options& how, const TimeLimits& limits,
             Style style, const Outlet& out);

}  // namespace pacs::diagnose
