#include "dicom/part10.hpp"

#include "base/error.hpp"
#include "dicom/element_header.hpp"
#include "dicom/uid.hpp"

#include <cstring>
#include <optional>
#include <string_view>

namespace pacs::dicom {

namespace {

constexpr std::size_t preamble_bytes = 128;
constexpr std::uint16_t meta_group = 0x0002;
constexpr Tag meta_group_length{0x0002, 0x0000};
constexpr Tag meta_version{0x0002, 0x0001};
constexpr Tag meta_sop_class{0x0002, 0x0002};
constexpr Tag meta_sop_instance{0x0002, 0x0003};
constexpr Tag meta_transfer_syntax{0x0002, 0x0010};
constexpr Tag meta_implementation_class{0x0002, 0x0012};
constexpr Tag meta_implementation_version{0x0002, 0x0013};

[[noreturn]] void fail(const std::string& reason)
{
    throw Error(ErrorKind::data, "reading a file's head: " + reason);
}

bool starts_with_dicm(std::span<const std::byte> bytes) noexcept
{
    return bytes.size() >= 4 && std::memcmp(bytes.data(), "DICM", 4) == 0;
}

// Whether `bytes` start with an element header of `group`, and in which encoding: an explicit VR
// shows as two letters PS3.5 6.2 knows, big endian as a swapped group.
std::optional<Encoding> sniff(std::span<const std::byte> bytes, std::uint16_t group) noexcept
{
    if (bytes.size() < 8) {
        return std::nullopt;
    }
    const bool big = read_u16(bytes.data(), true) == group;
    if (!big && read_u16(bytes.data(), false) != group) {
        return std::nullopt;
    }
    const char letters[2] = {std::to_integer<char>(bytes[4]), std::to_integer<char>(bytes[5])};
    const bool explicit_vr = vr_of(std::string_view{letters, 2}) != Vr::none;
    return Encoding{explicit_vr, big};
}

// A first element that random bytes would hardly make: its length fits, or is the undefined one.
bool plausible(std::span<const std::byte> bytes, Encoding encoding) noexcept
{
    constexpr std::uint32_t longest_first_value = 64 * 1024;
    const auto header = read_element_header(bytes, encoding);
    return header && (header->length <= longest_first_value ||
                      (header->undefined() && (header->vr == Vr::SQ || header->vr == Vr::UN)));
}

std::string_view syntax_uid(Encoding encoding) noexcept
{
    if (encoding.big_endian) {
        return uids::explicit_be;
    }
    return encoding.explicit_vr ? uids::explicit_le : uids::implicit_le;
}

// The syntax of a data set that nobody named. Implicit big endian is no transfer syntax.
std::optional<TransferSyntax> sniff_data_set(std::span<const std::byte> bytes)
{
    const auto encoding = sniff(bytes, 0x0008);
    if (!encoding || (encoding->big_endian && !encoding->explicit_vr) ||
        !plausible(bytes, *encoding)) {
        return std::nullopt;
    }
    return TransferSyntax{syntax_uid(*encoding)};
}

// Where the elements of group 0002 end. The group length is not asked: it is wrong in too many
// files, and the groups tell.
std::size_t meta_end(std::span<const std::byte> bytes, std::size_t start, Encoding encoding)
{
    std::size_t at = start;
    while (at < bytes.size()) {
        const auto header = read_element_header(bytes.subspan(at), encoding);
        if (!header || header->tag.group() != meta_group) {
            break;
        }
        if (header->length > bytes.size() - at - header->bytes) {
            fail(header->tag.formatted() + " of the meta header is longer than what was read");
        }
        at += header->bytes + header->length;
    }
    return at;
}

void read_meta(FileHead& head, std::span<const std::byte> bytes, std::size_t start,
               Encoding encoding)
{
    head.data_offset = meta_end(bytes, start, encoding);
    head.meta = decode(bytes.subspan(start, head.data_offset - start),
                       TransferSyntax{syntax_uid(encoding)});
    const std::string uid = head.meta.text(meta_transfer_syntax);
    if (!uid.empty()) {
        head.syntax = TransferSyntax{uid};
        return;
    }
    const auto sniffed = sniff_data_set(bytes.subspan(head.data_offset));
    if (!sniffed) {
        fail("the meta header names no transfer syntax");
    }
    head.syntax = *sniffed;
}

}  // namespace

FileHead read_file_head(std::span<const std::byte> bytes)
{
    FileHead head;
    std::size_t start = 0;
    head.preamble =
        bytes.size() >= preamble_bytes && starts_with_dicm(bytes.subspan(preamble_bytes));
    if (head.preamble) {
        start = preamble_bytes + 4;
    } else if (starts_with_dicm(bytes)) {
        start = 4;
    }
    const auto rest = bytes.subspan(start);
    const auto meta = sniff(rest, meta_group);
    if (meta && plausible(rest, *meta) && (meta->explicit_vr || !meta->big_endian)) {
        read_meta(head, bytes, start, *meta);
        return head;
    }
    head.meta_header = false;
    head.data_offset = start;
    const auto sniffed = sniff_data_set(rest);
    if (!sniffed) {
        fail("not a DICOM file");
    }
    head.syntax = *sniffed;
    return head;
}

std::string make_file_head(const std::string& sop_class_uid, const std::string& sop_instance_uid,
                           const std::string& transfer_syntax_uid)
{
    DataSet meta;
    meta.put(Element{meta_version, Vr::OB, std::string{"\0\1", 2}});
    meta.set_text(meta_sop_class, sop_class_uid, Vr::UI);
    meta.set_text(meta_sop_instance, sop_instance_uid, Vr::UI);
    meta.set_text(meta_transfer_syntax, transfer_syntax_uid, Vr::UI);
    meta.set_text(meta_implementation_class, implementation_class_uid, Vr::UI);
    meta.set_text(meta_implementation_version, implementation_version_name, Vr::SH);
    const TransferSyntax explicit_le{uids::explicit_le};
    const std::string elements = encode(meta, explicit_le);
    DataSet length;
    length.set_u32(meta_group_length, static_cast<std::uint32_t>(elements.size()));
    return std::string(preamble_bytes, '\0') + "DICM" + encode(length, explicit_le) + elements;
}

}  // namespace pacs::dicom
