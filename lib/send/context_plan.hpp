#pragma once

#include "net/association.hpp"
#include "send/parcel.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace pacs::send {

/// The contexts to propose for one association.
struct ContextPlan {
    std::vector<net::Proposal> proposals;
    std::vector<Need> covered;  ///< the needs that they serve

    bool covers(const Need& need) const noexcept;
};

/// Plans contexts for the first of `needs` that fit into `limit` (PS3.8 9.3.2.2: 128). Each need
/// gets a context of its own with just its transfer syntax, so that the peer cannot prefer another
/// one; with `convert` each class gets one more with all that its objects could be converted to,
/// native ones first, where there is a way.
ContextPlan plan_contexts(std::span<const Need> needs, bool convert, std::size_t limit = 128);

/// The way an object takes: the context, and whether it must be converted to its transfer syntax.
struct Route {
    std::uint8_t context_id = 0;
    std::string transfer_syntax;
    bool convert = false;
};

/// The accepted context that needs no conversion, else the best to convert to, else nullopt with
/// `refusal` telling why (sop_class_refused, transfer_syntax_refused).
std::optional<Route> find_route(const net::Negotiated& negotiated, const Need& need, bool convert,
                                Report& refusal);

}  // namespace pacs::send
