#include "base/error.hpp"
#include "dicom/dcmtk_data_set.hpp"
#include "dicom/dcmtk_frames.hpp"
#include "dicom/jpeg2000.hpp"

#include <dcmtk/config/osconfig.h>

#include <dcmtk/dcmdata/dcdatset.h>
#include <dcmtk/dcmdata/dcdeftag.h>
#include <dcmtk/dcmdata/dcpixel.h>
#include <dcmtk/dcmdata/dcpixseq.h>
#include <dcmtk/dcmdata/dcpxitem.h>
#include <dcmtk/dcmdata/dcrlerp.h>
#include <dcmtk/dcmdata/dcsequen.h>
#include <dcmtk/dcmdata/dcstack.h>
#include <dcmtk/dcmdata/dcuid.h>
#include <dcmtk/dcmdata/dcxfer.h>
#include <dcmtk/dcmjpeg/djrplol.h>
#include <dcmtk/dcmjpls/djrparam.h>
#include <fmt/format.h>

#include <cstring>
#include <memory>
#include <vector>

namespace pacs::dicom::dcmtk {

namespace {

[[noreturn]] void fail(const std::string& message)
{
    throw Error(ErrorKind::data, message);
}

/// One pixel data element and the item it stands in: the data set, or an icon of it.
struct PixelPlace {
    DcmItem* item = nullptr;
    DcmPixelData* pixels = nullptr;
};

/// Depth is bounded by the HeaderScanner that passed the data set.
void find_pixels(DcmItem& item, std::vector<PixelPlace>& found)
{
    for (DcmObject* each = item.nextInContainer(nullptr); each != nullptr;
         each = item.nextInContainer(each)) {
        if (auto* pixels = dynamic_cast<DcmPixelData*>(each)) {
            found.push_back({&item, pixels});
        } else if (auto* sequence = dynamic_cast<DcmSequenceOfItems*>(each)) {
            for (DcmObject* inner = sequence->nextInContainer(nullptr); inner != nullptr;
                 inner = sequence->nextInContainer(inner)) {
                find_pixels(dynamic_cast<DcmItem&>(*inner), found);
            }
        }
    }
}

bool is_jpeg2000(const TransferSyntax& syntax)
{
    const std::string& uid = syntax.uid();
    return uid == UID_JPEG2000LosslessOnlyTransferSyntax || uid == UID_JPEG2000TransferSyntax ||
           uid.starts_with("1.2.840.10008.1.2.4.20");
}

void put_native(DcmItem& item, const FrameShape& shape, const std::string& bytes)
{
    const bool words = shape.bits_allocated > 8;
    auto* element = new DcmPixelData(DcmTag(DCM_PixelData, words ? EVR_OW : EVR_OB));
    const OFCondition put =
        words ? element->putUint16Array(reinterpret_cast<const Uint16*>(bytes.data()),
                                        static_cast<unsigned long>(bytes.size() / 2))
              : element->putUint8Array(reinterpret_cast<const Uint8*>(bytes.data()),
                                       static_cast<unsigned long>(bytes.size()));
    if (put.bad() || item.insert(element, OFTrue).bad()) {
        delete element;
        fail("placing decoded pixels: out of memory");
    }
}

void decode_2000(const PixelPlace& place, DcmPixelSequence& sequence, const FrameShape& shape)
{
    const auto starts = frame_starts(sequence, shape.frames);
    std::string pixels;
    pixels.reserve(shape.total_bytes() + 1);
    for (std::size_t frame = 0; frame < starts.size(); ++frame) {
        const std::string bytes = frame_bytes(sequence, starts, frame);
        pixels += decode_jpeg2000(std::as_bytes(std::span{bytes}), shape);
    }
    if (pixels.size() % 2 != 0) {
        pixels.push_back('\0');
    }
    put_native(*place.item, shape, pixels);  // replaces, and so destroys, the sequence
    if (shape.photometric.starts_with("YBR_RCT") || shape.photometric.starts_with("YBR_ICT")) {
        place.item->putAndInsertString(DCM_PhotometricInterpretation, "RGB");
    }
    if (shape.samples > 1) {
        place.item->putAndInsertUint16(DCM_PlanarConfiguration, 0);
    }
}

void decode_by_dcmtk(const PixelPlace& place, const FrameShape& shape, bool reversible)
{
    // DCMTK would turn YBR_FULL into RGB, which rounds; what was coded without loss stays as it is.
    const bool hide_colour = reversible && shape.photometric.starts_with("YBR");
    if (hide_colour) {
        place.item->putAndInsertString(DCM_PhotometricInterpretation, "RGB");
    }
    DcmStack stack;
    stack.push(place.item);
    stack.push(place.pixels);
    require(place.pixels->chooseRepresentation(EXS_LittleEndianExplicit, nullptr, stack),
            "decoding pixel data");
    place.pixels->removeAllButCurrentRepresentations();
    if (hide_colour) {
        place.item->putAndInsertString(DCM_PhotometricInterpretation, shape.photometric.c_str());
    }
}

void check_limits(const FrameShape& shape, std::uint64_t fragments, std::uint64_t limit_bytes)
{
    if (shape.frame_bytes() == 0 || shape.samples > 4) {
        fail(fmt::format("decoding pixel data: {}x{} pixels of {} samples of {} bits",
                         shape.columns, shape.rows, shape.samples, shape.bits_allocated));
    }
    if (shape.frames > fragments) {
        fail(
            fmt::format("decoding pixel data: {} frames in {} fragments", shape.frames, fragments));
    }
    if (shape.total_bytes() > limit_bytes) {
        fail(fmt::format("decoding pixel data: {} bytes, the limit is {}", shape.total_bytes(),
                         limit_bytes));
    }
}

/// True when the pixels had been compressed with loss.
bool decode_place(const PixelPlace& place, const TransferSyntax& from, std::uint64_t limit_bytes)
{
    DcmPixelSequence* sequence = sequence_of(*place.pixels);
    if (sequence == nullptr) {
        return false;
    }
    const FrameShape shape = shape_of(*place.item);
    const std::uint64_t fragments = sequence->card() > 0 ? sequence->card() - 1 : 0;
    check_limits(shape, fragments, limit_bytes);
    const bool run_length = from.uid() == UID_RLELosslessTransferSyntax;
    const bool reversible = run_length || check_frames(*sequence, shape, fragments == shape.frames);
    if (is_jpeg2000(from)) {
        decode_2000(place, *sequence, shape);
    } else {
        decode_by_dcmtk(place, shape, reversible);
    }
    for (const DcmTagKey& stale :
         {DCM_ExtendedOffsetTable, DCM_ExtendedOffsetTableLengths, DcmTagKey{0x7FE0, 0x0003}}) {
        place.item->findAndDeleteElement(stale);
    }
    const FrameShape now = shape_of(*place.item);
    DcmElement* pixels = nullptr;
    require(place.item->findAndGetElement(DCM_PixelData, pixels), "decoding pixel data");
    if (pixels->getLength() != (now.total_bytes() + 1) / 2 * 2 || now.frames != shape.frames ||
        now.pixels() != shape.pixels() || now.bits_allocated != shape.bits_allocated) {
        fail("decoding pixel data: the decoder gave another size");
    }
    return !reversible;
}

void encode_2000(DcmDataset& data_set, const TransferSyntax& to, const FrameShape& shape)
{
    const bool colour_transform = shape.photometric == "RGB" && shape.samples == 3;
    auto pixels = std::make_unique<DcmPixelData>(DcmTag(DCM_PixelData, EVR_OB));
    auto sequence = std::make_unique<DcmPixelSequence>(DcmTag(DCM_PixelData, EVR_OB));
    auto table = std::make_unique<DcmPixelItem>(DcmTag(DCM_PixelItemTag, EVR_OB));
    DcmPixelItem* offsets = table.get();
    require(sequence->insert(table.release()), "encoding pixel data");
    DcmOffsetList list;
    const auto native = native_pixels(data_set);
    for (std::uint64_t frame = 0; frame < shape.frames; ++frame) {
        std::string bytes =
            encode_jpeg2000(native.subspan(frame * shape.frame_bytes(), shape.frame_bytes()), shape,
                            colour_transform);
        require(sequence->storeCompressedFrame(list, reinterpret_cast<Uint8*>(bytes.data()),
                                               static_cast<Uint32>(bytes.size()), 0),
                "encoding pixel data");
    }
    require(offsets->createOffsetTable(list), "encoding pixel data");
    pixels->putOriginalRepresentation(DcmXfer(to.uid().c_str()).getXfer(), nullptr,
                                      sequence.release());
    require(data_set.insert(pixels.release(), OFTrue), "encoding pixel data");
    if (colour_transform) {
        data_set.putAndInsertString(DCM_PhotometricInterpretation, "YBR_RCT");
    }
}

void encode_by_dcmtk(DcmDataset& data_set, const TransferSyntax& to)
{
    const DJ_RPLossless jpeg{1, 0};
    const DJLSRepresentationParameter jpeg_ls{0, OFTrue};
    const DcmRLERepresentationParameter run_length;
    const E_TransferSyntax xfer = DcmXfer(to.uid().c_str()).getXfer();
    const DcmRepresentationParameter* how = &jpeg;
    if (xfer == EXS_JPEGLSLossless) {
        how = &jpeg_ls;
    } else if (xfer == EXS_RLELossless) {
        how = &run_length;
    }
    DcmElement* element = nullptr;
    require(data_set.findAndGetElement(DCM_PixelData, element), "encoding pixel data");
    auto* pixels = dynamic_cast<DcmPixelData*>(element);
    if (pixels == nullptr) {
        fail("encoding pixel data: not of a pixel data type");
    }
    // The JPEG encoder writes its own praise into Derivation Description; nothing was derived here.
    std::unique_ptr<DcmElement> derivation{data_set.remove(DCM_DerivationDescription)};
    DcmStack stack;
    stack.push(&data_set);
    stack.push(pixels);
    require(pixels->chooseRepresentation(xfer, how, stack), "encoding pixel data");
    pixels->removeAllButCurrentRepresentations();
    data_set.findAndDeleteElement(DCM_DerivationDescription);
    if (derivation) {
        require(data_set.insert(derivation.get()), "encoding pixel data");
        static_cast<void>(derivation.release());  // the data set owns it again
    }
}

}  // namespace

bool decode_pixels(DcmDataset& data_set, const TransferSyntax& from, std::uint64_t limit_bytes)
{
    bool lossy = false;
    std::vector<PixelPlace> places;
    find_pixels(data_set, places);
    for (const PixelPlace& place : places) {
        const bool top = place.item == &data_set;
        const bool place_lossy = decode_place(place, from, limit_bytes);
        lossy = lossy || (top && place_lossy);
    }
    OFString marked;
    if (lossy &&
        (data_set.findAndGetOFString(DCM_LossyImageCompression, marked).bad() || marked != "01")) {
        require(data_set.putAndInsertString(DCM_LossyImageCompression, "01"),
                "marking lossy pixels");
    }
    return lossy;
}

std::span<const std::byte> native_pixels(DcmDataset& data_set)
{
    const FrameShape shape = shape_of(data_set);
    DcmElement* element = nullptr;
    require(data_set.findAndGetElement(DCM_PixelData, element), "reading pixel data");
    const Uint32 length = element->getLength();
    if (shape.frame_bytes() == 0 || length < shape.total_bytes()) {
        fail(fmt::format("reading pixel data: {} bytes, the image needs {}", length,
                         shape.total_bytes()));
    }
    const void* bytes = nullptr;
    if (element->ident() == EVR_OW || element->getVR() == EVR_OW) {
        Uint16* words = nullptr;
        require(element->getUint16Array(words), "reading pixel data");
        bytes = words;
    } else {
        Uint8* octets = nullptr;
        require(element->getUint8Array(octets), "reading pixel data");
        bytes = octets;
    }
    return {static_cast<const std::byte*>(bytes), static_cast<std::size_t>(shape.total_bytes())};
}

void interleave_planes(DcmDataset& data_set)
{
    const FrameShape shape = shape_of(data_set);
    if (!shape.planar) {
        return;
    }
    const auto native = native_pixels(data_set);
    const std::size_t bytes_each = shape.bits_allocated / 8;
    std::string out((native.size() + 1) / 2 * 2, '\0');
    char* to = out.data();
    for (std::uint64_t frame = 0; frame < shape.frames; ++frame) {
        const std::byte* planes = native.data() + frame * shape.frame_bytes();
        for (std::uint64_t pixel = 0; pixel < shape.pixels(); ++pixel) {
            for (std::uint32_t sample = 0; sample < shape.samples; ++sample) {
                std::memcpy(to, planes + (sample * shape.pixels() + pixel) * bytes_each,
                            bytes_each);
                to += bytes_each;
            }
        }
    }
    put_native(data_set, shape, out);
    data_set.putAndInsertUint16(DCM_PlanarConfiguration, 0);
}

void encode_pixels(DcmDataset& data_set, const TransferSyntax& to)
{
    const FrameShape shape = shape_of(data_set);
    native_pixels(data_set);  // proves that they are all there
    if (is_jpeg2000(to)) {
        encode_2000(data_set, to, shape);
    } else {
        encode_by_dcmtk(data_set, to);
    }
}

}  // namespace pacs::dicom::dcmtk
