#include "net/state_machine.hpp"

#include <array>
#include <cstddef>

namespace pacs::net {

namespace {

constexpr std::size_t event_count = 19;
constexpr std::size_t state_count = 13;

constexpr auto ae1 = Action::ae1;
constexpr auto ae2 = Action::ae2;
constexpr auto ae3 = Action::ae3;
constexpr auto ae4 = Action::ae4;
constexpr auto ae5 = Action::ae5;
constexpr auto ae6 = Action::ae6;
constexpr auto ae7 = Action::ae7;
constexpr auto ae8 = Action::ae8;
constexpr auto dt1 = Action::dt1;
constexpr auto dt2 = Action::dt2;
constexpr auto ar1 = Action::ar1;
constexpr auto ar2 = Action::ar2;
constexpr auto ar3 = Action::ar3;
constexpr auto ar4 = Action::ar4;
constexpr auto ar5 = Action::ar5;
constexpr auto ar6 = Action::ar6;
constexpr auto ar7 = Action::ar7;
constexpr auto ar8 = Action::ar8;
constexpr auto ar9 = Action::ar9;
constexpr auto ar10 = Action::ar10;
constexpr auto aa1 = Action::aa1;
constexpr auto aa2 = Action::aa2;
constexpr auto aa3 = Action::aa3;
constexpr auto aa4 = Action::aa4;
constexpr auto aa5 = Action::aa5;
constexpr auto aa6 = Action::aa6;
constexpr auto aa7 = Action::aa7;
constexpr auto aa8 = Action::aa8;
constexpr std::optional<Action> no;

using Row = std::array<std::optional<Action>, state_count>;

// clang-format off
/// PS3.8 table 9-10: a row for each event, a column for each state.
constexpr std::array<Row, event_count> table{{
//   Sta1 Sta2 Sta3 Sta4 Sta5 Sta6 Sta7 Sta8 Sta9 Sta10 Sta11 Sta12 Sta13
    {ae1, no,  no,  no,  no,  no,  no,  no,  no,  no,   no,   no,   no},   // Evt1
    {no,  no,  no,  ae2, no,  no,  no,  no,  no,  no,   no,   no,   no},   // Evt2
    {no,  aa1, aa8, no,  ae3, aa8, aa8, aa8, aa8, aa8,  aa8,  aa8,  aa6},  // Evt3
    {no,  aa1, aa8, no,  ae4, aa8, aa8, aa8, aa8, aa8,  aa8,  aa8,  aa6},  // Evt4
    {ae5, no,  no,  no,  no,  no,  no,  no,  no,  no,   no,   no,   no},   // Evt5
    {no,  ae6, aa8, no,  aa8, aa8, aa8, aa8, aa8, aa8,  aa8,  aa8,  aa7},  // Evt6
    {no,  no,  ae7, no,  no,  no,  no,  no,  no,  no,   no,   no,   no},   // Evt7
    {no,  no,  ae8, no,  no,  no,  no,  no,  no,  no,   no,   no,   no},   // Evt8
    {no,  no,  no,  no,  no,  dt1, no,  ar7, no,  no,   no,   no,   no},   // Evt9
    {no,  aa1, aa8, no,  aa8, dt2, ar6, aa8, aa8, aa8,  aa8,  aa8,  aa6},  // Evt10
    {no,  no,  no,  no,  no,  ar1, no,  no,  no,  no,   no,   no,   no},   // Evt11
    {no,  aa1, aa8, no,  aa8, ar2, ar8, aa8, aa8, aa8,  aa8,  aa8,  aa6},  // Evt12
    {no,  aa1, aa8, no,  aa8, aa8, ar3, aa8, aa8, ar10, ar3,  aa8,  aa6},  // Evt13
    {no,  no,  no,  no,  no,  no,  no,  ar4, ar9, no,   no,   ar4,  no},   // Evt14
    {no,  no,  aa1, aa2, aa1, aa1, aa1, aa1, aa1, aa1,  aa1,  aa1,  no},   // Evt15
    {no,  aa2, aa3, no,  aa3, aa3, aa3, aa3, aa3, aa3,  aa3,  aa3,  aa2},  // Evt16
    {no,  aa5, aa4, aa4, aa4, aa4, aa4, aa4, aa4, aa4,  aa4,  aa4,  ar5},  // Evt17
    {no,  aa2, no,  no,  no,  no,  no,  no,  no,  no,   no,   no,   aa2},  // Evt18
    {no,  aa1, aa8, no,  aa8, aa8, aa8, aa8, aa8, aa8,  aa8,  aa8,  aa7},  // Evt19
}};

/// Where each action leads, PS3.8 tables 9-6 to 9-9; AE-6 and AR-8 as seen by an acceptable
/// request and an acceptor.
constexpr std::array<int, 28> next_state{
    4, 5, 6, 1, 2, 3, 6, 13,               // AE-1 to AE-8
    6, 6,                                  // DT-1, DT-2
    7, 8, 1, 13, 1, 7, 8, 10, 11, 12,      // AR-1 to AR-10
    13, 1, 1, 1, 1, 13, 13, 13,            // AA-1 to AA-8
};

constexpr std::array<std::string_view, 28> names{
    "AE-1", "AE-2", "AE-3", "AE-4", "AE-5", "AE-6", "AE-7", "AE-8",
    "DT-1", "DT-2",
    "AR-1", "AR-2", "AR-3", "AR-4", "AR-5", "AR-6", "AR-7", "AR-8", "AR-9", "AR-10",
    "AA-1", "AA-2", "AA-3", "AA-4", "AA-5", "AA-6", "AA-7", "AA-8",
};
// clang-format on

State state_after(Action action, const Side& side) noexcept
{
    if (action == Action::ae6 && !side.acceptable) {
        return State::awaiting_close;
    }
    if (action == Action::ar8 && side.requestor) {
        return State::collision_requestor_local;
    }
    return static_cast<State>(next_state.at(static_cast<std::size_t>(action)));
}

}  // namespace

std::optional<Transition> transition(State state, Event event, const Side& side) noexcept
{
    const auto row = static_cast<std::size_t>(event) - 1;
    const auto column = static_cast<std::size_t>(state) - 1;
    if (row >= event_count || column >= state_count) {
        return std::nullopt;
    }
    const auto action = table.at(row).at(column);
    if (!action) {
        return std::nullopt;
    }
    return Transition{*action, state_after(*action, side)};
}

std::string_view to_string(Action action) noexcept
{
    return names.at(static_cast<std::size_t>(action));
}

}  // namespace pacs::net
