#include "base/settings.hpp"

#include "base/address_range.hpp"
#include "base/command.hpp"
#include "base/error.hpp"
#include "base/log.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>  // join, since fmt 11

#include <algorithm>
#include <array>
#include <utility>

namespace pacs {

namespace {

constexpr std::uint64_t smallest_pdu = 4096;
constexpr std::uint64_t largest_pdu = 16ULL * 1024 * 1024;

[[noreturn]] void refuse(const std::string& reason)
{
    throw Error(ErrorKind::usage, reason);
}

/// What tells one setting of `S` from another: where it lies and how text becomes its value.
template <typename S, typename Value>
using Parse = std::function<Value(const std::string&)>;

template <typename S, typename Value>
SettingKey<S> single(std::string_view name, ValueKind kind, std::string_view placeholder,
                     std::string_view help, Value S::*member, Parse<S, Value> parse,
                     std::function<std::string(const Value&)> show)
{
    return {name,
            kind,
            placeholder,
            help,
            {},
            false,
            [member, parse](S& settings, const std::vector<std::string>& values) {
                settings.*member = parse(values.front());
            },
            [member, show](const S& settings) { return show(settings.*member); }};
}

template <typename S>
SettingKey<S> duration(std::string_view name, std::string_view help,
                       std::chrono::milliseconds S::*member)
{
    return single<S, std::chrono::milliseconds>(
        name, ValueKind::duration, "DURATION", help, member,
        [](const std::string& text) {
            const auto span = parse_duration(text);
            if (span.count() == 0) {
                refuse("0 is no time at all");
            }
            return span;
        },
        duration_value);
}

template <typename S, typename Number>
SettingKey<S> number(std::string_view name, std::string_view help, Number S::*member,
                     std::uint64_t lowest, std::uint64_t highest)
{
    return single<S, Number>(
        name, ValueKind::number, "N", help, member,
        [lowest, highest](const std::string& text) {
            const std::uint64_t value = parse_number(text, highest);
            if (value < lowest) {
                refuse(fmt::format("{} is below {}", value, lowest));
            }
            return static_cast<Number>(value);
        },
        [](const Number& value) { return std::to_string(value); });
}

template <typename S>
SettingKey<S> pdu_size(std::string_view help)
{
    return single<S, std::uint32_t>(
        "max_pdu", ValueKind::size, "SIZE", help, &S::max_pdu,
        [](const std::string& text) {
            const std::uint64_t bytes = parse_size(text);
            if (bytes < smallest_pdu || bytes > largest_pdu) {
                refuse(fmt::format("'{}' is not between 4KiB and 16MiB", log::printable(text)));
            }
            return static_cast<std::uint32_t>(bytes);
        },
        [](const std::uint32_t& bytes) { return std::to_string(bytes); });
}

template <typename S>
SettingKey<S> text(std::string_view name, std::string_view placeholder, std::string_view help,
                   std::string S::*member, Parse<S, std::string> check)
{
    return single<S, std::string>(name, ValueKind::text, placeholder, help, member,
                                  std::move(check), [](const std::string& value) { return value; });
}

template <typename S>
SettingKey<S> choice(std::string_view name, std::string_view help, std::string S::*member,
                     const std::vector<std::string_view>& choices)
{
    auto key = text<S>(name, "HOW", help, member, [choices](const std::string& value) {
        if (std::find(choices.begin(), choices.end(), value) == choices.end()) {
            refuse(fmt::format("'{}' is not one of {}", log::printable(value),
                               fmt::join(choices, ", ")));
        }
        return value;
    });
    key.choices = choices;
    return key;
}

template <typename S>
SettingKey<S> path(std::string_view name, std::string_view placeholder, std::string_view help,
                   std::filesystem::path S::*member)
{
    return single<S, std::filesystem::path>(
        name, ValueKind::path, placeholder, help, member,
        [](const std::string& value) {
            if (value.empty()) {
                refuse("the path is empty");
            }
            return std::filesystem::path{value};
        },
        [](const std::filesystem::path& value) { return value.string(); });
}

template <typename S>
SettingKey<S> flag(std::string_view name, std::string_view help, bool S::*member)
{
    return single<S, bool>(
        name, ValueKind::flag, "", help, member,
        [](const std::string& value) { return parse_bool(value); }, [](const bool&) { return ""; });
}

template <typename S>
SettingKey<S> list(std::string_view name, std::string_view placeholder, std::string_view help,
                   std::vector<std::string> S::*member,
                   const std::function<std::string(const std::string&)>& check)
{
    return {name,
            ValueKind::list,
            placeholder,
            help,
            {},
            false,
            [member, check](S& settings, const std::vector<std::string>& values) {
                std::vector<std::string> checked;
                std::transform(values.begin(), values.end(), std::back_inserter(checked), check);
                settings.*member = std::move(checked);
            },
            [member](const S& settings) {
                return fmt::format("{}", fmt::join(settings.*member, ","));
            }};
}

/// PS3.5 6.2: 1 to 16 characters, no backslash, no control character, not only spaces.
std::string ae_title(const std::string& title)
{
    const bool printable = std::all_of(title.begin(), title.end(),
                                       [](char c) { return c >= ' ' && c <= '~' && c != '\\'; });
    if (title.size() > 16 || !printable || title.find_first_not_of(' ') == std::string::npos) {
        refuse(fmt::format("'{}' is no application entity title (1 to 16 ASCII characters)",
                           log::printable(title)));
    }
    return title;
}

std::string address_word(const std::string& word)
{
    (void)parse_address_ranges(word);
    return word;
}

template <typename S>
SettingKey<S> deliberate(SettingKey<S> key)
{
    key.deliberate = true;
    return key;
}

/// What a caller may be allowed; daemon/access_rules.hpp knows what it means.
std::string service_word(const std::string& word)
{
    constexpr std::array words{"all", "echo", "store", "find", "retrieve", "commit", "receive"};
    if (std::find(words.begin(), words.end(), word) == words.end()) {
        refuse(fmt::format("'{}' is not one of {}", log::printable(word), fmt::join(words, ", ")));
    }
    return word;
}

std::string short_text(const std::string& value)
{
    constexpr std::size_t longest = 1024;
    if (value.size() > longest) {
        refuse(fmt::format("the value is longer than {} bytes", longest));
    }
    return value;
}

std::string command_text(const std::string& value)
{
    (void)command_words(value);
    return short_text(value);
}

}  // namespace

const std::vector<SettingKey<PeerSettings>>& peer_keys()
{
    using S = PeerSettings;
    static const std::vector<SettingKey<S>> keys{
        text<S>("calling", "TITLE", "Our own application entity title", &S::calling, ae_title),
        text<S>("charset", "TERM", "Specific Character Set to ask in, and of answers without one",
                &S::charset, short_text),
        duration<S>("connect_timeout", "Time to connect and negotiate", &S::connect_timeout),
        duration<S>("timeout", "Time without progress, or for an answer", &S::timeout),
        pdu_size<S>("Bytes to take in one PDU"),
        number<S>("max_associations", "Associations at once to one peer; 0 is no limit",
                  &S::max_associations, 0, 1000),
        number<S>("async_window", "Operations outstanding on one association to propose",
                  &S::async_window, 1, 65535),
        text<S>("user", "NAME", "User name to identify with", &S::user, short_text),
        path<S>("passcode_file", "FILE", "File with the passcode of that user, mode 0600",
                &S::passcode_file),
        path<S>("token_file", "FILE", "File with a bearer token for DICOMweb, mode 0600",
                &S::token_file),
        text<S>("token_command", "COMMAND", "Program that prints a bearer token for DICOMweb",
                &S::token_command, command_text),
        flag<S>("plain_auth", "Send credentials over http:// to other machines, too",
                &S::plain_auth),
        flag<S>("tls", "Speak TLS to the peer", &S::tls),
        path<S>("tls_ca", "FILE", "Certificates to trust, PEM, instead of the system's",
                &S::tls_ca),
        path<S>("tls_cert", "FILE", "Our own certificate and its chain, PEM", &S::tls_cert),
        path<S>("tls_key", "FILE", "Its private key, PEM, when it is in another file", &S::tls_key),
        text<S>("tls_name", "NAME", "Name the peer's certificate must have, when not its host",
                &S::tls_name, short_text),
        deliberate(flag<S>("tls_insecure", "Encrypt, but believe whoever answers to be the peer",
                           &S::tls_insecure)),
    };
    return keys;
}

const std::vector<SettingKey<CallerSettings>>& caller_keys()
{
    using S = CallerSettings;
    static const std::vector<SettingKey<S>> keys{
        text<S>("title", "TITLE", "Title it calls with", &S::title, ae_title),
        list<S>("allow", "SERVICE", "What it may do with the daemon", &S::allow, service_word),
        list<S>("from", "RANGE", "Addresses it calls from", &S::from, address_word),
        list<S>("certificate", "SUBJECT", "Certificates it may show", &S::certificate, short_text),
        list<S>("called", "TITLE", "Titles of the daemon it may call", &S::called, ae_title),
        list<S>("users", "NAME", "Users of whom one must identify", &S::users, short_text),
    };
    return keys;
}

const std::vector<SettingKey<ArchivedSettings>>& archived_keys()
{
    using S = ArchivedSettings;
    constexpr std::uint64_t most = 100'000;
    static const std::vector<SettingKey<S>> keys{
        path<S>("archive", "DIR", "Folder of the archive; made when it is not there", &S::archive),
        list<S>("listen", "[ADDR:]PORT", "Address to listen on; port 0 lets the system choose",
                &S::listen, short_text),
        list<S>("aet", "TITLE", "Called title to answer to", &S::aet, ae_title),
        flag<S>("any_aet", "Answer to any called title", &S::any_aet),
        choice<S>("durability", "What an answer of success means: on disk, or left to the system",
                  &S::durability, {"flushed", "os"}),
        choice<S>("on_conflict", "What to do with other content under a UID that is taken",
                  &S::on_conflict, {"keep", "replace", "reject"}),
        single<S, DiskShare>("min_free", ValueKind::size, "SHARE",
                             "Refuse objects when less of the disk is free, 10GB or 5%",
                             &S::min_free, parse_disk_share,
                             [](const DiskShare& share) {
                                 return share.percent > 0 ? fmt::format("{}%", share.percent)
                                                          : std::to_string(share.bytes);
                             }),
        number<S>("max_associations", "Associations at once in all", &S::max_associations, 1, most),
        number<S>("max_associations_per_peer", "Associations at once from one address",
                  &S::max_associations_per_peer, 1, most),
        duration<S>("negotiation_timeout", "Time a peer has to ask for an association",
                    &S::negotiation_timeout),
        duration<S>("idle_timeout", "Time an association may stand still", &S::idle_timeout),
        duration<S>("association_timeout", "Time an association may last in all",
                    &S::association_timeout),
        duration<S>("stop_timeout", "Time to finish what runs when told to stop", &S::stop_timeout),
        duration<S>("commitment_retry", "Time to go on reporting on a storage commitment",
                    &S::commitment_retry),
        pdu_size<S>("Bytes to take in one PDU"),
        number<S>("async_window", "Operations outstanding on one association to grant at most",
                  &S::async_window, 1, 65535),
        list<S>("destination", "TITLE@HOST:PORT", "Where C-MOVE may send to, beside the nodes",
                &S::destination, short_text),
        flag<S>("allow_any", "Take a destination nobody configured for whoever asks",
                &S::allow_any),
        number<S>("allow_any_port", "Port of those", &S::allow_any_port, 1, 65535),
        number<S>("move_jobs", "Associations at once for one C-MOVE", &S::move_jobs, 1, 64),
        number<S>("max_retrievals", "C-MOVE and C-GET at once in all", &S::max_retrievals, 1, most),
        list<S>("listen_tls", "[ADDR:]PORT", "Address to listen on for TLS", &S::listen_tls,
                short_text),
        path<S>("tls_cert", "FILE", "Our certificate and its chain for TLS, PEM", &S::tls_cert),
        path<S>("tls_key", "FILE", "Its private key, PEM, when it is in another file", &S::tls_key),
        path<S>("tls_ca", "FILE", "Whom to trust for certificates of clients, PEM", &S::tls_ca),
        choice<S>("tls_client", "Certificates of clients", &S::tls_client,
                  {"required", "requested", "none"}),
        list<S>("allow", "RULE", "Who may do what: \"SERVICE... from RANGE...\"; see above",
                &S::allow, short_text),
        path<S>("users_file", "FILE", "Users and hashes of their passcodes", &S::users_file),
    };
    return keys;
}

}  // namespace pacs
