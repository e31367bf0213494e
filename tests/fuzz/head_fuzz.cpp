// The start of any file, read as a scan reads it, down to DCMTK where our own scanner gave up; and
// DCMTK on bytes that nothing of ours has passed. It ends, and keeps no more than was there.
#include "base/error.hpp"
#include "dicom/dcmtk_head.hpp"
#include "dicom/uid.hpp"
#include "index/attributes.hpp"
#include "index/record.hpp"
#include "scan/head.hpp"

#include <dcmtk/config/osconfig.h>
#include <dcmtk/oflog/oflog.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <span>
#include <string>
#include <vector>

using namespace pacs;

namespace {

using Bytes = std::span<const std::byte>;

const dicom::TransferSyntax syntaxes[] = {dicom::TransferSyntax{dicom::uids::implicit_le},
                                          dicom::TransferSyntax{dicom::uids::explicit_le},
                                          dicom::TransferSyntax{dicom::uids::explicit_be}};

void require(bool holds)
{
    if (!holds) {
        std::abort();
    }
}

/// What is kept of `bytes` in all; an empty sequence or a header made of nothing cost nothing.
std::size_t kept_bytes(const dicom::DataSet& header)
{
    std::size_t kept = 0;
    for (const dicom::Element& element : header.elements()) {
        kept += element.value.size();
        for (const dicom::DataSet& item : element.items) {
            kept += kept_bytes(item);  // NOLINT(misc-no-recursion): bounded by the scan's depth
        }
    }
    return kept;
}

/// As pacs-index does with a file.
void read_file(Bytes bytes)
{
    static scan::HeadReader reader{index::wanted_tags()};
    const scan::ReadAt read_at = [bytes](std::uint64_t offset, std::span<std::byte> place) {
        const auto at = static_cast<std::size_t>(std::min<std::uint64_t>(offset, bytes.size()));
        const std::size_t count = std::min(place.size(), bytes.size() - at);
        std::memcpy(place.data(), bytes.data() + at, count);
        return count;
    };
    bool marked = false;
    try {
        const scan::Head head = reader.read(read_at, bytes.size(), marked);
        require(head.syntax.deflated() || kept_bytes(head.header) <= bytes.size() + 1024);
        index::record_of(head.header);
    } catch (const Error& error) {
        require(error.kind() == ErrorKind::data);
    }
}

void read_data_set(Bytes bytes, const dicom::TransferSyntax& syntax)
{
    static const std::vector<dicom::Tag> wanted = index::wanted_tags();
    const dicom::DataSet found = dicom::read_head_with_dcmtk(bytes, syntax, wanted);
    require(kept_bytes(found) <= bytes.size() + 1024);
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerInitialize(int* /*argc*/, char*** /*argv*/)
{
    OFLog::configure(OFLogger::OFF_LOG_LEVEL);
    return 0;
}

// The first byte chooses: 'i', 'e', 'b' a data set in that transfer syntax for DCMTK, any other the
// start of a file (128 bytes of anything before "DICM", or none).
// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size == 0) {
        return 0;
    }
    const auto bytes = std::as_bytes(std::span{data, size}).subspan(1);
    switch (data[0]) {
    case 'i': read_data_set(bytes, syntaxes[0]); break;
    case 'e': read_data_set(bytes, syntaxes[1]); break;
    case 'b': read_data_set(bytes, syntaxes[2]); break;
    default: read_file(bytes); break;
    }
    return 0;
}
