#include "send/web_lane.hpp"

#include "base/error.hpp"
#include "base/log.hpp"
#include "dicom/part10.hpp"
#include "dicom/transcode.hpp"
#include "dicom/uid.hpp"
#include "send/payload.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

namespace pacs::send {

namespace {

/// A Store Instances Response names each object in some 500 bytes.
constexpr std::size_t answer_bytes = std::size_t{16} << 20U;
/// Explicit VR Little Endian, the default transfer syntax of DICOMweb (PS3.18 8.7.3).
constexpr std::string_view fallback = dicom::uids::explicit_le;

Report take(Report report, const web::StowResult& result)
{
    const auto code = result.stored ? result.warning : result.failure;
    report.outcome = result.stored ? (code ? Outcome::warning : Outcome::ok) : Outcome::failed;
    if (code) {
        report.status = net::Status{*code};
        report.message = web::stow_reason(*code);
        report.may_pass = !result.stored && web::stow_reason_may_pass(*code);
    }
    if (report.outcome != Outcome::ok) {
        report.reason = "status";
        report.message = report.message.empty() ? "the service does not say why" : report.message;
    }
    return report;
}

/// The service will answer every request so; 429 and 503 were tried again already.
bool is_final(unsigned status) noexcept
{
    constexpr std::array<unsigned, 9> final_ones{401, 403, 404, 405, 407, 415, 429, 501, 503};
    return (status >= 300 && status < 400) ||
           std::find(final_ones.begin(), final_ones.end(), status) != final_ones.end();
}

}  // namespace

WebLane::WebLane(WebLaneOptions options) : options_(std::move(options)), client_(options_.client) {}

void WebLane::prepare(const std::vector<Need>&)
{
    web::Request request;
    request.method = "OPTIONS";
    request.path = "/studies";
    const web::Answer answer = client_.send(request);
    const unsigned status = answer.head.status;
    if (status == 401 || status == 403 || status == 429 || status == 503) {
        throw client_.error_of(request, answer);
    }
    ready_ = true;
}

std::vector<net::Piece> WebLane::Entry::pieces() const
{
    std::vector<net::Piece> pieces;
    if (!data.empty()) {
        pieces.emplace_back(std::as_bytes(std::span{data}));
    }
    if (whole) {
        return pieces;
    }
    const std::uint64_t start = data.empty() ? 0 : parcel->head.file.data_offset;
    const auto memory = parcel->content.memory();
    if (memory.empty() && parcel->content.fd() >= 0) {
        pieces.emplace_back(
            net::FileRange{parcel->content.fd(), start, parcel->content.size() - start});
    } else {
        pieces.emplace_back(memory.subspan(std::min<std::size_t>(start, memory.size())));
    }
    return pieces;
}

std::uint64_t WebLane::Entry::size() const
{
    std::uint64_t size = 0;
    for (const net::Piece& piece : pieces()) {
        size += piece.size();
    }
    return size;
}

/// It is refused as it is, and there is another way to send it.
bool WebLane::could_convert(const Entry& entry) const
{
    const dicom::TransferSyntax& syntax = entry.parcel->head.file.syntax;
    return options_.convert && !entry.report.converted && syntax.uid() != fallback &&
           dicom::can_convert(syntax, dicom::TransferSyntax{std::string{fallback}});
}

/// nullopt: it cannot be sent, which was told.
std::optional<WebLane::Entry> WebLane::make_entry(Parcel& parcel, const Done& done) const
{
    Entry entry;
    entry.parcel = &parcel;
    entry.done = done;
    std::string syntax = parcel.head.file.syntax.uid();
    entry.report.converted = refused_.contains(syntax) && could_convert(entry);
    syntax = entry.report.converted ? std::string{fallback} : syntax;
    entry.report.transfer_syntax = syntax;
    const bool coerce = options_.coercion != nullptr && !options_.coercion->empty();
    if (!coerce && !entry.report.converted && !parcel.head.file.repaired()) {
        return entry;
    }
    entry.data =
        dicom::make_file_head(parcel.head.sop_class_uid, parcel.head.sop_instance_uid, syntax);
    if (!coerce && !entry.report.converted) {
        return entry;
    }
    try {
        static const Coercion nothing;
        Payload payload = make_payload(parcel, syntax, coerce ? *options_.coercion : nothing);
        entry.report.decoded_lossy = payload.decoded_lossy;
        entry.data += payload.data_set;
        entry.whole = true;
        return entry;
    } catch (const Error& error) {
        entry.report.reason =
            error.kind() == ErrorKind::storage ? "unreadable" : "conversion_failed";
        entry.report.message = error.what();
        done(std::move(entry.report));
        return std::nullopt;
    }
}

void WebLane::send(Parcel& parcel, Done done)
{
    if (options_.dry) {
        Report report;
        report.outcome = Outcome::ok;
        report.transfer_syntax = parcel.head.file.syntax.uid();
        done(std::move(report));
        return;
    }
    auto entry = make_entry(parcel, done);
    if (!entry) {
        return;
    }
    const std::uint64_t size = entry->size();
    // the answer tells objects apart by their UID
    const bool twice = std::any_of(batch_.begin(), batch_.end(), [&](const Entry& each) {
        return each.parcel->head.sop_instance_uid == parcel.head.sop_instance_uid;
    });
    const bool room = batch_bytes_ + size <= options_.batch.bytes;
    batch_.push_back(std::move(*entry));
    if (batch_.size() > 1 && (twice || !room)) {
        Entries last;
        last.splice(last.begin(), batch_, std::prev(batch_.end()));
        // should the batch fail, this one shares its fate, as one that is outstanding does
        Entries first = std::exchange(batch_, std::move(last));
        batch_bytes_ = size;
        post(std::move(first));
    } else {
        batch_bytes_ += size;
    }
    if (batch_.size() >= options_.batch.instances || batch_bytes_ >= options_.batch.bytes) {
        flush();
    }
}

void WebLane::settle()
{
    flush();
}

void WebLane::close() noexcept
{
    ready_ = false;
    batch_.clear();
    batch_bytes_ = 0;
}

void WebLane::flush()
{
    batch_bytes_ = 0;
    if (!batch_.empty()) {
        post(std::exchange(batch_, {}));
    }
}

void WebLane::post(Entries entries)
{
    web::StowBody body;
    for (const Entry& entry : entries) {
        body.add(entry.pieces());
    }
    body.close();
    web::Request request;
    request.method = "POST";
    request.path = "/studies";
    request.headers = {"Accept: application/dicom+json", "Content-Type: " + body.content_type()};
    request.body = &body;
    request.text_bytes = answer_bytes;
    web::Answer answer;
    try {
        answer = client_.send(request);
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::storage) {
            throw;
        }
        if (entries.size() > 1) {  // one of the files; alone it fails alone
            post_halves(std::move(entries));
            return;
        }
        entries.front().report.reason = "unreadable";
        entries.front().report.message = error.what();
        entries.front().done(std::move(entries.front().report));
        return;
    }
    const web::StowAnswer said = web::read_stow_answer(answer.text);
    const unsigned status = answer.head.status;
    if (sent_otherwise(entries, status, said)) {
        return;
    }
    if (!said.readable && is_final(status)) {
        throw client_.error_of(request, answer);
    }
    judge(entries, answer, said);
}

