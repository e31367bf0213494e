#pragma once

#include "net/address.hpp"
#include "net/association.hpp"
#include "net/retrieve.hpp"
#include "retrieve/way.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace pacs::retrieve {

/// How to have a DICOM peer send.
struct PeerWayOptions {
    net::Address peer;
    /// Its idle_timeout holds for progress of the whole operation: an object, or a change of what
    /// the peer counts.
    net::RequestOptions request;
    bool patient_root = false;
    std::vector<std::string> transfer_syntaxes;  ///< the only ones to take; empty: any
    /// How long the peer may take to end after C-CANCEL.
    std::chrono::milliseconds cancel_timeout{5'000};
};

/// "get": C-GET, PS3.4 C.4.3: objects come on the association that asks for them.
std::unique_ptr<Way> get_way(PeerWayOptions options);

class MoveReceiver;

/// "move": C-MOVE, PS3.4 C.4.2, to ourselves: objects come on associations of the peer's to
/// `receiver`, which several ways share and which must outlive them.
std::unique_ptr<Way> move_way(PeerWayOptions options, MoveReceiver& receiver);

/// The identifier of an errand for C-GET and C-MOVE, PS3.4 C.4.2.1.4: the level, and the unique
/// keys down to it.
dicom::DataSet identifier_of(const Errand& errand, bool patient_root);

/// The error for an association on which `sop_class` ("C-GET" in words) was not accepted: the peer
/// does not offer it, or not to us (PS3.8 9.3.3.2, user rejection).
net::PeerError not_granted(const net::Association& association, const net::Address& peer,
                           std::string_view sop_class, std::string_view words,
                           std::string hint = {});

/// What the end of an operation says of what has not come.
WayEnding ending_of(const net::RetrieveResult& result, net::Service service);

}  // namespace pacs::retrieve
