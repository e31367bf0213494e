#pragma once

#include "diagnose/diagnose.hpp"
#include "net/known_peer.hpp"

#include <functional>
#include <span>
#include <vector>

namespace pacs::diagnose {

/// Diagnoses all peers, up to 32 at the same time, and hands each diagnosis over in the order of
/// `peers`, as soon as it and all before it are done; one call at a time. Ends early, without those
/// not finished, when the stop flag is raised. Throws Error of other kinds than peer.
void diagnose_all(std::span<const net::KnownPeer> peers, const Options& how,
                  const std::function<void(const Diagnosis&)>& done);

}  // namespace pacs::diagnose
