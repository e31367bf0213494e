#pragma once

#include "stream/content.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace pacs::stream {

/// Writes objects as a tar stream (pax, only where ustar does not suffice), one member each, named
/// as the design's object streams are: <study>/<series>/<instance>.dcm. The same objects in the
/// same order give the same bytes: no times, no owners.
class TarWriter {
public:
    /// Writes to `fd`, which stays the caller's; `name` is for messages.
    TarWriter(int fd, std::string name);
    /// Leaves the stream without its end mark unless finish() was called.
    ~TarWriter();
    TarWriter(const TarWriter&) = delete;
    TarWriter& operator=(const TarWriter&) = delete;

    /// The name of an instance's member. Throws Error(data) unless all three are valid UIDs.
    static std::string member_name(const std::string& study, const std::string& series,
                                   const std::string& instance);
    /// Writes one member: `head` (may be empty) and then `body` from `offset` on. All of it is with
    /// the reader when it returns, so that a pipe flows object by object.
    /// Throws Error(data) for a name that is not printable ASCII, Error(storage) when writing
    /// fails or `body` became shorter; the stream is then good for nothing.
    void add(const std::string& member, std::span<const std::byte> head, const Content& body,
             std::uint64_t offset = 0);
    /// Writes the end mark. Throws Error(storage).
    void finish();

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace pacs::stream
