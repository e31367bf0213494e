#include "daemon/retrieve_tally.hpp"

#include "catch.hpp"

using namespace pacs;
using daemon::RetrieveTally;

namespace {

const net::Request request{net::MoveRequest{
    .message_id = 7, .sop_class = "1.2.840.10008.5.1.4.1.2.2.2", .destination_ae = "STATION"}};

net::Response final_of(const RetrieveTally& tally, bool cancelled = false)
{
    return tally.final_response(request, cancelled);
}

}  // namespace

TEST_CASE("every pending response adds up to all that there is to do")
{
    RetrieveTally tally{10, 1000};
    CHECK(tally.pending(request).remaining == 10);
    tally.completed(100);
    tally.warned(50);
    tally.failed("1.2.3");
    const net::Response pending = tally.pending(request);
    CHECK(pending.status == net::statuses::pending);
    CHECK(pending.message_id_responded == 7);
    CHECK(pending.remaining == 7);
    CHECK(pending.completed == 1);
    CHECK(pending.warning == 1);
    CHECK(pending.failed == 1);
    CHECK(tally.counts().bytes == 150);
}

TEST_CASE("the final status tells all, some and none apart")
{
    RetrieveTally nothing{0, 1000};
    CHECK(final_of(nothing).status == net::statuses::success);
    RetrieveTally all{2, 1000};
    all.completed(1);
    all.completed(1);
    CHECK(final_of(all).status == net::statuses::success);
    CHECK_FALSE(final_of(all).remaining);
    RetrieveTally warned{1, 1000};
    warned.warned(1);
    CHECK(final_of(warned).status == net::Status{0xB000});
    RetrieveTally some{2, 1000};
    some.completed(1);
    some.failed("1.2.3");
    CHECK(final_of(some).status == net::Status{0xB000});
    RetrieveTally none{2, 1000};
    none.failed("1.2.3");
    none.failed("1.2.4");
    CHECK(final_of(none).status == net::Status{0xA702});
    CHECK(final_of(none).failed == 2);
}

TEST_CASE("what was cancelled tells what remains")
{
    RetrieveTally tally{5, 1000};
    tally.completed(1);
    const net::Response response = final_of(tally, true);
    CHECK(response.status == net::statuses::cancel);
    CHECK(response.remaining == 4);
    CHECK(response.completed == 1);
}

TEST_CASE("more than sixteen bits can hold is told as the most they can")
{
    RetrieveTally tally{200'000, 1000};
    CHECK(tally.pending(request).remaining == 65'535);
    for (unsigned i = 0; i < 70'000; ++i) {
        tally.completed(1);
    }
    CHECK(tally.pending(request).completed == 65'535);
    CHECK(tally.pending(request).remaining == 65'535);
    CHECK(tally.counts().remaining() == 130'000);
}

TEST_CASE("the list of failed instances is bounded, their number is not")
{
    RetrieveTally tally{100, 20};
    tally.failed("1.2.3");
    tally.failed("1.2.4");
    CHECK_FALSE(tally.list_full());
    for (unsigned i = 0; i < 8; ++i) {
        tally.failed("1.2.345");
    }
    CHECK(tally.list_full());
    CHECK(tally.failed_list().texts(dicom::Tag{0x0008, 0x0058}) ==
          std::vector<std::string>{"1.2.3", "1.2.4", "1.2.345"});
    CHECK(tally.counts().failed == 10);
    tally.fail_rest();
    CHECK(tally.counts().failed == 100);
    CHECK(tally.counts().remaining() == 0);
}
