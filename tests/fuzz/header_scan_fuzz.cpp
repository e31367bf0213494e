// Any bytes, cut anywhere: the scan ends, and says the same as when it gets them in one piece.
#include "dicom/header_scan.hpp"
#include "dicom/uid.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>

using namespace pacs::dicom;

namespace {

const TransferSyntax syntaxes[] = {
    TransferSyntax{uids::implicit_le}, TransferSyntax{uids::explicit_le},
    TransferSyntax{uids::explicit_be}, TransferSyntax{uids::deflated_le}};

HeaderScanner make_scanner(const TransferSyntax& syntax)
{
    ScanLimits limits;
    limits.depth = 8;
    limits.inflated_bytes = 1U << 20U;
    return {syntax,
            {tags::specific_character_set, tags::sop_instance_uid, tags::patient_name,
             tags::study_instance_uid},
            limits};
}

void require(bool holds)
{
    if (!holds) {
        std::abort();
    }
}

void require_same(const HeaderScanner& a, const HeaderScanner& b)
{
    require(a.defect() == b.defect() && a.too_deep() == b.too_deep() &&
            a.readers_may_differ() == b.readers_may_differ() &&
            a.late_elements() == b.late_elements() && a.has_pixel_data() == b.has_pixel_data());
    require(a.header().elements().size() == b.header().elements().size());
    for (std::size_t i = 0; i < a.header().elements().size(); ++i) {
        const Element& x = a.header().elements()[i];
        const Element& y = b.header().elements()[i];
        require(x.tag == y.tag && x.vr == y.vr && x.value == y.value);
    }
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size < 2) {
        return 0;
    }
    const TransferSyntax& syntax = syntaxes[data[0] % 4];
    std::uint32_t cuts = data[1] + 1U;
    const auto bytes = std::as_bytes(std::span{data, size}).subspan(2);

    HeaderScanner whole = make_scanner(syntax);
    whole.feed(bytes);
    whole.finish();

    HeaderScanner pieces = make_scanner(syntax);
    for (std::size_t at = 0; at < bytes.size();) {
        cuts = cuts * 1664525U + 1013904223U;
        const std::size_t count = std::min<std::size_t>(1 + (cuts >> 28U), bytes.size() - at);
        pieces.feed(bytes.subspan(at, count));
        at += count;
    }
    pieces.finish();
    require_same(whole, pieces);
    require(whole.defect().empty() || whole.defect().find('\n') == std::string::npos);
    return 0;
}
