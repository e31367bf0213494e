#include "daemon/destinations.hpp"

#include "base/error.hpp"
#include "base/log.hpp"

#include <fmt/format.h>

#include <set>

namespace pacs::daemon {

bool Destinations::add(const std::string& title, Destination destination)
{
    const auto [place, is_new] = by_title_.try_emplace(title, destination);
    const bool same = place->second && place->second->address == destination.address;
    if (!is_new && !same) {
        place->second.reset();
    }
    return is_new || same;
}

bool Destinations::add(Destination destination)
{
    const std::string title = destination.address.ae;
    return add(title, std::move(destination));
}

const Destination* Destinations::find(std::string_view title) const noexcept
{
    const auto found = by_title_.find(title);
    return found == by_title_.end() || !found->second ? nullptr : &*found->second;
}

void Destinations::set_usual_request(net::RequestOptions request)
{
    usual_request_ = std::move(request);
    usual_request_.calling_ae.clear();
}

Destinations make_destinations(const ArchivedSettings& settings, const net::RequestOptions& request,
                               std::vector<Destination> nodes)
{
    Destinations destinations;
    destinations.set_usual_request(request);
    for (const std::string& text : settings.destination) {
        const net::Address address = net::parse_address(text);
        if (!destinations.add({address, destinations.usual_request(), 0})) {
            throw Error(ErrorKind::usage,
                        fmt::format("starting the daemon: two destinations with the title '{}'",
                                    log::printable(address.ae)));
        }
    }
    Destinations of_nodes;
    std::set<std::string> titles;
    for (Destination& node : nodes) {
        titles.insert(node.address.ae);
        of_nodes.add(std::move(node));
    }
    for (const std::string& title : titles) {
        if (destinations.find(title) != nullptr) {
            continue;
        }
        if (const Destination* node = of_nodes.find(title)) {
            destinations.add(*node);
        } else {
            log::warning("several nodes have the title {} and differ: nothing is sent there",
                         log::printable(title));
        }
    }
    return destinations;
}

}  // namespace pacs::daemon
