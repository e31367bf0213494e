#include "dicom/codestream.hpp"

#include <algorithm>
#include <array>

namespace pacs::dicom {

namespace {

/// A cursor over big-endian fields; everything past the end reads as 0 and clears ok().
class Fields {
public:
    explicit Fields(std::span<const std::byte> bytes) : bytes_(bytes) {}

    bool ok() const noexcept { return ok_; }
    std::size_t position() const noexcept { return at_; }
    void seek(std::size_t at) noexcept { at_ = at; }

    std::uint32_t read(unsigned count) noexcept
    {
        std::uint32_t value = 0;
        for (; count > 0; --count, ++at_) {
            if (at_ >= bytes_.size()) {
                ok_ = false;
                return 0;
            }
            value = (value << 8U) | std::to_integer<std::uint32_t>(bytes_[at_]);
        }
        return value;
    }

private:
    std::span<const std::byte> bytes_;
    std::size_t at_ = 0;
    bool ok_ = true;
};

constexpr std::uint32_t start_of_image = 0xFFD8;
constexpr std::uint32_t start_of_scan = 0xFFDA;
constexpr std::uint32_t frame_jpeg_ls = 0xFFF7;
constexpr std::uint32_t codestream_2000 = 0xFF4F;
constexpr std::uint32_t size_2000 = 0xFF51;
constexpr std::uint32_t coding_style_2000 = 0xFF52;
constexpr std::uint32_t start_of_tile_2000 = 0xFF90;

bool is_frame_header(std::uint32_t marker) noexcept
{
    const bool sof = marker >= 0xFFC0 && marker <= 0xFFCF;
    return marker == frame_jpeg_ls ||
           (sof && marker != 0xFFC4 && marker != 0xFFC8 && marker != 0xFFCC);
}

std::optional<Codestream> inspect_jpeg(std::span<const std::byte> bytes) noexcept
{
    Fields in{bytes};
    Codestream found;
    bool jpeg_ls = false;
    for (std::uint32_t marker = in.read(2); in.ok(); marker = in.read(2)) {
        if (marker == start_of_image || marker == 0xFFFF) {
            in.seek(in.position() - (marker == 0xFFFF ? 1 : 0));
            continue;
        }
        const std::size_t segment = in.position();
        const std::uint32_t length = in.read(2);
        if (marker < 0xFF00 || length < 2) {
            return std::nullopt;
        }
        if (is_frame_header(marker)) {
            found.precision = in.read(1);
            found.rows = in.read(2);
            found.columns = in.read(2);
            found.components = in.read(1);
            found.reversible = marker == 0xFFC3;
            jpeg_ls = marker == frame_jpeg_ls;
        } else if (marker == start_of_scan) {
            in.seek(segment + 3 + std::size_t{2} * in.read(1));
            const std::uint32_t near_lossless = in.read(1);
            found.reversible = jpeg_ls ? near_lossless == 0 : found.reversible;
            return in.ok() && found.components > 0 ? std::optional{found} : std::nullopt;
        }
        in.seek(segment + length);
    }
    return std::nullopt;
}

std::optional<Codestream> inspect_2000(std::span<const std::byte> bytes) noexcept
{
    Fields in{bytes};
    Codestream found;
    in.read(2);
    for (std::uint32_t marker = in.read(2); in.ok() && marker != start_of_tile_2000;
         marker = in.read(2)) {
        const std::size_t segment = in.position();
        const std::uint32_t length = in.read(2);
        if (marker < 0xFF00 || length < 2) {
            return std::nullopt;
        }
        if (marker == size_2000) {
            in.read(2);
            const std::uint32_t right = in.read(4);
            const std::uint32_t bottom = in.read(4);
            found.columns = right - std::min(right, in.read(4));
            found.rows = bottom - std::min(bottom, in.read(4));
            in.seek(in.position() + 16);
            found.components = in.read(2);
            found.precision = (in.read(1) & 0x7FU) + 1;
        } else if (marker == coding_style_2000) {
            in.seek(segment + 11);
            found.reversible = in.read(1) == 1;
        }
        in.seek(segment + length);
    }
    return in.ok() && found.components > 0 ? std::optional{found} : std::nullopt;
}

}  // namespace

std::optional<Codestream> inspect_codestream(std::span<const std::byte> bytes) noexcept
{
    const std::uint32_t first = Fields{bytes}.read(2);
    if (first == start_of_image) {
        return inspect_jpeg(bytes);
    }
    if (first == codestream_2000) {
        return inspect_2000(bytes);
    }
    constexpr std::array jp2_box{std::byte{0x6A}, std::byte{0x50}};  // "jP" after the box length
    if (bytes.size() > 12 && std::equal(jp2_box.begin(), jp2_box.end(), bytes.begin() + 4)) {
        constexpr std::array start{std::byte{0xFF}, std::byte{0x4F}, std::byte{0xFF},
                                   std::byte{0x51}};
        const auto at = std::search(bytes.begin(), bytes.end(), start.begin(), start.end());
        return at == bytes.end()
                   ? std::nullopt
                   : inspect_2000(bytes.subspan(static_cast<std::size_t>(at - bytes.begin())));
    }
    return std::nullopt;
}

}  // namespace pacs::dicom
