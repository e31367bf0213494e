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
    if (a.listen_tls != b.listen_tls) {
        names.emplace_back("listen_tls");
    }
    if (a.durability != b.durability) {
        names.emplace_back("durability");
    }
    return names;
}

archive::Archive open_archive(const ArchivedSettings& settings)
{
    archive::Archive archive =
        archive::Archive::open_for_writing(settings.archive, durability(settings));
    log::write_record(recovery_record(archive));
    if (archive.durability() == archive::Durability::os) {
        log::warning("durability is os: objects answered as stored can be lost in a power failure");
    }
    return archive;
}

/// Somebody who listens to the network and has not said who may come has probably forgotten it.
void warn_when_closed(const ArchivedSettings& settings, const AccessRules& rules)
{
    static const auto loopback = parse_address_ranges("loopback");
    for (const net::ListenAddress& address : listen_addresses(settings)) {
        const bool local =
            address.host.empty() || address.host == "localhost" || contains(loopback, address.host);
        if (!local && !rules.open_to_others()) {
            log::warning(
                "listening on {}, but nothing allows other machines anything: see allow in "
                "pacs.toml(5)",
                log::printable(address.str()));
        }
    }
}

}  // namespace

Service::Admittance::Admittance(const ArchivedSettings& settings)
{
    check(settings);
    tls = tls_context(settings);
    const auto gatekeeper = std::make_shared<const Gatekeeper>(settings);
    rules = accept_rules(settings, gatekeeper);
    warn_when_closed(settings, gatekeeper->rules());
}

Service::Service(const Configuration& configuration)
    : Service(configuration, Admittance{configuration.settings})
{
}

Service::Service(const Configuration& configuration, const Admittance& admittance)
    : settings_(configuration.settings),
      archive_(open_archive(settings_)),
      ingest_(archive_, ingest_options(settings_)),
      retrieve_(archive_, log_, configuration),
      commitments_(archive_, commitment_options(settings_),
                   commitment_peers(configuration.requestors)),
      server_(std::make_unique<net::Server>(listen_addresses(settings_),
                                            static_cast<net::Application&>(*this),
                                            server_limits(settings_)))
{
    admit_with(admittance);
}

Service::~Service()
{
    server_.reset();
}

std::vector<std::string> Service::reload(const Configuration& configuration)
{
    const ArchivedSettings& settings = configuration.settings;
    ArchivedSettings taken = settings;
    taken.archive = settings_.archive;
    taken.listen = settings_.listen;
    taken.listen_tls = settings_.listen_tls;
    taken.durability = settings_.durability;
    admit_with(Admittance{taken});
    retrieve_.reconfigure(configuration);
    ingest_.reconfigure(ingest_options(settings).on_conflict, settings.min_free);
    commitments_.reconfigure(commitment_options(settings),
                             commitment_peers(configuration.requestors));
    server_->set_limits(server_limits(settings));
    auto fixed = fixed_differences(settings_, settings);
    settings_ = std::move(taken);
    return fixed;
}

void Service::admit_with(const Admittance& admittance)
{
    {
        const std::scoped_lock lock{mutex_};
        rules_ = admittance.rules;
    }
    server_->set_tls(admittance.tls);
    certificate_watch_.watch(admittance.tls ? admittance.tls->certificate() : std::nullopt);
    tell_of_certificate();
}

void Service::tell_of_certificate()
{
    if (const auto warning = certificate_watch_.look()) {
        log::warning("{}", *warning);
    }
}

void Service::stop()
{
    server_->stop(settings_.stop_timeout);
    commitments_.stop();
    ingest_.drain();
    log_.tell_repeated(true);
}

void Service::housekeeping()
{
    log::debug("{} associations open, {} instances stored", server_->associations(),
               ingest_.counters().stored);
    log_.tell_repeated();
    tell_of_certificate();
}

std::shared_ptr<const net::AcceptPolicy> Service::policy()
{
    const std::scoped_lock lock{mutex_};
    return rules_;
}

std::unique_ptr<net::Session> Service::open(const net::Negotiated& negotiated)
{
    return make_session({.archive = archive_,
                         .ingest = ingest_,
                         .log = log_,
                         .retrieve = retrieve_,
                         .commitments = commitments_},
                        negotiated);
}

void Service::on_closed(const net::AssociationReport& report)
{
    log_.association(report);
}

}  // namespace pacs::daemon
