#pragma once

#include "base/json_line.hpp"
#include "net/status.hpp"
#include "stream/object_head.hpp"
#include "stream/source.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace pacs::send {

/// A presentation context an object cannot do without: its class in its transfer syntax.
struct Need {
    std::string sop_class;
    std::string transfer_syntax;

    bool operator==(const Need&) const = default;
};

/// One object on its way.
struct Parcel {
    using Clock = std::chrono::steady_clock;

    stream::Item item;        ///< where it came from, and the members of its record
    stream::Content content;  ///< its bytes; the file stays open until it is done
    stream::ObjectHead head;
    unsigned attempts = 0;          ///< how often it was sent
    Clock::time_point not_before;   ///< of the next attempt
    Clock::time_point first_tried;  ///< when it was sent first; epoch: never

    Need need() const { return {head.sop_class_uid, head.file.syntax.uid()}; }
};

/// What became of an object, or of one attempt.
struct Report {
    Outcome outcome = Outcome::failed;
    std::string reason = {};   ///< a word of pacs-records(5); empty when ok
    std::string message = {};  ///< for people; foreign text is possible
    std::optional<net::Status> status = {};
    std::string transfer_syntax = {};          ///< in which it was sent
    bool converted = false;                    ///< it is not the one of the file
    bool decoded_lossy = false;                ///< see dicom::Converted
    std::optional<unsigned> http_status = {};  ///< of a DICOMweb service
    unsigned sent_again = 0;                   ///< times beyond the first within this attempt
    bool may_pass = false;                     ///< the same attempt may succeed later
};

}  // namespace pacs::send
