#pragma once

#include "diagnose/diagnosis.hpp"

namespace pacs::diagnose {

/// What the facts mean: the first step that failed, its cause and what to try. Pure; looks at
/// everything in `facts` but its verdict.
Verdict judge(const Diagnosis& facts, const CertificateDays& days);

/// Why a peer rejects so, in the order of likelihood, and what to try, PS3.8 table 9-21.
struct RejectionWords {
    std::string cause;
    std::string hint;
};
RejectionWords explain(const net::AssociateRj& rejection, const std::string& called,
                       const std::string& calling);

}  // namespace pacs::diagnose
