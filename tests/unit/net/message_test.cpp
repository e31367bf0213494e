#include "net/message.hpp"

#include "catch.hpp"
#include "net/command_tags.hpp"

using namespace pacs;
using namespace pacs::net;
namespace tags = pacs::net::command_tags;

namespace {

StoreRequest store_request()
{
    return {7, "1.2.840.10008.5.1.4.1.1.2", "1.2.3.4", Priority::low, "MOVER", 9};
}

/// Through bytes and back.
dicom::DataSet wire(const dicom::DataSet& command)
{
    const auto bytes = encode_command(command);
    return decode_command(std::as_bytes(std::span{bytes}));
}

template <typename T>
T round_trip(const T& request)
{
    return std::get<T>(parse_request(wire(to_command(Request{request}))));
}

/// The status a request is refused with; FFFF when an abort is all that is left.
std::string refusal_of(const dicom::DataSet& command)
{
    try {
        (void)parse_request(command);
    } catch (const CommandError& error) {
        return error.response() ? error.response()->status.hex() : "abort";
    }
    return "accepted";
}

std::string bytes_refusal(const std::string& bytes)
{
    try {
        (void)decode_command(std::as_bytes(std::span{bytes}));
    } catch (const CommandError& error) {
        CHECK_FALSE(error.response());
        return error.what();
    }
    return "accepted";
}

}  // namespace

TEST_CASE("every request comes out as it went in")
{
    const auto store = round_trip(store_request());
    CHECK(store.message_id == 7);
    CHECK(store.sop_class == "1.2.840.10008.5.1.4.1.1.2");
    CHECK(store.sop_instance == "1.2.3.4");
    CHECK(store.priority == Priority::low);
    CHECK(store.move_originator_ae == "MOVER");
    CHECK(store.move_originator_id == 9);
    CHECK(round_trip(EchoRequest{3}).message_id == 3);
    CHECK(round_trip(FindRequest{4, "1.2.3", Priority::high}).priority == Priority::high);
    CHECK(round_trip(GetRequest{5, "1.2.3"}).sop_class == "1.2.3");
    CHECK(round_trip(MoveRequest{6, "1.2.3", "DEST"}).destination_ae == "DEST");
    CHECK(round_trip(CancelRequest{8}).message_id_responded == 8);
    CHECK(round_trip(EventReportRequest{9, "1.2", "1.3", 2, true}).event_type == 2);
    const auto action = round_trip(ActionRequest{10, "1.2", "1.3", 1, true});
    CHECK(action.sop_instance == "1.3");
    CHECK(action.has_data);
}

TEST_CASE("a response comes out as it went in")
{
    auto response = Response::to(Request{store_request()}, Status{0xB000}, "padding \\ \x1b");
    response.offending_elements = {dicom::Tag{0x0010, 0x0020}, dicom::Tag{0x0008, 0x0018}};
    response.remaining = 1;
    response.completed = 2;
    response.failed = 3;
    response.warning = 4;
    response.error_id = 5;
    const auto read = parse_response(wire(to_command(response)));
    CHECK(read.field == CommandField::c_store_rsp);
    CHECK(read.message_id_responded == 7);
    CHECK(read.status == Status{0xB000});
    CHECK(read.sop_class == "1.2.840.10008.5.1.4.1.1.2");
    CHECK(read.sop_instance == "1.2.3.4");
    CHECK(read.error_comment == "padding ? ?");
    CHECK(read.offending_elements == response.offending_elements);
    CHECK(read.remaining == 1);
    CHECK(read.completed == 2);
    CHECK(read.failed == 3);
    CHECK(read.warning == 4);
    CHECK(read.error_id == 5);
    CHECK_FALSE(read.has_data);
}

TEST_CASE("an error comment is cut at the 64 characters of its VR")
{
    auto response = Response::to(Request{EchoRequest{1}}, Status{0x0110}, std::string(100, 'x'));
    CHECK(parse_response(wire(to_command(response))).error_comment == std::string(64, 'x'));
}

TEST_CASE("a missing mandatory element is 0212, never a success")
{
    for (const auto tag : {tags::affected_sop_class, tags::priority, tags::affected_sop_instance}) {
        auto command = to_command(Request{store_request()});
        command.erase(tag);
        CHECK(refusal_of(command) == "0212");
    }
    auto move = to_command(Request{MoveRequest{6, "1.2.3", "DEST"}});
    move.erase(tags::move_destination);
    CHECK(refusal_of(move) == "0212");
    auto action = to_command(Request{ActionRequest{10, "1.2", "1.3", 1, true}});
    action.erase(tags::action_type);
    CHECK(refusal_of(action) == "0212");
    auto without_originator_id = to_command(Request{store_request()});
    without_originator_id.erase(tags::move_originator_id);
    CHECK(refusal_of(without_originator_id) == "0212");
}

TEST_CASE("without a message id there is nothing to answer to")
{
    auto command = to_command(Request{store_request()});
    command.erase(tags::message_id);
    CHECK(refusal_of(command) == "abort");
    auto cancel = to_command(Request{CancelRequest{8}});
    cancel.erase(tags::message_id_responded);
    CHECK(refusal_of(cancel) == "abort");
}

