#include "net/state_machine.hpp"

#include "catch.hpp"

#include <map>
#include <sstream>
#include <string>

using namespace pacs::net;

namespace {

/// PS3.8 table 9-10 read column by column (a line for each state, an entry for each event that has
/// one), independently of the table in the library, which is written row by row.
const char* const columns[13] = {
    /* Sta1 */ "1:AE-1 5:AE-5",
    /* Sta2 */ "3:AA-1 4:AA-1 6:AE-6 10:AA-1 12:AA-1 13:AA-1 16:AA-2 17:AA-5 18:AA-2 19:AA-1",
    /* Sta3 */
    "3:AA-8 4:AA-8 6:AA-8 7:AE-7 8:AE-8 10:AA-8 12:AA-8 13:AA-8 15:AA-1 16:AA-3 17:AA-4 19:AA-8",
    /* Sta4 */ "2:AE-2 15:AA-2 17:AA-4",
    /* Sta5 */
    "3:AE-3 4:AE-4 6:AA-8 10:AA-8 12:AA-8 13:AA-8 15:AA-1 16:AA-3 17:AA-4 19:AA-8",
    /* Sta6 */
    "3:AA-8 4:AA-8 6:AA-8 9:DT-1 10:DT-2 11:AR-1 12:AR-2 13:AA-8 15:AA-1 16:AA-3 17:AA-4 19:AA-8",
    /* Sta7 */
    "3:AA-8 4:AA-8 6:AA-8 10:AR-6 12:AR-8 13:AR-3 15:AA-1 16:AA-3 17:AA-4 19:AA-8",
    /* Sta8 */
    "3:AA-8 4:AA-8 6:AA-8 9:AR-7 10:AA-8 12:AA-8 13:AA-8 14:AR-4 15:AA-1 16:AA-3 17:AA-4 19:AA-8",
    /* Sta9 */
    "3:AA-8 4:AA-8 6:AA-8 10:AA-8 12:AA-8 13:AA-8 14:AR-9 15:AA-1 16:AA-3 17:AA-4 19:AA-8",
    /* Sta10 */
    "3:AA-8 4:AA-8 6:AA-8 10:AA-8 12:AA-8 13:AR-10 15:AA-1 16:AA-3 17:AA-4 19:AA-8",
    /* Sta11 */
    "3:AA-8 4:AA-8 6:AA-8 10:AA-8 12:AA-8 13:AR-3 15:AA-1 16:AA-3 17:AA-4 19:AA-8",
    /* Sta12 */
    "3:AA-8 4:AA-8 6:AA-8 10:AA-8 12:AA-8 13:AA-8 14:AR-4 15:AA-1 16:AA-3 17:AA-4 19:AA-8",
    /* Sta13 */
    "3:AA-6 4:AA-6 6:AA-7 10:AA-6 12:AA-6 13:AA-6 16:AA-2 17:AR-5 18:AA-2 19:AA-7",
};

/// The next state of each action, PS3.8 tables 9-6 to 9-9.
const std::map<std::string, int> next_states{
    {"AE-1", 4},  {"AE-2", 5}, {"AE-3", 6}, {"AE-4", 1},  {"AE-5", 2},  {"AE-6", 3},   {"AE-7", 6},
    {"AE-8", 13}, {"DT-1", 6}, {"DT-2", 6}, {"AR-1", 7},  {"AR-2", 8},  {"AR-3", 1},   {"AR-4", 13},
    {"AR-5", 1},  {"AR-6", 7}, {"AR-7", 8}, {"AR-8", 10}, {"AR-9", 11}, {"AR-10", 12}, {"AA-1", 13},
    {"AA-2", 1},  {"AA-3", 1}, {"AA-4", 1}, {"AA-5", 1},  {"AA-6", 13}, {"AA-7", 13},  {"AA-8", 13},
};

std::map<int, std::string> column(int state)
{
    std::map<int, std::string> cells;
    std::istringstream words{columns[state - 1]};
    for (std::string word; words >> word;) {
        const auto colon = word.find(':');
        cells[std::stoi(word.substr(0, colon))] = word.substr(colon + 1);
    }
    return cells;
}

}  // namespace

TEST_CASE("each cell of table 9-10 gives the standard's action and next state")
{
    for (int state = 1; state <= 13; ++state) {
        const auto cells = column(state);
        for (int event = 1; event <= 19; ++event) {
            CAPTURE(state, event);
            const auto found =
                transition(static_cast<State>(state), static_cast<Event>(event), Side{});
            const auto cell = cells.find(event);
            REQUIRE(found.has_value() == (cell != cells.end()));
            if (found) {
                CHECK(to_string(found->action) == cell->second);
                CHECK(static_cast<int>(found->next) == next_states.at(cell->second));
            }
        }
    }
}

TEST_CASE("a request the service provider cannot take leads to Sta13")
{
    const auto found = transition(State::awaiting_request, Event::associate_rq_pdu, {false, false});
    REQUIRE(found);
    CHECK(found->action == Action::ae6);
    CHECK(found->next == State::awaiting_close);
}

TEST_CASE("in a release collision the requestor answers first")
{
    const auto requestor =
        transition(State::awaiting_release_rp, Event::release_rq_pdu, {true, true});
    const auto acceptor =
        transition(State::awaiting_release_rp, Event::release_rq_pdu, {false, true});
    CHECK(requestor->next == State::collision_requestor_local);
    CHECK(acceptor->next == State::collision_acceptor_rp);
}

TEST_CASE("states and events outside of the table have no transition")
{
    CHECK_FALSE(transition(static_cast<State>(0), Event::associate_request, Side{}));
    CHECK_FALSE(transition(static_cast<State>(14), Event::associate_request, Side{}));
    CHECK_FALSE(transition(State::idle, static_cast<Event>(0), Side{}));
    CHECK_FALSE(transition(State::idle, static_cast<Event>(20), Side{}));
}
