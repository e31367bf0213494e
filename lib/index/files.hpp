#pragma once

#include "dicom/digests.hpp"
#include "dicom/tag.hpp"

#include <compare>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pacs::index {

struct InstanceRecord;
class Writer;
class Database;

/// What tells without reading it whether a file is still the one it was.
struct FileFacts {
    std::int64_t size = 0;
    std::int64_t mtime_ns = 0;
    std::int64_t inode = 0;

    bool operator==(const FileFacts&) const = default;
};

/// A file, or a member of a tar file, as a scan saw it. Text is somebody else's.
struct FileRow {
    std::int64_t folder = 0;  ///< FileWriter::folder()
    std::string_view name;    ///< any bytes
    std::int64_t member = 0;  ///< of a tar file from 1; 0: the file itself
    std::string_view member_name;
    FileFacts facts;
    std::string_view outcome;  ///< empty: ok
    std::string_view reason;
    std::string_view message;
    std::int64_t key_set = 0;                 ///< FileWriter::key_set(); 0: none
    const dicom::Digests* digests = nullptr;  ///< nullptr: none are known
    /// Of the key set, UTF-8.
    std::span<const std::pair<dicom::Tag, std::string>> extras;
    const InstanceRecord* record = nullptr;  ///< what it holds; nullptr: no object
    bool known = false;  ///< there may be a row of that name, which is then replaced
};

/// What an earlier scan left of a file; of a tar file, not of its members.
struct KnownFile {
    std::int64_t id = 0;
    std::string name;
    FileFacts facts;
    bool unread = false;  ///< must be read whatever its facts
    std::int64_t key_set = 0;
    dicom::Digests digests;
    std::string outcome;
    std::string reason;
    std::string message;
    bool object = false;  ///< it holds an instance
};

/// What an earlier scan left of a folder.
struct KnownFolder {
    std::int64_t id = 0;      ///< 0: nothing
    std::string path;         ///< absolute
    std::int64_t device = 0;  ///< st_dev when its files were last there; 0: not known
};

/// What was removed with a file, for the record of it.
struct RemovedFile {
    std::string path;  ///< as the index had it
    std::int64_t member = 0;
    std::string member_name;
    std::string instance_uid;  ///< empty: it held none
};

/// Where a file is to be found again.
struct FilePlace {
    std::int64_t id = 0;
    std::string folder;
    std::string name;
    FileFacts facts;
};

/// Looks up what earlier scans left, beside a FileWriter; holds no transaction open between two
/// calls. Throws Error(storage). One thread.
class KnownFiles {
public:
    explicit KnownFiles(const std::filesystem::path& database);
    ~KnownFiles();

    KnownFolder folder(const std::string& path);
    /// The folders right below one, by path.
    std::vector<KnownFolder> folders_in(std::int64_t folder);
    /// The files of a folder whose names come after `after`, in byte order, at most `limit`.
    std::vector<KnownFile> files_in(std::int64_t folder, const std::string& after,
                                    std::size_t limit);
    std::optional<KnownFile> file(std::int64_t folder, const std::string& name);
    /// The key sets that hold all of `tags`, 0 among them when those are none.
    std::vector<std::int64_t> key_sets_with(const std::vector<dicom::Tag>& tags);
    /// The files that must be read again, in the order of a walk; of a tar file whose members must
    /// be, the tar file, for each of them. Stops when `visit` returns false.
    void visit_unread(const std::function<bool(const FilePlace&)>& visit);
    /// The studies that must be read again as a whole.
    std::vector<std::int64_t> touched(std::int64_t after, std::size_t limit);
    /// The files that hold the instances of a study, also those that came second.
    void visit_files_of(std::int64_t study, const std::function<bool(const FilePlace&)>& visit);

private:
    struct Statements;
    std::unique_ptr<Statements> statements_;
};

/// Keeps the rows of files and those of their instances in step. A patient, study or series says
/// what the first of its files says; when that one goes or changes and others say otherwise, the
/// study is marked as touched, to be read again as a whole. So it is when one comes to stand in
/// front of that one, in the order of a walk. Uses the Writer's transaction. Throws Error(storage).
class FileWriter {
public:
    /// `writer` must outlive it.
    explicit FileWriter(Writer& writer);
    ~FileWriter();

    /// The row of a folder, made when it is not there. `parent` 0: a scan began here. `device` is
    /// where it lies (KnownFolder::device); 0: not known, what the row says stays.
    std::int64_t folder(const std::string& path, std::int64_t parent, std::int64_t device = 0);
    std::int64_t key_set(const std::vector<dicom::Tag>& tags);

    /// Adds files and what they hold, in their order. Returns how many of them are copies: their
    /// instance is there from another file.
    std::size_t put(std::span<const FileRow> rows);
    /// Removes a file with its members and what they held. `visit` hears of each.
    void remove(std::int64_t file, const std::function<void(const RemovedFile&)>& visit = {});
    /// Removes a folder with all beneath it.
    void remove_folder(std::int64_t folder, const std::function<void(const RemovedFile&)>& visit);
    /// Takes a touched study out and marks its files to be read again.
    void take_out_study(std::int64_t study);

    /// Names the patients that were marked for it as the first of their studies does. To be called
    /// when all files have been put.
    void name_patients();

    /// To be called right before Writer::commit(): removes what has become empty.
    void settle();
    /// Paths may come in another order than that of a walk.
    void expect_any_order();
    /// From now on only files come that were put before and are the same: one that is replaced
    /// need not be missed by those who said otherwise.
    void expect_the_same();

private:
    struct Statements;
    struct State;
    Writer& writer_;
    std::unique_ptr<Statements> statements_;
    std::unique_ptr<State> state_;

    void remove_row(std::int64_t file, const std::function<void(const RemovedFile&)>& visit);
    void take_out(std::int64_t instance, std::int64_t series, std::int64_t study,
                  std::int64_t patient);
    std::size_t put_new(std::span<const FileRow> rows, bool changed);
    void add_rows(std::span<const FileRow> rows, std::int64_t id);
    void judge_order(const FileRow& row, std::int64_t instance, bool added, bool differs,
                     bool changed);
    std::size_t put_again(const FileRow& row);
    void add_row(const FileRow& row, std::int64_t id, std::int64_t instance, bool copy,
                 bool differs);
    void add_extras(const FileRow& row, std::int64_t id);
    void add_claim(std::int64_t file, std::int64_t instance, bool added,
                   const InstanceRecord& record);
    void touch_study_of(std::int64_t instance);
    bool stands_in_front(const FileRow& row, std::int64_t instance, bool holds);
    bool is_unread(std::int64_t file);
    void count_differing();
    void prune_series(std::int64_t series);
    void prune_study(std::int64_t study);
    void prune_patient(std::int64_t patient);
    void prune_classes(std::int64_t study);
};

}  // namespace pacs::index
