#include "dicom/header_scan.hpp"

#include "base/error.hpp"
#include "dicom/deflate.hpp"
#include "dicom/structure_walk.hpp"
#include "dicom/uid.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace pacs::dicom {

namespace {

bool is_bulk(Vr vr) noexcept
{
    switch (vr) {
    case Vr::OB:
    case Vr::OD:
    case Vr::OF:
    case Vr::OL:
    case Vr::OV:
    case Vr::OW:
    case Vr::UN: return true;
    default: return false;
    }
}

bool is_pixel_data(Tag tag) noexcept
{
    return tag == tags::pixel_data || tag == Tag{0x7FE0, 0x0008} || tag == Tag{0x7FE0, 0x0009};
}

}  // namespace

// What is wanted of the top-level elements, and the inflating in front of the walk.
struct HeaderScanner::State : StructureWalker::Listener {
    State(const TransferSyntax& syntax, std::vector<Tag> wanted_tags, const ScanLimits& scan_limits)
        : limits(scan_limits),
          wanted(std::move(wanted_tags)),
          encoding(syntax),
          walker(Encoding{syntax}, scan_limits, *this)
    {
        std::sort(wanted.begin(), wanted.end());
        complete = wanted.empty();
        if (syntax.deflated()) {
            inflater.emplace(limits.inflated_bytes);
        }
    }

    ScanLimits limits;
    std::vector<Tag> wanted;  // sorted
    Encoding encoding;
    StructureWalker walker;
    std::optional<Inflater> inflater;
    std::uint64_t deflated_bytes = 0;
    std::uint64_t inflated_bytes = 0;

    DataSet header;
    Element kept;  // the wanted element whose value comes
    bool swap_kept = false;
    bool keep_sequence = false;
    bool too_long = false;
    bool complete = false;
    bool late = false;
    bool pixels = false;

    bool begin(const ElementHeader& element) override
    {
        pixels = pixels || is_pixel_data(element.tag);
        complete = complete || element.tag > wanted.back();
        const Vr vr = understood_vr(element);
        if (is_bulk(vr) || !std::binary_search(wanted.begin(), wanted.end(), element.tag) ||
            header.has(element.tag)) {
            return false;
        }
        late = late || complete;
        const bool open_end = vr == Vr::SQ && element.undefined();
        if (complete || (element.length > limits.value_bytes && !open_end)) {
            return false;
        }
        kept = Element{element.tag, vr, {}};
        keep_sequence = vr == Vr::SQ;
        too_long = false;
        if (keep_sequence) {
            append_element_header(kept.value, element, encoding);
        } else {
            kept.value.reserve(element.length);
        }
        swap_kept = encoding.big_endian && element.vr != Vr::UN && !keep_sequence;
        return true;
    }

    void value(std::span<const std::byte> bytes) override
    {
        if (keep_sequence && kept.value.size() + bytes.size() > limits.value_bytes) {
            kept.value.clear();  // too long to be kept, as an undefined length did not tell
            too_long = true;
        }
        if (too_long) {
            return;
        }
        kept.value.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    }

    void end() override
    {
        if (swap_kept) {
            swap_bytes(kept.value, kept.vr);
        }
        if (keep_sequence && !too_long) {
            put_sequence();
        } else if (!keep_sequence) {
            header.put(std::move(kept));
        }
    }

    // The walk has proved the structure; what the stricter decoder does not take is left out.
    void put_sequence()
    {
        const std::string_view plain = encoding.big_endian    ? uids::explicit_be
                                       : encoding.explicit_vr ? uids::explicit_le
                                                              : uids::implicit_le;
        try {
            const auto bytes = std::as_bytes(std::span{kept.value});
            DataSet decoded = decode(bytes, TransferSyntax{plain}, {.depth = limits.depth});
            if (const Element* sequence = decoded.find(kept.tag)) {
                header.put(*sequence);
            }
        } catch (const Error& error) {
            if (error.kind() != ErrorKind::data) {
                throw;
            }
        }
    }

    bool inflate(std::span<const std::byte> bytes)
    {
        deflated_bytes += bytes.size();
        const auto status = inflater->feed(bytes, [&](std::span<const std::byte> piece) {
            inflated_bytes += piece.size();
            const bool bomb = inflated_bytes / limits.inflate_ratio > deflated_bytes;
            return bomb ? walker.fail("inflates beyond the limit") : walker.walk(piece);
        });
        if (status == Inflater::Status::broken) {
            return walker.fail("not a DEFLATE stream");
        }
        if (status == Inflater::Status::over_limit) {
            return walker.fail("inflates beyond the limit");
        }
        return walker.defect().empty();
    }

    bool finish()
    {
        if (inflater && inflater->status() != Inflater::Status::end) {
            return walker.fail("cut off: the DEFLATE stream has no end");
        }
        complete = true;
        return walker.finish();
    }
};

HeaderScanner::HeaderScanner(const TransferSyntax& syntax, std::vector<Tag> wanted,
                             const ScanLimits& limits)
    : state_(std::make_unique<State>(syntax, std::move(wanted), limits))
{
}

HeaderScanner::~HeaderScanner() = default;
HeaderScanner::HeaderScanner(HeaderScanner&&) noexcept = default;
HeaderScanner& HeaderScanner::operator=(HeaderScanner&&) noexcept = default;

bool HeaderScanner::feed(std::span<const std::byte> bytes)
{
    if (!state_->walker.defect().empty()) {
        return false;
    }
    return state_->inflater ? state_->inflate(bytes) : state_->walker.walk(bytes);
}

bool HeaderScanner::finish()
{
    return state_->walker.defect().empty() && state_->finish();
}

bool HeaderScanner::header_complete() const noexcept
{
    return state_->complete;
}

bool HeaderScanner::late_elements() const noexcept
{
    return state_->late;
}

const std::string& HeaderScanner::defect() const noexcept
{
    return state_->walker.defect();
}

bool HeaderScanner::too_deep() const noexcept
{
    return state_->walker.too_deep();
}

bool HeaderScanner::readers_may_differ() const noexcept
{
    return state_->walker.readers_may_differ();
}

const DataSet& HeaderScanner::header() const noexcept
{
    return state_->header;
}

std::uint64_t HeaderScanner::offset() const noexcept
{
    return state_->walker.offset();
}

bool HeaderScanner::has_pixel_data() const noexcept
{
    return state_->pixels;
}

}  // namespace pacs::dicom
