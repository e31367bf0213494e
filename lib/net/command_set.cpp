#include "base/error.hpp"
#include "dicom/uid.hpp"
#include "net/command_tags.hpp"
#include "net/message.hpp"
#include "net/server_statuses.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace pacs::net {

namespace {

namespace tags = command_tags;
using dicom::DataSet;

constexpr std::uint16_t response_bit = 0x8000;
constexpr std::size_t group_length_bytes = 12;
constexpr std::size_t max_elements = 256;

[[noreturn]] void hopeless(const std::string& what)
{
    throw CommandError(what, std::nullopt);
}

/// Text of a command element, whatever VR the decoder gave it: implicit VR says none.
std::string text_of(const DataSet& set, dicom::Tag tag)
{
    const auto* element = set.find(tag);
    if (element == nullptr) {
        return {};
    }
    std::string_view text = element->value;
    const auto last = text.find_last_not_of(std::string_view{" \0", 2});
    text = text.substr(0, last == std::string_view::npos ? 0 : last + 1);
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    return std::string{text};
}

std::vector<dicom::Tag> tags_of(const DataSet& set, dicom::Tag tag)
{
    std::vector<dicom::Tag> result;
    const auto* element = set.find(tag);
    const std::string_view bytes = element == nullptr ? std::string_view{} : element->value;
    const auto u16 = [&](std::size_t at) {
        const auto low = static_cast<unsigned char>(bytes[at]);
        const auto high = static_cast<unsigned char>(bytes[at + 1]);
        return static_cast<std::uint16_t>(low | (high << 8U));
    };
    for (std::size_t at = 0; at + 4 <= bytes.size(); at += 4) {
        result.emplace_back(u16(at), u16(at + 2));
    }
    return result;
}

std::uint16_t field_of(const DataSet& command)
{
    const auto field = command.u16(tags::command_field);
    if (!field) {
        hopeless("command set without Command Field");
    }
    return *field;
}

/// Reads a request element by element and knows how to refuse it.
class RequestReader {
public:
    explicit RequestReader(const DataSet& command)
        : command_(command), field_(field_of(command)), has_data_(has_data_set(command))
    {
    }

    [[noreturn]] void refuse(Status status, const std::string& what) const
    {
        const auto id = command_.u16(tags::message_id);
        if (!id) {
            hopeless("request without Message ID");
        }
        Response response;
        response.field = static_cast<CommandField>(field_ | response_bit);
        response.message_id_responded = *id;
        response.status = status;
        const auto echo_uid = [&](dicom::Tag affected, dicom::Tag requested) {
            auto uid = text_of(command_, affected);
            uid = uid.empty() ? text_of(command_, requested) : uid;
            return dicom::is_valid_uid(uid) ? uid : std::string{};
        };
        response.sop_class = echo_uid(tags::affected_sop_class, tags::requested_sop_class);
        response.sop_instance = echo_uid(tags::affected_sop_instance, tags::requested_sop_instance);
        response.error_comment = what;
        throw CommandError(what, response);
    }

