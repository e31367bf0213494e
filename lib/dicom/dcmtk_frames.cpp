#include "dicom/dcmtk_frames.hpp"

#include "base/error.hpp"
#include "dicom/codestream.hpp"

#include <dcmtk/config/osconfig.h>

#include <dcmtk/dcmdata/dcpixel.h>
#include <dcmtk/dcmdata/dcpixseq.h>
#include <dcmtk/dcmdata/dcpxitem.h>
#include <dcmtk/dcmdata/dcxfer.h>
#include <fmt/format.h>

#include <cstring>

namespace pacs::dicom::dcmtk {

void require(const OFCondition& condition, const char* doing)
{
    if (condition.bad()) {
        throw Error(ErrorKind::data, fmt::format("{}: {}", doing, condition.text()));
    }
}

std::span<const std::byte> fragment_bytes(DcmPixelSequence& sequence, unsigned long index)
{
    DcmPixelItem* item = nullptr;
    Uint8* bytes = nullptr;
    require(sequence.getItem(item, index), "reading a fragment");
    const Uint32 length = item->getLength();
    if (length > 0) {
        require(item->getUint8Array(bytes), "reading a fragment");
    }
    return std::as_bytes(std::span{bytes, length});
}

DcmPixelSequence* sequence_of(DcmPixelData& pixels)
{
    E_TransferSyntax syntax = EXS_Unknown;
    const DcmRepresentationParameter* parameter = nullptr;
    pixels.getOriginalRepresentationKey(syntax, parameter);
    DcmPixelSequence* sequence = nullptr;
    if (!DcmXfer(syntax).isEncapsulated() ||
        pixels.getEncapsulatedRepresentation(syntax, parameter, sequence).bad()) {
        return nullptr;
    }
    return sequence;
}

std::vector<unsigned long> frame_starts(DcmPixelSequence& sequence, std::uint64_t frames)
{
    const unsigned long fragments = sequence.card() - 1;
    std::vector<unsigned long> starts;
    if (frames == 1) {
        return {1};
    }
    if (frames == fragments) {
        for (unsigned long i = 1; i <= fragments; ++i) {
            starts.push_back(i);
        }
        return starts;
    }
    const auto table = fragment_bytes(sequence, 0);
    if (frames > fragments || table.size() / 4 < frames) {
        throw Error(
            ErrorKind::data,
            fmt::format("reading fragments: {} frames in {} fragments without an offset table",
                        frames, fragments));
    }
    std::uint64_t offset = 0;
    for (unsigned long i = 1; i <= fragments && starts.size() < frames; ++i) {
        std::uint32_t wanted = 0;
        std::memcpy(&wanted, table.data() + starts.size() * 4, 4);
        if (offset == wanted) {
            starts.push_back(i);
        }
        offset += 8 + fragment_bytes(sequence, i).size();
    }
    if (starts.size() != frames) {
        throw Error(ErrorKind::data,
                    "reading fragments: the offset table does not point at fragments");
    }
    return starts;
}

std::string frame_bytes(DcmPixelSequence& sequence, const std::vector<unsigned long>& starts,
                        std::size_t frame)
{
    const unsigned long end = frame + 1 < starts.size() ? starts[frame + 1] : sequence.card();
    std::string bytes;
    for (unsigned long i = starts[frame]; i < end; ++i) {
        const auto fragment = fragment_bytes(sequence, i);
        bytes.append(reinterpret_cast<const char*>(fragment.data()), fragment.size());
    }
    return bytes;
}

bool check_frames(DcmPixelSequence& sequence, const FrameShape& shape, bool whole_frames)
{
    const unsigned long fragments = sequence.card() - 1;
    bool reversible = true;
    for (unsigned long i = 1; i <= (whole_frames ? fragments : 1UL); ++i) {
        const auto header = inspect_codestream(fragment_bytes(sequence, i));
        if (!header) {
            throw Error(ErrorKind::data, fmt::format("reading frame {}: no codestream header", i));
        }
        const bool rows_fit = header->rows == shape.rows || header->rows == 0;
        if (!rows_fit || header->columns != shape.columns || header->components != shape.samples) {
            throw Error(ErrorKind::data,
                        fmt::format("reading frame {}: it is {}x{}x{}, the data set says {}x{}x{}",
                                    i, header->columns, header->rows, header->components,
                                    shape.columns, shape.rows, shape.samples));
        }
        reversible = reversible && header->reversible;
    }
    return reversible;
}

}  // namespace pacs::dicom::dcmtk
