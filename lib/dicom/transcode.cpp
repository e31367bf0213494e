#include "dicom/transcode.hpp"

#include "base/digest.hpp"
#include "base/error.hpp"
#include "dicom/dcmtk_data_set.hpp"
#include "dicom/dictionary.hpp"
#include "dicom/header_scan.hpp"

#include <dcmtk/config/osconfig.h>

#include <dcmtk/dcmdata/dcdatset.h>
#include <dcmtk/dcmdata/dcelem.h>
#include <dcmtk/dcmdata/dcitem.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <string_view>

namespace pacs::dicom {

namespace {

constexpr std::array<std::string_view, 4> native{"1.2.840.10008.1.2", "1.2.840.10008.1.2.1",
                                                 "1.2.840.10008.1.2.2", "1.2.840.10008.1.2.1.99"};
constexpr std::array<std::string_view, 6> encoders{
    "1.2.840.10008.1.2.5",    "1.2.840.10008.1.2.4.57", "1.2.840.10008.1.2.4.70",
    "1.2.840.10008.1.2.4.80", "1.2.840.10008.1.2.4.90", "1.2.840.10008.1.2.4.91"};
constexpr std::array<std::string_view, 6> decoders_only{
    "1.2.840.10008.1.2.4.50",  "1.2.840.10008.1.2.4.51",  "1.2.840.10008.1.2.4.81",
    "1.2.840.10008.1.2.4.201", "1.2.840.10008.1.2.4.202", "1.2.840.10008.1.2.4.203"};

/// What must not be changed on the way: what names the object, what its text is written in, and
/// what its pixels are read by (group 0028 up to the palette, but for the windows).
constexpr std::array<Tag, 14> not_to_be_set{
    Tag{0x0008, 0x0005}, Tag{0x0008, 0x0016}, Tag{0x0008, 0x0018}, Tag{0x0028, 0x0002},
    Tag{0x0028, 0x0004}, Tag{0x0028, 0x0006}, Tag{0x0028, 0x0008}, Tag{0x0028, 0x0010},
    Tag{0x0028, 0x0011}, Tag{0x0028, 0x0100}, Tag{0x0028, 0x0101}, Tag{0x0028, 0x0102},
    Tag{0x0028, 0x0103}, Tag{0x0028, 0x2110}};

bool contains(std::span<const std::string_view> uids, const TransferSyntax& syntax) noexcept
{
    return std::find(uids.begin(), uids.end(), syntax.uid()) != uids.end();
}

void scan(std::span<const std::byte> bytes, const TransferSyntax& syntax, const char* what)
{
    HeaderScanner scanner{syntax, {}};
    if (!scanner.feed(bytes) || !scanner.finish()) {
        throw Error(ErrorKind::data, fmt::format("reading {}: {}", what, scanner.defect()));
    }
    if (scanner.readers_may_differ()) {
        throw Error(ErrorKind::data,
                    fmt::format("reading {}: readers may differ on what it says", what));
    }
}

/// nullptr when the value is not allowed.
std::unique_ptr<DcmElement> make_element(const Edit& edit)
{
    dcmtk::set_up();
    const DcmTag tag{edit.tag.group(), edit.tag.element()};
    const auto entry = find_tag(edit.tag);
    const std::string vm{entry ? entry->vm : "1-n"};
    DcmElement* raw = nullptr;
    if (DcmItem::newDicomElement(raw, tag).bad()) {
        return nullptr;
    }
    std::unique_ptr<DcmElement> element{raw};
    const bool fits = element->putOFStringArray(edit.value).good() &&
                      (edit.value.empty() || element->getLength() > 0) &&
                      element->checkValue(vm, OFTrue).good();
    return fits ? std::move(element) : nullptr;
}

void apply(DcmDataset& data_set, const std::vector<Edit>& edits)
{
    for (const Edit& edit : edits) {
        auto element = make_element(edit);
        if (!element || data_set.insert(element.get(), OFTrue).bad()) {
            throw Error(ErrorKind::data,
                        fmt::format("setting {}: its value representation does not allow the value",
                                    name_of(edit.tag)));
        }
        static_cast<void>(element.release());  // the data set owns it now
    }
}

Sha256Value digest_of_pixels(DcmDataset& data_set)
{
    return Sha256::of(dcmtk::native_pixels(data_set));
}

/// Decodes what was encoded and compares it with what it was made from.
void prove(const std::string& encoded, const TransferSyntax& syntax, const FrameShape& shape,
           const Sha256Value& pixels, std::uint64_t limit_bytes)
{
    const auto bytes = std::as_bytes(std::span{encoded});
    const auto again = dcmtk::load(bytes, syntax);
    dcmtk::decode_pixels(*again, syntax, limit_bytes);
    dcmtk::interleave_planes(*again);
    if (dcmtk::shape_of(*again) != shape || digest_of_pixels(*again) != pixels) {
        throw Error(ErrorKind::data,
                    fmt::format("encoding pixel data as {}: they would not come back the same",
                                syntax.uid()));
    }
}

}  // namespace

void check_edit(const Edit& edit)
{
    const auto refuse = [&edit](const char* reason) {
        throw Error(ErrorKind::usage, fmt::format("setting {}: {}", name_of(edit.tag), reason));
    };
    const auto entry = find_tag(edit.tag);
    if (!entry || edit.tag.group() < 0x0008) {
        refuse("not an attribute of the dictionary that can be set");
    }
    constexpr std::array closed{Vr::SQ, Vr::OB, Vr::OD, Vr::OF, Vr::OL, Vr::OV, Vr::OW, Vr::UN};
    if (std::find(closed.begin(), closed.end(), entry->vr) != closed.end()) {
        refuse("sequences and bulk data cannot be set");
    }
    if (std::find(not_to_be_set.begin(), not_to_be_set.end(), edit.tag) != not_to_be_set.end()) {
        refuse("the object would no longer be what it says");
    }
    if (!make_element(edit)) {
        refuse("its value representation does not allow the value");
    }
}

bool can_convert(const TransferSyntax& from, const TransferSyntax& to) noexcept
{
    const bool readable =
        contains(native, from) || contains(encoders, from) || contains(decoders_only, from);
    return from == to || (readable && (contains(native, to) || contains(encoders, to)));
}

Converted convert(std::span<const std::byte> data_set, const TransferSyntax& from,
                  const TransferSyntax& to, const ConvertOptions& options)
{
    if (!can_convert(from, to)) {
        throw Error(ErrorKind::data, fmt::format("converting {} to {}: not possible without loss",
                                                 from.uid(), to.uid()));
    }
    scan(data_set, from, "the data set");
    if (from == to && options.edits.empty()) {
        return {{reinterpret_cast<const char*>(data_set.data()), data_set.size()}, false};
    }
    auto parsed = dcmtk::load(data_set, from);
    apply(*parsed, options.edits);
    Converted result;
    const bool pixels = dcmtk::has_pixels(*parsed);
    std::optional<Sha256Value> digest;
    FrameShape shape;
    if (from != to && from.encapsulated()) {
        result.decoded_lossy = dcmtk::decode_pixels(*parsed, from, options.decoded_bytes);
    }
    if (from != to && to.encapsulated() && pixels) {
        dcmtk::interleave_planes(*parsed);
        shape = dcmtk::shape_of(*parsed);
        digest = digest_of_pixels(*parsed);
        dcmtk::encode_pixels(*parsed, to);
    }
    result.data_set = dcmtk::save(*parsed, to);
    parsed.reset();
    HeaderScanner scanner{to, {}};
    if (!scanner.feed(std::as_bytes(std::span{result.data_set})) || !scanner.finish()) {
        throw Error(ErrorKind::bug, "checking a converted data set: " + scanner.defect());
    }
    if (pixels && !scanner.has_pixel_data()) {
        throw Error(ErrorKind::bug, "checking a converted data set: the pixels are gone");
    }
    if (digest) {
        prove(result.data_set, to, shape, *digest, options.decoded_bytes);
    }
    return result;
}

}  // namespace pacs::dicom
