#include "dump/job.hpp"

#include "base/ordered_work.hpp"

namespace pacs::dump {

std::uint64_t dump_all(stream::Source& source, const DumpOptions& options, unsigned threads,
                       const OnDumped& on_dumped)
{
    std::uint64_t foreign = 0;
    OrderedWork<stream::Item, Dumped> work{
        {threads_or_cores(threads)},
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
