#include "base/command.hpp"

#include "catch.hpp"

#include "base/error.hpp"
#include "base/stopwatch.hpp"

#include <chrono>
#include <string>
#include <vector>

using namespace pacs;
using Words = std::vector<std::string>;

namespace {

constexpr std::size_t limit = 1000;

std::string output(const Words& words, Deadline deadline = {})
{
    return output_of(words, limit, deadline);
}

std::string failure(const Words& words, Deadline deadline = {})
{
    try {
        (void)output(words, deadline);
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::usage);
        return error.what();
    }
    return {};
}

}  // namespace

TEST_CASE("a command is parted at blanks, but not within quotes")
{
    CHECK(command_words("a b") == Words{"a", "b"});
    CHECK(command_words("  a\t 'b c'  \"d 'e'\" f\\ g '' h\"i\"j ") ==
          Words{"a", "b c", "d 'e'", "f g", "", "hij"});
    CHECK(command_words(R"('a\b' "c\"d")") == Words{R"(a\b)", "c\"d"});
    CHECK_THROWS_AS(command_words("a 'b"), Error);
    CHECK_THROWS_AS(command_words("a \"b"), Error);
    CHECK_THROWS_AS(command_words(" "), Error);
    CHECK_THROWS_AS(command_words("''"), Error);
}

TEST_CASE("a program's output comes back, and nothing is expanded")
{
    CHECK(output({"printf", "%s", "$HOME *"}) == "$HOME *");
    CHECK(output({"true"}).empty());
    CHECK(output({"cat"}).empty());  // it reads from nowhere
}

TEST_CASE("a program that fails, is not there, or is killed, is told without what it wrote")
{
    CHECK(failure({"sh", "-c", "echo secret; exit 3"}).find("status 3") != std::string::npos);
    CHECK(failure({"sh", "-c", "echo secret; exit 3"}).find("secret") == std::string::npos);
    CHECK_FALSE(failure({"no-such-program-is-there"}).empty());
    CHECK(failure({"sh", "-c", "kill -9 $$"}).find("killed") != std::string::npos);
}

TEST_CASE("a program that writes without end is stopped")
{
    CHECK(failure({"yes"}).find("more than 1000") != std::string::npos);
}

TEST_CASE("a program that does not end is stopped, with all that it started")
{
    const Stopwatch watch;
    const auto soon = [] { return Deadline::after(std::chrono::milliseconds{200}); };
    CHECK_FALSE(failure({"sleep", "60"}, soon()).empty());
    CHECK_FALSE(failure({"sh", "-c", "sleep 60 & sleep 60"}, soon()).empty());
    CHECK_FALSE(failure({"sh", "-c", "exec >&-; sleep 60"}, soon()).empty());
    CHECK(watch.seconds() < 30);
}
