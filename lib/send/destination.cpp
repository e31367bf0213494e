#include "send/destination.hpp"

#include "base/error.hpp"
#include "base/log.hpp"
#include "send/archive_lane.hpp"
#include "send/peer_lane.hpp"

#include <fmt/format.h>

#include <chrono>
#include <utility>

namespace pacs::send {

Destination::Destination(DestinationOptions options) : options_(std::move(options))
{
    const net::EndpointKind kind = options_.endpoint.kind;
    if (kind == net::EndpointKind::url) {
        service_ = web::client_options(options_.web, options_.endpoint.text);
        service_->retries = options_.retry.retries;
        service_->retry_delay = options_.retry.delay;
    } else if (kind != net::EndpointKind::peer && kind != net::EndpointKind::archive) {
        throw Error(ErrorKind::usage,
                    fmt::format("storing to {}: neither a DICOM peer, nor a DICOMweb service, nor "
                                "the folder of an archive",
                                log::printable(options_.endpoint.text)),
                    "write TITLE@HOST:PORT, @NAME of pacs.toml, http(s)://..., or a folder with "
                    "archive.toml");
    }
    if (kind == net::EndpointKind::archive && !options_.dry) {
        open_archive();
    }
    if (options_.skip_existing) {
        net::RequestOptions request = options_.request;
        request.window = {};  // one question at a time
        query::PeerSourceOptions how{request};
        how.web = options_.web;
        source_ = query::open_source(options_.endpoint, std::move(how));
        existing_.emplace(*source_);
    }
}

void Destination::open_archive()
{
    using archive::Durability;
    using archive::OnConflict;
    OnConflict policy = OnConflict::keep;
    if (options_.on_conflict != "keep") {
        policy = options_.on_conflict == "replace" ? OnConflict::replace : OnConflict::reject;
    }
    archive_.emplace(archive::Archive::open_for_writing(
        options_.endpoint.text,
        options_.durability == "os" ? Durability::os : Durability::flushed));
    archive::IngestOptions how;
    how.on_conflict = policy;
    ingest_.emplace(*archive_, how);
}

std::unique_ptr<Lane> Destination::make_lane()
{
    if (options_.endpoint.kind == net::EndpointKind::peer) {
        return std::make_unique<PeerLane>(PeerLaneOptions{options_.endpoint.address,
                                                          options_.request, !options_.as_is,
                                                          options_.dry, options_.coercion});
    }
    if (service_) {
        return std::make_unique<WebLane>(WebLaneOptions{*service_, options_.batch, !options_.as_is,
                                                        options_.dry, options_.coercion});
    }
    return std::make_unique<ArchiveLane>(ingest_ ? &*ingest_ : nullptr, *options_.coercion,
                                         options_.request.calling_ae);
}

}  // namespace pacs::send
