#pragma once

#include "archive/archive.hpp"
#include "archive/ingest.hpp"
#include "base/settings.hpp"
#include "daemon/service_log.hpp"
#include "net/server.hpp"

#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace pacs::daemon {

/// The archive daemon without a process around it: an archive open for writing, and a server that
/// answers C-ECHO, C-STORE and C-FIND for it. Constructed, it is bound but accepts nothing yet.
class Service : private net::Application {
public:
    /// Opens (or makes) the archive, recovers what a crash left and tells the log, then binds.
    /// Throws Error(usage) as check() does, as Archive::open_for_writing() and as net::Server().
    explicit Service(const ArchivedSettings& settings);
    ~Service() override;  ///< stop() without grace when it was not called
    Service(const Service&) = delete;
    Service& operator=(const Service&) = delete;

    std::vector<net::ListenAddress> addresses() const { return server_->addresses(); }
    void start() { server_->start(); }

    /// Takes over settings for associations and instances that come from now on: titles, limits,
    /// timeouts, max_pdu, async_window, on_conflict, min_free. Returns the names of those that
    /// differ but need a restart: archive, listen, durability.
    /// Throws Error(usage) as check() does; the old settings then stay.
    std::vector<std::string> reload(const ArchivedSettings& settings);

    /// Stops accepting, lets what runs finish for at most `stop_timeout` of the settings, waits
    /// until everything received is stored and answered.
    void stop();

    /// To be called every few seconds: tells what was only counted in the log. Passes through the
    /// locks of server and ingest, so that it does not return when one of them is stuck.
    void housekeeping();

    std::size_t associations() const noexcept { return server_->associations(); }
    archive::IngestCounters counters() const { return ingest_.counters(); }
    const archive::Archive& archive() const noexcept { return archive_; }

private:
    std::shared_ptr<const net::AcceptPolicy> policy() override;
    std::unique_ptr<net::Session> open(const net::Negotiated& negotiated) override;
    void on_closed(const net::AssociationReport& report) override;

    // In this order: sessions use ingest, ingest uses the archive.
    ServiceLog log_;
    ArchivedSettings settings_;
    archive::Archive archive_;
    archive::Ingest ingest_;
    std::mutex mutex_;  ///< guards rules_
    std::shared_ptr<const net::AcceptRules> rules_;
    std::unique_ptr<net::Server> server_;
};

}  // namespace pacs::daemon
