#pragma once

#include "query/source.hpp"
#include "stream/object_head.hpp"

#include <cstddef>
#include <list>
#include <string>
#include <unordered_set>

namespace pacs::send {

/// Knows which instances a destination already has, by one query of level instance for each series
/// (C-FIND, PS3.4 C.4.1, or the index of an archive). Remembers the latest series. One thread.
class Existing {
public:
    /// `source` must outlive it.
    explicit Existing(query::Source& source, std::size_t series_kept = 16)
        : source_(source), series_kept_(series_kept)
    {
    }
    /// True when the destination says it has the instance. An object without study or series is
    /// never asked for. An answer that was cut short counts for what it holds.
    /// Throws net::PeerError when the peer fails, and Error(peer) when it answers with a failure.
    bool holds(const std::string& study, const std::string& series, const std::string& instance);

private:
    struct Series {
        std::string study;
        std::string series;
        std::unordered_set<std::string> instances;
    };
    const Series& series_of(const std::string& study, const std::string& series);

    query::Source& source_;
    std::size_t series_kept_;
    std::list<Series> known_;  ///< the latest first
};

}  // namespace pacs::send
