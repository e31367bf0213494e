#pragma once

#include "net/commitment.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace pacs::daemon {

/// A request for storage commitment that is not yet reported on, without its references.
struct PendingCommitment {
    std::string transaction_uid;
    std::string requestor;          ///< its AE title
    std::string called;             ///< the title it called us by
    std::string peer;               ///< numeric address it came from
    std::int64_t requested_ms = 0;  ///< since 1970-01-01 UTC
    std::uint64_t instances = 0;    ///< references
    std::string name;               ///< of its file
};

/// The folder commitments/ of an archive, pacs-archive(5): a file for each request that was
/// answered with success and is not yet reported on. It is no part of the index, so that rebuilding
/// the index forgets none. One thread writes at a time.
class CommitmentFolder {
public:
    /// Makes the folder when it is not there. Throws Error(storage).
    explicit CommitmentFolder(std::filesystem::path folder);

    /// The name of the file of a request; only this transaction of this requestor has it.
    static std::string name_of(const PendingCommitment& commitment);
    /// All that are kept. What is no such file is told in the log and left alone; what a crash left
    /// of a file that was being written is removed. Throws Error(storage).
    std::vector<PendingCommitment> list() const;
    /// Keeps a request; when it returns, the request survives a power failure. Sets `name`.
    /// Throws Error(storage).
    void keep(PendingCommitment& commitment, const net::CommitmentRequest& request);
    /// The references of a request that is kept. Throws Error(storage).
    std::vector<net::SopReference> references(const PendingCommitment& commitment) const;
    /// Forgets a request that was reported on, or given up. Throws Error(storage).
    void forget(const PendingCommitment& commitment);

private:
    std::filesystem::path folder_;
};

}  // namespace pacs::daemon