    std::uint16_t number(dicom::Tag tag, std::string_view name) const
    {
        const auto value = command_.u16(tag);
        if (!value) {
            refuse(server_statuses::missing_element.status, fmt::format("{} is missing", name));
        }
        return *value;
    }
    std::string uid(dicom::Tag tag, std::string_view name, Status when_invalid) const
    {
        auto value = text_of(command_, tag);
        if (value.empty()) {
            refuse(server_statuses::missing_element.status, fmt::format("{} is missing", name));
        }
        if (!dicom::is_valid_uid(value)) {
            refuse(when_invalid, fmt::format("{} is no UID", name));
        }
        return value;
    }
    std::string sop_class(dicom::Tag tag) const
    {
        return uid(tag, "SOP Class UID", server_statuses::bad_class_uid.status);
    }
    std::string sop_instance(dicom::Tag tag) const
    {
        return uid(tag, "SOP Instance UID", server_statuses::bad_instance_uid.status);
    }
    Priority priority() const
    {
        const auto value = number(tags::priority, "Priority");
        if (value > static_cast<std::uint16_t>(Priority::low)) {
            refuse(server_statuses::bad_priority.status, fmt::format("Priority is {:04X}", value));
        }
        return static_cast<Priority>(value);
    }
    std::string text(dicom::Tag tag) const { return text_of(command_, tag); }
    void expect_data(bool wanted) const
    {
        if (has_data_ != wanted) {
            refuse(server_statuses::missing_element.status,
                   wanted ? "the data set is missing" : "a data set where none may be");
        }
    }
    /// What C-STORE, C-FIND, C-GET and C-MOVE have in common.
    template <typename Operation>
    Operation operation() const
    {
        Operation request;
        request.message_id = number(tags::message_id, "Message ID");
        request.sop_class = sop_class(tags::affected_sop_class);
        request.priority = priority();
        expect_data(true);
        return request;
    }
    CommandField field() const noexcept { return static_cast<CommandField>(field_); }
    bool has_data() const noexcept { return has_data_; }

private:
    const DataSet& command_;
    std::uint16_t field_;
    bool has_data_;
};

Request read_echo(const RequestReader& reader)
{
    EchoRequest request;
    request.message_id = reader.number(tags::message_id, "Message ID");
    request.sop_class = reader.sop_class(tags::affected_sop_class);
    reader.expect_data(false);
    return request;
}

Request read_store(const RequestReader& reader)
{
    auto request = reader.operation<StoreRequest>();
    request.sop_instance = reader.sop_instance(tags::affected_sop_instance);
    request.move_originator_ae = reader.text(tags::move_originator);
    if (!request.move_originator_ae.empty()) {
        request.move_originator_id =
            reader.number(tags::move_originator_id, "Move Originator Message ID");
    }
    return request;
}

Request read_move(const RequestReader& reader)
{
    auto request = reader.operation<MoveRequest>();
    request.destination_ae = reader.text(tags::move_destination);
    if (request.destination_ae.empty()) {
        reader.refuse(server_statuses::missing_element.status, "Move Destination is missing");
    }
    return request;
}

Request read_event_report(const RequestReader& reader)
{
    EventReportRequest request;
    request.message_id = reader.number(tags::message_id, "Message ID");
    request.sop_class = reader.sop_class(tags::affected_sop_class);
    request.sop_instance = reader.sop_instance(tags::affected_sop_instance);
    request.event_type = reader.number(tags::event_type, "Event Type ID");
    request.has_data = reader.has_data();
    return request;
}

Request read_action(const RequestReader& reader)
{
    ActionRequest request;
    request.message_id = reader.number(tags::message_id, "Message ID");
    request.sop_class = reader.sop_class(tags::requested_sop_class);
    request.sop_instance = reader.sop_instance(tags::requested_sop_instance);
    request.action_type = reader.number(tags::action_type, "Action Type ID");
    request.has_data = reader.has_data();
    return request;
}

Request read_cancel(const DataSet& command)
{
    const auto id = command.u16(tags::message_id_responded);
    if (!id || has_data_set(command)) {
        hopeless("C-CANCEL-RQ without Message ID Being Responded To, or with a data set");
    }
    return CancelRequest{*id};
}

/// The group length must say what follows it, PS3.7 6.3.1.
void check_group_length(const DataSet& command, std::size_t bytes)
{
    const auto length = command.u32(tags::group_length);
    if (!length || bytes < group_length_bytes || *length != bytes - group_length_bytes) {
        hopeless(length ? fmt::format("command group length {} for {} bytes", *length, bytes)
                        : "command set without group length");
    }
}

}  // namespace

