#include "base/spool.hpp"

#include "catch.hpp"

#include "base/error.hpp"

#include <unistd.h>

#include <cstdlib>
#include <string>

using pacs::Spool;

TEST_CASE("a spool gives back all lines from the front, also more than its buffer holds")
{
    Spool spool;
    std::string all;
    for (int i = 0; i < 20'000; ++i) {
        const std::string line = std::to_string(i) + "\n";
        spool.add(line);
        all += line;
    }
    const int fd = spool.rewind();
    std::string read(all.size() + 1, '\0');
    std::size_t got = 0;
    for (ssize_t n = 1; n > 0; got += static_cast<std::size_t>(n)) {
        n = ::read(fd, read.data() + got, read.size() - got);
        REQUIRE(n >= 0);
    }
    read.resize(got);
    CHECK(read == all);
}

TEST_CASE("a spool without a folder to be in is an error of storage")
{
    const char* const before = std::getenv("TMPDIR");
    const std::string kept = before == nullptr ? "" : before;
    ::setenv("TMPDIR", "/nonexistent", 1);
    CHECK_THROWS_AS(Spool{}, pacs::Error);
    before == nullptr ? ::unsetenv("TMPDIR") : ::setenv("TMPDIR", kept.c_str(), 1);
}
