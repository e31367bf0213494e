#include "net/resolve.hpp"

#include <fcntl.h>
#include "net/peer_error.hpp"
#include "net/raw_peer.hpp"

using namespace pacs;
using namespace pacs::net;
using namespace pacs::net::test;

TEST_CASE("an address resolves to itself without asking anybody")
{
    const Deadline passed = Deadline::after(std::chrono::milliseconds{0});
    CHECK(resolve("127.0.0.1", passed) == std::vector<std::string>{"127.0.0.1"});
    CHECK(resolve("::1", passed) == std::vector<std::string>{"::1"});
}

TEST_CASE("a name resolves to addresses, each once")
{
    const auto addresses = resolve("localhost", Deadline::after(patience));
    CHECK(!addresses.empty());
    for (const auto& address : addresses) {
        CHECK((address == "127.0.0.1" || address == "::1"));
    }
    CHECK(addresses.size() <= 2);
}

TEST_CASE("a name that nobody has is told so, with its control characters made harmless")
{
    CHECK(fault_of([] { (void)resolve("no-such-host.invalid", Deadline::after(patience)); }) ==
          PeerFault::name_not_found);
    try {
        (void)resolve("bad\x1b[2J", Deadline::after(patience));
        FAIL("resolved");
    } catch (const PeerError& error) {
        CHECK(std::string{error.what()}.find('\x1b') == std::string::npos);
    }
}

TEST_CASE("a stop ends the wait for name servers")
{
    int pipes[2] = {-1, -1};
    REQUIRE(::pipe2(pipes, O_CLOEXEC) == 0);
    const Descriptor read_end{pipes[0]};
    Descriptor{pipes[1]}.close();
    // raised already: either the answer was there first, or the wait ends at once
    const auto fault = fault_of([&] {
        (void)resolve("no-such-host.invalid", Deadline::after(patience), {read_end.get(), {}});
    });
    CHECK((fault == PeerFault::stopped || fault == PeerFault::name_not_found));
}
