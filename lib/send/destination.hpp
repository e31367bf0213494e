#pragma once

#include "archive/ingest.hpp"
#include "base/retry.hpp"
#include "net/address.hpp"
#include "net/association.hpp"
#include "query/source.hpp"
#include "send/coercion.hpp"
#include "send/existing.hpp"
#include "send/lane.hpp"
#include "send/web_lane.hpp"

#include <memory>
#include <optional>
#include <string>

namespace pacs::send {

struct DestinationOptions {
    net::Endpoint endpoint;       ///< a peer, a DICOMweb service, or the folder of an archive
    net::RequestOptions request;  ///< for a peer; its calling title is also recorded in an archive
    bool as_is = false;           ///< never convert to what a peer accepts
    bool dry = false;             ///< negotiate with a peer, do not open an archive for writing
    bool skip_existing = false;
    std::string durability = "flushed";  ///< of an archive: flushed or os
    std::string on_conflict = "keep";    ///< of an archive: keep, replace or reject
    PeerSettings web = {};               ///< for a service
    BatchLimits batch = {};              ///< for a service
    RetryPolicy retry = {};              ///< of requests to a service
    const Coercion* coercion = nullptr;  ///< must outlive the destination and its lanes
};

/// Where a job sends to.
class Destination {
public:
    /// Opens an archive for writing. Throws Error(usage) for an endpoint that takes no objects,
    /// Error(locked) when another process writes to the archive, Error(storage).
    explicit Destination(DestinationOptions options);

    /// One more lane; it must not outlive the destination. Thread-safe.
    std::unique_ptr<Lane> make_lane();
    /// nullptr unless skip_existing.
    Existing* existing() noexcept { return existing_ ? &*existing_ : nullptr; }

private:
    void open_archive();

    DestinationOptions options_;
    std::optional<web::ClientOptions> service_;
    std::optional<archive::Archive> archive_;
    std::optional<archive::Ingest> ingest_;
    std::unique_ptr<query::Source> source_;
    std::optional<Existing> existing_;
};

}  // namespace pacs::send
