#include "retrieve/hub.hpp"

namespace pacs::retrieve {

void JobCounters::write(JsonLine& summary) const
{
    summary.add("announced", announced.load())
        .add("retrieved", retrieved.load())
        .add("existed", existed.load())
        .add("missing", missing.load());
    const auto add = [&](const char* name, const std::atomic<std::uint64_t>& count) {
        if (count > 0) {
            summary.add(name, count.load());
        }
    };
    add("unannounced", unannounced);
    add("not_asked", not_asked);
    add("duplicates", duplicates);
    summary.add("bytes", bytes.load()).add("retries", retries.load());
}

void JobHub::tell(const Told& told) const
{
    counters->failures += told.record.outcome() == Outcome::failed ? 1 : 0;
    on_record(told);
}

}  // namespace pacs::retrieve
