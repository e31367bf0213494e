#pragma once

#include "base/error.hpp"
#include "dump/bulk_source.hpp"
#include "stream/content.hpp"
#include "stream/json_reader.hpp"

#include <memory>
#include <string>

namespace pacs::dump {

/// A Part 10 object made from DICOM JSON.
struct MadeObject {
    std::string sop_instance_uid;
    std::string study_instance_uid;   ///< empty when the object has none
    std::string series_instance_uid;  ///< empty when the object has none
    std::string transfer_syntax;
    stream::Content content;  ///< the whole file
};

/// Why none could be made.
class MakeError : public Error {
public:
    MakeError(std::string reason, const std::string& message)
        : Error(ErrorKind::data, message), reason_(std::move(reason))
    {
    }
    /// A word of pacs-records(5): malformed_record, bulk_unreachable, no_transfer_syntax, damaged.
    const std::string& reason() const noexcept { return reason_; }

private:
    std::string reason_;
};

/// Makes objects. One for each thread; `bulk` must outlive it.
class ObjectMaker {
public:
    /// `transfer_syntax` is that of objects that do not name theirs in (0002,0010); empty:
    /// Explicit VR Little Endian, or an error for encapsulated pixel data.
    ObjectMaker(const BulkSource& bulk, std::string transfer_syntax);

    /// The object of one JSON object, in the transfer syntax it has. Pixel data of an encapsulated
    /// one whose value is a chain of items goes out as fragments, the same bytes. What --bulk-from
    /// lets it follow at the top is copied in pieces, whatever its size; inside sequences, and in a
    /// big endian or deflated object, it must fit into 64 MiB. Beyond some memory the object lies
    /// in an unlinked file in $TMPDIR.
    /// Throws MakeError, and Error(storage) when that file cannot be written.
    MadeObject make(std::string json);

private:
    const BulkSource& bulk_;
    std::string transfer_syntax_;
    stream::JsonReader reader_;
};

}  // namespace pacs::dump
