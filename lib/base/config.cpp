#include "base/config.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/log.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>  // join, since fmt 11
#include <toml++/toml.h>

#include <algorithm>
#include <cstdlib>

namespace pacs {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t largest_file = 1U << 20U;

/// Where in which file, and which table: "pacs.toml:12: [node.old]".
struct Place {
    const fs::path& file;

    std::string at(const toml::source_region& region) const
    {
        return fmt::format("{}:{}", file.string(), region.begin.line);
    }
    [[noreturn]] void refuse(const toml::source_region& region, const std::string& reason) const
    {
        throw Error(ErrorKind::usage, fmt::format("reading {}: {}", at(region), reason));
    }
};

std::string key_text(const toml::key& key)
{
    return log::printable(key.str());
}

/// The words of a value that `kind` may have; nullopt for a value of another type.
std::optional<std::string> scalar_text(const toml::node& value, ValueKind kind)
{
    const bool wants_text = kind != ValueKind::number && kind != ValueKind::flag;
    const bool wants_integer = kind == ValueKind::number || kind == ValueKind::size;
    if (const auto* text = value.as_string(); text != nullptr && wants_text) {
        return text->get();
    }
    if (const auto* integer = value.as_integer(); integer != nullptr && wants_integer) {
        return std::to_string(integer->get());
    }
    if (const auto* flag = value.as_boolean(); flag != nullptr && kind == ValueKind::flag) {
        return flag->get() ? "true" : "false";
    }
    return std::nullopt;
}

std::string_view expected_words(ValueKind kind)
{
    switch (kind) {
    case ValueKind::number: return "a whole number";
    case ValueKind::size: return "a size: a number of bytes, or a string such as \"10GB\"";
    case ValueKind::duration: return "a duration: a string such as \"30s\"";
    case ValueKind::flag: return "true or false";
    case ValueKind::list: return "a list of strings";
    case ValueKind::text:
    case ValueKind::path: return "a string";
    }
    return "";
}

std::optional<std::vector<std::string>> value_texts(const toml::node& value, ValueKind kind)
{
    const auto* array = value.as_array();
    if (kind != ValueKind::list || array == nullptr) {
        auto text = scalar_text(value, kind);
        return text ? std::optional{std::vector{*std::move(text)}} : std::nullopt;
    }
    std::vector<std::string> texts;
    for (const toml::node& item : *array) {
        auto text = scalar_text(item, ValueKind::text);
        if (!text) {
            return std::nullopt;
        }
        texts.push_back(*std::move(text));
    }
    return texts;
}

std::string absolute(const std::string& path, const fs::path& file)
{
    return (fs::absolute(file).parent_path() / path).lexically_normal().string();
}

/// Reads one `key = value` and proves it, so that a bad file is refused before anything starts.
template <typename Settings>
Assignment read_assignment(const Place& place, const toml::key& name, const toml::node& value,
                           const std::vector<SettingKey<Settings>>& keys)
{
    const auto* key = find_key(keys, name.str());
    if (key == nullptr) {
        place.refuse(name.source(), fmt::format("unknown key '{}'", key_text(name)));
    }
    auto texts = value_texts(value, key->kind);
    if (!texts) {
        place.refuse(name.source(),
                     fmt::format("'{}' must be {}", key->name, expected_words(key->kind)));
    }
    if (key->kind == ValueKind::path && !texts->front().empty()) {
        texts->front() = absolute(texts->front(), place.file);
    }
    Assignment assignment{std::string{key->name}, *std::move(texts),
                          fmt::format("{}: '{}'", place.at(name.source()), key->name)};
    Settings scratch;
    apply_layer(scratch, {assignment});
    return assignment;
}

const toml::table& table_of(const Place& place, const toml::key& name, const toml::node& value)
{
    const auto* table = value.as_table();
    if (table == nullptr) {
        place.refuse(name.source(), fmt::format("'{}' must be a table", key_text(name)));
    }
    return *table;
}

template <typename Settings>
Assignments read_table(const Place& place, const toml::table& table,
                       const std::vector<SettingKey<Settings>>& keys)
{
    Assignments layer;
    for (const auto& [name, value] : table) {
        layer.push_back(read_assignment(place, name, value, keys));
    }
    return layer;
}

/// What weakens security is said for one peer at a time.
void refuse_deliberate(const Assignments& defaults)
{
    for (const Assignment& each : defaults) {
        if (find_key(peer_keys(), each.key)->deliberate) {
            throw Error(ErrorKind::usage,
                        fmt::format("reading {} is only for one node at a time: "
                                    "it has no default for all",
                                    each.where),
                        "put it into the [node.NAME] that needs it");
        }
    }
}

/// A path counts from the file's folder; everything with "@" or "://" is no path.
std::string node_address(const std::string& address, const fs::path& file)
{
    const bool is_path =
        address.find('@') == std::string::npos && address.find("://") == std::string::npos;
    return is_path ? absolute(address, file) : address;
}

Node read_node(const Place& place, const toml::key& name, const toml::table& table)
{
    const auto plain = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '_' || c == '-' || c == '.';
    };
    if (name.str().empty() || !std::all_of(name.str().begin(), name.str().end(), plain)) {
        place.refuse(name.source(), fmt::format("'{}' is no name of a node (letters, digits, _-.)",
                                                key_text(name)));
    }
    Node node{std::string{name.str()}, {}, {}, {}, {}};
    for (const auto& [key, value] : table) {
        if (find_key(caller_keys(), key.str()) != nullptr) {
            apply_layer(node.caller, {read_assignment(place, key, value, caller_keys())});
            continue;
        }
        if (key.str() != "address") {
            node.settings.push_back(read_assignment(place, key, value, peer_keys()));
            continue;
        }
        const auto text = scalar_text(value, ValueKind::text);
        if (!text || text->empty()) {
            place.refuse(key.source(), "'address' must be a string");
        }
        node.address = node_address(*text, place.file);
        node.where = place.at(key.source());
    }
    if (node.address.empty() && node.caller.title.empty()) {
        place.refuse(name.source(),
                     fmt::format("node '{}' has neither 'address' nor 'title'", node.name));
    }
    node.where = node.where.empty() ? place.at(name.source()) : node.where;
    node.caller.where = place.at(name.source());
    node.caller.name = node.name;
    node.caller.address = node.address;
    return node;
}

