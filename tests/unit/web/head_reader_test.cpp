#include "web/head_reader.hpp"

#include "catch.hpp"

#include <chrono>
#include <string>

using pacs::web::HeadReader;
using State = HeadReader::State;

TEST_CASE("a head keeps the fields that are asked for, whatever the case of their names")
{
    HeadReader reader;
    CHECK(reader.take("HTTP/1.1 503 Service Unavailable\r\n") == State::begun);
    CHECK(reader.take("CONTENT-type:  application/dicom+json ; charset=utf-8 \r\n") ==
          State::begun);
    CHECK(reader.take("X-Other: 1\r\n") == State::begun);
    CHECK(reader.take("Retry-After: 7\r\n") == State::begun);
    CHECK(reader.take("Warning: 299 - \"one\"\r\n") == State::begun);
    CHECK(reader.take("\r\n") == State::ended);
    CHECK(reader.head().version == "HTTP/1.1");
    CHECK(reader.head().content_type == "application/dicom+json ; charset=utf-8");
    CHECK(reader.head().retry_after == std::chrono::seconds{7});
    CHECK(reader.head().warnings == std::vector<std::string>{"299 - \"one\""});
}

TEST_CASE("the head after an interim answer knows nothing of it")
{
    HeadReader reader;
    reader.take("HTTP/1.1 103 Early Hints\r\n");
    reader.take("Server: first\r\n");
    CHECK(reader.take("\r\n") == State::ended);
    reader.take("HTTP/1.1 200 OK\r\n");
    reader.take("Content-Type: text/plain\r\n");
    CHECK(reader.take("\r\n") == State::ended);
    CHECK(reader.head().server.empty());
    CHECK(reader.head().content_type == "text/plain");
}

TEST_CASE("lines that are no header, too long or too many are not kept")
{
    HeadReader reader;
    reader.take("HTTP/" + std::string(100, '9') + " 200\r\n");
    CHECK(reader.head().version.size() == 16);
    CHECK(reader.take("no colon\r\n") == State::begun);
    reader.take("Server: " + std::string(3000, 's') + "\r\n");
    CHECK(reader.head().server.empty());
    for (int i = 0; i < 30; ++i) {
        reader.take("Warning: 299 - \"again\"\r\n");
    }
    CHECK(reader.head().warnings.size() == 20);
}

TEST_CASE("a head that does not end is too long at 256 KiB")
{
    HeadReader reader;
    const std::string line = "X: " + std::string(1019, 'x') + "\r\n";
    for (std::size_t i = 0; i < HeadReader::most_bytes / line.size(); ++i) {
        REQUIRE(reader.take(line) == State::begun);
    }
    CHECK(reader.take("X\r\n") == State::too_long);
    CHECK(reader.take("\r\n") == State::too_long);
}
