#include "base/log.hpp"

#include "catch.hpp"

#include <unistd.h>

#include <cstdio>
#include <functional>

namespace plog = pacs::log;

namespace {

/// What `action` writes to standard error.
std::string standard_error_of(const std::function<void()>& action)
{
    std::FILE* file = std::tmpfile();
    const int old = ::dup(STDERR_FILENO);
    ::dup2(::fileno(file), STDERR_FILENO);
    action();
    ::dup2(old, STDERR_FILENO);
    ::close(old);
    std::rewind(file);
    std::string text(4096, '\0');
    text.resize(std::fread(text.data(), 1, text.size(), file));
    std::fclose(file);
    return text;
}

}  // namespace

TEST_CASE("text for people has no byte that steers a terminal")
{
    CHECK(plog::printable("plain text") == "plain text");
    CHECK(plog::printable("a\x1b[31mb\n\x7f") == "a\\x1b[31mb\\x0a\\x7f");
    CHECK(plog::printable("\xC2\x9B") == "\\xc2\\x9b");
    CHECK(plog::printable("M\xFCller Müller") == "M\\xfcller Müller");
    CHECK(plog::printable(std::string_view{"\0", 1}) == "\\x00");
}

TEST_CASE("long text is cut by characters, not bytes")
{
    CHECK(plog::printable("ääää", 4) == "ääää");
    CHECK(plog::printable("äääää", 4) == "ääää...");
    CHECK(plog::printable("\x1b\x1b\x1b", 2) == "\\x1b\\x1b...");
}

TEST_CASE("a log line stays one line, and lines below the level are quiet")
{
    const std::string text = standard_error_of([] {
        plog::configure(plog::Level::info, plog::Format::text, "pacs-x");
        plog::info("hello {}", "world\nforged: line");
        plog::debug("not seen");
        plog::write(plog::Level::trace, "not seen");
    });
    CHECK(text == "pacs-x: hello world\\x0aforged: line\n");
}

TEST_CASE("a JSON log line has level, message, program and time; records go out as they are")
{
    const std::string text = standard_error_of([] {
        plog::configure(plog::Level::warning, plog::Format::json, "pacs-x");
        plog::warning("a \"quoted\" {}", 1);
        plog::write_record("{\"type\":\"association\"}\n");
    });
    CHECK_THAT(text,
               Catch::Contains(R"({"type":"log","level":"warning","message":"a \"quoted\" 1",)"
                               R"("program":"pacs-x","time":"2)"));
    CHECK_THAT(text, Catch::Contains("Z\"}\n{\"type\":\"association\"}\n"));
}

TEST_CASE("a log line never runs into the status line")
{
    const std::string text = standard_error_of([] {
        plog::configure(plog::Level::info, plog::Format::text, "p");
        plog::status_line("50 %");
        plog::info("hello");
        plog::status_line("");
        plog::info("bye");
    });
    CHECK(text == "\r\x1b[K50 %\r\x1b[Kp: hello\n50 %\r\x1b[Kp: bye\n");
}
