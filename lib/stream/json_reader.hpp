#pragma once

#include "dicom/data_set.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace pacs::stream {

/// An element whose value is elsewhere, BulkDataURI of PS3.18 F.2.6.
struct BulkElement {
    dicom::Tag tag;
    dicom::Vr vr = dicom::Vr::none;
    std::string uri;
};

/// An object of the DICOM JSON Model as a data set.
struct JsonDataSet {
    dicom::DataSet data_set;        ///< without group 0002 and without `bulk`; text in UTF-8
    std::vector<BulkElement> bulk;  ///< references at the top
    dicom::DataSet meta;            ///< group 0002, which many add although F.2 has it not
};

/// Reads PS3.18 F.2. Keeps buffers between calls; one for each thread.
///
/// Values come back as they were written: numbers of IS and DS keep their digits. Text is UTF-8;
/// where it goes beyond ASCII, or where the object says anything else, Specific Character Set
/// (0008,0005) becomes ISO_IR 192. Refused, with the path of the attribute: what is no JSON or no
/// DICOM JSON, unknown and repeated members, a Value that does not fit its VR, a backslash inside
/// one of several values, sequences deeper than 64.
class JsonReader {
public:
    /// Fetches the value of a reference inside a sequence, which must be in memory.
    using Fetch = std::function<std::string(const BulkElement&)>;

    JsonReader();
    ~JsonReader();
    JsonReader(const JsonReader&) = delete;
    JsonReader& operator=(const JsonReader&) = delete;

    /// `json` is one object. Throws Error(data) "reading DICOM JSON: ...", and what `fetch` throws.
    JsonDataSet read(std::string json, const Fetch& fetch);

private:
    struct Parser;
    std::unique_ptr<Parser> parser_;
};

}  // namespace pacs::stream
