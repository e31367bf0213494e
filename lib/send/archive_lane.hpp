#pragma once

#include "archive/ingest.hpp"
#include "send/coercion.hpp"
#include "send/lane.hpp"

#include <condition_variable>
#include <mutex>
#include <vector>

namespace pacs::send {

/// Takes objects straight into an archive that this process has open for writing: the bytes as they
/// are in the file, stored as safely as if they had come by C-STORE.
class ArchiveLane : public Lane {
public:
    /// All must outlive it. `ingest` nullptr: a dry run. `source` is recorded as the calling title.
    ArchiveLane(archive::Ingest* ingest, const Coercion& coercion, std::string source)
        : ingest_(ingest), coercion_(coercion), source_(std::move(source))
    {
    }
    ~ArchiveLane() override;

    bool fits(const Parcel&) const override { return true; }
    void prepare(const std::vector<Need>&) override {}
    void send(Parcel& parcel, Done done) override;
    void settle() override { settle(0); }
    void close() noexcept override {}

private:
    struct Answer {
        Done done;
        Report report;
    };
    void settle(std::size_t allowed);
    void write(const Parcel& parcel, archive::Reception& reception);
    void finish(archive::Reception& reception, Report sent, Done done);

    archive::Ingest* ingest_;
    const Coercion& coercion_;
    std::string source_;
    std::mutex mutex_;
    std::condition_variable answered_;
    std::vector<Answer> answers_;  ///< came from the committer, not yet told
    std::size_t outstanding_ = 0;  ///< handed over and not yet in answers_
};

}  // namespace pacs::send
