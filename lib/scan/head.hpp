#pragma once

#include "dicom/data_set.hpp"
#include "dicom/head_view.hpp"
#include "dicom/tag.hpp"
#include "dicom/transfer_syntax.hpp"
#include "dicom/walk_object.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace pacs::scan {

using dicom::ReadAt;

/// What the start of an object says.
struct Head {
    dicom::DataSet header;  ///< the wanted elements
    dicom::TransferSyntax syntax;
    std::uint64_t data_offset = 0;  ///< where the data set begins
    std::string media_class;        ///< of the meta header
    std::string media_instance;     ///< of the meta header
    bool repaired = false;          ///< without preamble or meta header
    bool fallback = false;          ///< read by DCMTK
    std::string defect;             ///< empty: none was come by
};

/// Reads heads: the quick way (dicom::HeadView) over the first 8, then 64 KiB, else a
/// dicom::HeaderScanner over the first 16 MiB, and where that finds no UIDs DCMTK. Keeps its
/// buffer; one for each thread.
class HeadReader {
public:
    /// `wanted` ascend; the four UIDs of an instance must be among them.
    explicit HeadReader(std::vector<dicom::Tag> wanted);

    /// Throws Error(data): not a DICOM file, or a meta header that cannot be read (then
    /// `marked` is true); Error(storage) of `read`.
    Head read(const ReadAt& read_at, std::uint64_t size, bool& marked);

    const std::vector<dicom::Tag>& wanted() const noexcept { return wanted_; }

private:
    struct Start;
    Start start_of(std::span<const std::byte> bytes);
    std::span<const std::byte> fill(const ReadAt& read_at, std::size_t bytes);
    bool read_quickly(Head& head, std::span<const std::byte> bytes, std::uint64_t size,
                      const Start& start, bool& more);
    void read_slowly(Head& head, const ReadAt& read_at, std::uint64_t size,
                     std::uint64_t data_offset);
    void take_values(Head& head);

    std::vector<dicom::Tag> wanted_;
    dicom::HeadView view_;
    std::vector<std::byte> buffer_;
    std::size_t filled_ = 0;
    dicom::TransferSyntax last_syntax_;
};

}  // namespace pacs::scan
