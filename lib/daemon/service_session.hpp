#pragma once

#include "archive/archive.hpp"
#include "archive/ingest.hpp"
#include "daemon/commitment_service.hpp"
#include "daemon/find_service.hpp"
#include "daemon/retrieve_service.hpp"
#include "daemon/service_log.hpp"
#include "net/server.hpp"

#include <memory>

namespace pacs::daemon {

/// What the sessions of all associations work with; outlives them.
struct ServiceParts {
    const archive::Archive& archive;
    archive::Ingest& ingest;
    ServiceLog& log;
    RetrieveService& retrieve;
    CommitmentService& commitments;
};

/// The services of the daemon for one association: C-ECHO, C-STORE into `parts.ingest`, C-FIND
/// from the index, C-GET and C-MOVE from the archive, storage commitment by `parts.commitments`.
std::unique_ptr<net::Session> make_session(const ServiceParts& parts,
                                           const net::Negotiated& negotiated);

}  // namespace pacs::daemon
