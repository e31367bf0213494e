#pragma once

#include "moving/census.hpp"
#include "moving/unit.hpp"
#include "query/source.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace pacs::moving {

/// An instance of a series.
struct Instance {
    std::string series;
    std::string uid;
};

/// What the destination has of a unit.
struct Verification {
    std::uint64_t instances = 0;    ///< that the source says there are
    std::uint64_t found = 0;        ///< of these, those that the destination says it has
    std::vector<Instance> missing;  ///< the others
    /// An answer of the source may have been cut short: there may be more.
    bool doubtful = false;
};

struct VerifierOptions {
    /// How long to go on asking for what is missing: destinations are known to answer C-STORE
    /// before they can find the object.
    std::chrono::milliseconds wait{30'000};
    bool patient_root = false;
};

/// Asks source and destination for the instances of what was moved, series by series (C-FIND at
/// instance level), and compares them one by one. Thread-safe; one conversation with each peer at a
/// time, and none between two units: some destinations serve one association after the other.
class Verifier {
public:
    Verifier(std::unique_ptr<query::Source> source, std::unique_ptr<query::Source> destination,
             VerifierOptions options);

    /// Asks again with growing waits while something is missing, until VerifierOptions::wait is
    /// over or StopFlag is raised. Throws net::PeerError when a peer fails, Error(peer) when it
    /// answers with a failure.
    Verification verify(const Unit& unit);

private:
    Verification list(const Unit& unit);
    void strike(const Unit& unit, Verification& verification);

    std::mutex mutex_;
    std::unique_ptr<query::Source> source_;
    std::unique_ptr<query::Source> destination_;
    VerifierOptions options_;
};

}  // namespace pacs::moving
