#include "cli/records.hpp"
#include "base/file.hpp"
#include "base/stop.hpp"

#include "catch.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <csignal>
#include <regex>
#include <thread>

using pacs::Descriptor;
using pacs::JsonLine;
using pacs::Outcome;
using pacs::StopFlag;
using pacs::cli::Counts;
using pacs::cli::ExitCode;
using pacs::cli::Format;
using pacs::cli::Next;
using pacs::cli::Records;

namespace {

/// A pipe whose reader end can be looked into without waiting.
struct Pipe {
    Pipe()
    {
        int ends[2] = {};
        REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
        reader = Descriptor{ends[0]};
        writer = Descriptor{ends[1]};
        ::fcntl(reader.get(), F_SETFL, O_NONBLOCK);
    }
    std::string text() const
    {
        std::string out(1U << 16U, '\0');
        const ssize_t count = ::read(reader.get(), out.data(), out.size());
        out.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
        return std::regex_replace(out, std::regex{"\"seconds\":[0-9.e-]+"}, "\"seconds\":0");
    }
    Descriptor reader;
    Descriptor writer;
};

}  // namespace

TEST_CASE("a record goes out at once, unless the next one is ready")
{
    const Pipe pipe;
    Records records{Format::ndjson, {}, pipe.writer.get()};
    records.write(JsonLine{"a"});
    CHECK(pipe.text() == "{\"type\":\"a\"}\n");
    records.write(JsonLine{"b"}, Next::ready);
    CHECK(pipe.text().empty());
    records.write_line("{\"raw\":1}");
    CHECK(pipe.text() == "{\"type\":\"b\"}\n{\"raw\":1}\n");
    records.write(JsonLine{"c"}, Next::ready);
    records.flush();
    CHECK(pipe.text() == "{\"type\":\"c\"}\n");
}

TEST_CASE("the summary counts outcomes, has the tool's own counts, and says why it ended")
{
    const Pipe pipe;
    Records records{Format::ndjson, {}, pipe.writer.get()};
    records.on_summary([](JsonLine& summary) { summary.add("bytes", 7); });
    records.write(JsonLine{"x", Outcome::ok});
    records.write(JsonLine{"x", Outcome::warning});
    CHECK(records.exit_code() == ExitCode::ok);
    records.write(JsonLine{"x", Outcome::failed});
    records.write(JsonLine{"x", Outcome::skipped});
    CHECK(records.exit_code() == ExitCode::findings);
    pipe.text();
    records.finish(ExitCode::peer, "sending to A: lost");
    CHECK(pipe.text() ==
          "{\"type\":\"summary\",\"outcome\":\"failed\",\"records\":4,\"ok\":1,"
          "\"warning\":1,\"failed\":1,\"skipped\":1,\"bytes\":7,\"message\":"
          "\"sending to A: lost\",\"seconds\":0,\"exit_status\":3}\n");
}

TEST_CASE("records without outcomes have a summary without their counts")
{
    const Pipe pipe;
    Records records{Format::ndjson, {}, pipe.writer.get()};
    records.finish(ExitCode::ok, "");
    CHECK(pipe.text() ==
          "{\"type\":\"summary\",\"outcome\":\"ok\",\"records\":0,\"seconds\":0,"
          "\"exit_status\":0}\n");
}

TEST_CASE("DICOM JSON output has the written lines and nothing else")
{
    const Pipe pipe;
    Records records{Format::dicom_json, {}, pipe.writer.get()};
    records.write(JsonLine{"x", Outcome::failed});
    records.write_line("{\"00100010\":{}}");
    records.finish(ExitCode::findings, "");
    CHECK(pipe.text() == "{\"00100010\":{}}\n");
    CHECK(records.exit_code() == ExitCode::findings);
}

TEST_CASE("a reader that went away raises the stop flag as SIGPIPE would, once")
{
    std::signal(SIGPIPE, SIG_IGN);
    Pipe pipe;
    Records records{Format::ndjson, {}, pipe.writer.get()};
    pipe.reader = Descriptor{};
    records.write(JsonLine{"a"});
    CHECK(records.write_error() == EPIPE);
    CHECK(StopFlag::instance().signal_number() == SIGPIPE);
    records.write(JsonLine{"b"});
    records.finish(ExitCode::ok, "");
    CHECK(records.counts().records == 2);
    StopFlag::instance().reset();
}

TEST_CASE("a full disk stops the run too")
{
    const Descriptor full{::open("/dev/full", O_WRONLY | O_CLOEXEC)};
    Records records{Format::ndjson, {}, full.get()};
    records.write(JsonLine{"a"});
    CHECK(records.write_error() == ENOSPC);
    CHECK(StopFlag::instance().raised());
    CHECK(StopFlag::instance().signal_number() == 0);
    StopFlag::instance().reset();
}

TEST_CASE("lines of several threads stay whole")
{
    const Pipe pipe;
    Records records{Format::ndjson, {}, pipe.writer.get()};
    const auto work = [&] {
        for (int i = 0; i < 100; ++i) {
            records.write(JsonLine{"x", Outcome::ok}.add("text", "0123456789"));
        }
    };
    std::thread first{work};
    std::thread second{work};
    first.join();
    second.join();
    CHECK(records.counts().ok == 200);
    std::string expected;
    for (int i = 0; i < 200; ++i) {
        expected += "{\"type\":\"x\",\"outcome\":\"ok\",\"text\":\"0123456789\"}\n";
    }
    CHECK(pipe.text() == expected);
}
