// Any bytes as an object: its content digest is the same whether its details are kept, in what
// pieces it is read, and, when it is native, in what native encoding it is written again; and it
// differs from itself nowhere.
#include "base/error.hpp"
#include "dicom/content_compare.hpp"
#include "dicom/data_set.hpp"
#include "dicom/dictionary.hpp"
#include "dicom/uid.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>

using namespace pacs::dicom;

namespace {

const std::array syntaxes{
    TransferSyntax{uids::implicit_le},        TransferSyntax{uids::explicit_le},
    TransferSyntax{uids::explicit_be},        TransferSyntax{uids::deflated_le},
    TransferSyntax{"1.2.840.10008.1.2.5"},    TransferSyntax{"1.2.840.10008.1.2.4.57"},
    TransferSyntax{"1.2.840.10008.1.2.4.80"}, TransferSyntax{"1.2.840.10008.1.2.4.90"},
    TransferSyntax{"1.2.840.10008.1.2.4.102"}};

void require(bool holds)
{
    if (!holds) {
        std::abort();
    }
}

ContentOptions limits()
{
    ContentOptions options;
    options.scan.depth = 8;
    options.scan.elements = 10'000;
    options.scan.inflated_bytes = 1U << 20U;
    options.decoded_bytes = 1U << 20U;
    options.frame_bytes = 1U << 18U;
    return options;
}

bool same(const ContentDigest& left, const ContentDigest& right)
{
    return left.sha256 == right.sha256 && left.defect == right.defect &&
           left.note() == right.note();
}

void check_encodings(std::span<const std::byte> bytes, const TransferSyntax& syntax,
                     const ContentDigest& digest)
{
    DecodeLimits most;
    most.depth = 8;
    most.elements = 10'000;
    most.inflated_bytes = 1U << 20U;
    std::string encoded;
    try {
        const DataSet data_set = decode(bytes, syntax, most);
        for (const std::size_t other : {0U, 1U, 2U}) {
            encoded = encode(data_set, syntaxes.at(other));
            const auto again =
                content_digest(std::as_bytes(std::span{encoded}), syntaxes.at(other), limits());
            require(same(again, digest));
        }
    } catch (const pacs::Error& error) {
        require(error.kind() == pacs::ErrorKind::data);
    }
}

/// Whether all is what the dictionary says or leaves open, so that implicit VR has room for it: no
/// sequence but where it knows one, and (as UN, which is any bytes) nothing else there.
bool is_regular(const ContentItem& item)
{
    for (std::size_t i = 0; i < item.elements.size(); ++i) {
        const auto& inner = item.details[i].items;
        const Vr vr = vr_of(item.elements[i].tag);
        const bool sequence = item.elements[i].kind == ContentKind::sequence;
        if (item.elements[i].kind == ContentKind::compressed ||
            (sequence ? vr != Vr::SQ && vr != Vr::UN : vr == Vr::SQ) ||
            !std::all_of(inner.begin(), inner.end(), is_regular)) {
            return false;
        }
    }
    return true;
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size < 2) {
        return 0;
    }
    const TransferSyntax& syntax = syntaxes.at(data[0] % syntaxes.size());
    const std::size_t piece = 1 + data[1];
    const auto bytes = std::as_bytes(std::span{data, size}).subspan(2);
    const ContentDigest digest = content_digest(bytes, syntax, limits());
    const ReadAt read = read_memory(bytes);
    const ReadAt pieces = [&](std::uint64_t offset, std::span<std::byte> into) {
        return read(offset, into.size() > 8 ? into.first(std::min(into.size(), 8 + piece)) : into);
    };
    const Content content = read_content(read, 0, bytes.size(), syntax, limits());
    require(same(content.digest, digest));
    if (!syntax.encapsulated()) {
        try {
            require(same(content_digest(pieces, 0, bytes.size(), syntax, limits()), digest));
        } catch (const pacs::Error& error) {  // of fragments, which are never read in pieces
            require(error.kind() == pacs::ErrorKind::data);
        }
    }
    compare(content.root, content.root, [](const ContentDifference&) { std::abort(); });
    if (digest.defect.empty() && !syntax.encapsulated() && is_regular(content.root)) {
        check_encodings(bytes, syntax, digest);
    }
    return 0;
}
