#pragma once

#include "net/association.hpp"
#include "retrieve/way.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace pacs::retrieve {

/// What to propose (or to accept) for the objects of an errand, at most `limit` contexts.
///
/// Where class and transfer syntax are announced, just these. Where the syntax is not, or the
/// errand is tried again, all that the class may come in: the native ones in one context, each
/// compressed one in a context of its own, so that the source sends what it has and need not
/// decide on one for all. Where not even the class is announced, those that the modality of the
/// series makes likely, else those in common use. When these are too many, classes share contexts
/// of many syntaxes, then the last are left out. `allowed`, when not empty, are the only transfer
/// syntaxes.
std::vector<net::Proposal> storage_proposals(const Errand& errand,
                                             const std::vector<std::string>& allowed,
                                             std::size_t limit = 127);

/// The storage SOP classes that objects of a modality (PS3.3 C.7.3.1.1.1) usually have; for an
/// unknown one those of all.
std::vector<std::string> classes_of_modality(std::string_view modality);

}  // namespace pacs::retrieve
