#pragma once

#include "index/index.hpp"

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <unordered_set>

namespace pacs::index {

/// Fills a new index with the instances of an archive, in whatever order they are found, so that it
/// says what the lost one said: a patient, study or series is called what the first object that was
/// received said (InstanceRecord::received_ms; of several in one millisecond that with the least
/// UID). Throws Error(storage). One thread.
class Rebuilder {
public:
    /// Makes the file, which must not be there. Nothing of it is durable before finish().
    explicit Rebuilder(const std::filesystem::path& database);
    ~Rebuilder();

    /// As Writer::insert().
    bool insert(const InstanceRecord& record);
    /// Corrects what was not said by the first object; `read` gives the record of an instance
    /// again. Then the file is complete in itself, without -wal, and on disk.
    void finish(const std::function<InstanceRecord(const StoredInstance&)>& read);

private:
    using Read = std::function<InstanceRecord(const StoredInstance&)>;
    void correct_study(std::int64_t study, const Read& read);
    void name_other_patients(std::int64_t study, const Read& read);
    void correct_patient(std::int64_t patient, const Read& read);
    void correct_patients(const Read& read);

    std::filesystem::path path_;
    std::unique_ptr<WriterConnection> connection_;
    std::unordered_set<std::int64_t> differing_;  ///< studies whose objects say different things
    std::unordered_set<std::int64_t> doubtful_;   ///< patients whom a corrected study had named
    std::uint64_t waiting_ = 0;
};

}  // namespace pacs::index
