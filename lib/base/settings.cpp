#include "base/settings.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/log.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

namespace pacs {

namespace {

template <typename Settings>
void apply_to(Settings& settings, const std::vector<SettingKey<Settings>>& keys,
              const Assignments& layer)
{
    for (const Assignment& assignment : layer) {
        const auto* key = find_key(keys, assignment.key);
        try {
            if (key == nullptr) {
                throw Error(ErrorKind::usage,
                            fmt::format("unknown key '{}'", log::printable(assignment.key)));
            }
            if (key->kind != ValueKind::list && assignment.values.size() != 1) {
                throw Error(ErrorKind::usage, "needs exactly one value");
            }
            key->set(settings, assignment.values);
        } catch (const Error& error) {
            throw Error(error.kind(), fmt::format("reading {}: {}", assignment.where, error.what()),
                        error.hint());
        }
    }
}

std::vector<std::string> split_at_commas(const std::string& value)
{
    std::vector<std::string> parts;
    for (std::size_t start = 0; start <= value.size();) {
        const std::size_t end = std::min(value.find(',', start), value.size());
        parts.push_back(value.substr(start, end - start));
        start = end + 1;
    }
    return parts;
}

template <typename Settings>
Assignments environment_layer(const std::vector<SettingKey<Settings>>& keys,
                              std::string_view prefix)
{
    Assignments layer;
    for (const auto& key : keys) {
        if (key.deliberate) {
            continue;
        }
        std::string variable{prefix};
        for (const char c : key.name) {
            variable += static_cast<char>(c == '_' ? '_' : c - 'a' + 'A');
        }
        const char* const value = std::getenv(variable.c_str());
        if (value != nullptr && *value != '\0') {
            layer.push_back({std::string{key.name},
                             key.kind == ValueKind::list ? split_at_commas(value)
                                                         : std::vector<std::string>{value},
                             variable});
        }
    }
    return layer;
}

}  // namespace

void apply_layer(PeerSettings& settings, const Assignments& layer)
{
    apply_to(settings, peer_keys(), layer);
}

void apply_layer(ArchivedSettings& settings, const Assignments& layer)
{
    apply_to(settings, archived_keys(), layer);
}

void apply_layer(CallerSettings& settings, const Assignments& layer)
{
    apply_to(settings, caller_keys(), layer);
}

Assignments peer_environment()
{
    return environment_layer(peer_keys(), "PACS_");
}

Assignments archived_environment()
{
    return environment_layer(archived_keys(), "PACS_ARCHIVED_");
}

std::string read_secret(const std::filesystem::path& path, std::size_t limit_bytes)
{
    const Descriptor file = open_for_reading(path);
    struct stat status {};
    if (::fstat(file.get(), &status) != 0 || (status.st_uid != ::geteuid() && status.st_uid != 0) ||
        (status.st_mode & 077U) != 0) {
        throw Error(ErrorKind::usage,
                    fmt::format("reading the secret {}: others may read it", path.string()),
                    fmt::format("chmod 600 {}, owned by the user who runs this", path.string()));
    }
    std::string secret(limit_bytes + 1, '\0');
    secret.resize(read_some(file.get(), std::as_writable_bytes(std::span{secret}), path));
    if (secret.size() > limit_bytes) {
        throw Error(ErrorKind::usage, fmt::format("reading the secret {}: larger than {} bytes",
                                                  path.string(), limit_bytes));
    }
    secret.resize(std::min(secret.find_first_of("\r\n"), secret.size()));
    return secret;
}

std::string passcode_of(const PeerSettings& settings)
{
    if (!settings.passcode_file.empty()) {
        return read_secret(settings.passcode_file);
    }
    const char* const variable = std::getenv("PACS_PASSCODE");
    return variable == nullptr ? "" : variable;
}

}  // namespace pacs
