#pragma once

#include "net/association.hpp"
#include "net/pdu.hpp"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace pacs::net {

/// What both sides of the negotiation of an association know (PS3.8 9.3, PS3.7 Annex D.3).

/// A peer whose maximum length leaves no room for two bytes of data cannot be sent anything.
inline constexpr std::uint32_t least_max_pdu = pdv_header_bytes + 2;

/// The bytes of a body that was read.
std::span<const std::byte> bytes_of(const std::string& text) noexcept;
/// What we say of ourselves.
UserInformation our_information(const AssociationLimits& limits);
/// A presentation context that has no answer yet.
Context proposed(const ProposedContext& context);
/// True when the requestor proposed `transfer_syntax` in this context.
bool offered(const Context& context, const std::string& transfer_syntax);
/// Roles hold only when asked for and granted, PS3.7 D.3.3.4; without an answer the default does.
void settle_roles(std::vector<Context>& contexts, const std::vector<RoleSelection>& asked,
                  const std::vector<RoleSelection>& granted);
/// No more than either side allows, PS3.7 D.3.3.3; synchronous when one of them said nothing.
AsyncWindow settle_window(const std::optional<AsyncWindow>& asked,
                          const std::optional<AsyncWindow>& granted);

}  // namespace pacs::net
