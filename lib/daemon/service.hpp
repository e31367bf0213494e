#pragma once

#include "archive/archive.hpp"
#include "archive/ingest.hpp"
#include "base/settings.hpp"
#include "daemon/certificate_watch.hpp"
#include "daemon/commitment_service.hpp"
#include "daemon/destinations.hpp"
#include "daemon/retrieve_service.hpp"
#include "daemon/service_log.hpp"
#include "net/server.hpp"

#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace pacs::daemon {

/// The archive daemon without a process around it: an archive open for writing, and a server that
/// answers C-ECHO, C-STORE, C-FIND, C-GET, C-MOVE and storage commitment for it. Constructed, it is
/// bound but accepts nothing yet.
class Service : private net::Application {
public:
    /// Reads the files of TLS and users, opens (or makes) the archive, recovers what a crash left
    /// and tells the log, then binds. Throws Error(usage) as check() and the readers of those files
    /// do, then nothing was touched; and as Archive::open_for_writing() and net::Server() do.
    explicit Service(const Configuration& configuration);
    ~Service() override;  ///< stop() without grace when it was not called
    Service(const Service&) = delete;
    Service& operator=(const Service&) = delete;

    std::vector<net::ListenAddress> addresses() const { return server_->addresses(); }
    void start() { server_->start(); }

    /// Takes over settings for associations and instances that come from now on: titles, limits,
    /// timeouts, max_pdu, async_window, on_conflict, min_free, all that is about retrieving, who
    /// may do what, and the files of TLS and of users, which are read anew. Returns the names of
    /// those that differ but need a restart: archive, listen, listen_tls, durability. Throws Error
    /// as check() and the readers of those files do; all old settings then stay.
    std::vector<std::string> reload(const Configuration& configuration);

    /// Stops accepting, lets what runs finish for at most `stop_timeout` of the settings, waits
    /// until everything received is stored and answered.
    void stop();

    /// To be called every few seconds: tells what was only counted in the log. Passes through the
    /// locks of server and ingest, so that it does not return when one of them is stuck.
    void housekeeping();

    std::size_t associations() const noexcept { return server_->associations(); }
    /// Requests for storage commitment that are not reported on yet.
    std::uint64_t commitments_pending() const { return commitments_.pending(); }
    unsigned retrievals() const { return retrieve_.under_way(); }  ///< C-GET and C-MOVE
    archive::IngestCounters counters() const { return ingest_.counters(); }
    const archive::Archive& archive() const noexcept { return archive_; }

private:
    std::shared_ptr<const net::AcceptPolicy> policy() override;
    std::unique_ptr<net::Session> open(const net::Negotiated& negotiated) override;
    void on_closed(const net::AssociationReport& report) override;

    /// What peers are met with, all of one set of settings.
    struct Admittance {
        explicit Admittance(const ArchivedSettings& settings);
        std::shared_ptr<const net::AcceptRules> rules;
        std::shared_ptr<const net::TlsContext> tls;
    };
    Service(const Configuration& configuration, const Admittance& admittance);
    void admit_with(const Admittance& admittance);
    void tell_of_certificate();

    // In this order: sessions use ingest and retrieve_, these use the archive.
    ServiceLog log_;
    ArchivedSettings settings_;
    archive::Archive archive_;
    archive::Ingest ingest_;
    RetrieveService retrieve_;
    CommitmentService commitments_;
    std::mutex mutex_;  ///< guards rules_
    std::shared_ptr<const net::AcceptRules> rules_;
    CertificateWatch certificate_watch_;
    std::unique_ptr<net::Server> server_;
};

}  // namespace pacs::daemon
