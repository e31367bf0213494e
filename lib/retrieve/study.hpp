#pragma once

#include "query/source.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace pacs::retrieve {

/// An instance that a source has announced. Small, for there may be a hundred thousand in a study:
/// what many share is told once, in the Study.
struct Instance {
    std::string uid;              ///< SOP Instance UID
    std::uint32_t series = 0;     ///< place in Study::series
    std::uint16_t sop_class = 0;  ///< place in Study::classes
    std::uint16_t syntax = 0;     ///< place in Study::syntaxes
};

/// What a source has of a study, as far as it was asked for. All UIDs are valid (dicom/uid.hpp).
struct Study {
    std::string uid;
    std::string patient_id;               ///< as announced; empty: not known
    std::vector<std::string> series;      ///< Series Instance UIDs
    std::vector<std::string> modalities;  ///< of each of `series`; empty: not known
    /// Of each of `series`, where all of it is asked for: how many instances it is said to have
    /// (C.6: Number of Series Related Instances); 0: not known. More of them may be announced, or
    /// fewer.
    std::vector<std::uint64_t> stated;
    std::vector<std::string> classes{""};  ///< SOP Class UIDs; the first, empty, is "not known"
    /// Transfer Syntax UIDs that the source has an instance in; the first, empty, is "not known".
    std::vector<std::string> syntaxes{""};
    std::vector<Instance> instances;
    /// The class of all of them is the only one that the source states for the study.
    bool class_stated = false;
    /// Where the objects lie, one for each of `instances`; empty unless the source is a folder of
    /// ours or an index.
    std::vector<query::AnswerPlace> places;

    const std::string& series_of(std::size_t instance) const
    {
        return series[instances[instance].series];
    }
    const std::string& class_of(std::size_t instance) const
    {
        return classes[instances[instance].sop_class];
    }
    const std::string& syntax_of(std::size_t instance) const
    {
        return syntaxes[instances[instance].syntax];
    }
};

}  // namespace pacs::retrieve
