#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace pacs::index {

class Database;

/// A file of an index, or a member of a tar file.
struct HolderFile {
    std::string path;
    std::int64_t member = 0;  ///< 0: the file itself
    std::string member_name;
    std::int64_t size = 0;
    std::int64_t mtime_ns = 0;
    std::int64_t inode = 0;
    std::string sha256;          ///< hex; empty: not known
    std::string content_sha256;  ///< the same
};

/// A file whose instance another one had first.
struct InstanceCopy {
    std::string instance_uid;
    std::string study_uid;  ///< where the first one says it belongs
    std::string series_uid;
    HolderFile first;
    HolderFile copy;
    bool other_place = false;  ///< the copy names another study, series or patient
};

/// How the content of the two compares.
enum class Content : std::uint8_t {
    same,       ///< by the digest of the files
    same_said,  ///< by the content digest, pacs-content(7): other bytes, perhaps, that say the same
    same_size,  ///< digests are not known of both: only the sizes were compared
    different,
};
Content compared(const InstanceCopy& pair) noexcept;

/// One of several patients of a study.
struct StudyPatient {
    std::string patient_id;
    std::string issuer;
    std::string name;
    std::uint64_t files = 0;  ///< that say so; 0 for the one the index took: all the others
    std::string path;         ///< of one of them; empty for the one the index took
    bool in_archive = false;  ///< the path is relative to the archive
};

/// What an index has in all.
struct Totals {
    std::uint64_t patients = 0;
    std::uint64_t studies = 0;
    std::uint64_t series = 0;
    std::uint64_t instances = 0;
    std::uint64_t size = 0;    ///< of the instances, bytes
    std::uint64_t files = 0;   ///< with members of tar files; 0 in an archive's own index
    std::uint64_t copies = 0;  ///< files whose instance another one had first
    std::uint64_t copies_size = 0;
};

/// A part of the whole that shares a value.
struct Share {
    std::string attribute;  ///< keyword; "reason" for files that hold no sound object
    std::string value;      ///< empty: absent
    std::uint64_t studies = 0;
    std::uint64_t series = 0;
    std::uint64_t instances = 0;  ///< files, for "reason"
    std::uint64_t size = 0;
};

/// Looks over an index as a whole, in constant memory (SQLite sorts on disk what is large). Throws
/// Error(storage). One thread.
class Survey {
public:
    /// Throws Error(storage): not there, not ours, newer, or older than this library reads.
    explicit Survey(const std::filesystem::path& database);
    ~Survey();

    /// By instance. All of these stop when `visit` returns false.
    void visit_copies(const std::function<bool(const InstanceCopy&)>& visit);
    /// Studies whose objects name several patients (ID and issuer; names where there is no ID), the
    /// one the index took first; at most 100 of a study.
    void visit_studies_of_several(
        const std::function<bool(const std::string& study_uid, const std::vector<StudyPatient>&)>&
            visit);
    /// Series that are in several studies.
    void visit_shared_series(
        const std::function<bool(const std::string& series_uid,
                                 const std::vector<std::string>& study_uids)>& visit);

    Totals totals();
    /// By Modality, SOP class, transfer syntax, year of the study, manufacturer, and reason.
    void visit_shares(const std::function<bool(const Share&)>& visit);

private:
    std::unique_ptr<Database> database_;
};

}  // namespace pacs::index
