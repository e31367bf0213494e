#include "daemon/service.hpp"

#include "base/log.hpp"
#include "daemon/service_rules.hpp"
#include "daemon/service_session.hpp"

#include <utility>

namespace pacs::daemon {

namespace {

/// What a restart would change but a reload cannot.
std::vector<std::string> fixed_differences(const ArchivedSettings& a, const ArchivedSettings& b)
{
    std::vector<std::string> names;
    if (a.archive != b.archive) {
        names.emplace_back("archive");
    }
    if (a.listen != b.listen) {
        names.emplace_back("listen");
    }
    if (a.durability != b.durability) {
        names.emplace_back("durability");
    }
    return names;
}

archive::Archive open_archive(const ArchivedSettings& settings)
{
    check(settings);
    archive::Archive archive =
        archive::Archive::open_for_writing(settings.archive, durability(settings));
    log::write_record(recovery_record(archive));
    if (archive.durability() == archive::Durability::os) {
        log::warning("durability is os: objects answered as stored can be lost in a power failure");
    }
    return archive;
}

}  // namespace

Service::Service(const ArchivedSettings& settings)
    : settings_(settings),
      archive_(open_archive(settings)),
      ingest_(archive_, ingest_options(settings)),
      rules_(accept_rules(settings)),
      server_(std::make_unique<net::Server>(listen_addresses(settings),
                                            static_cast<net::Application&>(*this),
                                            server_limits(settings)))
{
}

Service::~Service()
{
    server_.reset();
}

std::vector<std::string> Service::reload(const ArchivedSettings& settings)
{
    check(settings);
    ingest_.reconfigure(ingest_options(settings).on_conflict, settings.min_free);
    server_->set_limits(server_limits(settings));
    {
        const std::scoped_lock lock{mutex_};
        rules_ = accept_rules(settings);
    }
    auto fixed = fixed_differences(settings_, settings);
    ArchivedSettings taken = settings;
    taken.archive = settings_.archive;
    taken.listen = settings_.listen;
    taken.durability = settings_.durability;
    settings_ = std::move(taken);
    return fixed;
}

void Service::stop()
{
    server_->stop(settings_.stop_timeout);
    ingest_.drain();
    log_.tell_repeated(true);
}

void Service::housekeeping()
{
    log::debug("{} associations open, {} instances stored", server_->associations(),
               ingest_.counters().stored);
    log_.tell_repeated();
}

std::shared_ptr<const net::AcceptPolicy> Service::policy()
{
    const std::scoped_lock lock{mutex_};
    return rules_;
}

std::unique_ptr<net::Session> Service::open(const net::Negotiated& negotiated)
{
    return make_session({.archive = archive_, .ingest = ingest_, .log = log_}, negotiated);
}

void Service::on_closed(const net::AssociationReport& report)
{
    log_.association(report);
}

}  // namespace pacs::daemon
