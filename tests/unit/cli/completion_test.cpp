#include "cli/completion.hpp"

#include "catch.hpp"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>

using pacs::Word;
using pacs::cli::Completion;
using pacs::cli::Tool;
using pacs::cli::WordKind;
using Line = std::vector<std::string>;

namespace {

/// A configuration with two nodes, which the tool finds.
class Nodes {
public:
    explicit Nodes(const std::string& text)
    {
        std::ofstream{file_} << text;
        ::setenv("PACS_CONFIG", file_.c_str(), 1);
    }
    ~Nodes()
    {
        ::unsetenv("PACS_CONFIG");
        std::filesystem::remove(file_);
    }
    Nodes(const Nodes&) = delete;
    Nodes& operator=(const Nodes&) = delete;

private:
    std::string file_ = std::filesystem::temp_directory_path() /
                        ("completion-" + std::to_string(::getpid()) + ".toml");
};

const std::string two_nodes =
    "[node.archive]\naddress = \"A@127.0.0.1:104\"\n[node.old]\naddress = \"B@127.0.0.1:104\"\n";

struct Values {
    std::string text;
    std::vector<std::string> list;
};

/// A tool like pacs-find: one source, then keys.
std::unique_ptr<Tool> asker()
{
    static Values source;
    static Values keys;
    static Values other;
    auto tool = std::make_unique<Tool>(pacs::cli::ToolInfo{"pacs-x", "", "", {}, {}, {}, false});
    CLI::App& app = tool->options();
    app.add_option("source", source.text, "Whom")->type_name("SOURCE")->required();
    app.add_option("key", keys.list, "What")->type_name("KEY[=VALUE]");
    app.add_option("-l,--level", other.text, "Level")->check(CLI::IsMember({"study", "series"}));
    app.add_option("--report", other.text, "Report")->type_name("FILE");
    app.add_option("--into", other.text, "Folder")->type_name("DIR");
    app.add_option("--syntax", other.text, "Syntax")->type_name("SYNTAX");
    app.add_option("--name", other.text, "Anything")->type_name("TEXT");
    app.add_option("--secret", other.text, "Hidden")->group("");
    tool->offer_nodes();
    tool->offer_words(WordKind::assignment, [](std::string_view begun) {
        return begun == "Stu" ? std::vector<Word>{{"StudyDate=", "DA"}} : std::vector<Word>{};
    });
    tool->offer_words(WordKind::transfer_syntax, [](std::string_view) {
        return std::vector<Word>{{"1.2", "Implicit"}};
    });
    return tool;
}

Line texts(const Completion& completion)
{
    Line result;
    for (const Word& word : completion.words) {
        result.push_back(word.text);
    }
    return result;
}

Completion ask(const Line& line)
{
    return complete(*asker(), line);
}

}  // namespace

TEST_CASE("an option is completed with all its spellings, but not a hidden one")
{
    CHECK(texts(ask({"--le"})) == Line{"--level"});
    CHECK(texts(ask({"-"})).front() == "-l");
    CHECK(texts(ask({"--sec"})).empty());
    CHECK_FALSE(ask({"--le"}).files);
    CHECK(rendered(ask({"--le"})) == "words\n--level\tLevel\n");
}

TEST_CASE("the value of an option is completed by what it is, behind a blank or behind =")
{
    CHECK(texts(ask({"--level", "s"})) == Line{"study", "series"});
    CHECK(texts(ask({"-l", "se"})) == Line{"series"});
    CHECK(texts(ask({"--level=se"})) == Line{"--level=series"});
    CHECK(texts(ask({"--syntax", ""})) == Line{"1.2"});
    CHECK(texts(ask({"--syntax="})) == Line{"--syntax=1.2"});
    CHECK(rendered(ask({"--report", ""})) == "files\n");
    CHECK(rendered(ask({"--into=", "--into", ""})) == "folders\n");
    CHECK(rendered(ask({"--name", ""})) == "words\n");
    CHECK(ask({"--nothing=", ""}).files);
}

TEST_CASE("the first word is a node or a file, all others are keys")
{
    const Nodes nodes{two_nodes};
    CHECK(texts(ask({""})) == Line{"@archive", "@old"});
    CHECK(ask({""}).files);
    CHECK(texts(ask({"@ar"})) == Line{"@archive"});
    CHECK_FALSE(ask({"@ar"}).files);
    CHECK(texts(ask({"@archive", "Stu"})) == Line{"StudyDate="});
    CHECK(texts(ask({"@archive", "A=1", "--level", "study", "Stu"})) == Line{"StudyDate="});
    CHECK(texts(ask({"--level=study", "-v", "@o"})) == Line{"@old"});
    CHECK_FALSE(ask({"@archive", "Stu"}).files);
}

TEST_CASE("behind -- nothing is an option")
{
    CHECK(texts(ask({"--", "--le"})).empty());
    CHECK(texts(ask({"x", "--", "Stu"})) == Line{"StudyDate="});
}

TEST_CASE("the configuration named on the line is the one whose nodes are offered")
{
    const Nodes nodes{two_nodes};
    CHECK(texts(ask({"--config", "/nonexistent", "@"})).empty());
    CHECK(texts(ask({"--config=/nonexistent", "@"})).empty());
    CHECK(texts(ask({"@"})).size() == 2);
}

TEST_CASE("a broken configuration leaves less to offer and throws nothing")
{
    const Nodes nodes{"[node.archive\n"};
    CHECK(texts(ask({"@"})).empty());
}

TEST_CASE("a positional that repeats and the one behind it may both be next")
{
    const Nodes nodes{two_nodes};
    static Values values;
    Tool tool{pacs::cli::ToolInfo{"pacs-x", "", "", {}, {}, {}, false}};
    tool.options().add_option("FILE", values.list, "From")->required();
    tool.offer_nodes();
    tool.options().add_option("DEST", values.text, "To")->required();
    for (const Line& line : {Line{"@o"}, Line{"a", "@o"}, Line{"a", "b", "@o"}}) {
        CHECK(texts(complete(tool, line)) == Line{"@old"});
    }
    CHECK(complete(tool, {"a"}).files);
}

TEST_CASE("a tool that speaks to no peer offers files where others offer nodes too")
{
    const Nodes nodes{two_nodes};
    static Values values;
    Tool tool{pacs::cli::ToolInfo{"pacs-x", "", "", {}, {}, {}, false}};
    tool.options().add_option("SOURCE", values.list, "What to read");
    CHECK(rendered(complete(tool, {""})) == "files\n");
}

TEST_CASE("subcommands are completed, and behind one its own options and words")
{
    static Values values;
    Tool tool{pacs::cli::ToolInfo{"pacs-x", "", "", {}, {}, {}, false}};
    CLI::App& scan = tool.add_command("scan", "read folders");
    tool.add_command("stats", "count");
    scan.add_option("PATH", values.list, "What to read");
    bool digest = false;
    scan.add_flag("--digest", digest, "Digests");
    CHECK(texts(complete(tool, {"s"})) == Line{"scan", "stats"});
    CHECK(texts(complete(tool, {"--quiet", "sc"})) == Line{"scan"});
    CHECK(texts(complete(tool, {"scan", "--di"})) == Line{"--digest"});
    CHECK(texts(complete(tool, {"scan", "--qui"})) == Line{"--quiet"});
    CHECK(texts(complete(tool, {"stats", "--di"})).empty());
    CHECK(complete(tool, {"scan", "x"}).files);
    CHECK(texts(complete(tool, {"scan", "st"})).empty());
}
