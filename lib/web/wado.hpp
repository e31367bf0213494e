#pragma once

#include "web/http.hpp"

#include <cstddef>
#include <functional>
#include <span>
#include <string>

namespace pacs::web {

/// What to retrieve by WADO-RS, PS3.18 10.4: a study, a series of it, or one instance.
struct Resource {
    std::string study;
    std::string series = {};
    std::string instance = {};

    std::string path() const;  ///< "/studies/1.2/series/1.2.3"
};

/// Takes objects one after the other, each a Part 10 file (PS3.10 7.1).
struct ObjectHandler {
    std::function<void()> begin;
    std::function<void(std::span<const std::byte>)> data;
    std::function<void()> end;  ///< the object is whole
};

/// How a retrieval ended.
struct Retrieved {
    Answer answer;            ///< with the text of what is no success
    std::size_t objects = 0;  ///< that came whole
    std::size_t others = 0;   ///< parts of another type, passed over
};

/// Asks for the objects as they are stored (transfer-syntax=*), or where that is not acceptable
/// (406) as the service likes, and gives out their bytes as they come, in constant memory. A status
/// that is no success is a result. Throws net::PeerError as Client::send() does, protocol_violation
/// for an answer that is neither multipart/related nor application/dicom, connection_lost when it
/// is cut off; what handlers throw goes through. Objects whose end() was not called were cut off.
Retrieved retrieve(Client& client, const Resource& resource, Deadline deadline,
                   const ObjectHandler& handler);

}  // namespace pacs::web
