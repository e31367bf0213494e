#include "cli/docs.hpp"

#include "catch.hpp"

#include <memory>
#include <sstream>

using pacs::cli::Tool;

namespace {

std::unique_ptr<Tool> tool()
{
    static int count = 1;
    static std::string file;
    static std::vector<std::string> words;
    auto made =
        std::make_unique<Tool>(pacs::cli::ToolInfo{"pacs-x",
                                                   "does x's work",
                                                   "First line.\n\n.second begins with a dot\n",
                                                   {{"Try it", "pacs-x @old | jq -c .", 3}},
                                                   {"pacs-y(1)"},
                                                   {{"3", "nobody answered"}},
                                                   false});
    CLI::App& app = made->options();
    app.add_option("peers", words, "Peers to ask")->type_name("PEER")->required();
    app.add_option("-n,--count", count, "How often; \"0\" [until stopped]: don't")->type_name("N");
    app.add_option("--file", file, "A file")->type_name("FILE");
    app.add_option("--secret", file, "Hidden")->group("");
    made->offer_progress();
    return made;
}

}  // namespace

TEST_CASE("the help fits 80 columns and shows what is not hidden")
{
    const std::string text = pacs::cli::help_text(*tool());
    std::istringstream lines{text};
    for (std::string line; std::getline(lines, line);) {
        INFO(line);
        CHECK(line.size() <= 80);
    }
    CHECK_THAT(text, Catch::Contains("Usage: pacs-x [OPTION]... PEER...\n"));
    CHECK_THAT(text, Catch::Contains("  -n, --count N           How often"));
    CHECK_THAT(text, Catch::Contains("[default: 1]"));
    CHECK_THAT(text, !Catch::Contains("secret"));
}

TEST_CASE("the manual page has examples before options, its own exit notes and safe text")
{
    const std::string page = pacs::cli::man_page(*tool(), "1.2.3");
    CHECK(page.find(".SH EXAMPLES") < page.find(".SH OPTIONS"));
    CHECK_THAT(page, Catch::Contains("\n\\&.second begins"));
    CHECK_THAT(page, Catch::Contains(".\\\" exit 3\n.nf\n.RS 4\npacs\\-x @old | jq \\-c .\n"));
    CHECK_THAT(page, Catch::Contains("\\fB3\\fR\nnobody answered.\n"));
    CHECK_THAT(page, Catch::Contains("does x\\(aqs work"));
    CHECK_THAT(page, Catch::Contains("PACS_CONFIG"));
    CHECK_THAT(page, !Catch::Contains("secret"));
}

TEST_CASE("each shell's completion calls the tool back with what is typed")
{
    for (const auto& text :
         {pacs::cli::bash_completion(*tool()), pacs::cli::zsh_completion(*tool()),
          pacs::cli::fish_completion(*tool())}) {
        CHECK_THAT(text, Catch::Contains("pacs-x --generate complete "));
        CHECK_THAT(text, Catch::Contains("_pacs_x"));
        CHECK_THAT(text, !Catch::Contains("@F") && !Catch::Contains("@T"));
    }
}

TEST_CASE("documents are asked for with --generate, and only so")
{
    const auto ask = [](std::vector<const char*> words) {
        words.insert(words.begin(), "pacs-x");
        return pacs::cli::generated(*tool(), static_cast<int>(words.size()), words.data());
    };
    for (const char* kind : {"man", "bash", "zsh", "fish"}) {
        CHECK(ask({"--generate", kind}).has_value());
    }
    CHECK(ask({"--generate", "complete", "--fi"}) == "words\n--file\tA file\n");
    CHECK_FALSE(ask({"--generate", "poem"}));
    CHECK_FALSE(ask({"--generate", "man", "more"}));
    CHECK_FALSE(ask({"--generate"}));
    CHECK_FALSE(ask({"@old", "man"}));
}
