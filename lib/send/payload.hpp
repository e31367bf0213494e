#pragma once

#include "send/coercion.hpp"
#include "send/parcel.hpp"

#include <string>

namespace pacs::send {

/// An object's data set in other bytes than its own.
struct Payload {
    std::string data_set;
    bool decoded_lossy = false;
};

/// Reads the object into memory and converts it to `transfer_syntax`, with the edits of `coercion`.
/// In the whole process no more are converted at a time than there are cores, and large ones one
/// at a time, so that memory stays within what these need. Throws Error(data) and Error(storage).
Payload make_payload(const Parcel& parcel, const std::string& transfer_syntax,
                     const Coercion& coercion);

}  // namespace pacs::send
