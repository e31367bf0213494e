#pragma once

#include "base/json_line.hpp"
#include "dicom/charset.hpp"
#include "moving/moved_record.hpp"
#include "moving/plan.hpp"
#include "query/enquiry.hpp"
#include "query/source.hpp"
#include "stream/input.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace pacs::moving {

struct GatherOptions {
    query::Wishes wishes;  ///< as on the command line: bare UIDs and "-" among the keys
    dicom::CharacterSet charset;
    Parties parties;
    /// Opens a conversation with the source; it is called twice, and the first one is closed then.
    std::function<std::unique_ptr<query::Source>()> open_source;
    std::function<void(const JsonLine&)> tell;  ///< takes the record of what cannot be moved
    std::uint64_t most_instances = 0;           ///< the gate of --max-instances; 0: none
};

/// Finds out what is to be moved, before anything is.
class Gatherer {
public:
    /// Throws Error(usage) for wishes that make no question (query::make_question()), one of
    /// patient level, or one without a single key that has a value: that would be everything.
    explicit Gatherer(GatherOptions options);

    /// Asks the source, for each bare UID, and with "-" among the keys for each record of `input`,
    /// and puts what it has into the plan, counted. What is not found then is told as failed. An
    /// answer that does not match its question is told as failed, never moved: a source that does
    /// not know a key may answer with all it has. Throws as query::Enquiry and Census do, and
    /// Error(refused) at the gate: when there are more instances, or when they cannot be counted.
    void run(stream::Input& input);

    Plan& plan() noexcept { return plan_; }
    std::uint64_t instances() const noexcept { return instances_; }  ///< in the plan
    /// A question or a record failed.
    bool failed() const noexcept { return enquiry_->failed(); }
    /// Adds `instances` and what Enquiry::summarize() has.
    void summarize(JsonLine& summary) const;

private:
    void ask(stream::Input& input);
    void take(const JsonLine& record);
    void check_gate() const;

    GatherOptions options_;
    bool each_;
    std::vector<std::string> uids_;
    query::Question question_;
    Plan plan_;
    std::unique_ptr<query::Enquiry> enquiry_;
    stream::RecordReader reader_;
    std::uint64_t instances_ = 0;
};

}  // namespace pacs::moving
