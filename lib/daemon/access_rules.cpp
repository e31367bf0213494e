#include "daemon/access_rules.hpp"

#include "base/error.hpp"
#include "base/log.hpp"
#include "net/address.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <sstream>
#include <utility>

namespace pacs::daemon {

namespace {

constexpr std::array<std::pair<std::string_view, Right>, 6> words{{{"echo", Right::echo},
                                                                   {"store", Right::store},
                                                                   {"find", Right::find},
                                                                   {"retrieve", Right::retrieve},
                                                                   {"commit", Right::commit},
                                                                   {"receive", Right::receive}}};

/// Spaces around a title are not significant, PS3.5 6.2.
std::string trimmed(std::string_view title)
{
    const auto first = title.find_first_not_of(' ');
    return first == std::string_view::npos
               ? std::string{}
               : std::string{title.substr(first, title.find_last_not_of(' ') - first + 1)};
}

bool contains_title(const std::vector<std::string>& titles, const std::string& title)
{
    return std::any_of(titles.begin(), titles.end(),
                       [&](const std::string& each) { return trimmed(each) == trimmed(title); });
}

bool contains_text(const std::vector<std::string>& list, const std::string& text)
{
    return std::find(list.begin(), list.end(), text) != list.end();
}

/// A fingerprint as certificates have it: hex digits without colons, in lower case.
std::string plain_fingerprint(std::string_view text)
{
    std::string plain;
    for (const char c : text) {
        if (c != ':') {
            plain += static_cast<char>(c >= 'A' && c <= 'F' ? c - 'A' + 'a' : c);
        }
    }
    return plain;
}

/// RFC 2253 writes no spaces after a comma, people do.
std::string plain_subject(std::string_view text)
{
    std::string plain;
    bool after_comma = false;
    for (const char c : text) {
        if (c == ' ' && after_comma) {
            continue;
        }
        const bool escaped = !plain.empty() && plain.back() == '\\';
        after_comma = c == ',' && !escaped;
        plain += c;
    }
    return plain;
}

bool is_one_of(const std::vector<std::string>& wanted, const net::Certificate& certificate)
{
    return std::any_of(wanted.begin(), wanted.end(), [&](const std::string& each) {
        return plain_subject(each) == certificate.subject ||
               plain_fingerprint(each) == certificate.sha256;
    });
}

[[noreturn]] void refuse_node(const CallerSettings& caller, const std::string& why,
                              std::string hint = {})
{
    throw Error(ErrorKind::usage,
                fmt::format("reading {}: node '{}' {}", caller.where, caller.name, why),
                std::move(hint));
}

net::Endpoint endpoint_of(const CallerSettings& caller)
{
    try {
        return caller.address.empty() ? net::Endpoint{} : net::classify_endpoint(caller.address);
    } catch (const Error& error) {
        refuse_node(caller, error.what());
    }
}

}  // namespace

net::Rights parse_right(std::string_view word)
{
    if (word == "all") {
        return every_service;
    }
    const auto* const found = std::find_if(words.begin(), words.end(),
                                           [&](const auto& each) { return each.first == word; });
    if (found == words.end()) {
        throw Error(ErrorKind::usage,
                    fmt::format("'{}' is no service: all, echo, store, find, retrieve, commit",
                                log::printable(word)));
    }
    return bit(found->second);
}

std::string to_string(net::Rights rights)
{
    std::string text;
    for (const auto& [word, right] : words) {
        if ((rights & bit(right)) != 0) {
            text += text.empty() ? "" : ", ";
            text += word;
        }
    }
    return text;
}

AccessRule parse_access_rule(std::string_view text)
{
    AccessRule rule;
    std::istringstream stream{std::string{text}};
    std::string word;
    while (stream >> word && word != "from") {
        rule.rights |= parse_right(word) & every_service;
    }
    while (stream >> word && word != "with") {
        const auto ranges = parse_address_ranges(word);
        rule.from.insert(rule.from.end(), ranges.begin(), ranges.end());
    }
    while (stream >> word) {
        rule.certificate = rule.certificate || word == "certificate";
        rule.user = rule.user || word == "user";
        if (word != "certificate" && word != "user" && word != "with") {
            throw Error(ErrorKind::usage,
                        fmt::format("'{}' is neither certificate nor user", log::printable(word)));
        }
    }
    const bool condition_missing = word == "with";
    if (rule.rights == 0 || rule.from.empty() || condition_missing) {
        throw Error(ErrorKind::usage,
                    fmt::format("'{}' is no rule: SERVICE... from RANGE... [with certificate] "
                                "[with user]",
                                log::printable(text)));
    }
    return rule;
}

AccessRules::AccessRules(const ArchivedSettings& settings)
{
    for (const std::string& text : settings.allow) {
        try {
            rules_.push_back(parse_access_rule(text));
        } catch (const Error& error) {
            throw Error(error.kind(), fmt::format("starting the daemon: allow: {}", error.what()),
                        "such as \"echo store from 10.0.0.0/8\"; see pacs.toml(5)");
        }
    }
    for (const CallerSettings& caller : settings.callers) {
        nodes_.push_back(read(caller));
    }
    const auto some = [this](bool AccessRule::*by_rule, std::vector<std::string> Node::*by_node) {
        return std::any_of(rules_.begin(), rules_.end(),
                           [&](const AccessRule& rule) { return rule.*by_rule; }) ||
               std::any_of(nodes_.begin(), nodes_.end(),
                           [&](const Node& node) { return !(node.*by_node).empty(); });
    };
    if (settings.users_file.empty() && some(&AccessRule::user, &Node::users)) {
        throw Error(
            ErrorKind::usage,
            "starting the daemon: access depends on users, but nobody knows their passcodes",
            "name the file with them: users_file, --users-file");
    }
    const bool certificates_come = !settings.listen_tls.empty() && settings.tls_client != "none";
    if (!certificates_come && some(&AccessRule::certificate, &Node::certificates)) {
        throw Error(
            ErrorKind::usage,
            "starting the daemon: access depends on certificates, but nobody is asked for one",
            "listen with TLS, listen_tls, and set tls_client to required or requested");
    }
}

AccessRules::Node AccessRules::read(const CallerSettings& caller)
{
    const auto endpoint = endpoint_of(caller);
    const bool peer = endpoint.kind == net::EndpointKind::peer;
    Node node;
    node.name = caller.name;
    node.title = trimmed(caller.title.empty() && peer ? endpoint.address.ae : caller.title);
    node.certificates = caller.certificate;
    node.called = caller.called;
    node.users = caller.users;
    if (node.title.empty()) {
        refuse_node(caller, "allows something, but has no title to be known by");
    }
    for (const std::string& word : caller.allow) {
        node.rights |= parse_right(word);
    }
    for (const std::string& word : caller.from) {
        const auto ranges = parse_address_ranges(word);
        node.from.insert(node.from.end(), ranges.begin(), ranges.end());
    }
    if (!node.from.empty() || (node.rights & every_service) == 0) {
        return node;
    }
    if (!node.certificates.empty() || !node.users.empty()) {
        node.from = parse_address_ranges("anywhere");
    } else if (peer && is_numeric_address(endpoint.address.host)) {
        node.from = {AddressRange::parse(endpoint.address.host)};
    } else {
        refuse_node(caller, "allows something to whoever claims its title",
                    "say where it calls from (from), or what certificate or user it shows");
    }
    return node;
}

/// What keeps this node from being the asker, or nothing. Foreign text is cleaned by the log.
std::string AccessRules::objection(const Node& node, const Asker& asker)
{
    if (!contains(node.from, asker.host)) {
        return fmt::format("node {} does not call from {}", node.name, asker.host);
    }
    if (!node.certificates.empty() && asker.certificate == nullptr) {
        return fmt::format("node {} needs a certificate, there is none", node.name);
    }
    if (!node.certificates.empty() && !is_one_of(node.certificates, *asker.certificate)) {
        return fmt::format("node {} has another certificate than {}, SHA-256 {}", node.name,
                           asker.certificate->subject, asker.certificate->sha256);
    }
    if (!node.called.empty() && !contains_title(node.called, asker.called)) {
        return fmt::format("node {} may not call {}", node.name, asker.called);
    }
    if (!node.users.empty() && !contains_text(node.users, asker.user)) {
        return asker.user.empty()
                   ? fmt::format("node {} needs a user, there is none", node.name)
                   : fmt::format("node {} is not for user {}", node.name, asker.user);
    }
    return {};
}

std::string AccessRules::objection(const AccessRule& rule, const Asker& asker)
{
    if (rule.certificate && asker.certificate == nullptr) {
        return fmt::format("the rule for {} needs a certificate", asker.host);
    }
    return rule.user && asker.user.empty() ? fmt::format("the rule for {} needs a user", asker.host)
                                           : "";
}

Access AccessRules::decide(const Asker& asker) const
{
    Access access;
    const auto weigh = [&](net::Rights rights, const std::string& against,
                           const std::string& node) {
        if (!against.empty()) {
            access.reason += access.reason.empty() ? against : "; " + against;
            return;
        }
        access.rights |= rights & every_service;
        access.node = access.node.empty() ? node : access.node;
    };
    for (const Node& node : nodes_) {
        if (node.title == trimmed(asker.calling)) {
            weigh(node.rights, objection(node, asker), node.name);
        }
    }
    for (const AccessRule& rule : rules_) {
        if (contains(rule.from, asker.host)) {
            weigh(rule.rights, objection(rule, asker), {});
        }
    }
    if (access.rights == 0 && access.reason.empty()) {
        access.reason = fmt::format("no rule is for {}, and no node has the title {}", asker.host,
                                    asker.calling);
    }
    return access;
}

bool AccessRules::open_to_others() const
{
    static const auto loopback = parse_address_ranges("loopback");
    const auto remote = [](const std::vector<AddressRange>& ranges) {
        return std::any_of(ranges.begin(), ranges.end(), [](const AddressRange& range) {
            return std::find(loopback.begin(), loopback.end(), range) == loopback.end();
        });
    };
    return std::any_of(rules_.begin(), rules_.end(),
                       [&](const AccessRule& rule) { return remote(rule.from); }) ||
           std::any_of(nodes_.begin(), nodes_.end(),
                       [&](const Node& node) { return remote(node.from); });
}

}  // namespace pacs::daemon
