#include "dicom/transfer_syntax.hpp"

#include <algorithm>
#include <iterator>

namespace pacs::dicom {

namespace {

struct Row {
    char uid[40];
    bool explicit_vr;
    bool big_endian;
    bool deflated;
    bool encapsulated;
    bool lossless;
};

constexpr Row rows[] = {
#include "dicom/tables/transfer_syntaxes.inc"
};

// GE's private syntax: an implicit little endian data set with big-endian pixels. Its layout is
// that of implicit VR; it stays "not known", so that nobody touches the pixels.
constexpr std::string_view ge_private = "1.2.840.113619.5.2";

const Row* find_row(std::string_view uid) noexcept
{
    const auto* const found =
        std::lower_bound(std::begin(rows), std::end(rows), uid,
                         [](const Row& row, std::string_view wanted) { return row.uid < wanted; });
    return found != std::end(rows) && found->uid == uid ? found : nullptr;
}

std::string_view without_padding(std::string_view uid) noexcept
{
    const auto end = uid.find_last_not_of(std::string_view{" \0", 2});
    return uid.substr(0, end == std::string_view::npos ? 0 : end + 1);
}

}  // namespace

TransferSyntax::TransferSyntax(std::string_view uid) : uid_(without_padding(uid))
{
    if (const Row* row = find_row(uid_)) {
        explicit_vr_ = row->explicit_vr;
        big_endian_ = row->big_endian;
        deflated_ = row->deflated;
        encapsulated_ = row->encapsulated;
        lossless_ = row->lossless;
        return;
    }
    known_ = false;
    lossless_ = false;
    explicit_vr_ = uid_ != ge_private;
    encapsulated_ = uid_ != ge_private;
}

std::vector<std::string_view> transfer_syntax_uids()
{
    std::vector<std::string_view> uids;
    for (const Row& row : rows) {
        uids.emplace_back(row.uid);
    }
    return uids;
}

}  // namespace pacs::dicom
