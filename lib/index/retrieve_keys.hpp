#pragma once

#include "dicom/data_set.hpp"
#include "dicom/query_level.hpp"

#include <string>
#include <vector>

namespace pacs::index {

/// What a C-MOVE or C-GET names, PS3.4 C.4.2.1.4 and C.4.3.1.3; text in UTF-8. Empty: not given.
struct RetrieveKeys {
    dicom::QueryLevel level = dicom::QueryLevel::study;
    /// Of the unique key of `level`: each once. A patient is one, the others may be many.
    std::vector<std::string> values;
    // What the instances must have beside it, of the levels above.
    std::string patient_id;
    std::string issuer_of_patient_id;
    std::string study_uid;
    std::string series_uid;
};

/// Understands the identifier of a retrieval. Without `relational` (PS3.4 C.4.2.1.4.2) the unique
/// keys of all levels above must be there. Patient ID and Issuer of Patient ID count whenever they
/// have a value; what is no unique key can narrow nothing and is passed over.
/// Throws Error(data), "doing X: reason", when the identifier breaks PS3.4 C.4.2.1.4 (A900): no or
/// a wrong level, no value of its unique key, more than one value above it, a value below it, a
/// wildcard, a UID that is none; and beyond 32,768 values.
RetrieveKeys parse_retrieve_keys(dicom::QueryRoot root, const dicom::DataSet& identifier,
                                 bool relational);

}  // namespace pacs::index