TEST_CASE("a UID that is none is refused by its own status")
{
    for (const std::string& bad :
         {std::string{"1.2/../3"}, std::string{"abc"}, std::string{"1..2"}, std::string(65, '1')}) {
        auto by_class = to_command(Request{store_request()});
        by_class.set_text(tags::affected_sop_class, bad, dicom::Vr::UI);
        CHECK(refusal_of(by_class) == "0118");
        auto by_instance = to_command(Request{store_request()});
        by_instance.set_text(tags::affected_sop_instance, bad, dicom::Vr::UI);
        CHECK(refusal_of(by_instance) == "0117");
    }
}

TEST_CASE("a refusal does not echo a UID that is none")
{
    auto command = to_command(Request{store_request()});
    command.set_text(tags::affected_sop_instance, "../../etc", dicom::Vr::UI);
    try {
        (void)parse_request(command);
        FAIL("accepted");
    } catch (const CommandError& error) {
        REQUIRE(error.response());
        CHECK(error.response()->sop_instance.empty());
        CHECK(error.response()->sop_class == "1.2.840.10008.5.1.4.1.1.2");
        CHECK(error.response()->message_id_responded == 7);
        CHECK(error.response()->field == CommandField::c_store_rsp);
    }
}

TEST_CASE("a data set flag that cannot be is refused")
{
    auto store = to_command(Request{store_request()});
    store.set_u16(tags::data_set_type, tags::no_data_set);
    CHECK(refusal_of(store) == "0212");
    auto echo = to_command(Request{EchoRequest{1}});
    echo.set_u16(tags::data_set_type, 0);
    CHECK(refusal_of(echo) == "0212");
    auto cancel = to_command(Request{CancelRequest{1}});
    cancel.set_u16(tags::data_set_type, 0);
    CHECK(refusal_of(cancel) == "abort");
}

TEST_CASE("an unknown command is 0211 and an unknown priority 0115")
{
    auto command = to_command(Request{store_request()});
    command.set_u16(tags::command_field, 0x0777);
    CHECK(refusal_of(command) == "0211");
    auto priority = to_command(Request{store_request()});
    priority.set_u16(tags::priority, 3);
    CHECK(refusal_of(priority) == "0115");
    auto response = to_command(Response::to(Request{EchoRequest{1}}, Status{}));
    CHECK(refusal_of(response) == "abort");
}

TEST_CASE("a response needs a status and a message")
{
    for (const auto tag : {tags::status, tags::message_id_responded}) {
        auto command = to_command(Response::to(Request{EchoRequest{1}}, Status{}));
        command.erase(tag);
        CHECK_THROWS_AS(parse_response(command), CommandError);
    }
    CHECK_THROWS_AS(parse_response(to_command(Request{EchoRequest{1}})), CommandError);
}

TEST_CASE("an identifier behind the command set of a response, as Orthanc sends it, is left out")
{
    const dicom::Tag failed_list{0x0008, 0x0058};
    const Request request{GetRequest{7, "1.2.840.10008.5.1.4.1.2.2.3"}};
    auto response = to_command(Response::to(request, Status{0xA702}));
    response.set_text(failed_list, "1.2.3\\1.2.4", dicom::Vr::UI);
    const auto bytes = encode_command(response);
    const auto read = decode_command(std::as_bytes(std::span{bytes}));
    CHECK(parse_response(read).message_id_responded == 7);
    CHECK_FALSE(read.has(failed_list));
    auto asking = to_command(request);
    asking.set_text(failed_list, "1.2.3", dicom::Vr::UI);
    CHECK(bytes_refusal(encode_command(asking)) != "accepted");
}

TEST_CASE("bytes that are no command set are refused")
{
    using Catch::Contains;
    const auto good = encode_command(to_command(Request{EchoRequest{1}}));
    CHECK(bytes_refusal(good) == "accepted");
    CHECK(bytes_refusal("") != "accepted");
    CHECK(bytes_refusal("garbage of some length") != "accepted");
    CHECK_THAT(bytes_refusal(good.substr(12)), Contains("group length"));
    auto wrong_length = good;
    ++wrong_length[8];
    CHECK_THAT(bytes_refusal(wrong_length), Contains("group length"));
    auto no_field = to_command(Request{EchoRequest{1}});
    no_field.erase(tags::command_field);
    CHECK_THAT(bytes_refusal(encode_command(no_field)), Contains("Command Field"));
    auto no_type = to_command(Request{EchoRequest{1}});
    no_type.erase(tags::data_set_type);
    CHECK_THAT(bytes_refusal(encode_command(no_type)), Contains("Data Set Type"));
    auto other_group = to_command(Request{EchoRequest{1}});
    other_group.set_text(dicom::Tag{0x0010, 0x0010}, "A^B");
    CHECK_THAT(bytes_refusal(encode_command(other_group)), Contains("(0010,0010)"));
    for (std::size_t length = 0; length < good.size(); ++length) {
        CHECK(bytes_refusal(good.substr(0, length)) != "accepted");
    }
}
