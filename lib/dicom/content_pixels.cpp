#include "dicom/content_pixels.hpp"

#include "base/error.hpp"
#include "dicom/fragments.hpp"
#include "dicom/frame_decode.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace pacs::dicom {

namespace {

/// Digests of so many frames are kept, when they are asked for.
constexpr std::uint64_t most_frames = 1'000'000;

/// Colour by plane to colour by pixel.
std::string interleaved(std::string_view planes, const FrameShape& shape)
{
    const std::size_t bytes = shape.bits_allocated / 8;
    const auto pixels = static_cast<std::size_t>(shape.pixels());
    std::string out(planes.size(), '\0');
    char* to = out.data();
    for (std::size_t pixel = 0; pixel < pixels; ++pixel) {
        for (std::size_t sample = 0; sample < shape.samples; ++sample) {
            to = std::copy_n(planes.data() + (sample * pixels + pixel) * bytes, bytes, to);
        }
    }
    return out;
}

std::span<const std::byte> bytes_of(const std::string& text)
{
    return std::as_bytes(std::span{text});
}

bool undoes_colour(const FrameShape& shape)
{
    return shape.photometric.starts_with("YBR_RCT") || shape.photometric.starts_with("YBR_ICT");
}

/// All frames decoded; nullopt when one had been compressed with loss. Throws Error(data) when
/// there is no way to decode them.
std::optional<PixelContent> decoded(Tag tag, Fragments& fragments, const TransferSyntax& syntax,
                                    const FrameShape& shape, std::string_view extended_offsets,
                                    PixelBudget& budget, bool frames)
{
    if (!can_decode_frames(syntax)) {
        throw Error(ErrorKind::data, "no decoder for " + syntax.uid());
    }
    if (!shape.sane() || shape.frame_bytes() == 0) {
        throw Error(ErrorKind::data,
                    fmt::format("frames of {}x{} pixels, {} samples of {} bits", shape.columns,
                                shape.rows, shape.samples, shape.bits_allocated));
    }
    if (shape.total_bytes() > budget.decoded_bytes || shape.frame_bytes() > budget.frame_bytes) {
        throw Error(ErrorKind::data, fmt::format("{} bytes in frames of {} are beyond the limit",
                                                 shape.total_bytes(), shape.frame_bytes()));
    }
    fragments.divide(shape.frames, extended_offsets);
    budget.decoded_bytes -= shape.total_bytes();
    PixelContent content;
    ContentValue value;
    const std::uint64_t most_bytes = 2 * shape.frame_bytes() + (std::uint64_t{1} << 20U);
    for (std::size_t i = 0; i < fragments.frames(); ++i) {
        const std::string frame = fragments.frame(i, most_bytes);
        if (!is_reversible(bytes_of(frame), syntax)) {
            return std::nullopt;
        }
        const std::string pixels = decode_frame(bytes_of(frame), syntax, shape);
        value.add(bytes_of(pixels));
        if (frames && shape.frames <= most_frames) {
            content.frames.push_back(Sha256::of(bytes_of(pixels)));
        }
    }
    content.element = value.finish(tag, ContentKind::pixels);
    content.rgb = undoes_colour(shape);
    return content;
}

}  // namespace

NativePixels::NativePixels(const FrameShape& shape, std::uint64_t length, const PixelBudget& budget,
                           bool frames)
    : shape_(shape), left_(length)
{
    if (!shape.sane()) {
        return;
    }
    const std::uint64_t total = shape.total_bytes();
    fits_ = length == total || length == total + total % 2;
    interleaves_ = fits_ && shape.planar && shape.frame_bytes() != 0;
    if (interleaves_ && shape.frame_bytes() > budget.frame_bytes) {
        interleaves_ = fits_ = false;
    }
    frames_ = fits_ && frames && shape.frame_bytes() != 0 && shape.frames <= most_frames;
    left_ = fits_ ? total : length;
}

void NativePixels::end_frame()
{
    if (interleaves_) {
        frame_ = interleaved(frame_, shape_);
        value_.add(bytes_of(frame_));
    }
    if (frames_) {
        if (interleaves_) {
            frame_digest_.update(bytes_of(frame_));
        }
        content_.frames.push_back(frame_digest_.finish());
    }
    frame_.clear();
    in_frame_ = 0;
}

void NativePixels::add_to_frame(std::span<const std::byte> bytes)
{
    in_frame_ += bytes.size();
    if (interleaves_) {
        frame_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    } else {
        value_.add(bytes);
        frame_digest_.update(bytes);
    }
    if (in_frame_ == shape_.frame_bytes()) {
        end_frame();
    }
}

void NativePixels::add(std::span<const std::byte> bytes)
{
    bytes = bytes.first(static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), left_)));
    left_ -= bytes.size();
    if (!interleaves_ && !frames_) {
        value_.add(bytes);
        return;
    }
    while (!bytes.empty()) {
        const auto part = bytes.first(static_cast<std::size_t>(
            std::min<std::uint64_t>(bytes.size(), shape_.frame_bytes() - in_frame_)));
        add_to_frame(part);
        bytes = bytes.subspan(part.size());
    }
}

PixelContent NativePixels::finish(Tag tag)
{
    content_.element = value_.finish(tag, fits_ ? ContentKind::pixels : ContentKind::bytes);
    return std::move(content_);
}

PixelContent encapsulated_pixels(Tag tag, const ReadAt& read_at, const FragmentRange& range,
                                 const TransferSyntax& syntax, const FrameShape& shape,
                                 std::string_view extended_offsets, PixelBudget& budget,
                                 bool frames)
{
    Fragments fragments{read_at, range.begin, range.end};
    PixelContent content;
    content.kept = PixelContent::Kept::lossy;
    try {
        if (auto pixels =
                decoded(tag, fragments, syntax, shape, extended_offsets, budget, frames)) {
            return std::move(*pixels);
        }
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::data) {
            throw;
        }
        content.kept = PixelContent::Kept::undecodable;
        content.reason = error.what();
    }
    ContentValue value;
    value.add(syntax.uid() + "\n");
    fragments.read_all([&value](std::span<const std::byte> bytes) { value.add(bytes); });
    content.element = value.finish(tag, ContentKind::compressed);
    return content;
}

}  // namespace pacs::dicom
