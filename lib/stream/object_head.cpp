#include "stream/object_head.hpp"

#include "dicom/element_header.hpp"
#include "dicom/header_scan.hpp"
#include "dicom/uid.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

namespace pacs::stream {

namespace {

constexpr std::uint64_t head_limit_bytes = 16ULL << 20U;
constexpr dicom::Tag media_class{0x0002, 0x0002};
constexpr dicom::Tag media_instance{0x0002, 0x0003};

std::string first_of(const dicom::DataSet& data, dicom::Tag tag, const dicom::DataSet& meta,
                     dicom::Tag meta_tag)
{
    std::string value = data.text(tag);
    return value.empty() ? meta.text(meta_tag) : value;
}

void scan_head(const Content& content, std::uint64_t from, std::span<const std::byte> first,
               dicom::HeaderScanner& scanner)
{
    bool more = scanner.feed(first);
    std::vector<std::byte> buffer;
    for (std::uint64_t at = from + first.size();
         more && !scanner.header_complete() && at < std::min(content.size(), head_limit_bytes);) {
        buffer.resize(dicom::file_head_bytes);
        const std::size_t count = content.read_at(at, buffer);
        more = count > 0 && scanner.feed(std::span{buffer}.first(count));
        at += count;
    }
}

bool has_mark(std::span<const std::byte> bytes) noexcept
{
    return bytes.size() >= 132 && std::memcmp(bytes.data() + 128, "DICM", 4) == 0;
}

dicom::FileHead file_head(std::span<const std::byte> bytes)
{
    try {
        return dicom::read_file_head(bytes);
    } catch (const Error& error) {
        throw HeadError(has_mark(bytes) ? HeadFault::damaged : HeadFault::not_dicom, error.what());
    }
}

/// Valid until this thread asks again.
std::span<const std::byte> first_bytes(const Content& content)
{
    thread_local std::vector<std::byte> buffer(dicom::file_head_bytes);
    return std::span{buffer}.first(content.read_at(0, buffer));
}

}  // namespace

std::string find_defect(const Content& content, const ObjectHead& head)
{
    dicom::HeaderScanner scanner{head.file.syntax, {}};
    std::vector<std::byte> buffer(std::size_t{256} << 10U);
    for (std::uint64_t at = head.file.data_offset; at < content.size();) {
        const std::size_t count = content.read_at(at, buffer);
        if (count == 0 || !scanner.feed(std::span{buffer}.first(count))) {
            break;
        }
        at += count;
    }
    scanner.finish();
    return scanner.defect();
}

bool is_directory_class(std::string_view uid) noexcept
{
    return uid == "1.2.840.10008.1.3.10";
}

dicom::FileHead read_file_head(const Content& content)
{
    // A meta header is some hundred bytes; only what is odd needs another look.
    std::array<std::byte, 2048> start{};
    const std::size_t count = content.read_at(0, start);
    if (has_mark(std::span{start}.first(count))) {
        try {
            dicom::FileHead head = dicom::read_file_head(std::span{start}.first(count));
            if (head.data_offset + dicom::max_element_header_bytes <= count) {
                return head;  // what follows is seen to be of another group
            }
        } catch (const Error&) {
            return file_head(first_bytes(content));
        }
    }
    return file_head(first_bytes(content));
}

ObjectHead read_object_head(const Content& content)
{
    const auto bytes = first_bytes(content);
    ObjectHead head;
    head.file = file_head(bytes);
    const std::uint64_t offset = std::min(head.file.data_offset, content.size());
    head.data_size = content.size() - offset;
    dicom::HeaderScanner scanner{head.file.syntax,
                                 {dicom::tags::specific_character_set, dicom::tags::sop_class_uid,
                                  dicom::tags::sop_instance_uid, dicom::tags::study_instance_uid,
                                  dicom::tags::series_instance_uid}};
    const std::size_t skip =
        static_cast<std::size_t>(std::min<std::uint64_t>(offset, bytes.size()));
    scan_head(content, skip, bytes.subspan(skip), scanner);
    const dicom::DataSet& data = scanner.header();
    head.sop_class_uid = first_of(data, dicom::tags::sop_class_uid, head.file.meta, media_class);
    head.sop_instance_uid =
        first_of(data, dicom::tags::sop_instance_uid, head.file.meta, media_instance);
    head.study_instance_uid = data.text(dicom::tags::study_instance_uid);
    head.series_instance_uid = data.text(dicom::tags::series_instance_uid);
    head.character_set = data.text(dicom::tags::specific_character_set);
    if (is_directory_class(head.sop_class_uid)) {
        throw HeadError(HeadFault::directory, "reading the head: it is a DICOMDIR, not an object");
    }
    if (!dicom::is_valid_uid(head.sop_class_uid) || !dicom::is_valid_uid(head.sop_instance_uid)) {
        throw HeadError(HeadFault::damaged,
                        scanner.defect().empty()
                            ? "reading the head: no valid UIDs of SOP class and instance"
                            : "reading the head: " + scanner.defect());
    }
    return head;
}

}  // namespace pacs::stream
