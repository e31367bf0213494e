#pragma once

#include "net/association.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace pacs::net {

/// What became of one C-STORE, PS3.7 9.1.1.
struct StoreOutcome {
    Status status;
    std::string comment;                         ///< (0000,0902): foreign text
    std::vector<dicom::Tag> offending_elements;  ///< (0000,0901)
    /// Empty, or why the answer cannot be believed although its message id is one of ours: another
    /// instance or class than was sent. Then it is a failure whatever the status says.
    std::string lie;

    /// Stored, perhaps with a warning (Bxxx).
    bool stored() const noexcept { return lie.empty() && (status.success() || status.warning()); }
};

/// Whether a command is a C-STORE-RSP, sound or not.
bool is_store_answer(const dicom::DataSet& command) noexcept;

/// Sends objects over one association, as many at once as the peer's asynchronous operations window
/// allows; one by one when there is none. One thread.
class StoreScu {
public:
    using Done = std::function<void(const StoreOutcome&)>;

    /// Takes a message that is no answer to a C-STORE, with its data set when it has one. May
    /// throw.
    using Other = std::function<void(const Incoming&)>;

    /// `window_cap` bounds what is outstanding also for a peer that grants an unlimited window.
    /// With `other` messages beside the answers are for it, as on an association whose requestor is
    /// being served (C-GET); else they break the protocol. The answers must then come within the
    /// association's idle time-out each, although the association itself does not run it.
    explicit StoreScu(Association& association, std::uint16_t window_cap = 64, Other other = {});

    /// Sends one object: `data` is its data set in the context's transfer syntax. The message id of
    /// `request` is chosen here. `done` is called once, from a later submit() or finish() (or from
    /// this one), when the answer came; answers may come in any order. Waits while the window is
    /// full. `data` need not live longer than the call.
    /// Throws PeerError: the association is over; submits for which `done` was not called have an
    /// unknown fate, and it will not be called for them.
    /// Throws Error(storage) when a file could not be read: also then the association is over,
    /// unless it failed before the first byte was sent.
    void submit(StoreRequest request, std::uint8_t context_id, std::span<const Piece> data,
                Done done);
    /// Waits until submit() would not have to. Throws as submit().
    void make_room();
    /// Takes the answers that are already there, without waiting. Throws as submit().
    void poll();
    /// Waits for all answers. Throws as submit().
    void finish();
    /// Takes an answer that somebody else has received. Throws as submit().
    void take(const Incoming& message);

    std::size_t outstanding() const noexcept { return waiting_.size(); }
    std::uint16_t window() const noexcept { return window_; }

private:
    struct Waiting {
        std::string sop_class;
        std::string sop_instance;
        Done done;
    };
    void take_answer();
    void await_answer();

    Association& association_;
    std::uint16_t window_;
    Other other_;
    Deadline answer_by_;  ///< of what is outstanding, when there are others
    std::map<std::uint16_t, Waiting> waiting_;
};

}  // namespace pacs::net
