#pragma once

#include "retrieve/hub.hpp"
#include "retrieve/study_work.hpp"
#include "retrieve/way.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace pacs::retrieve {

/// The Delivery of one errand: takes what was asked for and is sound, passes its bytes on to the
/// output, and tells what became of it. Objects that are damaged (structure, UIDs), are others than
/// was said when they came, or were not asked for, are not kept.
class Arrivals : public Delivery {
public:
    /// `hub` must outlive it and all that it took; `via` is Way::name().
    Arrivals(const JobHub& hub, std::shared_ptr<StudyWork> work, Errand errand,
             std::string_view via);

    std::unique_ptr<ObjectSink> begin(const Arrival& arrival) override;
    std::unique_ptr<ObjectSink> begin_file() override;
    bool asks_for(std::string_view instance) const override;
    bool complete() const override { return work_->complete(errand_.instances); }
    bool over() const override { return !hub_.output->failure().empty(); }

    /// What came does not belong to the study, or to the series, that was asked for, or is not
    /// among the instances that were.
    bool is_stranger(const std::string& study, const std::string& series) const;

private:
    friend class ArrivingObject;
    const JobHub& hub_;
    std::shared_ptr<StudyWork> work_;
    Errand errand_;
    std::string via_;
};

}  // namespace pacs::retrieve
