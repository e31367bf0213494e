#include "synthetic.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "dicom/deflate.hpp"
#include "dicom/part10.hpp"
#include "dicom/uid.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <algorithm>
#include <array>
#include <cstring>
#include <map>
#include <span>
#include <string_view>

namespace pacs::test {

namespace {

using dicom::DataSet;
using dicom::Tag;

/// splitmix64: one well-mixed number from another.
std::uint64_t mix(std::uint64_t value)
{
    value += 0x9E3779B97F4A7C15U;
    value = (value ^ (value >> 30U)) * 0xBF58476D1CE4E5B9U;
    value = (value ^ (value >> 27U)) * 0x94D049BB133111EBU;
    return value ^ (value >> 31U);
}

struct Modality {
    std::string_view name;
    std::string_view sop_class;
    std::string_view body_part;
};
constexpr std::array modalities{
    Modality{"CT", "1.2.840.10008.5.1.4.1.1.2", "CHEST"},
    Modality{"MR", "1.2.840.10008.5.1.4.1.1.4", "BRAIN"},
    Modality{"CR", "1.2.840.10008.5.1.4.1.1.1", "HAND"},
    Modality{"US", "1.2.840.10008.5.1.4.1.1.6.1", "ABDOMEN"},
    Modality{"PT", "1.2.840.10008.5.1.4.1.1.128", "WHOLEBODY"},
};

constexpr std::array<std::string_view, 12> family_names{
    "Ashgrove", "Birkwell", "Cloverly", "Dunmarsh", "Elmhollow", "Fennimoor",
    "Gorseby",  "Hazelton", "Ivyworth", "Junibank", "Kelpstone", "Larkmead"};
constexpr std::array<std::string_view, 8> given_names{"Alma", "Bruno", "Cleo", "Dario",
                                                      "Edda", "Falk",  "Gwen", "Hugo"};

struct ForeignName {
    std::string_view charset;
    std::string_view name;
};
/// Invented names as they stand in objects of each character set, PS3.3 C.12.1.1.2.
constexpr std::array foreign_names{
    ForeignName{"ISO_IR 100", "M\xfc\xdfig^J\xf6rg"},
    ForeignName{"ISO_IR 101",
                "\xa3o\xb6^\xaf"
                "aneta"},
    ForeignName{"ISO_IR 144", "\xb1\xd5\xe0\xf1\xd7\xda\xd8\xdd^\xbb\xd5\xd2"},
    ForeignName{"ISO_IR 126", "\xd6\xe1\xed\xf4\xe1\xf3\xf4\xe9\xea\xfc\xf2^\xcd\xdf\xea\xef\xf2"},
    ForeignName{"ISO_IR 127", "\xce\xea\xc7\xe4\xea^\xd3\xc7\xe5\xea"},
    ForeignName{"ISO_IR 138", "\xe3\xee\xe9\xe5\xf0\xe9^\xf0\xe5\xf2\xed"},
    ForeignName{"ISO_IR 148",
                "I\xfe\xfdk^\xc7"
                "a\xf0la"},
    ForeignName{"ISO_IR 166", "\xca\xc1\xc1\xb5\xd4^\xb4\xd5"},
    ForeignName{"ISO_IR 192",
                "\xc3\x86r\xc3\xb8"
                "fugl^Zo\xc3\xab=\xe7\xa9\xba\xe6\x83\xb3^\xe8\x8a\xb1"},
    ForeignName{"GB18030", "Xu^Gou=\xd0\xe9\xb9\xb9^\xd7\xd3"},
    ForeignName{"\\ISO 2022 IR 87", "Kuusou^Hana=\x1b$B6uA[\x1b(B^\x1b$B2V\x1b(B"},
    ForeignName{"\\ISO 2022 IR 149", "Sang^Sang=\x1b$)C\xdf\xcc\xdf\xc0^\x1b$)C\xdf\xd3"},
};

/// A day between 2015 and 2025 that exists in every month.
std::string a_date(std::uint64_t random)
{
    return fmt::format("{:04}{:02}{:02}", 2015 + random % 11, 1 + (random >> 8U) % 12,
                       1 + (random >> 16U) % 28);
}

void put_patient(DataSet& out, const Plan& plan, std::uint64_t patient)
{
    const std::uint64_t random = mix(plan.seed * 1000003 + patient);
    const auto& foreign = foreign_names[random % foreign_names.size()];
    const bool ascii = !plan.charsets || (random >> 8U) % 3 == 0;
    if (!ascii) {
        out.set_text(dicom::tags::specific_character_set, foreign.charset);
    }
    out.set_text(dicom::tags::patient_name,
                 ascii ? fmt::format("{}^{}", family_names[(random >> 16U) % family_names.size()],
                                     given_names[(random >> 24U) % given_names.size()])
                       : std::string{foreign.name});
    out.set_text(dicom::tags::patient_id, fmt::format("T{}-{:06}", plan.seed, patient));
    out.set_text(Tag{0x0010, 0x0030}, fmt::format("19{:02}0{}1{}", (random >> 32U) % 90 + 10,
                                                  (random >> 40U) % 9 + 1, (random >> 44U) % 9));
    out.set_text(Tag{0x0010, 0x0040}, std::array{"F", "M", "O"}.at((random >> 48U) % 3));
}

void put_study(DataSet& out, const Plan& plan, std::uint64_t study)
{
    const std::uint64_t random = mix(plan.seed * 7919 + study);
    out.set_text(Tag{0x0008, 0x0020}, a_date(random));
    out.set_text(Tag{0x0008, 0x0030}, fmt::format("{:02}{:02}{:02}", (random >> 24U) % 24,
                                                  (random >> 32U) % 60, (random >> 40U) % 60));
    out.set_text(Tag{0x0008, 0x0050}, fmt::format("ACC{:07}", study));
    out.set_text(Tag{0x0008, 0x0090}, "Referrer^Invented");
    out.set_text(Tag{0x0008, 0x1030}, fmt::format("Synthetic study {}", study));
    out.set_text(dicom::tags::study_instance_uid, synthetic_uid(plan.seed * 4, study));
    out.set_text(Tag{0x0020, 0x0010}, fmt::format("S{}", study));
}

const Modality& put_series(DataSet& out, const Plan& plan, std::uint64_t series)
{
    const Modality& modality = modalities.at(mix(plan.seed * 104729 + series) % modalities.size());
    out.set_text(dicom::tags::sop_class_uid, modality.sop_class);
    out.set_text(Tag{0x0008, 0x0060}, modality.name);
    out.set_text(Tag{0x0008, 0x0070}, "pacs-utils tests");
    out.set_text(Tag{0x0008, 0x103E}, fmt::format("{} series", modality.name));
    out.set_text(Tag{0x0018, 0x0015}, modality.body_part);
    out.set_text(dicom::tags::series_instance_uid, synthetic_uid(plan.seed * 4 + 1, series));
    out.set_text(Tag{0x0020, 0x0011}, std::to_string(series % plan.series_per_study + 1));
    return modality;
}

/// Rows, columns and frames for about so many bytes of 16-bit pixels.
void put_image(DataSet& out, std::uint64_t wanted, std::uint64_t& pixel_bytes)
{
    std::uint16_t rows = 512;
    std::uint16_t columns = 512;
    std::uint64_t frames = wanted / (2UL * 512 * 512);
    if (frames == 0) {
        columns = wanted < 4096 ? 8 : 56;
        rows =
            static_cast<std::uint16_t>(std::clamp<std::uint64_t>(wanted / 2 / columns, 1, 65535));
        frames = 1;
    }
    out.set_u16(Tag{0x0028, 0x0002}, 1);
    out.set_text(Tag{0x0028, 0x0004}, "MONOCHROME2");
    if (frames > 1) {
        out.set_text(Tag{0x0028, 0x0008}, std::to_string(frames));
    }
    out.set_u16(Tag{0x0028, 0x0010}, rows);
    out.set_u16(Tag{0x0028, 0x0011}, columns);
    out.set_u16(Tag{0x0028, 0x0100}, 16);
    out.set_u16(Tag{0x0028, 0x0101}, 12);
    out.set_u16(Tag{0x0028, 0x0102}, 11);
    out.set_u16(Tag{0x0028, 0x0103}, 0);
    pixel_bytes = std::uint64_t{rows} * columns * 2 * frames;
}

std::span<const std::byte> as_bytes(const std::string& text)
{
    return std::as_bytes(std::span{text.data(), text.size()});
}

/// The head of the Pixel Data element for `bytes` of native pixels, or of undefined length.
std::string pixel_head(const dicom::TransferSyntax& syntax, std::uint32_t length)
{
    std::string out = syntax.big_endian() ? std::string{"\x7f\xe0\x00\x10", 4}
                                          : std::string{"\xe0\x7f\x10\x00", 4};
    if (syntax.explicit_vr()) {
        out += syntax.encapsulated() ? "OB" : "OW";
        out.append(2, '\0');
    }
    for (unsigned at = 0; at < 4; ++at) {
        const unsigned shift = syntax.big_endian() ? 24 - at * 8 : at * 8;
        out += static_cast<char>(length >> shift & 0xFFU);
    }
    return out;
}

/// Pixels in pieces of at most 64 KiB, different in every object and frame: 12 bits used, so that
/// they are true to their description.
class Pixels {
public:
    Pixels(std::uint64_t seed, bool big_endian) : seed_(seed), big_endian_(big_endian)
    {
        std::uint64_t random = mix(seed);
        for (std::uint64_t& word : piece_) {
            random = mix(random);
            word = random & (big_endian ? 0xFF0FFF0FFF0FFF0FU : 0x0FFF0FFF0FFF0FFFU);
        }
    }
    std::span<const std::byte> next(std::uint64_t left)
    {
        piece_[0] =
            mix(seed_ + ++count_) & (big_endian_ ? 0xFF0FFF0FFF0FFF0FU : 0x0FFF0FFF0FFF0FFFU);
        return std::as_bytes(std::span{piece_}).first(std::min<std::uint64_t>(left, sizeof piece_));
    }

private:
    std::array<std::uint64_t, 8192> piece_{};
    std::uint64_t seed_;
    std::uint64_t count_ = 0;
    bool big_endian_;
};

std::string all_pixels(const Synthetic& object)
{
    std::string out;
    out.reserve(object.pixel_bytes);
    Pixels pixels{object.pixel_seed, false};
    while (out.size() < object.pixel_bytes) {
        const auto piece = pixels.next(object.pixel_bytes - out.size());
        out.append(reinterpret_cast<const char*>(piece.data()), piece.size());
    }
    return out;
}

void append_le32(std::string& out, std::uint64_t value)
{
    for (unsigned at = 0; at < 4; ++at) {
        out += static_cast<char>(value >> (at * 8) & 0xFFU);
    }
}

/// One plane of bytes as literal runs of PackBits, PS3.5 G.3.1.
std::string rle_segment(std::string_view frame, std::size_t plane)
{
    std::string out;
    for (std::size_t at = plane; at < frame.size(); at += 256) {
        const std::size_t run = std::min<std::size_t>(128, (frame.size() - at + 1) / 2);
        out += static_cast<char>(run - 1);
        for (std::size_t index = 0; index < run; ++index) {
            out += frame[at + index * 2];
        }
    }
    out.append(out.size() % 2, '\0');
    return out;
}

/// One 16-bit frame in RLE, PS3.5 Annex G: the most significant bytes first.
std::string rle_frame(std::string_view frame)
{
    const std::string high = rle_segment(frame, 1);
    const std::string low = rle_segment(frame, 0);
    std::string out;
    append_le32(out, 2);
    append_le32(out, 64);
    append_le32(out, 64 + high.size());
    out.append(64 - out.size(), '\0');
    return out + high + low;
}

/// The pixels of an object as fragments, one a frame, with an empty offset table (PS3.5 A.4).
std::string rle_pixels(const Synthetic& object)
{
    const std::string pixels = all_pixels(object);
    const std::size_t frames =
        static_cast<std::size_t>(object.header.integer(Tag{0x0028, 0x0008}).value_or(1));
    std::string out = std::string{"\xfe\xff\x00\xe0\0\0\0\0", 8};
    for (std::size_t frame = 0; frame < frames; ++frame) {
        const std::size_t size = pixels.size() / frames;
        const std::string fragment = rle_frame(std::string_view{pixels}.substr(frame * size, size));
        out += std::string{"\xfe\xff\x00\xe0", 4};
        append_le32(out, fragment.size());
        out += fragment;
    }
    return out + std::string{"\xfe\xff\xdd\xe0\0\0\0\0", 8};
}

void write_native(int file, const std::filesystem::path& path, const Synthetic& object,
                  const dicom::TransferSyntax& syntax)
{
    write_all(file, as_bytes(pixel_head(syntax, static_cast<std::uint32_t>(object.pixel_bytes))),
              path);
    Pixels pixels{object.pixel_seed, syntax.big_endian()};
    for (std::uint64_t left = object.pixel_bytes; left > 0;) {
        const auto piece = pixels.next(left);
        write_all(file, piece, path);
        left -= piece.size();
    }
}

}  // namespace

std::string synthetic_uid(std::uint64_t kind, std::uint64_t number)
{
    const std::uint64_t high = mix(kind * 2654435761U + mix(number));
    return fmt::format("2.25.{}{:019}", high >> 2U | 1U, mix(high + number) >> 1U);
}

std::string syntax_uid(const std::string& word)
{
    static const std::map<std::string, std::string, std::less<>> words{
        {"explicit", "1.2.840.10008.1.2.1"}, {"implicit", "1.2.840.10008.1.2"},
        {"big", "1.2.840.10008.1.2.2"},      {"deflated", "1.2.840.10008.1.2.1.99"},
        {"rle", "1.2.840.10008.1.2.5"},
    };
    const auto found = words.find(word);
    if (found == words.end()) {
        throw Error(ErrorKind::usage, fmt::format("making objects: no transfer syntax '{}'", word));
    }
    return found->second;
}

Synthetic synthesize(const Plan& plan, std::uint64_t index)
{
    const std::uint64_t series = index / plan.instances_per_series;
    const std::uint64_t study = series / plan.series_per_study;
    Synthetic out;
    put_patient(out.header, plan, study / plan.studies_per_patient);
    put_study(out.header, plan, study);
    put_series(out.header, plan, series);
    out.header.set_text(dicom::tags::sop_instance_uid, synthetic_uid(plan.seed * 4 + 2, index));
    out.header.set_text(Tag{0x0008, 0x0008}, "ORIGINAL\\PRIMARY\\AXIAL");
    out.header.set_text(Tag{0x0020, 0x0013}, std::to_string(index % plan.instances_per_series + 1));
    put_image(out.header, plan.bytes > 1000 ? plan.bytes - 940 : 16, out.pixel_bytes);
    out.pixel_seed = mix(plan.seed) + index;
    return out;
}

void write_object(const std::filesystem::path& path, const Plan& plan, const Synthetic& object)
{
    const dicom::TransferSyntax syntax{syntax_uid(plan.syntax)};
    const Descriptor file{
        ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644)};  // NOLINT
    if (!file) {
        throw Error(ErrorKind::storage,
                    fmt::format("creating {}: {}", path.string(), std::strerror(errno)));
    }
    write_all(file.get(),
              as_bytes(dicom::make_file_head(object.header.text(dicom::tags::sop_class_uid),
                                             object.header.text(dicom::tags::sop_instance_uid),
                                             syntax.uid())),
              path);
    const dicom::TransferSyntax plain{dicom::uids::explicit_le};
    const std::string header = dicom::encode(object.header, syntax.deflated() ? plain : syntax);
    if (syntax.deflated()) {
        const auto length = static_cast<std::uint32_t>(object.pixel_bytes);
        write_all(file.get(),
                  as_bytes(dicom::deflate(header + pixel_head(plain, length) + all_pixels(object))),
                  path);
    } else if (syntax.encapsulated()) {
        write_all(file.get(),
                  as_bytes(header + pixel_head(syntax, 0xFFFFFFFF) + rle_pixels(object)), path);
    } else {
        write_all(file.get(), as_bytes(header), path);
        write_native(file.get(), path, object, syntax);
    }
}

}  // namespace pacs::test
