#include "dicom/digests.hpp"

#include "base/digest.hpp"
#include "base/error.hpp"
#include "base/stop.hpp"
#include "dicom/content_digest.hpp"

#include <vector>

namespace pacs::dicom {

namespace {

constexpr std::size_t piece_bytes = std::size_t{256} << 10U;

std::string digest_of_bytes(const ReadAt& read_at)
{
    std::vector<std::byte> piece(piece_bytes);
    Sha256 digest;
    for (std::uint64_t at = 0;;) {
        const std::size_t count = read_at(at, piece);
        digest.update(std::span{piece}.first(count));
        at += count;
        if (count < piece.size()) {
            return to_hex(digest.finish());
        }
    }
}

}  // namespace

void Digests::write(JsonLine& line) const
{
    const auto add = [&line](std::string_view name, const std::string& text) {
        if (!text.empty()) {
            line.add(name, text);
        }
    };
    add("sha256", sha256);
    add("content_sha256", content_sha256);
    add("content_note", content_note);
}

Digests compute_digests(const ReadAt& read_at, std::uint64_t size, std::uint64_t data_offset,
                        const TransferSyntax& syntax, const WantedDigests& wanted)
{
    const ReadAt read = [&read_at](std::uint64_t offset, std::span<std::byte> bytes) {
        if (StopFlag::instance().raised()) {
            throw Error(ErrorKind::limit, "reading: stopped");
        }
        return read_at(offset, bytes);
    };
    Digests digests;
    if (wanted.file) {
        digests.sha256 = digest_of_bytes(read);
    }
    if (wanted.content) {
        const ContentDigest content = content_digest(read, data_offset, size, syntax);
        digests.content_note = content.note();
        if (content.defect.empty()) {
            digests.content_sha256 = to_hex(content.sha256);
        }
    }
    return digests;
}

}  // namespace pacs::dicom
