#pragma once

#include "moving/unit.hpp"
#include "query/source.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace pacs::moving {

/// What is in a unit, as somebody tells by C-FIND (PS3.4 C.4.1), level by level.
class Census {
public:
    /// `source` must outlive it.
    Census(query::Source& source, bool patient_root) : source_(source), patient_root_(patient_root)
    {
    }

    /// How many instances are in a study or series: by the numbers of its series (Number of Series
    /// Related Instances), where those are not told by the instances themselves. nullopt: an answer
    /// may have been cut short. Throws as each_series().
    std::optional<std::uint64_t> count(const Unit& unit);

    /// Calls `each` with every series of a unit and how many instances it is said to have.
    /// Throws net::PeerError when the peer fails, Error(peer) when it answers with a failure, or
    /// with more than a million series.
    void each_series(
        const Unit& unit,
        const std::function<void(const std::string& series, std::optional<std::uint64_t>)>& each);
    /// The same with the instances of one series, ten million at most.
    void each_instance(const Unit& unit, const std::string& series,
                       const std::function<void(std::string&& instance)>& each);

    /// Whether some answer until now may have been cut short.
    bool doubtful() const noexcept { return doubtful_; }

private:
    query::Question question(const Unit& unit, dicom::QueryLevel level, const std::string& series,
                             std::string_view key) const;
    void ask(const query::Question& question, std::uint64_t most, const query::AnswerSink& sink);

    query::Source& source_;
    bool patient_root_;
    bool doubtful_ = false;
};

}  // namespace pacs::moving
