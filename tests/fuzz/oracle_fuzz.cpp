// The rule of the house, tried: what the header scan passes without readers_may_differ() never
// makes DCMTK nest deeper than the scan's limit, whether DCMTK then accepts it or not.
#include "dicom/header_scan.hpp"
#include "dicom/uid.hpp"

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcistrmb.h>
#include <dcmtk/dcmdata/dctk.h>
#include <dcmtk/oflog/oflog.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>

using namespace pacs::dicom;

namespace {

constexpr unsigned depth_limit = 3;

const TransferSyntax syntaxes[] = {TransferSyntax{uids::implicit_le},
                                   TransferSyntax{uids::explicit_le},
                                   TransferSyntax{uids::explicit_be}};

bool passes(const TransferSyntax& syntax, std::span<const std::byte> bytes)
{
    ScanLimits limits;
    limits.depth = depth_limit;
    HeaderScanner scanner{syntax, {}, limits};
    scanner.feed(bytes);
    return scanner.finish() && !scanner.readers_may_differ();
}

// NOLINTNEXTLINE(misc-no-recursion): as deep as the assertion allows, or the finding itself
unsigned depth_of(DcmObject& object)
{
    // One without items is no nesting yet: a value that DCMTK took for a sequence, in vain.
    const bool sequence = object.ident() == EVR_SQ && object.nextInContainer(nullptr) != nullptr;
    unsigned deepest = 0;
    if (sequence || object.ident() == EVR_item || object.ident() == EVR_dataset) {
        for (DcmObject* inner = object.nextInContainer(nullptr); inner != nullptr;
             inner = object.nextInContainer(inner)) {
            deepest = std::max(deepest, depth_of(*inner));
        }
    }
    return deepest + (sequence ? 1 : 0);
}

unsigned depth_to_dcmtk(const TransferSyntax& syntax, std::string bytes)
{
    DcmInputBufferStream stream;
    stream.setBuffer(bytes.data(), static_cast<offile_off_t>(bytes.size()));
    stream.setEos();
    DcmDataset data_set;
    data_set.transferInit();
    data_set.read(stream, DcmXfer{syntax.uid().c_str()}.getXfer(), EGL_noChange,
                  DCM_UndefinedLength);
    data_set.transferEnd();
    return depth_of(data_set);
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerInitialize(int* /*argc*/, char*** /*argv*/)
{
    OFLog::configure(OFLogger::OFF_LOG_LEVEL);
    return 0;
}

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size == 0) {
        return 0;
    }
    const TransferSyntax& syntax = syntaxes[data[0] % 3];
    const auto bytes = std::as_bytes(std::span{data, size}).subspan(1);
    const std::string copy{reinterpret_cast<const char*>(data) + 1, size - 1};
    if (passes(syntax, bytes) && depth_to_dcmtk(syntax, copy) > depth_limit) {
        std::abort();
    }
    return 0;
}
