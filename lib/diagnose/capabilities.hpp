#pragma once

#include "base/json_line.hpp"
#include "diagnose/diagnosis.hpp"
#include "net/known_peer.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// What a peer can: SOP class by transfer syntax by role, found out by negotiation alone.
namespace pacs::diagnose {

/// Bounds that keep the asking polite.
struct CapabilityOptions {
    std::size_t contexts = 128;  ///< proposed in one association; PS3.8 allows no more
    /// In all; what is not known by then stays unknown.
    std::chrono::milliseconds limit = std::chrono::minutes{10};
};

/// The answer to one SOP class with one transfer syntax; nullopt: not asked, or no answer came.
struct SyntaxAnswer {
    std::string_view transfer_syntax;
    std::optional<net::ContextAnswer> as_scp;  ///< the peer would be SCP: it takes our requests
    std::optional<net::ContextAnswer> as_scu;  ///< by role selection the peer would be SCU: C-GET
};

struct ClassCapability {
    std::string_view sop_class;
    std::vector<SyntaxAnswer> answers;  ///< in the order of transfer_syntaxes_asked()

    bool accepted() const noexcept;  ///< anything, in any role
    bool known() const noexcept;     ///< there is some answer
};

/// All there is to say of one peer; the classes in the order of sop_classes_asked().
struct Capabilities {
    std::string node;
    net::Address address;
    std::optional<Peer> peer;  ///< as it named itself in the first association
    std::vector<ClassCapability> classes;
    bool complete = false;                ///< every question was answered
    std::optional<net::PeerFault> fault;  ///< why not
    std::string words;
    std::string hint;

    std::size_t known() const noexcept;  ///< questions answered
};

/// The SOP classes of the registry that are asked for (verification, all storage, query/retrieve,
/// worklist, MPPS, commitment, print, ...), by UID.
std::vector<std::string_view> sop_classes_asked();
/// The transfer syntaxes a class is asked with: all of the registry that carry data sets for
/// storage, those without pixel encodings for the rest.
std::vector<std::string_view> transfer_syntaxes_asked(std::string_view sop_class);

/// Asks with one presentation context for each SOP class and transfer syntax, as many associations
/// one after the other as that takes, and releases each. Storage classes are asked again with the
/// SCP role for ourselves (PS3.7 D.3.3.4), first many transfer syntaxes in one context, and one by
/// one for the classes where that is granted. Nothing is sent but negotiation. A peer that breaks
/// off at 128 contexts is asked with 16. Throws PeerError(stopped), and Error of other kinds.
Capabilities ask_capabilities(const net::KnownPeer& subject, const CapabilityOptions& options);

/// Records of type `capability`, one for each class that was answered, then one of type
/// `capabilities` with the outcome. Nothing in them depends on time: two runs can be compared line
/// by line.
void write_records(const Capabilities& capabilities,
                   const std::function<void(const JsonLine&)>& write);
/// For eyes: only what is accepted, transfer syntaxes by keyword; then the outcome.
void write_rows(const Capabilities& capabilities,
                const std::function<void(const JsonLine&)>& write);

}  // namespace pacs::diagnose
