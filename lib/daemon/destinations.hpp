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

/// An application entity that objects may be sent to by C-MOVE, and how it is spoken to.
struct Destination {
    net::Address address;
    net::RequestOptions request;    ///< an empty calling title: the one we were called by
    unsigned max_associations = 0;  ///< at once to it for one C-MOVE; 0: no limit of its own
};

/// The titles that a C-MOVE may name, PS3.4 C.4.2.1.3. Nothing else ever becomes a connection.
class Destinations {
public:
    /// A title that is added twice with different addresses stands for neither: who asks for it
    /// could mean either, and objects must not go to the wrong one. False then.
    bool add(Destination destination);
    /// nullptr: unknown, A801.
    const Destination* find(std::string_view title) const noexcept;

private:
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
    Destinations destinations;

    Configuration(ArchivedSettings archived,  // NOLINT: settings alone are a configuration
                  Destinations known = {})
        : settings(std::move(archived)), destinations(std::move(known))
    {
    }
};

}  // namespace pacs::daemon
