#pragma once

#include "net/association.hpp"

namespace pacs::net {

/// Puts a shorter deadline on an association for one operation, and the old one back at its end.
/// Only while no other thread sends.
class DeadlineScope {
public:
    DeadlineScope(Association& association, Deadline deadline)
        : association_(association), before_(association.deadline())
    {
        tighten(deadline);
    }
    ~DeadlineScope() { association_.set_deadline(before_); }
    DeadlineScope(const DeadlineScope&) = delete;
    DeadlineScope& operator=(const DeadlineScope&) = delete;

    /// The earlier of this one and those given before.
    void tighten(Deadline deadline) noexcept
    {
        association_.set_deadline(earliest(association_.deadline(), deadline));
    }

private:
    Association& association_;
    Deadline before_;
};

}  // namespace pacs::net
