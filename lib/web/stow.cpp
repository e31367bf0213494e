#include "web/stow.hpp"

#include "base/error.hpp"
#include "stream/json_reader.hpp"
#include "web/multipart.hpp"

#include <unistd.h>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace pacs::web {

namespace {

constexpr dicom::Tag referenced_sop_sequence{0x0008, 0x1199};
constexpr dicom::Tag failed_sop_sequence{0x0008, 0x1198};
constexpr dicom::Tag referenced_sop_instance_uid{0x0008, 0x1155};
constexpr dicom::Tag warning_reason{0x0008, 0x1196};
constexpr dicom::Tag failure_reason{0x0008, 0x1197};

std::size_t read_file(const net::FileRange& file, std::uint64_t at, std::span<std::byte> bytes)
{
    for (;;) {
        const auto count =
            ::pread(file.fd, bytes.data(), bytes.size(), static_cast<off_t>(file.offset + at));
        if (count > 0) {
            return static_cast<std::size_t>(count);
        }
        if (count == 0) {
            throw Error(ErrorKind::storage, "reading an object to send: it became shorter");
        }
        if (errno != EINTR) {
            throw Error(ErrorKind::storage,
                        fmt::format("reading an object to send: {}", std::strerror(errno)));
        }
    }
}

std::optional<std::uint16_t> code_of(const dicom::DataSet& item, dicom::Tag tag)
{
    const auto number = item.integer(tag);  // some write it as text
    return number && *number >= 0 && *number <= 0xFFFF
               ? std::optional{static_cast<std::uint16_t>(*number)}
               : std::nullopt;
}

void take_items(StowAnswer& answer, const dicom::DataSet& data_set, dicom::Tag sequence,
                bool stored)
{
    const dicom::Element* const element = data_set.find(sequence);
    if (element == nullptr) {
        return;
    }
    for (const dicom::DataSet& item : element->items) {
        StowResult result;
        result.instance = item.text(referenced_sop_instance_uid);
        result.stored = stored;
        result.warning = code_of(item, warning_reason);
        result.failure = code_of(item, failure_reason);
        answer.results.push_back(std::move(result));
    }
}

struct Reason {
    std::uint16_t code;
    std::string_view words;
};

constexpr std::array<Reason, 15> reasons{{{0x0110, "processing failure"},
                                          {0x0111, "duplicate SOP instance"},
                                          {0x0117, "invalid SOP instance"},
                                          {0x0119, "class and instance do not belong together"},
                                          {0x0122, "SOP class not supported"},
                                          {0x0124, "not authorized"},
                                          {0x0131, "duplicate transaction UID"},
                                          {0x0213, "resource limitation"},
                                          {0xA710, "out of resources"},
                                          {0xA770, "modality not supported"},
                                          {0xB000, "some attributes were changed"},
                                          {0xB006, "some attributes were dropped"},
                                          {0xB007, "does not match its SOP class"},
                                          {0xC122, "transfer syntax not supported"},
                                          {0xC409, "no such study or series to store into"}}};

}  // namespace

StowBody::StowBody() : boundary_(make_boundary()) {}

void StowBody::put(Part part)
{
    size_ += part.size();
    parts_.push_back(std::move(part));
}

void StowBody::add(const std::vector<net::Piece>& pieces)
{
    put({{},
         fmt::format("{}--{}\r\nContent-Type: application/dicom\r\n\r\n",
                     objects_ == 0 ? "" : "\r\n", boundary_)});
    for (const net::Piece& piece : pieces) {
        if (piece.size() > 0) {
            put({piece, {}});
        }
    }
    ++objects_;
}

void StowBody::close()
{
    put({{}, fmt::format("\r\n--{}--\r\n", boundary_)});
}

std::string StowBody::content_type() const
{
    return fmt::format("multipart/related; type=\"application/dicom\"; boundary={}", boundary_);
}

std::size_t StowBody::read(std::span<std::byte> bytes)
{
    std::size_t count = 0;
    while (count < bytes.size() && at_ < parts_.size()) {
        const Part& part = parts_[at_];
        const auto room = bytes.subspan(
            count, std::min<std::uint64_t>(bytes.size() - count, part.size() - done_));
        std::size_t taken = room.size();
        if (part.text.empty() && part.piece.in_file()) {
            taken = read_file(part.piece.file, done_, room);
        } else {
            const auto all =
                part.text.empty() ? part.piece.bytes : std::as_bytes(std::span{part.text});
            std::copy_n(all.begin() + static_cast<std::ptrdiff_t>(done_), taken, room.begin());
        }
        count += taken;
        done_ += taken;
        if (done_ == part.size()) {
            ++at_;
            done_ = 0;
        }
    }
    return count;
}

void StowBody::rewind()
{
    at_ = 0;
    done_ = 0;
}

StowAnswer read_stow_answer(const std::string& text)
{
    StowAnswer answer;
    const auto first = text.find_first_not_of(" \t\r\n[");  // some answer with a list of one
    if (first == std::string::npos || text[first] != '{') {
        return answer;
    }
    const auto last = text.rfind('}');
    try {
        stream::JsonReader reader;
        const auto set = reader.read(text.substr(first, last + 1 - std::min(first, last + 1)),
                                     [](const stream::BulkElement&) { return std::string{}; });
        take_items(answer, set.data_set, referenced_sop_sequence, true);
        take_items(answer, set.data_set, failed_sop_sequence, false);
        answer.readable =
            set.data_set.has(referenced_sop_sequence) || set.data_set.has(failed_sop_sequence);
    } catch (const Error&) {
        answer = {};  // no words of the service: it did not say what became of anything
    }
    return answer;
}

std::string_view stow_reason(std::uint16_t code) noexcept
{
    const auto* const found = std::find_if(
        reasons.begin(), reasons.end(), [code](const Reason& each) { return each.code == code; });
    if (found != reasons.end()) {
        return found->words;
    }
    switch (code & 0xFF00U) {
    case 0xA700: return "out of resources";
    case 0xA900: return "does not match its SOP class";
    case 0xB000: return "warning";
    default: return (code & 0xF000U) == 0xC000 ? "cannot be understood" : "not known";
    }
}

bool stow_reason_may_pass(std::uint16_t code) noexcept
{
    return (code & 0xFF00U) == 0xA700 ? code != 0xA770 : code == 0x0213;
}

}  // namespace pacs::web