toml::table parse(const fs::path& file)
{
    std::string text;
    try {
        text = read_file(file, largest_file);
    } catch (const Error& error) {
        throw Error(ErrorKind::usage, error.what());
    }
    try {
        return toml::parse(text, file.string());
    } catch (const toml::parse_error& error) {
        Place{file}.refuse(error.source(), log::printable(error.description(), 200));
    }
}

fs::path default_file()
{
    const auto variable = [](const char* name) {
        const char* const value = std::getenv(name);
        return fs::path{value == nullptr ? "" : value};
    };
    const fs::path home = variable("HOME");
    const fs::path base = variable("XDG_CONFIG_HOME");
    const fs::path user = !base.empty()   ? base / "pacs/pacs.toml"
                          : !home.empty() ? home / ".config/pacs/pacs.toml"
                                          : fs::path{};
    for (const fs::path& candidate : {user, fs::path{"/etc/pacs/pacs.toml"}}) {
        std::error_code ignored;  // what may not be looked at is not there for us
        if (!candidate.empty() && fs::exists(candidate, ignored)) {
            return candidate;
        }
    }
    return {};
}

}  // namespace

Config::Config(const fs::path& file) : file_(file)
{
    const Place place{file_};
    const toml::table root = parse(file_);
    for (const auto& [name, value] : root) {
        if (name.str() == "defaults") {
            defaults_ = read_table(place, table_of(place, name, value), peer_keys());
            refuse_deliberate(defaults_);
        } else if (name.str() == "archived") {
            archived_ = read_table(place, table_of(place, name, value), archived_keys());
        } else if (name.str() == "node") {
            for (const auto& [node_name, node] : table_of(place, name, value)) {
                nodes_.emplace(node_name.str(),
                               read_node(place, node_name, table_of(place, node_name, node)));
            }
        } else {
            place.refuse(name.source(), fmt::format("unknown key '{}'", key_text(name)));
        }
    }
}

Config Config::find(const fs::path& given)
{
    if (!given.empty()) {
        return Config{given};
    }
    if (const char* const variable = std::getenv("PACS_CONFIG");
        variable != nullptr && *variable != '\0') {
        return Config{variable};
    }
    const fs::path file = default_file();
    return file.empty() ? Config{} : Config{file};
}

const Node& Config::node(std::string_view name) const
{
    const auto found = nodes_.find(name);
    if (found != nodes_.end() && !found->second.address.empty()) {
        return found->second;
    }
    if (found != nodes_.end()) {
        throw Error(ErrorKind::usage,
                    fmt::format("looking up @{}: the node has no address", log::printable(name)),
                    fmt::format("see {}", found->second.where));
    }
    std::vector<std::string_view> names;
    for (const auto& [known, node] : nodes_) {
        names.push_back(known);
    }
    const std::string hint =
        file_.empty()   ? "there is no pacs.toml; see pacs.toml(5)"
        : names.empty() ? fmt::format("{} has no [node.NAME]", file_.string())
                        : fmt::format("{} has: {}", file_.string(), fmt::join(names, ", "));
    throw Error(ErrorKind::usage, fmt::format("looking up @{}: no such node", log::printable(name)),
                hint);
}

PeerSettings Config::peer_settings(std::optional<std::string_view> node_name,
                                   const Assignments& command_line) const
{
    PeerSettings settings;
    apply_layer(settings, defaults_);
    if (node_name) {
        apply_layer(settings, node(*node_name).settings);
    }
    apply_layer(settings, peer_environment());
    apply_layer(settings, command_line);
    return settings;
}

ArchivedSettings Config::archived_settings(const Assignments& command_line) const
{
    ArchivedSettings settings;
    apply_layer(settings, archived_);
    apply_layer(settings, archived_environment());
    apply_layer(settings, command_line);
    for (const auto& [name, node] : nodes_) {
        if (!node.caller.allow.empty()) {
            settings.callers.push_back(node.caller);
        }
    }
    return settings;
}

}  // namespace pacs
