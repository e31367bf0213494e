#pragma once

#include "index/retrieve_keys.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace pacs::index {

class ReaderPool;
struct Reader;
struct StoredInstance;

/// What a selection is made of, before anything of it is read.
struct SelectionSurvey {
    std::uint64_t instances = 0;
    /// How many of each SOP class (first) in each transfer syntax (second).
    std::map<std::pair<std::string, std::string>, std::uint64_t> contexts;
};

/// The instances that RetrieveKeys name, page by page: no transaction is held between two calls, so
/// that a retrieval of hours does not keep the write-ahead log from being reset. What is stored
/// after it was made does not belong to it. Memory: the keys, eight bytes a series. One thread.
class Selection {
public:
    /// Throws Error(storage).
    Selection(std::shared_ptr<ReaderPool> pool, RetrieveKeys keys);

    const SelectionSurvey& survey() const noexcept { return survey_; }
    /// The next instances, series by series, at most `limit`; empty at the end. An instance that
    /// was removed meanwhile is left out. Throws Error(storage): the selection is then over.
    std::vector<StoredInstance> next(std::size_t limit);

private:
    void find_series(Reader& reader);
    void survey_series(Reader& reader);
    void survey_instances(Reader& reader);
    std::vector<StoredInstance> next_of_series(Reader& reader, std::size_t limit);
    std::vector<StoredInstance> next_of_values(Reader& reader, std::size_t limit);

    std::shared_ptr<ReaderPool> pool_;
    RetrieveKeys keys_;
    std::int64_t newest_ = 0;  ///< rows beyond came later
    SelectionSurvey survey_;
    std::deque<std::int64_t> series_;  ///< still to be read, the first of them after row `after_`
    std::int64_t after_ = 0;
    std::size_t value_ = 0;  ///< of instance level: the next to be looked up
};

}  // namespace pacs::index
