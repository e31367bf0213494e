#pragma once

#include "net/transport.hpp"
#include "web/http.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pacs::web {

/// Part 10 objects as the multipart/related body of a STOW-RS request, PS3.18 10.5.1, read from
/// their files as they go out.
class StowBody : public Upload {
public:
    StowBody();

    /// Adds an object: its bytes are `pieces`, one after the other, which must stay where they are.
    void add(const std::vector<net::Piece>& pieces);
    /// After the last add().
    void close();
    std::size_t objects() const noexcept { return objects_; }
    /// The value of Content-Type.
    std::string content_type() const;

    std::uint64_t size() const override { return size_; }
    /// Throws Error(storage) when a file is shorter now.
    std::size_t read(std::span<std::byte> bytes) override;
    void rewind() override;

private:
    struct Part {
        net::Piece piece;  ///< none: `text`
        std::string text;
        std::uint64_t size() const { return text.empty() ? piece.size() : text.size(); }
    };
    void put(Part part);

    std::string boundary_;
    std::vector<Part> parts_;
    std::uint64_t size_ = 0;
    std::size_t objects_ = 0;
    std::size_t at_ = 0;      ///< part
    std::uint64_t done_ = 0;  ///< bytes of it
};

/// What a service says became of one instance, PS3.18 10.5.3.
struct StowResult {
    std::string instance;  ///< SOP Instance UID; foreign text
    bool stored = false;
    std::optional<std::uint16_t> warning = {};  ///< Warning Reason (0008,1196)
    std::optional<std::uint16_t> failure = {};  ///< Failure Reason (0008,1197)
};

/// What a service says to a request.
struct StowAnswer {
    bool readable = false;  ///< the body is a Store Instances Response in JSON
    std::vector<StowResult> results = {};
};

/// Reads a Store Instances Response of the DICOM JSON Model, whatever Content-Type it has; anything
/// else, XML too, is not readable. Never throws on content.
StowAnswer read_stow_answer(const std::string& text);

/// What a Failure Reason or Warning Reason means, PS3.18 tables 10.5.3-3 and I.2-2, PS3.4 CC.2.1.
std::string_view stow_reason(std::uint16_t code) noexcept;
/// A Failure Reason that can pass: out of resources (A7xx), processing failure (0110).
bool stow_reason_may_pass(std::uint16_t code) noexcept;

}  // namespace pacs::web
