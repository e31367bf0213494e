#include "daemon/commitment_check.hpp"

#include "archive/read_back.hpp"
#include "base/error.hpp"
#include "base/log.hpp"

namespace pacs::daemon {

namespace {

namespace reasons = net::commitment_reasons;

/// 0: it can be committed; nullopt: given up.
std::optional<std::uint16_t> reason_of(const archive::Archive& archive,
                                       const net::SopReference& reference,
                                       const std::function<bool()>& give_up)
{
    auto stored = archive.index().find(reference.sop_instance);
    for (int looks = 0; stored; ++looks) {
        if (stored->class_uid != reference.sop_class) {
            return reasons::class_instance_conflict;
        }
        switch (archive::read_back(archive, *stored, give_up)) {
        case archive::ReadBack::same: return 0;
        case archive::ReadBack::given_up: return std::nullopt;
        case archive::ReadBack::missing:
        case archive::ReadBack::differs: break;
        }
        // another object may have been put into its place while it was read
        const auto now = archive.index().find(reference.sop_instance);
        if (looks > 0 || !now || now->sha256 == stored->sha256) {
            log::error("committing {}: its file is gone or damaged", reference.sop_instance);
            return reasons::processing_failure;
        }
        stored = now;
    }
    return reasons::no_such_object;
}

}  // namespace

std::optional<net::CommitmentResult> check_commitment(
    const archive::Archive& archive, const std::string& transaction_uid,
    const std::vector<net::SopReference>& references, const std::function<bool()>& give_up)
{
    net::CommitmentResult result{transaction_uid, {}, {}};
    for (const net::SopReference& reference : references) {
        std::optional<std::uint16_t> reason;
        try {
            reason = reason_of(archive, reference, give_up);
        } catch (const Error& error) {
            log::error("committing {}: {}", reference.sop_instance, error.what());
            reason = reasons::processing_failure;
        }
        if (!reason) {
            return std::nullopt;
        }
        if (*reason == 0) {
            result.committed.push_back(reference);
        } else {
            result.failed.push_back({reference, *reason});
        }
    }
    return result;
}

}  // namespace pacs::daemon
