#pragma once

#include "base/json_line.hpp"
#include "retrieve/output.hpp"
#include "retrieve/record.hpp"
#include "retrieve/study_work.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>

namespace pacs::retrieve {

/// Counts for the summary; they may be read while the job runs.
struct JobCounters {
    std::atomic<std::uint64_t> announced{0};    ///< instances
    std::atomic<std::uint64_t> retrieved{0};    ///< at their place by this run
    std::atomic<std::uint64_t> existed{0};      ///< there before
    std::atomic<std::uint64_t> missing{0};      ///< announced, and not there at the end
    std::atomic<std::uint64_t> unannounced{0};  ///< came beside those that were announced, and kept
    std::atomic<std::uint64_t> not_asked{0};    ///< objects that came and nobody had asked for
    std::atomic<std::uint64_t> duplicates{0};   ///< objects that came once more
    std::atomic<std::uint64_t> retries{0};      ///< errands beyond the first for the same instances
    std::atomic<std::uint64_t> bytes{0};        ///< of the objects that were kept
    std::atomic<std::uint64_t> failures{0};     ///< records that tell of one, of whatever kind

    void write(JsonLine& summary) const;
};

/// One record, for whoever prints it.
struct Told {
    JsonLine record;
    std::uint64_t bytes = 0;  ///< of the object it is about
    /// Of a failure, for people who see no records; empty also for what was not tried.
    std::string complaint;
};

/// Native pixel data has at most 4 GiB (PS3.5 7.1.1); what is compressed may have more.
constexpr std::uint64_t usual_max_object_bytes = 16ULL << 30U;

/// What the parts of a job share: where objects and records go.
struct JobHub {
    std::string node;  ///< the source as it was named, for records
    Output* output = nullptr;
    JobCounters* counters = nullptr;
    /// Takes each record, and the bytes of the object it is about. Thread-safe.
    std::function<void(const Told& told)> on_record;
    /// A source that sends more than so much as one object, wanted or not, is cut off.
    std::uint64_t max_object_bytes = usual_max_object_bytes;

    /// Counts what failed, and hands on.
    void tell(const Told& told) const;
};

}  // namespace pacs::retrieve
