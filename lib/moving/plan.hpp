#pragma once

#include "base/json_line.hpp"
#include "base/spool.hpp"
#include "moving/unit.hpp"
#include "query/fingerprints.hpp"
#include "stream/input.hpp"
#include "stream/record.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace pacs::moving {

/// What is to be moved: the answers of the source, kept in a file without a name, so that all are
/// known before the first one is moved and memory hardly grows with them. Instances of one series
/// that come one after the other are moved together; what was named already, or is part of what
/// was, is left out.
class Plan {
public:
    /// The most instances that one C-MOVE names: a list of UIDs has 64 KiB at most.
    static constexpr std::size_t most_instances = 200;

    /// Keeps an answer. Throws Error(storage) when the disk is full.
    void add(const JsonLine& answer);

    /// Goes through all units once and finds out by `count` how many instances there are in those
    /// for which the source has not said it; returns how many there are in all. Stops early, with
    /// what it knows, when StopFlag is raised. Afterwards next() starts at the first unit.
    std::uint64_t settle(const std::function<std::optional<std::uint64_t>(const Unit&)>& count);
    std::uint64_t units() const noexcept { return expected_.size(); }
    /// Some units have instances that nobody could count.
    bool uncounted() const noexcept { return uncounted_; }

    /// The next unit, after settle(); nullopt: that was the last one. One thread at a time.
    std::optional<Unit> next();

private:
    void rewind();
    std::optional<Unit> read();
    std::optional<Unit> read_group();
    bool is_new(const Unit& unit);

    Spool kept_;
    std::unique_ptr<stream::Input> input_;
    stream::RecordReader reader_;
    std::optional<Unit> ahead_;  // read, but of another group
    query::Fingerprints seen_;
    std::vector<std::optional<std::uint64_t>> expected_;  // of each unit
    std::uint64_t at_ = 0;
    bool uncounted_ = false;
};

}  // namespace pacs::moving
