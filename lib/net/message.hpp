#pragma once

#include "dicom/data_set.hpp"
#include "net/status.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// DIMSE command sets, PS3.7 section 9, 10 and Annex E, as structs and as data sets of group 0000.
namespace pacs::net {

/// Command Field (0000,0100), PS3.7 E.1. A response has bit 15 set.
enum class CommandField : std::uint16_t {
    c_store_rq = 0x0001,
    c_store_rsp = 0x8001,
    c_get_rq = 0x0010,
    c_get_rsp = 0x8010,
    c_find_rq = 0x0020,
    c_find_rsp = 0x8020,
    c_move_rq = 0x0021,
    c_move_rsp = 0x8021,
    c_echo_rq = 0x0030,
    c_echo_rsp = 0x8030,
    n_event_report_rq = 0x0100,
    n_event_report_rsp = 0x8100,
    n_action_rq = 0x0130,
    n_action_rsp = 0x8130,
    c_cancel_rq = 0x0FFF,
};
std::string_view to_string(CommandField field) noexcept;  ///< "C-STORE-RQ"

/// Priority (0000,0700), PS3.7 E.1.
enum class Priority : std::uint16_t { medium = 0, high = 1, low = 2 };

struct EchoRequest {
    std::uint16_t message_id = 0;
    std::string sop_class = "1.2.840.10008.1.1";
};

/// C-STORE-RQ, PS3.7 9.3.1.1; a data set follows.
struct StoreRequest {
    std::uint16_t message_id = 0;
    std::string sop_class;
    std::string sop_instance;
    Priority priority = Priority::medium;
    std::string move_originator_ae;  ///< empty: not a sub-operation of C-MOVE
    std::uint16_t move_originator_id = 0;
};

/// C-FIND-RQ, PS3.7 9.3.2.1; an identifier follows.
struct FindRequest {
    std::uint16_t message_id = 0;
    std::string sop_class;
    Priority priority = Priority::medium;
};

/// C-GET-RQ, PS3.7 9.3.3.1; an identifier follows.
struct GetRequest {
    std::uint16_t message_id = 0;
    std::string sop_class;
    Priority priority = Priority::medium;
};

/// C-MOVE-RQ, PS3.7 9.3.4.1; an identifier follows.
struct MoveRequest {
    std::uint16_t message_id = 0;
    std::string sop_class;
    std::string destination_ae;
    Priority priority = Priority::medium;
};

/// C-CANCEL-RQ, PS3.7 9.3.2.3; it has no response and no data set.
struct CancelRequest {
    std::uint16_t message_id_responded = 0;  ///< of the request to be cancelled
};

/// N-EVENT-REPORT-RQ, PS3.7 10.3.1.1.
struct EventReportRequest {
    std::uint16_t message_id = 0;
    std::string sop_class;     ///< Affected
    std::string sop_instance;  ///< Affected
    std::uint16_t event_type = 0;
    bool has_data = false;
};

/// N-ACTION-RQ, PS3.7 10.3.5.1.
struct ActionRequest {
    std::uint16_t message_id = 0;
    std::string sop_class;     ///< Requested
    std::string sop_instance;  ///< Requested
    std::uint16_t action_type = 0;
    bool has_data = false;
};

using Request = std::variant<EchoRequest, StoreRequest, FindRequest, GetRequest, MoveRequest,
                             CancelRequest, EventReportRequest, ActionRequest>;

/// Any response, PS3.7 sections 9.3 and 10.3. What a service does not use stays empty.
struct Response {
    CommandField field = CommandField::c_echo_rsp;
    std::uint16_t message_id_responded = 0;
    Status status;
    std::string sop_class;                       ///< Affected
    std::string sop_instance;                    ///< Affected
    std::string error_comment;                   ///< (0000,0902), at most 64 characters
    std::vector<dicom::Tag> offending_elements;  ///< (0000,0901)
    std::optional<std::uint16_t> error_id;       ///< (0000,0903)
    std::optional<std::uint16_t> remaining;      ///< sub-operations, C-GET and C-MOVE
    std::optional<std::uint16_t> completed;
    std::optional<std::uint16_t> failed;
    std::optional<std::uint16_t> warning;
    std::optional<std::uint16_t> event_type;
    std::optional<std::uint16_t> action_type;
    bool has_data = false;

    /// The response to a request of ours or theirs, with its class and instance echoed.
    static Response to(const Request& request, Status status, std::string comment = {});
};

/// A command set that PS3.7 does not allow. When `response` is there it is what to send back
/// (0212 for a mandatory element missing or mistyped, 0117 and 0118 for UIDs that are none, 0211
/// for a command nobody defined); otherwise only an abort is left.
class CommandError : public std::runtime_error {
public:
    CommandError(const std::string& what, std::optional<Response> response)
        : std::runtime_error(what), response_(std::move(response))
    {
    }
    const std::optional<Response>& response() const noexcept { return response_; }

private:
    std::optional<Response> response_;
};

/// The command set, without its group length, which encode_command() puts in front.
dicom::DataSet to_command(const Request& request);
dicom::DataSet to_command(const Response& response);

/// The bytes of a command set: implicit VR little endian with group length, PS3.7 6.3.1.
std::string encode_command(const dicom::DataSet& command);
/// Elements of group 0008, which Orthanc puts behind that of a response, are left out. Throws
/// CommandError without a response for bytes that are no command set: elements of other groups, no
/// Command Field, no Data Set Type, sequences.
dicom::DataSet decode_command(std::span<const std::byte> bytes);

bool is_response(const dicom::DataSet& command) noexcept;
/// Command Data Set Type (0000,0800) says that a data set follows.
bool has_data_set(const dicom::DataSet& command) noexcept;
/// Throws CommandError.
Request parse_request(const dicom::DataSet& command);
/// Throws CommandError (never with a response).
Response parse_response(const dicom::DataSet& command);

std::uint16_t message_id(const Request& request) noexcept;  ///< of a cancel: the one it cancels
CommandField field(const Request& request) noexcept;
const std::string& sop_class(const Request& request) noexcept;  ///< empty for a cancel

}  // namespace pacs::net
