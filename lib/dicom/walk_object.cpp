#include "dicom/walk_object.hpp"

#include "dicom/deflate.hpp"

#include <algorithm>
#include <vector>

namespace pacs::dicom {

namespace {

// Most headers are in the first piece; behind the values that are passed over little follows.
constexpr std::size_t first_piece_bytes = std::size_t{8} << 10U;
constexpr std::size_t piece_bytes = std::size_t{256} << 10U;

// Values that nobody wants are passed over, so that pixels cost no reading.
void walk_plain(StructureWalker& walker, const ReadAt& read_at, std::uint64_t at,
                std::uint64_t size, const std::function<bool()>& enough)
{
    std::vector<std::byte> buffer(first_piece_bytes);
    while (!enough || !enough()) {
        const std::uint64_t left = size - std::min(at, size);
        const std::uint64_t skipped = std::min(walker.skippable(), left);
        walker.skip(skipped);
        at += skipped;
        const std::size_t count = read_at(at, buffer);
        if (count == 0) {
            walker.finish();
            return;
        }
        if (!walker.walk(std::span{buffer}.first(count))) {
            return;
        }
        at += count;
        buffer.resize(std::min(buffer.size() * 4, piece_bytes));
    }
}

void walk_deflated(StructureWalker& walker, const ReadAt& read_at, std::uint64_t offset,
                   const ScanLimits& limits, const std::function<bool()>& enough)
{
    Inflater inflater{limits.inflated_bytes};
    std::vector<std::byte> buffer(first_piece_bytes);
    std::uint64_t inflated = 0;
    std::uint64_t at = offset;
    const auto stopped = [&] { return enough && enough(); };
    auto status = Inflater::Status::more;
    while (!stopped() && status == Inflater::Status::more && walker.defect().empty()) {
        const std::size_t count = read_at(at, buffer);
        if (count == 0) {
            break;
        }
        at += count;
        status = inflater.feed(std::span{buffer}.first(count), [&](auto piece) {
            inflated += piece.size();
            const bool bomb = inflated / limits.inflate_ratio > at - offset;
            return bomb ? walker.fail("inflates beyond the limit")
                        : walker.walk(piece) && !stopped();
        });
    }
    if (stopped()) {
        return;
    }
    switch (status) {
    case Inflater::Status::end: walker.finish(); break;
    case Inflater::Status::more: walker.fail("cut off: the DEFLATE stream has no end"); break;
    case Inflater::Status::broken: walker.fail("not a DEFLATE stream"); break;
    case Inflater::Status::over_limit: walker.fail("inflates beyond the limit"); break;
    }
}

}  // namespace

ReadAt read_memory(std::span<const std::byte> bytes)
{
    return [bytes](std::uint64_t offset, std::span<std::byte> into) {
        const auto from = static_cast<std::size_t>(std::min<std::uint64_t>(offset, bytes.size()));
        const auto part = bytes.subspan(from, std::min(into.size(), bytes.size() - from));
        std::copy(part.begin(), part.end(), into.begin());
        return part.size();
    };
}

void walk_object(StructureWalker& walker, const ReadAt& read_at, std::uint64_t offset,
                 std::uint64_t size, const TransferSyntax& syntax, const ScanLimits& limits,
                 const std::function<bool()>& enough)
{
    syntax.deflated() ? walk_deflated(walker, read_at, offset, limits, enough)
                      : walk_plain(walker, read_at, offset, size, enough);
}

}  // namespace pacs::dicom
