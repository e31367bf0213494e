#pragma once

#include "net/retrieve.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace pacs::net {

/// The answer to a C-STORE that came as a sub-operation of our C-GET.
struct GetAnswer {
    Status status;
    std::string comment;  ///< (0000,0902), cut to 64 characters; no patient data
};

/// Takes the data set of one C-STORE of a C-GET. Destroyed without finish(): the association ended
/// in the middle of it, and nothing may be kept.
class GetSink {
public:
    virtual ~GetSink() = default;
    /// The next bytes, in order, valid during the call. What it throws ends the association.
    virtual void write(std::span<const std::byte> bytes) = 0;
    /// The data set is complete. The answer goes out when it returns; any status but a pending one.
    virtual GetAnswer finish() = 0;
};

/// Called for each C-STORE; nullptr is answered with 0110 and its data set dropped.
using OnGetStore =
    std::function<std::unique_ptr<GetSink>(const StoreRequest& request, const Context& context)>;

/// The C-GET context, and one for each of `storage`, of which we are the SCP (PS3.7 D.3.3.4): what
/// to propose for get(). Throws nothing; more than 127 do not fit into one association.
std::vector<Proposal> get_proposals(std::string_view get_class, std::vector<Proposal> storage);

/// C-GET as its user, PS3.7 9.1.3 and PS3.4 C.4.3: has the peer send what `identifier` (bytes in
/// the transfer syntax of context `context_id`) names, over this same association, and answers each
/// of its C-STORE requests, also where it forgot to grant us the role. One that comes on a context
/// of another class than it names is answered with 0122; any other request with 0211.
///
/// `on_pending` is called for each pending response with what it counts; when it returns
/// Next::cancel, or RetrieveOptions::cancel_fd is readable, a C-CANCEL goes out, and the end is
/// waited for; objects that still come are taken. A failure status is a result, not an exception;
/// success is what the peer says, and no proof that anything was sent. Only an object is progress,
/// or a change of the counts (RetrieveOptions::idle_timeout).
/// Throws as move() does. When a callback throws, the association is aborted.
RetrieveResult get(Association& association, std::uint8_t context_id, std::string_view identifier,
                   const OnGetStore& on_store,
                   const std::function<Next(const SubOperations&)>& on_pending,
                   const RetrieveOptions& options = {});

}  // namespace pacs::net
