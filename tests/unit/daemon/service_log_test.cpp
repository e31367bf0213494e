#include "daemon/service_log.hpp"

#include "catch.hpp"

using namespace pacs;
using Catch::Contains;

TEST_CASE("the line of an association says who, what, how many, how long and how it ended")
{
    net::AssociationReport report;
    report.peer_host = "192.0.2.7";
    report.peer_port = 4711;
    report.calling_ae = "CT1";
    report.called_ae = "ARCHIVE";
    report.peer_implementation_version = "SCANNER_1";
    report.duration = std::chrono::milliseconds{1500};
    report.operations["C-STORE"] = {.success = 3, .warning = 1, .failure = 0, .unanswered = 0};
    report.traffic.bytes_in = 1234;
    const std::string line = daemon::association_record(report);
    CHECK_THAT(line, Contains(R"({"type":"association","outcome":"warning","ended":"released")"));
    CHECK_THAT(line, Contains(R"("seconds":1.5,)"));
    CHECK_THAT(line, Contains(R"("calling":"CT1","called":"ARCHIVE","address":"192.0.2.7")"));
    CHECK_THAT(line, Contains(R"("implementation_version":"SCANNER_1")"));
    CHECK_THAT(line, Contains(R"("C-STORE":{"success":3,"warning":1,"failure":0,"unanswered":0})"));
    CHECK_THAT(line, Contains(R"("bytes_in":1234)"));
}

TEST_CASE("an association that did not end in order, or failed at something, failed")
{
    net::AssociationReport report;
    report.outcome = net::AssociationOutcome::rejected;
    CHECK_THAT(daemon::association_record(report), Contains(R"("outcome":"failed")"));
    report.outcome = net::AssociationOutcome::released;
    CHECK_THAT(daemon::association_record(report), Contains(R"("outcome":"ok")"));
    report.operations["C-FIND"].failure = 1;
    CHECK_THAT(daemon::association_record(report), Contains(R"("outcome":"failed")"));
}

TEST_CASE("no title of a peer steers a terminal or breaks the line")
{
    net::AssociationReport report;
    report.calling_ae = "A\x1B[2J\n\"}";
    report.peer_implementation_version = std::string(100'000, 'x');
    const std::string line = daemon::association_record(report);
    CHECK(line.find('\x1B') == std::string::npos);
    CHECK(line.find('\n') == line.size() - 1);
    CHECK(line.size() < 2000);
}

TEST_CASE("the line of an instance that was not stored says which, whose and why")
{
    const archive::Announcement announcement{.sop_class_uid = "1.2",
                                             .sop_instance_uid = "1.2.3",
                                             .transfer_syntax_uid = "1.2.840.10008.1.2",
                                             .source = "CT1",
                                             .peer = "192.0.2.7"};
    archive::StoreResult result;
    result.kind = archive::StoreKind::quarantined;
    result.status = net::Status{0xC000};
    result.detail = "ends in the middle of (0010,0010)";
    const std::string line = daemon::problem_record(announcement, result);
    CHECK_THAT(line, Contains(R"({"type":"instance_problem","outcome":"failed")"));
    CHECK_THAT(line, Contains(R"("reason":"quarantined")"));
    CHECK_THAT(line, Contains(R"("status":"C000")"));
    CHECK_THAT(line, Contains(R"("SOPInstanceUID":"1.2.3")"));
    CHECK_THAT(line, Contains(R"("calling":"CT1","address":"192.0.2.7")"));
}
