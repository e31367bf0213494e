#include "cli/completion.hpp"

#include "base/error.hpp"
#include "cli/option_table.hpp"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

namespace pacs::cli {

namespace {

std::vector<Word> node_words(const std::string& config_file)
{
    std::vector<Word> words;
    try {
        const Config config = Config::find(config_file);
        for (const auto& [name, node] : config.nodes()) {
            if (!node.address.empty()) {
                words.push_back({"@" + name, node.address});
            }
        }
    } catch (const Error&) {
        return {};  // the run will say what is wrong with it, a keystroke is no place to
    }
    return words;
}

/// The words before the one that is typed, as CLI11 and arranged() will read them.
class Reader {
public:
    explicit Reader(const Tool& tool) : tool_(tool), app_(&tool.options()) {}

    void read(const std::string& word)
    {
        if (waiting_ != nullptr) {
            if (waiting_->get_lnames() == std::vector<std::string>{"config"}) {
                config_file_ = word;
            }
            waiting_ = nullptr;
        } else if (!options_ended_ && word == "--") {
            options_ended_ = true;
        } else if (!options_ended_ && word.size() > 1 && word[0] == '-') {
            read_option(word);
        } else if (const CLI::App* sub = subcommand(word)) {
            app_ = sub;
            words_ = 0;
        } else {
            ++words_;
        }
    }

    const CLI::App& app() const { return *app_; }
    /// The option whose value comes next, or nullptr.
    const CLI::Option* waiting() const { return waiting_; }
    std::size_t words() const { return words_; }
    bool options_ended() const { return options_ended_; }
    const std::string& config_file() const { return config_file_; }

    /// Of the command, which has the common ones too.
    const CLI::Option* option(const std::string& name) const
    {
        return app_->get_option_no_throw(name);
    }
    /// No command was given yet, and one is needed.
    bool wants_command() const
    {
        return app_ == &tool_.options() && words_ == 0 && !tool_.commands().empty();
    }

private:
    const CLI::App* subcommand(const std::string& word) const
    {
        const Command* const found = wants_command() ? tool_.find_command(word) : nullptr;
        return found == nullptr ? nullptr : &found->app;
    }

    void read_option(const std::string& word)
    {
        const bool is_long = word[1] == '-';
        const auto equals = is_long ? word.find('=') : std::string::npos;
        const CLI::Option* found =
            option(is_long ? word.substr(0, equals) : std::string{'-', word.back()});
        const bool takes_value = found != nullptr && found->get_expected_max() != 0;
        if (takes_value && equals == std::string::npos) {
            waiting_ = found;
        } else if (word.starts_with("--config=")) {
            config_file_ = word.substr(equals + 1);
        }
    }

    const Tool& tool_;
    const CLI::App* app_;
    const CLI::Option* waiting_ = nullptr;
    std::size_t words_ = 0;
    bool options_ended_ = false;
    std::string config_file_;
};

class Completer {
public:
    Completer(const Tool& tool, const Reader& before) : tool_(tool), before_(before) {}

    Completion complete(const std::string& word)
    {
        if (const CLI::Option* option = before_.waiting()) {
            add_value(option_entry(*option), word);
        } else if (before_.options_ended() || word.empty() || word[0] != '-') {
            add_positional(word);
        } else if (const auto equals = word.find('='); equals != std::string::npos) {
            add_long_value(word, equals + 1);
        } else {
            add_options(word);
        }
        return std::move(done_);
    }

private:
    void add(Word word, std::string_view beginning)
    {
        if (word.text.starts_with(beginning)) {
            done_.words.push_back(std::move(word));
        }
    }

    void add_options(const std::string& word)
    {
        for (const OptionEntry& entry : option_table(before_.app())) {
            for (const std::string& name : entry.names) {
                add({name, entry.help}, word);
            }
        }
    }

    /// "--name=begin": the words offered are whole ones.
    void add_long_value(const std::string& word, std::size_t start)
    {
        const CLI::Option* option = before_.option(word.substr(0, start - 1));
        if (option == nullptr) {
            return;
        }
        add_value(option_entry(*option), word.substr(start));
        for (Word& each : done_.words) {
            each.text.insert(0, word, 0, start);
        }
    }

    void add_value(const OptionEntry& entry, const std::string& word)
    {
        for (const std::string& choice : entry.choices) {
            add({choice, ""}, word);
        }
        const WordKind kind = entry.kind();
        if (kind == WordKind::endpoint && tool_.nodes_offered()) {
            for (Word& node : node_words(before_.config_file())) {
                add(std::move(node), word);
            }
        }
        if (const auto list = tool_.word_lists().find(kind); list != tool_.word_lists().end()) {
            auto words = list->second(word);
            std::ranges::move(words, std::back_inserter(done_.words));
        }
        const bool alias = !word.empty() && word[0] == '@';
        done_.files |= kind == WordKind::file || (kind == WordKind::endpoint && !alias);
        done_.folders |= kind == WordKind::folder;
    }

    void add_positional(const std::string& word)
    {
        if (before_.wants_command()) {
            for (const Command& command : tool_.commands()) {
                add({command.name, command.summary}, word);
            }
        }
        std::set<WordKind> seen;
        for (const OptionEntry& entry : next_positionals()) {
            if (seen.insert(entry.kind()).second) {
                add_value(entry, word);
            }
        }
    }

    /// The one whose turn it is; when it repeats, those behind it too: "SOURCE... DEST".
    std::vector<OptionEntry> next_positionals() const
    {
        std::vector<OptionEntry> next;
        std::size_t place = 0;
        for (const OptionEntry& entry : option_table(before_.app())) {
            const bool repeating = !next.empty() && next.front().repeats;
            const bool its_turn = next.empty() && (entry.repeats || place == before_.words());
            if (entry.positional && (repeating || its_turn)) {
                next.push_back(entry);
            }
            ++place;
        }
        return next;
    }

    const Tool& tool_;
    const Reader& before_;
    Completion done_;
};

}  // namespace

WordKind kind_of(std::string_view value) noexcept
{
    using Named = std::pair<std::string_view, WordKind>;
    constexpr Named kinds[] = {
        {"FILE", WordKind::file},
        {"PATH", WordKind::file},
        {"INDEX", WordKind::file},
        {"DIR", WordKind::folder},
        {"ARCHIVE", WordKind::folder},
        {"PEER", WordKind::endpoint},
        {"SOURCE", WordKind::endpoint},
        {"DEST", WordKind::endpoint},
        {"NODE", WordKind::endpoint},
        {"KEY", WordKind::keyword},
        {"KEY=VALUE", WordKind::assignment},
        {"KEY[=VALUE]", WordKind::assignment},
        {"SYNTAX", WordKind::transfer_syntax},
    };
    const std::string_view word = value.substr(0, value.find("..."));
    const auto* const found = std::ranges::find(kinds, word, &Named::first);
    return found == std::end(kinds) ? WordKind::free : found->second;
}

Completion complete(const Tool& tool, const std::vector<std::string>& line)
{
    Reader before{tool};
    for (std::size_t i = 0; i + 1 < line.size(); ++i) {
        before.read(line[i]);
    }
    return Completer{tool, before}.complete(line.empty() ? "" : line.back());
}

std::string rendered(const Completion& completion)
{
    std::string out = completion.files ? "files\n" : completion.folders ? "folders\n" : "words\n";
    for (const Word& word : completion.words) {
        out += word.text + (word.meaning.empty() ? "" : "\t" + word.meaning) + "\n";
    }
    return out;
}

}  // namespace pacs::cli