std::string encode_command(const DataSet& command)
{
    auto body = dicom::encode(command, dicom::TransferSyntax{});
    std::string out{"\0\0\0\0\4\0\0\0", group_length_bytes - 4};
    for (unsigned shift = 0; shift < 32; shift += 8) {
        out += static_cast<char>((body.size() >> shift) & 0xFFU);
    }
    return out + body;
}

DataSet decode_command(std::span<const std::byte> bytes)
{
    DataSet command;
    try {
        command = dicom::decode(bytes, dicom::TransferSyntax{}, {1, max_elements});
    } catch (const Error& error) {
        hopeless(error.what());
    }
    // Orthanc puts the identifier of a failed C-GET or C-MOVE, the list of failed instances, behind
    // the command set of its response: what is of group 0008 there is not looked at.
    DataSet group;
    for (const auto& element : command.elements()) {
        if ((element.tag.group() != 0 && element.tag.group() != 8) || !element.items.empty()) {
            hopeless(fmt::format("{} in a command set", element.tag.formatted()));
        }
        if (element.tag.group() == 0) {
            group.put(element);
        }
    }
    const bool strays = group.elements().size() != command.elements().size();
    command = std::move(group);
    if (!strays) {
        check_group_length(command, bytes.size());
    } else if (!is_response(command)) {
        hopeless("elements of group 0008 in the command set of a request");
    }
    (void)field_of(command);
    if (!command.has(tags::data_set_type)) {
        hopeless("command set without Command Data Set Type");
    }
    return command;
}

bool is_response(const DataSet& command) noexcept
{
    const auto* element = command.find(tags::command_field);
    return element != nullptr && element->value.size() >= 2 &&
           (static_cast<unsigned char>(element->value[1]) & (response_bit >> 8U)) != 0;
}

bool has_data_set(const DataSet& command) noexcept
{
    const auto* element = command.find(tags::data_set_type);
    return element != nullptr && element->value.compare(0, 2, "\x01\x01") != 0;
}

Request parse_request(const DataSet& command)
{
    const RequestReader reader{command};
    switch (reader.field()) {
    case CommandField::c_echo_rq: return read_echo(reader);
    case CommandField::c_store_rq: return read_store(reader);
    case CommandField::c_find_rq: return reader.operation<FindRequest>();
    case CommandField::c_get_rq: return reader.operation<GetRequest>();
    case CommandField::c_move_rq: return read_move(reader);
    case CommandField::n_event_report_rq: return read_event_report(reader);
    case CommandField::n_action_rq: return read_action(reader);
    case CommandField::c_cancel_rq: return read_cancel(command);
    default: break;
    }
    if (is_response(command)) {
        hopeless("a response where a request was expected");
    }
    reader.refuse(server_statuses::unknown_command.status, "unrecognised operation");
}

Response parse_response(const DataSet& command)
{
    const auto field = field_of(command);
    const auto id = command.u16(tags::message_id_responded);
    const auto status = command.u16(tags::status);
    if ((field & response_bit) == 0) {
        hopeless("a request where a response was expected");
    }
    if (!id || !status) {
        hopeless("response without Message ID Being Responded To or Status");
    }
    Response response;
    response.field = static_cast<CommandField>(field);
    response.message_id_responded = *id;
    response.status = Status{*status};
    response.sop_class = text_of(command, tags::affected_sop_class);
    response.sop_instance = text_of(command, tags::affected_sop_instance);
    response.error_comment = text_of(command, tags::error_comment);
    response.offending_elements = tags_of(command, tags::offending_element);
    response.error_id = command.u16(tags::error_id);
    response.remaining = command.u16(tags::remaining);
    response.completed = command.u16(tags::completed);
    response.failed = command.u16(tags::failed);
    response.warning = command.u16(tags::warning);
    response.event_type = command.u16(tags::event_type);
    response.action_type = command.u16(tags::action_type);
    response.has_data = has_data_set(command);
    return response;
}

}  // namespace pacs::net
