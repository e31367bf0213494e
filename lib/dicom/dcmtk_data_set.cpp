#include "dicom/dcmtk_data_set.hpp"

#include "base/error.hpp"

#include <dcmtk/config/osconfig.h>

#include <dcmtk/dcmdata/dcdatset.h>
#include <dcmtk/dcmdata/dcdeftag.h>
#include <dcmtk/dcmdata/dcdict.h>
#include <dcmtk/dcmdata/dcistrmb.h>
#include <dcmtk/dcmdata/dcostrmb.h>
#include <dcmtk/dcmdata/dcrledrg.h>
#include <dcmtk/dcmdata/dcrleerg.h>
#include <dcmtk/dcmdata/dcwcache.h>
#include <dcmtk/dcmdata/dcxfer.h>
#include <dcmtk/dcmjpeg/djdecode.h>
#include <dcmtk/dcmjpeg/djencode.h>
#include <dcmtk/dcmjpls/djdecode.h>
#include <dcmtk/dcmjpls/djencode.h>
#include <dcmtk/oflog/oflog.h>
#include <fmt/format.h>

#include <mutex>
#include <vector>

namespace pacs::dicom::dcmtk {

namespace {

void register_all()
{
    OFLog::configure(OFLogger::OFF_LOG_LEVEL);  // a library does not print
    DcmRLEDecoderRegistration::registerCodecs();
    DcmRLEEncoderRegistration::registerCodecs();
    DJDecoderRegistration::registerCodecs(EDC_photometricInterpretation, EUC_never);
    DJEncoderRegistration::registerCodecs(ECC_lossyYCbCr, EUC_never);
    DJLSDecoderRegistration::registerCodecs(EJLSUC_never);
    // Raw mode: all Bits Allocated are encoded, so that nothing above Bits Stored is lost.
    DJLSEncoderRegistration::registerCodecs(0, 0, 0, 0, OFFalse, 0, OFTrue, EJLSUC_never);
}

/// DCMTK 3.6.7 does not know HTJ2K, whose data sets are laid out like those of JPEG 2000.
E_TransferSyntax number_of(const TransferSyntax& syntax)
{
    const bool high_throughput = syntax.uid().starts_with("1.2.840.10008.1.2.4.20");
    return high_throughput ? EXS_JPEG2000 : DcmXfer(syntax.uid().c_str()).getXfer();
}

}  // namespace

void Deleter::operator()(DcmDataset* data_set) const noexcept
{
    delete data_set;
}

void set_up()
{
    static std::once_flag once;
    std::call_once(once, register_all);
    if (!dcmDataDict.isDictionaryLoaded()) {
        throw Error(ErrorKind::storage, "loading DCMTK's data dictionary: not found",
                    "install the package dcmtk's library comes with, or check DCMDICTPATH");
    }
}

DataSetHandle load(std::span<const std::byte> bytes, const TransferSyntax& syntax)
{
    set_up();
    DataSetHandle data_set{new DcmDataset};
    DcmInputBufferStream stream;
    stream.setBuffer(bytes.data(), static_cast<offile_off_t>(bytes.size()));
    stream.setEos();
    const E_TransferSyntax xfer = number_of(syntax);
    data_set->transferInit();
    const OFCondition read = data_set->read(stream, xfer, EGL_noChange);
    data_set->transferEnd();
    if (read.bad()) {
        throw Error(ErrorKind::data, fmt::format("parsing the data set: {}", read.text()));
    }
    return data_set;
}

std::string save(DcmDataset& data_set, const TransferSyntax& syntax)
{
    const E_TransferSyntax xfer = number_of(syntax);
    std::vector<char> buffer(std::size_t{256} << 10U);
    DcmOutputBufferStream stream{buffer.data(), static_cast<offile_off_t>(buffer.size())};
    DcmWriteCache cache;
    std::string out;
    out.reserve(data_set.calcElementLength(xfer, EET_ExplicitLength));
    data_set.transferInit();
    bool written = false;
    while (!written || !stream.isFlushed()) {
        if (!written) {
            const OFCondition wrote = data_set.write(stream, xfer, EET_ExplicitLength, &cache,
                                                     EGL_recalcGL, EPD_noChange);
            if (wrote.bad() && wrote != EC_StreamNotifyClient) {
                throw Error(ErrorKind::data,
                            fmt::format("encoding the data set: {}", wrote.text()));
            }
            written = wrote.good();
        }
        if (written) {
            stream.flush();
        }
        void* bytes = nullptr;
        offile_off_t count = 0;
        stream.flushBuffer(bytes, count);
        out.append(static_cast<const char*>(bytes), static_cast<std::size_t>(count));
    }
    data_set.transferEnd();
    if (out.size() % 2 != 0) {
        out.push_back('\0');  // a deflated stream of odd length, PS3.5 A.5
    }
    return out;
}

bool has_pixels(DcmItem& item)
{
    return item.tagExists(DCM_PixelData);
}

FrameShape shape_of(DcmItem& item)
{
    const auto number = [&item](const DcmTagKey& tag, Uint16 absent) -> std::uint32_t {
        Uint16 value = absent;
        return item.findAndGetUint16(tag, value).good() ? value : absent;
    };
    FrameShape shape;
    shape.rows = number(DCM_Rows, 0);
    shape.columns = number(DCM_Columns, 0);
    shape.samples = number(DCM_SamplesPerPixel, 1);
    shape.bits_allocated = number(DCM_BitsAllocated, 0);
    shape.bits_stored = number(DCM_BitsStored, 0);
    shape.is_signed = number(DCM_PixelRepresentation, 0) == 1;
    shape.planar = number(DCM_PlanarConfiguration, 0) == 1 && shape.samples > 1;
    Sint32 frames = 1;
    if (item.findAndGetSint32(DCM_NumberOfFrames, frames).good() && frames > 1) {
        shape.frames = static_cast<std::uint64_t>(frames);
    }
    OFString photometric;
    if (item.findAndGetOFString(DCM_PhotometricInterpretation, photometric).good()) {
        shape.photometric = photometric;
    }
    return shape;
}

}  // namespace pacs::dicom::dcmtk
