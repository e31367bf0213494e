#include "net/message.hpp"

#include "net/command_tags.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace pacs::net {

namespace {

namespace tags = command_tags;
using dicom::DataSet;
using dicom::Vr;

constexpr std::uint16_t response_bit = 0x8000;
constexpr std::uint16_t with_data_set = 0x0001;

DataSet start(CommandField command, bool has_data)
{
    DataSet set;
    set.set_u16(tags::command_field, static_cast<std::uint16_t>(command));
    set.set_u16(tags::data_set_type, has_data ? with_data_set : tags::no_data_set);
    return set;
}

void put_uid(DataSet& set, dicom::Tag tag, const std::string& uid)
{
    if (!uid.empty()) {
        set.set_text(tag, uid, Vr::UI);
    }
}

void put_number(DataSet& set, dicom::Tag tag, const std::optional<std::uint16_t>& number)
{
    if (number) {
        set.set_u16(tag, *number);
    }
}

/// Error Comment is LO: at most 64 characters of the default repertoire, one value.
std::string comment_of(const std::string& text)
{
    constexpr std::size_t longest = 64;
    std::string result = text.substr(0, longest);
    std::replace_if(
        result.begin(), result.end(), [](char c) { return c < ' ' || c > '~' || c == '\\'; }, '?');
    return result;
}

std::string tag_bytes(const std::vector<dicom::Tag>& elements)
{
    std::string bytes;
    for (const auto tag : elements) {
        for (const auto number : {tag.group(), tag.element()}) {
            bytes += static_cast<char>(number & 0xFFU);
            bytes += static_cast<char>(number >> 8U);
        }
    }
    return bytes;
}

struct ToCommand {
    DataSet operator()(const EchoRequest& request) const
    {
        auto set = start(CommandField::c_echo_rq, false);
        set.set_u16(tags::message_id, request.message_id);
        put_uid(set, tags::affected_sop_class, request.sop_class);
        return set;
    }
    DataSet operator()(const StoreRequest& request) const
    {
        auto set = operation(CommandField::c_store_rq, request);
        put_uid(set, tags::affected_sop_instance, request.sop_instance);
        if (!request.move_originator_ae.empty()) {
            set.set_text(tags::move_originator, request.move_originator_ae, Vr::AE);
            set.set_u16(tags::move_originator_id, request.move_originator_id);
        }
        return set;
    }
    DataSet operator()(const FindRequest& request) const
    {
        return operation(CommandField::c_find_rq, request);
    }
    DataSet operator()(const GetRequest& request) const
    {
        return operation(CommandField::c_get_rq, request);
    }
    DataSet operator()(const MoveRequest& request) const
    {
        auto set = operation(CommandField::c_move_rq, request);
        set.set_text(tags::move_destination, request.destination_ae, Vr::AE);
        return set;
    }
    DataSet operator()(const CancelRequest& request) const
    {
        auto set = start(CommandField::c_cancel_rq, false);
        set.set_u16(tags::message_id_responded, request.message_id_responded);
        return set;
    }
    DataSet operator()(const EventReportRequest& request) const
    {
        auto set = start(CommandField::n_event_report_rq, request.has_data);
        set.set_u16(tags::message_id, request.message_id);
        put_uid(set, tags::affected_sop_class, request.sop_class);
        put_uid(set, tags::affected_sop_instance, request.sop_instance);
        set.set_u16(tags::event_type, request.event_type);
        return set;
    }
    DataSet operator()(const ActionRequest& request) const
    {
        auto set = start(CommandField::n_action_rq, request.has_data);
        set.set_u16(tags::message_id, request.message_id);
        put_uid(set, tags::requested_sop_class, request.sop_class);
        put_uid(set, tags::requested_sop_instance, request.sop_instance);
        set.set_u16(tags::action_type, request.action_type);
        return set;
    }

private:
    /// What C-STORE, C-FIND, C-GET and C-MOVE have in common.
    template <typename Operation>
    static DataSet operation(CommandField command, const Operation& request)
    {
        auto set = start(command, true);
        set.set_u16(tags::message_id, request.message_id);
        put_uid(set, tags::affected_sop_class, request.sop_class);
        set.set_u16(tags::priority, static_cast<std::uint16_t>(request.priority));
        return set;
    }
};

struct InstanceOf {
    std::string operator()(const StoreRequest& request) const { return request.sop_instance; }
    std::string operator()(const EventReportRequest& request) const { return request.sop_instance; }
    std::string operator()(const ActionRequest& request) const { return request.sop_instance; }
    template <typename Other>
    std::string operator()(const Other& /*unused*/) const
    {
        return {};
    }
};

}  // namespace

