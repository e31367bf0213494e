#include "moving/judgement.hpp"

#include "catch.hpp"

#include <string>

using namespace pacs;
using namespace pacs::moving;

namespace {

Evidence ended(std::uint16_t status, const net::SubOperations& counts,
               std::optional<std::uint64_t> expected = 4)
{
    Evidence evidence;
    evidence.expected = expected;
    evidence.result.status = net::Status{status};
    evidence.result.counts = counts;
    return evidence;
}

std::string word(const Evidence& evidence)
{
    const Judgement judgement = judge(evidence);
    return std::string{to_string(judgement.outcome)} + " " + judgement.reason;
}

Verification has(std::uint64_t instances, std::uint64_t missing)
{
    Verification found;
    found.instances = instances;
    found.found = instances - missing;
    found.missing.resize(missing);
    return found;
}

Evidence verified(Evidence evidence, const Verification& verification)
{
    evidence.verification = verification;
    return evidence;
}

}  // namespace

TEST_CASE("success counts when as many arrived as the source has")
{
    CHECK(word(ended(0x0000, {{}, 4, 0, 0})) == "ok ");
    CHECK(word(ended(0x0000, {{}, 5, 0, 0})) == "ok ");  // more came meanwhile
    CHECK(word(ended(0x0000, {{}, 4, 0, 0}, {})) == "ok ");
    CHECK(word(ended(0x0000, {{}, 4, {}, {}})) == "ok ");
}

TEST_CASE("success with nothing or less delivered is a failure")
{
    CHECK(word(ended(0x0000, {{}, 3, 0, 0})) == "failed incomplete");
    CHECK(word(ended(0x0000, {{}, 0, 0, 0})) == "failed incomplete");
    CHECK(word(ended(0x0000, {{}, 0, 0, 0}, {})) == "failed incomplete");
    CHECK(word(ended(0x0000, {{}, 3, 1, 0})) == "failed sub_operations");
    Evidence listed = ended(0x0000, {{}, 4, 0, 0});
    listed.result.failed_uids = {"1.2.3"};
    CHECK(word(listed) == "failed sub_operations");
}

TEST_CASE("success that counts nothing is no proof")
{
    CHECK(word(ended(0x0000, {})) == "warning uncounted");
}

TEST_CASE("instances that were taken with a warning have arrived")
{
    CHECK(word(ended(0xB000, {{}, 3, 0, 1})) == "warning sub_operations");
    CHECK(word(ended(0x0000, {{}, 3, 0, 1})) == "warning sub_operations");
    CHECK(word(ended(0xB000, {{}, 4, {}, {}})) == "failed sub_operations");
    CHECK(word(ended(0xB000, {})) == "failed sub_operations");
}

TEST_CASE("failures and cancels are failures, also those that nobody defined")
{
    for (const int status : {0xA701, 0xA702, 0xA801, 0xA900, 0xC000, 0x0122, 0xFE00}) {
        CHECK(word(ended(static_cast<std::uint16_t>(status), {{}, 4, 0, 0})) == "failed status");
    }
    CHECK(word(ended(0x1234, {{}, 4, 0, 0})) == "failed status");
    Evidence cancelled = ended(0xFE00, {1, 3, 0, 0});
    cancelled.result.cancelled = true;
    CHECK(word(cancelled) == "failed cancelled");
    Evidence lost = ended(0x0000, {1, 3, 0, 0});
    lost.fault = net::PeerFault::connection_lost;
    CHECK(word(lost) == "failed connection_lost");
}

TEST_CASE("what the destination has counts more than what the source says")
{
    const Evidence good = ended(0x0000, {{}, 4, 0, 0});
    CHECK(word(verified(good, has(4, 0))) == "ok ");
    CHECK(word(verified(good, has(4, 1))) == "failed missing");
    CHECK(word(verified(good, has(3, 0))) == "failed incomplete");  // the source names fewer
    CHECK(word(verified(ended(0x0000, {}), has(4, 0))) == "ok ");
    CHECK(word(verified(ended(0x0000, {}, {}), has(0, 0))) == "failed incomplete");
    CHECK(word(verified(ended(0x0000, {{}, 0, 0, 0}), has(4, 0))) == "ok ");  // it was there
    CHECK(word(verified(ended(0xA702, {{}, 0, 4, 0}), has(4, 0))) == "warning status");
    CHECK(word(verified(ended(0xB000, {{}, 3, 0, 1}), has(4, 0))) == "warning sub_operations");
    Verification doubtful = has(4, 0);
    doubtful.doubtful = true;
    CHECK(word(verified(good, doubtful)) == "warning doubtful");
}

TEST_CASE("what could not be verified is not ok")
{
    Evidence evidence = ended(0x0000, {{}, 4, 0, 0});
    evidence.unverified = "no answer";
    CHECK(word(evidence) == "failed unverified");
    evidence.verify_fault = net::PeerFault::timed_out;
    CHECK(word(evidence) == "failed timed_out");
    evidence.result.counts.completed = 1;
    CHECK(word(evidence) == "failed incomplete");
}