/// Of a request that was refused as a whole: in parts, or an object that is alone converted. False:
/// the answer is the last word.
bool WebLane::sent_otherwise(Entries& entries, unsigned status, const web::StowAnswer& said)
{
    constexpr unsigned too_large = 413;
    constexpr unsigned unsupported = 415;
    const bool of_syntax = status == unsupported && !said.readable &&
                           std::any_of(entries.begin(), entries.end(),
                                       [this](const Entry& each) { return could_convert(each); });
    if (entries.size() == 1) {
        if (of_syntax) {
            post_converted(entries.front(), 0);
        }
        return of_syntax;
    }
    const bool unclear = !said.readable && (status == 202 || status == 400 || status == 409);
    if (status != too_large && !unclear && !of_syntax) {
        return false;
    }
    options_.batch.instances = status == too_large ? (entries.size() + 1) / 2 : 1;
    post_halves(std::move(entries));
    return true;
}

/// Alone: what its batch was refused for is then known to be it.
void WebLane::post_converted(const Entry& refused, unsigned sent_again)
{
    refused_.insert(refused.parcel->head.file.syntax.uid());
    if (auto entry = make_entry(*refused.parcel, refused.done)) {
        entry->report.sent_again = sent_again + 1;
        Entries alone;
        alone.push_back(std::move(*entry));
        post(std::move(alone));
    }
}

void WebLane::post_halves(Entries entries)
{
    Entries half;
    half.splice(half.begin(), entries, entries.begin(),
                std::next(entries.begin(), static_cast<std::ptrdiff_t>(entries.size() / 2)));
    post(std::move(half));
    post(std::move(entries));
}

void WebLane::judge(Entries& entries, const web::Answer& answer, const web::StowAnswer& said)
{
    constexpr std::uint16_t syntax_refused = 0xC122;
    const unsigned status = answer.head.status;
    for (Entry& entry : entries) {
        const auto named = std::find_if(
            said.results.begin(), said.results.end(), [&](const web::StowResult& each) {
                return each.instance == entry.parcel->head.sop_instance_uid;
            });
        const unsigned sent_again = entry.report.sent_again + answer.sent_again;
        if (named != said.results.end() && named->failure == syntax_refused &&
            could_convert(entry)) {
            post_converted(entry, sent_again);
            continue;
        }
        Report report = std::move(entry.report);
        report.http_status = status;
        report.sent_again = sent_again;
        if (named != said.results.end()) {
            report = take(std::move(report), *named);
        } else if (said.readable || status == 202) {
            report.reason = "not_confirmed";
            report.message = fmt::format(
                "the service does not say that it stored this object{}",
                answer.head.good()
                    ? ""
                    : fmt::format(", but answers {} {}", status, web::reason_phrase(status)));
        } else if (status == 200 || status == 201 || status == 204) {
            report.outcome = Outcome::ok;
        } else {
            report.reason = status == 413 ? "too_large" : "rejected";
            report.message = web::answer_words(answer);
            report.may_pass = web::may_pass(status);
        }
        entry.done(std::move(report));
    }
}

}  // namespace pacs::send
