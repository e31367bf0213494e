#include "dump/job.hpp"

#include "dump/ordered_work.hpp"

#include <algorithm>
#include <thread>

namespace pacs::dump {

namespace {

/// Of results that wait for an earlier one.
constexpr std::size_t waiting_bytes = std::size_t{64} << 20U;

}  // namespace

unsigned threads_or_cores(unsigned threads) noexcept
{
    return threads != 0 ? threads : std::max(1U, std::thread::hardware_concurrency());
}

std::uint64_t dump_all(stream::Source& source, const DumpOptions& options, unsigned threads,
                       const OnDumped& on_dumped)
{
    std::uint64_t foreign = 0;
    OrderedWork<stream::Item, Dumped> work{
        threads_or_cores(threads),
        waiting_bytes,
        {[&] { return source.next(); }, [&](stream::Item&& item) { return dump(item, options); },
         [&](const Dumped& dumped, bool more) {
             foreign += dumped.foreign ? 1 : 0;
             on_dumped(dumped, more);
         },
         [](const Dumped& dumped) { return cost(dumped); }}};
    work.run();
    return foreign;
}

}  // namespace pacs::dump
