#pragma once

#include "dicom/data_set.hpp"
#include "dicom/part10.hpp"
#include "dicom/uid.hpp"
#include "index/sqlite.hpp"
#include "scan/scan.hpp"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

/// A folder with small objects, scans of it, and all that an index says.
namespace pacs::test::scan {

namespace fs = std::filesystem;

struct Object {
    std::string study = "1.2.1";
    std::string series = "1.2.1.1";
    std::string instance = "1.2.1.1.1";
    std::string patient = "P1";
    std::string description = "first";
    std::string modality = "CT";
    std::size_t pixels = 100;
    std::string family = "Name";  ///< of the patient

    std::string bytes() const
    {
        dicom::DataSet data;
        data.set_text(dicom::tags::sop_class_uid, "1.2.840.10008.5.1.4.1.1.7");
        data.set_text(dicom::tags::sop_instance_uid, instance);
        data.set_text(dicom::Tag{0x0008, 0x0060}, modality);
        data.set_text(dicom::Tag{0x0008, 0x1030}, description);
        data.set_text(dicom::tags::patient_name, family + "^" + patient);
        data.set_text(dicom::tags::patient_id, patient);
        data.set_text(dicom::tags::study_instance_uid, study);
        data.set_text(dicom::tags::series_instance_uid, series);
        data.put(dicom::Element{dicom::tags::pixel_data, dicom::Vr::OW, std::string(pixels, '\1')});
        const std::string_view syntax = dicom::uids::explicit_le;
        return dicom::make_file_head("1.2.840.10008.5.1.4.1.1.7", instance, std::string{syntax}) +
               dicom::encode(data, dicom::TransferSyntax{syntax});
    }
};

class Tree {
public:
    Tree()
    {
        std::string name = (fs::temp_directory_path() / "pacs-scan-XXXXXX").string();
        if (mkdtemp(name.data()) == nullptr) {
            throw std::runtime_error("no scratch folder");
        }
        root_ = name;
        fs::create_directory(top());
    }
    ~Tree()
    {
        std::error_code ignored;
        fs::remove_all(root_, ignored);
    }
    Tree(const Tree&) = delete;
    Tree& operator=(const Tree&) = delete;

    fs::path top() const { return root_ / "top"; }
    fs::path index(const std::string& name = "index.db") const { return root_ / name; }

    fs::path write(const std::string& name, const std::string& bytes) const
    {
        fs::path path = top() / name;
        fs::create_directories(path.parent_path());
        fs::remove(path);  // another inode: changed, however quick the clock
        std::ofstream{path, std::ios::binary} << bytes;
        return path;
    }
    fs::path write(const std::string& name, const Object& object = {}) const
    {
        return write(name, object.bytes());
    }

private:
    fs::path root_;
};

struct Result {
    pacs::scan::ScanCounters counters;
    std::vector<std::string> records;

    std::size_t with(const std::string& text) const
    {
        std::size_t count = 0;
        for (const std::string& record : records) {
            count += record.find(text) != std::string::npos ? 1 : 0;
        }
        return count;
    }
};

inline Result run(pacs::scan::ScanOptions options)
{
    Result result;
    options.threads = 3;
    options.on_record = [&](const JsonLine& record, std::string_view) {
        result.records.push_back(record.str());
    };
    pacs::scan::scan(options, result.counters);
    return result;
}

inline Result scan_into(const Tree& tree, const std::string& name = "index.db", bool digest = false)
{
    pacs::scan::ScanOptions options;
    options.paths = {tree.top().string()};
    options.index = tree.index(name).string();
    options.digests.file = digest;
    return run(options);
}

/// What an index says, without the numbers of its rows.
inline std::string content_of(const fs::path& path)
{
    index::Database database{path, index::Database::Mode::read};
    std::string text;
    for (const char* sql :
         {"SELECT identity, patient_id, patient_name, studies, series, instances FROM patient_row "
          "ORDER BY 1",
          "SELECT s.study_instance_uid, p.identity, s.patient_id, s.patient_name, "
          "s.study_description, s.said, s.differing, s.series, s.instances FROM study_row s "
          "JOIN patient_row p ON p.id = s.patient ORDER BY 1",
          "SELECT series_instance_uid, modality, said, instances FROM series_row ORDER BY 1, 3",
          "SELECT SOPInstanceUID, StudyInstanceUID, SeriesInstanceUID, path, size, sha256 FROM "
          "instances ORDER BY 1",
          "SELECT path, member, SOPInstanceUID, outcome, reason, copy, size, sha256 FROM files "
          "ORDER BY 1, 2",
          "SELECT f.name, c.study_instance_uid, c.series_instance_uid, c.patient_id FROM claim c "
          "JOIN file f ON f.id = c.file ORDER BY 1, 2, 3, 4",
          "SELECT kind, key, count(*) FROM name_key GROUP BY 1, 2 ORDER BY 1, 2",
          "SELECT s.study_instance_uid, c.class FROM study_class c JOIN study_row s ON s.id = "
          "c.study ORDER BY 1",
          "SELECT path FROM folder WHERE id IN (SELECT folder FROM file) ORDER BY 1",
          "SELECT count(*) FROM touched", "SELECT count(*) FROM touched_patient",
          "SELECT count(*) FROM file WHERE unread = 1"}) {
        index::Statement row{database, sql};
        while (row.step()) {
            for (int column = 0; column < row.columns(); ++column) {
                text += std::string{row.text(column)} + "|";
            }
            text += "\n";
        }
        text += "--\n";
    }
    return text;
}

}  // namespace pacs::test::scan
