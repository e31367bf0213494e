#pragma once

#include "dicom/dictionary.hpp"
#include "index/index.hpp"

#include <unistd.h>

#include <filesystem>
#include <initializer_list>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pacs::test {

/// An index in a folder of its own, which goes with it.
class ScratchIndex {
public:
    ScratchIndex()
    {
        std::string name = (std::filesystem::temp_directory_path() / "pacs-index-XXXXXX").string();
        if (mkdtemp(name.data()) == nullptr) {
            throw std::runtime_error("no scratch folder");
        }
        folder_ = name;
        index::Index::create_or_migrate(path());
    }
    ~ScratchIndex()
    {
        std::error_code ignored;
        std::filesystem::remove_all(folder_, ignored);
    }
    ScratchIndex(const ScratchIndex&) = delete;
    ScratchIndex& operator=(const ScratchIndex&) = delete;

    std::filesystem::path folder() const { return folder_; }
    std::filesystem::path path() const { return folder_ / "index.db"; }

    void add(const std::vector<index::InstanceRecord>& records)
    {
        index::Writer writer{path(), index::Synchronous::normal};
        writer.begin();
        for (const auto& record : records) {
            if (!writer.insert(record)) {
                throw std::runtime_error("instance is there already");
            }
        }
        writer.commit();
    }

private:
    std::filesystem::path folder_;
};

using Values = std::vector<std::pair<std::string_view, std::string_view>>;

inline dicom::Tag tag_of(std::string_view keyword)
{
    const auto entry = dicom::find_keyword(keyword);
    if (!entry) {
        throw std::runtime_error("no keyword " + std::string{keyword});
    }
    return entry->tag;
}

/// The `number`-th instance of series `series` of study `study`; `values` by keyword.
inline index::InstanceRecord record(int study, int series, int number, const Values& values = {})
{
    index::InstanceRecord made;
    made.study_uid = "1.2." + std::to_string(study);
    made.series_uid = made.study_uid + "." + std::to_string(series);
    made.instance_uid = made.series_uid + "." + std::to_string(number);
    made.class_uid = "1.2.840.10008.5.1.4.1.1.2";
    made.transfer_syntax_uid = "1.2.840.10008.1.2.1";
    made.shard = "ab";
    made.sha256 = std::string(64, 'c');
    made.size = 1000;
    made.received_ms = 1'700'000'000'000;
    made.source = "MODALITY";
    for (const auto& [keyword, value] : values) {
        if (keyword == "SOPClassUID") {
            made.class_uid = value;
        }
        made.values[tag_of(keyword)] = value;
    }
    return made;
}

/// An identifier in UTF-8.
inline dicom::DataSet identifier(std::string_view level, const Values& keys)
{
    dicom::DataSet made;
    made.set_text(dicom::tags::specific_character_set, "ISO_IR 192");
    made.set_text(dicom::tags::query_retrieve_level, level);
    for (const auto& [keyword, value] : keys) {
        if (keyword == "RequestAttributesSequence") {
            made.put({tag_of(keyword), dicom::Vr::SQ, {}});
        } else {
            made.set_text(tag_of(keyword), value);
        }
    }
    return made;
}

inline constexpr index::QueryOptions relational{.relational = true};

/// The values of `keyword` in all answers, in their order.
inline std::vector<std::string> answers(const index::Index& index, std::string_view keyword,
                                        const dicom::DataSet& identifier,
                                        const index::QueryOptions& options = relational,
                                        dicom::QueryRoot root = dicom::QueryRoot::study)
{
    auto asked = identifier;
    if (!asked.has(tag_of(keyword))) {
        asked.set_text(tag_of(keyword), "");
    }
    auto search = index.search(index::parse_query(root, asked, options));
    std::vector<std::string> found;
    while (const auto answer = search.next()) {
        found.push_back(answer->text(tag_of(keyword)));
    }
    return found;
}

}  // namespace pacs::test
