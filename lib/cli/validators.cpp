#include "cli/validators.hpp"

#include "base/error.hpp"

#include <fmt/format.h>

#include <array>
#include <functional>
#include <string_view>

namespace pacs::cli {

namespace {

/// As parse_size() reads it, exactly: "16GiB", "64KiB", "1500".
std::string size_value(std::uint64_t bytes)
{
    constexpr std::array<std::string_view, 4> names{"", "KiB", "MiB", "GiB"};
    std::size_t unit = 0;
    while (bytes > 0 && bytes % 1024 == 0 && unit + 1 < names.size()) {
        bytes /= 1024;
        ++unit;
    }
    return fmt::format("{}{}", bytes, names[unit]);
}

CLI::Option* add_parsed(CLI::App& app, const std::string& names, const std::string& help,
                        const std::string& type, const std::string& fallback,
                        const std::function<void(const std::string&)>& take)
{
    // The check rather than the callback, because CLI11 keeps the words of a check's refusal.
    auto* const option = app.add_option_function<std::string>(names, take, help);
    option->type_name(type)->default_str(fallback);
    option->check(CLI::Validator{[take](std::string& text) {
                                     try {
                                         take(text);
                                     } catch (const Error& error) {
                                         return std::string{error.what()};
                                     }
                                     return std::string{};
                                 },
                                 ""});
    return option;
}

}  // namespace

CLI::Option* add_duration(CLI::App& app, const std::string& names, std::chrono::milliseconds& value,
                          const std::string& help)
{
    return add_parsed(app, names, help, "DURATION", duration_value(value),
                      [&value](const std::string& text) { value = parse_duration(text); });
}

CLI::Option* add_time_limit(CLI::App& app, const std::string& names,
                            std::optional<std::chrono::milliseconds>& value,
                            const std::string& help)
{
    return add_parsed(app, names, help, "DURATION", "", [&value](const std::string& text) {
        const auto span = parse_duration(text);
        if (span.count() == 0) {
            throw Error(ErrorKind::usage, "0 is no time at all");
        }
        value = span;
    });
}

CLI::Option* add_size(CLI::App& app, const std::string& names, std::uint64_t& value,
                      const std::string& help)
{
    return add_parsed(app, names, help, "SIZE", size_value(value),
                      [&value](const std::string& text) { value = parse_size(text); });
}

CLI::Option* add_disk_share(CLI::App& app, const std::string& names, DiskShare& value,
                            const std::string& help, const std::string& fallback)
{
    return add_parsed(app, names, help, "SHARE", fallback,
                      [&value](const std::string& text) { value = parse_disk_share(text); });
}

CLI::Option* add_number(CLI::App& app, const std::string& names, std::uint64_t& value,
                        const std::string& help, std::uint64_t lowest, std::uint64_t highest)
{
    return add_parsed(app, names, help, "N", std::to_string(value),
                      [&value, lowest, highest](const std::string& text) {
                          const std::uint64_t number = parse_number(text, highest);
                          if (number < lowest) {
                              throw Error(ErrorKind::usage,
                                          fmt::format("{} is below {}", number, lowest));
                          }
                          value = number;
                      });
}

CLI::Option* add_digests(CLI::App& app, bool& file, bool& content)
{
    const auto take = [&file, &content](const std::vector<std::string>& kinds) {
        for (const std::string& kind : kinds) {
            (kind == "file" ? file : content) = true;
        }
    };
    return app
        .add_option_function<std::vector<std::string>>(
            "--digest", take,
            "SHA-256 of each object: of the file, or of its content, however it is encoded")
        ->type_name("KIND")
        ->check(CLI::IsMember({"file", "content"}));
}

}  // namespace pacs::cli
