#include "daemon/destinations.hpp"

#include "base/error.hpp"
#include "catch.hpp"

using namespace pacs;
using daemon::Destination;

namespace {

Destination node(const std::string& address, unsigned max_associations = 0)
{
    return {net::parse_address(address), {}, max_associations};
}

ArchivedSettings with(std::vector<std::string> destinations)
{
    ArchivedSettings settings;
    settings.destination = std::move(destinations);
    return settings;
}

}  // namespace

TEST_CASE("destinations are those of the setting and the nodes, by their titles")
{
    const auto known =
        daemon::make_destinations(with({"ONE@127.0.0.1:1"}), {}, {node("TWO@127.0.0.1:2", 3)});
    REQUIRE(known.find("ONE") != nullptr);
    CHECK(known.find("ONE")->address.port == 1);
    CHECK(known.find("ONE")->request.calling_ae.empty());
    REQUIRE(known.find("TWO") != nullptr);
    CHECK(known.find("TWO")->max_associations == 3);
    CHECK(known.find("THREE") == nullptr);
    CHECK(known.find("") == nullptr);
    CHECK(known.find("one") == nullptr);
}

TEST_CASE("the setting comes before nodes of the same title")
{
    const auto known = daemon::make_destinations(
        with({"ONE@127.0.0.1:1"}), {}, {node("ONE@127.0.0.1:2"), node("ONE@127.0.0.1:3")});
    REQUIRE(known.find("ONE") != nullptr);
    CHECK(known.find("ONE")->address.port == 1);
}

TEST_CASE("an entity may be called at another title than the one it calls with")
{
    daemon::Destinations known;
    CHECK(known.add("SCANNER", node("LISTENER@127.0.0.1:1")));
    REQUIRE(known.find("SCANNER") != nullptr);
    CHECK(known.find("SCANNER")->address.ae == "LISTENER");
    CHECK(known.find("LISTENER") == nullptr);
    CHECK(known.add("SCANNER", node("LISTENER@127.0.0.1:1")));
    CHECK_FALSE(known.add("SCANNER", node("LISTENER@127.0.0.2:1")));
    CHECK(known.find("SCANNER") == nullptr);
}

TEST_CASE("a title that nodes give to different addresses stands for none of them")
{
    const auto known =
        daemon::make_destinations(with({}), {},
                                  {node("ONE@127.0.0.1:1"), node("ONE@127.0.0.2:1"),
                                   node("TWO@127.0.0.1:2"), node("TWO@127.0.0.1:2")});
    CHECK(known.find("ONE") == nullptr);
    CHECK(known.find("TWO") != nullptr);
    CHECK_THROWS_AS(daemon::make_destinations(with({"ONE@127.0.0.1:1", "ONE@127.0.0.1:2"}), {}, {}),
                    Error);
    CHECK_THROWS_AS(daemon::make_destinations(with({"nonsense"}), {}, {}), Error);
}
