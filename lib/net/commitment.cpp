#include "net/commitment.hpp"

#include "base/error.hpp"
#include "dicom/data_set.hpp"
#include "dicom/uid.hpp"
#include "net/answer.hpp"

#include <fmt/format.h>

#include <optional>
#include <span>
#include <utility>

namespace pacs::net {

namespace {

using dicom::DataSet;
using dicom::Tag;
using dicom::Vr;

constexpr Tag transaction_uid{0x0008, 0x1195};
constexpr Tag failure_reason{0x0008, 0x1197};
constexpr Tag failed_sop_sequence{0x0008, 0x1198};
constexpr Tag referenced_sop_sequence{0x0008, 0x1199};
constexpr Tag referenced_sop_class{0x0008, 0x1150};
constexpr Tag referenced_sop_instance{0x0008, 0x1155};

DataSet item_of(const SopReference& reference)
{
    DataSet item;
    item.set_text(referenced_sop_class, reference.sop_class, Vr::UI);
    item.set_text(referenced_sop_instance, reference.sop_instance, Vr::UI);
    return item;
}

DataSet start(const std::string& transaction)
{
    DataSet set;
    set.set_text(transaction_uid, transaction, Vr::UI);
    return set;
}

void put_sequence(DataSet& set, Tag tag, std::vector<DataSet> items)
{
    dicom::Element sequence{tag, Vr::SQ, {}};
    sequence.items = std::move(items);
    set.put(std::move(sequence));
}

[[noreturn]] void refuse(std::string_view what)
{
    throw Error(ErrorKind::data, fmt::format("reading a storage commitment: {}", what));
}

std::string uid_in(const DataSet& set, Tag tag, std::string_view name)
{
    auto uid = set.text(tag);
    if (!dicom::is_valid_uid(uid)) {
        refuse(fmt::format("{} is missing or no UID", name));
    }
    return uid;
}

SopReference reference_in(const DataSet& item)
{
    return {uid_in(item, referenced_sop_class, "Referenced SOP Class UID"),
            uid_in(item, referenced_sop_instance, "Referenced SOP Instance UID")};
}

const std::vector<DataSet>& items_in(const DataSet& set, Tag tag)
{
    static const std::vector<DataSet> none;
    const auto* sequence = set.find(tag);
    if (sequence == nullptr) {
        return none;
    }
    if (sequence->items.size() > max_commitment_references) {
        refuse(fmt::format("more than {} instances", max_commitment_references));
    }
    return sequence->items;
}

DataSet decode_all(std::string_view bytes, std::string_view transfer_syntax)
{
    // Transaction UID, the sequence, and for each reference its item, two UIDs and a delimiter;
    // some requestors repeat more in each item
    constexpr std::size_t most_elements = max_commitment_references * 16;
    return dicom::decode(std::as_bytes(std::span{bytes.data(), bytes.size()}),
                         dicom::TransferSyntax{transfer_syntax}, {4, most_elements});
}

}  // namespace

std::string encode(const CommitmentRequest& request, std::string_view transfer_syntax)
{
    DataSet set = start(request.transaction_uid);
    std::vector<DataSet> items;
    items.reserve(request.references.size());
    for (const SopReference& reference : request.references) {
        items.push_back(item_of(reference));
    }
    put_sequence(set, referenced_sop_sequence, std::move(items));
    return dicom::encode(set, dicom::TransferSyntax{transfer_syntax});
}

std::string encode(const CommitmentResult& result, std::string_view transfer_syntax)
{
    DataSet set = start(result.transaction_uid);
    std::vector<DataSet> failed;
    for (const FailedReference& each : result.failed) {
        failed.push_back(item_of(each.reference));
        failed.back().set_u16(failure_reason, each.reason);
    }
    if (!failed.empty()) {
        put_sequence(set, failed_sop_sequence, std::move(failed));
    }
    std::vector<DataSet> committed;
    for (const SopReference& reference : result.committed) {
        committed.push_back(item_of(reference));
    }
    if (!committed.empty()) {  // type 1C: not there when all failed
        put_sequence(set, referenced_sop_sequence, std::move(committed));
    }
    return dicom::encode(set, dicom::TransferSyntax{transfer_syntax});
}

CommitmentRequest parse_commitment_request(std::string_view bytes, std::string_view transfer_syntax)
{
    const DataSet set = decode_all(bytes, transfer_syntax);
    CommitmentRequest request{uid_in(set, transaction_uid, "Transaction UID"), {}};
    for (const DataSet& item : items_in(set, referenced_sop_sequence)) {
        request.references.push_back(reference_in(item));
    }
    if (request.references.empty()) {
        refuse("no instances are referenced");
    }
    return request;
}

CommitmentResult parse_commitment_result(std::string_view bytes, std::string_view transfer_syntax)
{
    const DataSet set = decode_all(bytes, transfer_syntax);
    CommitmentResult result{uid_in(set, transaction_uid, "Transaction UID"), {}, {}};
    for (const DataSet& item : items_in(set, referenced_sop_sequence)) {
        result.committed.push_back(reference_in(item));
    }
    for (const DataSet& item : items_in(set, failed_sop_sequence)) {
        result.failed.push_back({reference_in(item), item.u16(failure_reason).value_or(0)});
    }
    return result;
}

std::vector<Proposal> commitment_proposals(bool as_scp)
{
    const std::string sop_class{dicom::uids::storage_commitment};
    return {{sop_class,
             {std::string{dicom::uids::explicit_le}, std::string{dicom::uids::implicit_le}},
             as_scp ? std::optional{RoleSelection{sop_class, false, true}} : std::nullopt}};
}

EventReportRequest event_report(const CommitmentResult& result)
{
    EventReportRequest request;
    request.sop_class = dicom::uids::storage_commitment;
    request.sop_instance = dicom::uids::storage_commitment_instance;
    request.event_type = result.event_type();
    request.has_data = true;
    return request;
}

namespace {

/// Sends a request with its data set and takes the answer.
template <typename Message>
Answer ask(Association& association, const Context& context, Message request,
           const std::string& data, CommandField expected, std::string_view service)
{
    request.message_id = association.next_message_id();
    const Piece piece{std::as_bytes(std::span{data})};
    association.send(context.id, Request{request}, {&piece, 1});
    const auto response = receive_answer(association, expected, service);
    if (response.message_id_responded != request.message_id) {
        refuse_answer(association, fmt::format("the {} response answers another message", service));
    }
    if (response.has_data) {
        association.skip_data();  // an action or event reply, of no use here
    }
    return {response.status, response.error_comment};
}

}  // namespace

Answer request_commitment(Association& association, const CommitmentRequest& request)
{
    const Context& context = association.require_context(dicom::uids::storage_commitment);
    ActionRequest action;
    action.sop_class = dicom::uids::storage_commitment;
    action.sop_instance = dicom::uids::storage_commitment_instance;
    action.action_type = request_commitment_action;
    action.has_data = true;
    return ask(association, context, action, encode(request, context.transfer_syntax),
               CommandField::n_action_rsp, "N-ACTION");
}

Answer report_commitment(Association& association, const CommitmentResult& result)
{
    const Context& context = association.require_context(dicom::uids::storage_commitment);
    if (!context.requestor_scp) {
        throw PeerError(PeerFault::nothing_accepted, PeerStage::negotiate,
                        fmt::format("negotiating with {}: the role of SCP of storage commitment "
                                    "was not granted",
                                    association.negotiated().called_ae));
    }
    return ask(association, context, event_report(result), encode(result, context.transfer_syntax),
               CommandField::n_event_report_rsp, "N-EVENT-REPORT");
}

}  // namespace pacs::net
