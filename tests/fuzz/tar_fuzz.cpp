// A tar stream from anybody: every member is read to its end, or the stream is refused.

#include "base/error.hpp"
#include "stream/tar_reader.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const pacs::Descriptor file{::memfd_create("tar", MFD_CLOEXEC)};
    if (::write(file.get(), data, size) != static_cast<ssize_t>(size)) {
        std::abort();
    }
    ::lseek(file.get(), 0, SEEK_SET);
    pacs::stream::Input input{file.get(), "the fuzzer"};
    try {
        pacs::stream::TarReader reader{input};
        std::uint64_t total = 0;
        while (auto member = reader.next()) {
            total += member->content.size();
            if (total > size) {  // more came out than went in
                std::abort();
            }
        }
    } catch (const pacs::Error&) {
        return 0;
    }
    return 0;
}
