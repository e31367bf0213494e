#include "daemon/find_service.hpp"

#include "base/error.hpp"
#include "base/log.hpp"
#include "daemon/error_comment.hpp"
#include "daemon/find_statuses.hpp"
#include "dicom/query_level.hpp"
#include "dicom/uid.hpp"

#include <algorithm>
#include <exception>
#include <utility>

namespace pacs::daemon {

namespace {

constexpr dicom::Tag retrieve_ae_title{0x0008, 0x0054};

bool is_ascii(std::string_view text) noexcept
{
    return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

dicom::QueryRoot root_of(const net::Context& context)
{
    return context.abstract_syntax == dicom::uids::patient_root_find ? dicom::QueryRoot::patient
                                                                     : dicom::QueryRoot::study;
}

/// One element in another character set; nullopt when a character is not in it.
std::optional<dicom::Element> convert(const dicom::Element& element,
                                      const dicom::CharacterSet& charset)
{
    dicom::Element converted{element.tag, element.vr, element.value};
    if (dicom::has_character_set(element.vr) && !is_ascii(element.value)) {
        auto bytes = charset.from_utf8(element.value, element.vr == dicom::Vr::PN);
        if (!bytes) {
            return std::nullopt;
        }
        converted.value = std::move(*bytes);
    }
    for (const dicom::DataSet& item : element.items) {
        auto converted_item = in_character_set(item, charset);
        if (!converted_item) {
            return std::nullopt;
        }
        // An item says what character set it has only when it differs from that around it.
        converted_item->erase(dicom::tags::specific_character_set);
        converted.items.push_back(std::move(*converted_item));
    }
    return converted;
}

std::string joined(const std::vector<std::string>& terms)
{
    std::string text;
    for (std::size_t i = 0; i < terms.size(); ++i) {
        text += (i == 0 ? "" : "\\") + terms[i];
    }
    return text;
}

/// Looks at the asker while a search runs without a match: it may cancel, or be gone.
class AskerWatch {
public:
    explicit AskerWatch(net::Responder& responder) : responder_(responder) {}

    /// Never throws: it is called from inside SQLite.
    bool given_up() noexcept
    {
        try {
            if (!cancelled_ && !gone_) {
                responder_.flush();
                cancelled_ = responder_.cancelled();
            }
        } catch (...) {
            gone_ = std::current_exception();
        }
        return cancelled_ || gone_;
    }
    void rethrow_if_gone() const
    {
        if (gone_) {
            std::rethrow_exception(gone_);
        }
    }

private:
    net::Responder& responder_;
    bool cancelled_ = false;
    std::exception_ptr gone_;
};

net::Response refusal(const net::FindRequest& request, net::Status status, const Error& error)
{
    log::debug("refusing a C-FIND with {}: {}", status.hex(), error.what());
    return net::Response::to(request, status, error_comment(error));
}

}  // namespace

index::QueryOptions find_options(std::string_view granted_info) noexcept
{
    const auto granted = [&](std::size_t byte) {
        return byte < granted_info.size() && granted_info[byte] == 1;
    };
    return {.relational = granted(0), .combined_date_time = granted(1), .fuzzy = granted(2)};
}

std::string grant_find_options(std::string_view asked_info)
{
    constexpr std::size_t supported = 3;  // of relational, date-time, fuzzy, timezone, multi-frame
    constexpr std::size_t defined = 5;
    std::string answer(std::min(asked_info.size(), defined), '\0');
    for (std::size_t byte = 0; byte < std::min(answer.size(), supported); ++byte) {
        answer[byte] = asked_info[byte] == 1 ? '\1' : '\0';
    }
    return answer;
}

std::optional<dicom::DataSet> in_character_set(const dicom::DataSet& data_set,
                                               const dicom::CharacterSet& charset)
{
    dicom::DataSet converted;
    for (const dicom::Element& element : data_set.elements()) {
        auto moved = convert(element, charset);
        if (!moved) {
            return std::nullopt;
        }
        converted.put(std::move(*moved));
    }
    converted.set_text(dicom::tags::specific_character_set, joined(charset.terms()));
    return converted;
}

dicom::DataSet answer_for(const dicom::DataSet& identifier, dicom::DataSet answer,
                          const std::string& retrieve_ae)
{
    std::vector<dicom::Tag> unasked;
    for (const dicom::Element& element : answer.elements()) {
        const bool ours = element.tag == dicom::tags::specific_character_set ||
                          element.tag == dicom::tags::query_retrieve_level;
        if (!ours && !identifier.has(element.tag)) {
            unasked.push_back(element.tag);
        }
    }
    for (const dicom::Tag tag : unasked) {
        answer.erase(tag);
    }
    answer.set_text(retrieve_ae_title, retrieve_ae);
    if (answer.has(dicom::tags::specific_character_set)) {
        const dicom::CharacterSet wanted{identifier.text(dicom::tags::specific_character_set)};
        if (wanted.known() && !wanted.terms().empty() && !wanted.is_utf8()) {
            if (auto converted = in_character_set(answer, wanted)) {
                return std::move(*converted);
            }
        }
    }
    return answer;
}

FindService::FindService(const index::Index& index, Options options)
    : index_(index), options_(std::move(options))
{
}

net::Response FindService::answer(const net::FindRequest& request, const net::Context& context,
                                  const index::QueryOptions& granted, const std::string& identifier,
                                  net::Responder& responder)
{
    dicom::DataSet keys;
    try {
        keys = dicom::decode(std::as_bytes(std::span{identifier}),
                             dicom::TransferSyntax{context.transfer_syntax});
    } catch (const Error& error) {
        return refusal(request, find_statuses::unreadable.status, error);
    }
    index::Query query;
    try {
        query = index::parse_query(root_of(context), keys, granted);
    } catch (const Error& error) {
        return refusal(request, find_statuses::bad_identifier.status, error);
    }
    try {
        return stream(request, context, keys, std::move(query), responder);
    } catch (const net::PeerError&) {
        throw;
    } catch (const Error& error) {
        log::warning("answering a C-FIND: {}", error.what());
        return refusal(request, find_statuses::failed.status, error);
    }
}

net::Response FindService::stream(const net::FindRequest& request, const net::Context& context,
                                  const dicom::DataSet& identifier, index::Query query,
                                  net::Responder& responder)
{
    const dicom::TransferSyntax syntax{context.transfer_syntax};
    const net::Status pending =
        (query.unsupported.empty() ? find_statuses::match : find_statuses::match_without_keys)
            .status;
    AskerWatch asker{responder};
    try {
        index::Search search = index_.search(std::move(query), Deadline::after(options_.timeout),
                                             [&] { return asker.given_up(); });
        while (auto match = search.next()) {
            const auto answer = answer_for(identifier, std::move(*match), options_.retrieve_ae);
            if (!responder.send(dicom::encode(answer, syntax), pending)) {
                return net::Response::to(request, find_statuses::cancelled.status);
            }
        }
    } catch (const Error&) {
        if (!asker.given_up()) {
            throw;
        }
        asker.rethrow_if_gone();
        return net::Response::to(request, find_statuses::cancelled.status);
    }
    return net::Response::to(request, find_statuses::complete.status);
}

}  // namespace pacs::daemon