std::string_view to_string(CommandField command) noexcept
{
    switch (command) {
    case CommandField::c_store_rq: return "C-STORE-RQ";
    case CommandField::c_store_rsp: return "C-STORE-RSP";
    case CommandField::c_get_rq: return "C-GET-RQ";
    case CommandField::c_get_rsp: return "C-GET-RSP";
    case CommandField::c_find_rq: return "C-FIND-RQ";
    case CommandField::c_find_rsp: return "C-FIND-RSP";
    case CommandField::c_move_rq: return "C-MOVE-RQ";
    case CommandField::c_move_rsp: return "C-MOVE-RSP";
    case CommandField::c_echo_rq: return "C-ECHO-RQ";
    case CommandField::c_echo_rsp: return "C-ECHO-RSP";
    case CommandField::n_event_report_rq: return "N-EVENT-REPORT-RQ";
    case CommandField::n_event_report_rsp: return "N-EVENT-REPORT-RSP";
    case CommandField::n_action_rq: return "N-ACTION-RQ";
    case CommandField::n_action_rsp: return "N-ACTION-RSP";
    case CommandField::c_cancel_rq: return "C-CANCEL-RQ";
    }
    return "unknown command";
}

DataSet to_command(const Request& request)
{
    return std::visit(ToCommand{}, request);
}

DataSet to_command(const Response& response)
{
    auto set = start(response.field, response.has_data);
    set.set_u16(tags::message_id_responded, response.message_id_responded);
    set.set_u16(tags::status, response.status.code);
    put_uid(set, tags::affected_sop_class, response.sop_class);
    put_uid(set, tags::affected_sop_instance, response.sop_instance);
    if (!response.error_comment.empty()) {
        set.set_text(tags::error_comment, comment_of(response.error_comment), Vr::LO);
    }
    if (!response.offending_elements.empty()) {
        set.put({tags::offending_element, Vr::AT, tag_bytes(response.offending_elements)});
    }
    put_number(set, tags::error_id, response.error_id);
    put_number(set, tags::remaining, response.remaining);
    put_number(set, tags::completed, response.completed);
    put_number(set, tags::failed, response.failed);
    put_number(set, tags::warning, response.warning);
    put_number(set, tags::event_type, response.event_type);
    put_number(set, tags::action_type, response.action_type);
    return set;
}

Response Response::to(const Request& request, Status status, std::string comment)
{
    Response response;
    response.field =
        static_cast<CommandField>(static_cast<std::uint16_t>(net::field(request)) | response_bit);
    response.message_id_responded = message_id(request);
    response.status = status;
    response.sop_class = net::sop_class(request);
    response.sop_instance = std::visit(InstanceOf{}, request);
    response.error_comment = std::move(comment);
    return response;
}

std::uint16_t message_id(const Request& request) noexcept
{
    return std::visit(
        [](const auto& any) -> std::uint16_t {
            if constexpr (std::is_same_v<std::decay_t<decltype(any)>, CancelRequest>) {
                return any.message_id_responded;
            } else {
                return any.message_id;
            }
        },
        request);
}

CommandField field(const Request& request) noexcept
{
    constexpr CommandField fields[] = {
        CommandField::c_echo_rq,         CommandField::c_store_rq,  CommandField::c_find_rq,
        CommandField::c_get_rq,          CommandField::c_move_rq,   CommandField::c_cancel_rq,
        CommandField::n_event_report_rq, CommandField::n_action_rq,
    };
    return fields[request.index()];
}

const std::string& sop_class(const Request& request) noexcept
{
    static const std::string none;
    return std::visit(
        [](const auto& any) -> const std::string& {
            if constexpr (std::is_same_v<std::decay_t<decltype(any)>, CancelRequest>) {
                return none;
            } else {
                return any.sop_class;
            }
        },
        request);
}

}  // namespace pacs::net
