#pragma once

#include "stream/record.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace pacs::stream {

/// What the records of earlier runs say is done, by a key of each item. It keeps 128 bits of a
/// digest of each key: about 40 bytes an item.
class DoneList {
public:
    /// The key of what a record says is done; empty: it says so of nothing.
    using KeyOf = std::function<std::string(const Record&)>;

    explicit DoneList(KeyOf key_of) : key_of_(std::move(key_of)) {}
    /// read() for each file.
    DoneList(KeyOf key_of, const std::vector<std::string>& files);

    /// Reads a file of records. What has no key is passed over, and so is a last line that was cut
    /// when the run was killed. Throws Error(storage) when it cannot be read and Error(data) for a
    /// line before the last that is no record.
    void read(const std::filesystem::path& file);
    bool holds(std::string_view key) const;
    std::size_t size() const noexcept { return done_.size(); }

private:
    struct Key {
        std::uint64_t first;
        std::uint64_t second;
        bool operator==(const Key&) const = default;
    };
    struct Hash {
        std::size_t operator()(const Key& key) const noexcept { return key.first; }
    };
    static Key digest_of(std::string_view text);

    KeyOf key_of_;
    std::unordered_set<Key, Hash> done_;
};

}  // namespace pacs::stream
