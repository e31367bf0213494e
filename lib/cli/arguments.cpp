#include "cli/arguments.hpp"

#include "base/error.hpp"
#include "base/log.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

namespace pacs::cli {

namespace {

/// A command line taken apart.
struct Parts {
    std::vector<std::string> options;  // with their values
    std::vector<std::string> words;
    std::optional<std::string> called;  // -aec
};

class Arranger {
public:
    Arranger(const CLI::App& app, const std::vector<std::string>& words, bool habits)
        : app_(app), words_(words), habits_(habits)
    {
    }

    Parts parts()
    {
        while (at_ < words_.size()) {
            const std::string& word = words_[at_++];
            if (word == "--") {
                parts_.words.insert(parts_.words.end(), words_.begin() + position(), words_.end());
                break;
            }
            if (word.size() < 2 || word[0] != '-') {
                parts_.words.push_back(word);
            } else if (!habits_ || !habit(word)) {
                option(word);
            }
        }
        return std::move(parts_);
    }

private:
    std::ptrdiff_t position() const { return static_cast<std::ptrdiff_t>(at_); }

    const std::string& value_of(const std::string& word)
    {
        if (at_ == words_.size()) {
            throw Error(ErrorKind::usage,
                        fmt::format("reading the command line: {} needs a value", word));
        }
        return words_[at_++];
    }

    bool habit(const std::string& word)
    {
        if (word == "-aet") {
            parts_.options.emplace_back("--calling");
            parts_.options.push_back(value_of(word));
        } else if (word == "-aec") {
            parts_.called = value_of(word);
        } else if (word == "-k" && app_.get_option_no_throw("-k") == nullptr) {
            parts_.words.push_back(value_of(word));
        } else {
            return false;
        }
        return true;
    }

    void option(const std::string& word)
    {
        parts_.options.push_back(word);
        if (wants_value(word) && at_ < words_.size()) {
            parts_.options.push_back(words_[at_++]);
        }
    }

    /// True when the value is the next word: not "--name=value", not "-nvalue".
    bool wants_value(const std::string& word) const
    {
        if (word.compare(0, 2, "--") == 0) {
            return word.find('=') == std::string::npos && takes_value(word);
        }
        for (std::size_t i = 1; i < word.size(); ++i) {
            if (takes_value(std::string{"-"} + word[i])) {
                return i + 1 == word.size();
            }
        }
        return false;
    }

    bool takes_value(const std::string& name) const
    {
        const CLI::Option* const option = app_.get_option_no_throw(name);
        return option != nullptr && option->get_expected_max() != 0;
    }

    const CLI::App& app_;
    const std::vector<std::string>& words_;
    const bool habits_;
    std::size_t at_ = 0;
    Parts parts_;
};

bool exists(const std::string& word)
{
    std::error_code ignored;  // a name that cannot be looked at is no file of ours
    return std::filesystem::exists(word, ignored);
}

bool is_port(const std::string& word)
{
    return !word.empty() && word.size() <= 5 &&
           std::all_of(word.begin(), word.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool is_host(const std::string& word)
{
    return !word.empty() && word.find_first_of("@/=") == std::string::npos;
}

std::string peer(const std::string& called, const std::string& host, const std::string& port)
{
    const bool bare_v6 = host.find(':') != std::string::npos && host.front() != '[';
    return called + "@" + (bare_v6 ? "[" + host + "]" : host) + ":" + port;
}

/// The first "host port" becomes a peer; the words after it that look so too stay.
void join_host_and_port(Parts& parts, PeerPlace place)
{
    auto& words = parts.words;
    for (std::size_t i = 0; i + 1 < words.size(); ++i) {
        if (!is_host(words[i]) || !is_port(words[i + 1]) || exists(words[i]) ||
            exists(words[i + 1])) {
            continue;
        }
        const std::string address = peer(parts.called.value_or("ANY-SCP"), words[i], words[i + 1]);
        const auto at = words.begin() + static_cast<std::ptrdiff_t>(i);
        words.erase(at, at + 2);
        words.insert(place == PeerPlace::first  ? words.begin()
                     : place == PeerPlace::last ? words.end()
                                                : words.begin() + static_cast<std::ptrdiff_t>(i),
                     address);
        return;
    }
    if (parts.called) {
        throw Error(ErrorKind::usage, "reading the command line: -aec needs a host and a port",
                    "write the peer as TITLE@HOST:PORT");
    }
}

}  // namespace

std::vector<std::string> arranged(const CLI::App& app, const std::vector<std::string>& words,
                                  std::optional<PeerPlace> habits)
{
    Parts parts = Arranger{app, words, habits.has_value()}.parts();
    if (habits) {
        join_host_and_port(parts, *habits);
    }
    std::vector<std::string> result = std::move(parts.options);
    if (!parts.words.empty()) {
        result.emplace_back("--");
    }
    result.insert(result.end(), parts.words.begin(), parts.words.end());
    return result;
}

}  // namespace pacs::cli
