#pragma once

#include "base/settings.hpp"
#include "net/address.hpp"
#include "net/association.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pacs::daemon {

/// An application entity that we may call by ourselves, and how it is spoken to: one that objects
/// may be sent to by C-MOVE, or one that a storage commitment is reported to.
struct Destination {
    net::Address address;
    net::RequestOptions request;    ///< an empty calling title: the one we were called by
    unsigned max_associations = 0;  ///< at once to it for one C-MOVE; 0: no limit of its own
};

/// Application entities by title. Nothing else ever becomes a connection.
class Destinations {
public:
    Destinations() { set_usual_request({}); }
    /// A title that is added twice with different addresses stands for neither: who asks for it
    /// could mean either, and nothing must go to the wrong one. False then.
    bool add(const std::string& title, Destination destination);
    /// By the title of its address.
    bool add(Destination destination);
    /// nullptr: unknown, or ambiguous.
    const Destination* find(std::string_view title) const noexcept;

    /// How entities are spoken to that have no settings of their own; no calling title.
    const net::RequestOptions& usual_request() const noexcept { return usual_request_; }
    void set_usual_request(net::RequestOptions request);

private:
    net::RequestOptions usual_request_;
    std::map<std::string, std::optional<Destination>, std::less<>> by_title_;
};

/// The destinations of [archived] (`destination`, each spoken to as `request` says) before those
/// of `nodes`: a title named by the setting means that address, whatever nodes there are. Titles
/// that stand for nothing because nodes contradict each other are logged.
/// Throws Error(usage) for a setting that is no address.
Destinations make_destinations(const ArchivedSettings& settings, const net::RequestOptions& request,
                               std::vector<Destination> nodes);

/// What the daemon is told when it starts and when it reads its configuration again.
struct Configuration {
    ArchivedSettings settings;
    Destinations destinations;  ///< the titles that a C-MOVE may name, PS3.4 C.4.2.1.3
    Destinations requestors;    ///< of storage commitment, by the titles they call with

    Configuration(ArchivedSettings archived,  // NOLINT: settings alone are a configuration
                  Destinations known = {}, Destinations callers = {})
        : settings(std::move(archived)),
          destinations(std::move(known)),
          requestors(std::move(callers))
    {
    }
};

}  // namespace pacs::daemon
