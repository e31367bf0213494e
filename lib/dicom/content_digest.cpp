#include "dicom/content_digest.hpp"

#include "dicom/content_reader.hpp"

namespace pacs::dicom {

namespace {

Content read(const ReadAt& read_at, std::uint64_t offset, std::uint64_t size,
             const TransferSyntax& syntax, const ContentOptions& options, bool keep)
{
    ContentBudget budget;
    budget.pixels = {options.decoded_bytes, options.frame_bytes};
    const ContentReader::Source source{read_at, offset, size, syntax, syntax};
    return ContentReader{source, options.scan, budget, std::make_shared<const CharacterSet>(), keep}
        .run();
}

}  // namespace

std::string_view ContentDigest::note() const noexcept
{
    if (!defect.empty()) {
        return too_large ? "too_large" : "damaged";
    }
    return !undecodable.empty() ? "undecodable" : lossy ? "lossy" : "";
}

ContentDigest content_digest(const ReadAt& read_at, std::uint64_t offset, std::uint64_t size,
                             const TransferSyntax& syntax, const ContentOptions& options)
{
    return read(read_at, offset, size, syntax, options, false).digest;
}

ContentDigest content_digest(std::span<const std::byte> data_set, const TransferSyntax& syntax,
                             const ContentOptions& options)
{
    return content_digest(read_memory(data_set), 0, data_set.size(), syntax, options);
}

Content read_content(const ReadAt& read_at, std::uint64_t offset, std::uint64_t size,
                     const TransferSyntax& syntax, const ContentOptions& options)
{
    return read(read_at, offset, size, syntax, options, true);
}

}  // namespace pacs::dicom
