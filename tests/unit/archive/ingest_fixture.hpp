#pragma once

#include "archive/archive.hpp"
#include "archive/ingest.hpp"
#include "base/digest.hpp"
#include "base/file.hpp"
#include "dicom/data_set.hpp"
#include "dicom/part10.hpp"
#include "dicom/uid.hpp"
#include "storage/layout.hpp"

#include <unistd.h>

#include <condition_variable>
#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

/// What the tests of ingest and recovery share: a folder, small objects, and an honest look at what
/// lies on disk.
namespace pacs::test::ingest {

namespace fs = std::filesystem;

class Folder {
public:
    Folder()
    {
        std::string name = (fs::temp_directory_path() / "pacs-ingest-XXXXXX").string();
        if (mkdtemp(name.data()) == nullptr) {
            throw std::runtime_error("no scratch folder");
        }
        path_ = name;
    }
    ~Folder()
    {
        std::error_code ignored;
        fs::remove_all(path_, ignored);
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    fs::path archive() const { return path_ / "archive"; }
    const fs::path& path() const { return path_; }

private:
    fs::path path_;
};

inline constexpr std::string_view ct_image = "1.2.840.10008.5.1.4.1.1.2";

/// Instance `number` of a study; `filler` bytes of pixels of value `shade`.
inline dicom::DataSet object(int study, int number, std::size_t filler = 100, char shade = 1)
{
    using dicom::Tag;
    const std::string study_uid = "1.2.3." + std::to_string(study);
    dicom::DataSet made;
    made.set_text(Tag{0x0008, 0x0016}, ct_image);
    made.set_text(Tag{0x0008, 0x0018}, study_uid + ".1." + std::to_string(number));
    made.set_text(Tag{0x0008, 0x0060}, "CT");
    made.set_text(Tag{0x0010, 0x0010}, "Test^Ingest");
    made.set_text(Tag{0x0010, 0x0020}, "P" + std::to_string(study));
    made.set_text(Tag{0x0020, 0x000D}, study_uid);
    made.set_text(Tag{0x0020, 0x000E}, study_uid + ".1");
    made.set_text(Tag{0x0020, 0x0013}, std::to_string(number));
    made.put({Tag{0x7FE0, 0x0010}, dicom::Vr::OW, std::string(filler, shade)});
    return made;
}

inline std::string bytes_of(const dicom::DataSet& object)
{
    return dicom::encode(object, dicom::TransferSyntax{dicom::uids::explicit_le});
}

inline archive::Announcement announce(const dicom::DataSet& object)
{
    archive::Announcement made;
    made.sop_class_uid = object.text(dicom::tags::sop_class_uid);
    made.sop_instance_uid = object.text(dicom::tags::sop_instance_uid);
    made.transfer_syntax_uid = dicom::uids::explicit_le;
    made.source = "TESTER";
    made.peer = "127.0.0.1";
    // Every other one comes from a sender without an asynchronous window.
    made.answer_awaited =
        made.sop_instance_uid.ends_with('1') || made.sop_instance_uid.ends_with('3');
    return made;
}

/// Collects answers that come from another thread.
class Answers {
public:
    std::function<void(const archive::StoreResult&)> taker(std::size_t place)
    {
        return [this, place](const archive::StoreResult& result) {
            const std::scoped_lock lock{mutex_};
            if (!results_.emplace(place, result).second) {
                throw std::runtime_error("answered twice");
            }
            changed_.notify_all();
        };
    }
    archive::StoreResult wait(std::size_t place)
    {
        std::unique_lock lock{mutex_};
        changed_.wait(lock, [&] { return results_.contains(place); });
        return results_.at(place);
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::map<std::size_t, archive::StoreResult> results_;
};

inline void send(archive::Ingest& ingest, const archive::Announcement& announcement,
                 const std::string& bytes, std::function<void(const archive::StoreResult&)> done,
                 std::size_t piece = 100'000)
{
    const auto reception = ingest.begin(announcement);
    for (std::size_t at = 0; at < bytes.size(); at += piece) {
        reception->write(
            std::as_bytes(std::span{bytes}.subspan(at, std::min(piece, bytes.size() - at))));
    }
    reception->finish(std::move(done));
}

/// Sends one and waits for its answer.
inline archive::StoreResult store(archive::Ingest& ingest, const dicom::DataSet& object)
{
    Answers answers;
    send(ingest, announce(object), bytes_of(object), answers.taker(0));
    return answers.wait(0);
}

inline archive::StoreResult store_bytes(archive::Ingest& ingest,
                                        const archive::Announcement& announcement,
                                        const std::string& bytes)
{
    Answers answers;
    send(ingest, announcement, bytes, answers.taker(0));
    return answers.wait(0);
}

inline std::string sha256_of(const fs::path& path)
{
    const std::string bytes = read_file(path, std::size_t{1} << 30U);
    return to_hex(Sha256::of(std::as_bytes(std::span{bytes})));
}

/// SHA-256 of the file that an object is stored as.
inline std::string stored_sha256(const dicom::DataSet& object)
{
    const auto said = announce(object);
    const std::string bytes =
        dicom::make_file_head(said.sop_class_uid, said.sop_instance_uid, said.transfer_syntax_uid) +
        bytes_of(object);
    return to_hex(Sha256::of(std::as_bytes(std::span{bytes})));
}

/// The regular files below a folder, relative to it.
inline std::set<std::string> files_in(const fs::path& folder)
{
    std::set<std::string> found;
    for (const auto& entry : fs::recursive_directory_iterator{folder}) {
        if (entry.is_regular_file()) {
            found.insert(entry.path().lexically_relative(folder).string());
        }
    }
    return found;
}

/// What the index says is stored: SOP Instance UID and digest.
inline std::map<std::string, std::string> rows_of(const fs::path& archive)
{
    std::map<std::string, std::string> rows;
    const index::Index index{archive / "index.db"};
    index.visit_instances([&](const index::StoredInstance& stored) {
        rows[stored.instance_uid] = stored.sha256;
        return true;
    });
    return rows;
}

/// Empty when rows and files agree: each row has its file with its digest and size, each file a
/// row, nothing in incoming/. Else what is wrong.
inline std::string disagreement(const fs::path& archive)
{
    std::size_t rows = 0;
    std::string wrong;
    const index::Index index{archive / "index.db"};
    index.visit_instances([&](const index::StoredInstance& stored) {
        const fs::path path = archive / storage::object_path({stored.study_uid, stored.series_uid,
                                                              stored.instance_uid});
        if (!fs::exists(path)) {
            wrong += "no file for " + stored.instance_uid + "\n";
        } else if (sha256_of(path) != stored.sha256 || fs::file_size(path) != stored.size) {
            wrong += "another file for " + stored.instance_uid + "\n";
        }
        ++rows;
        return true;
    });
    if (const auto files = files_in(archive / "objects"); files.size() != rows) {
        wrong += std::to_string(files.size()) + " files, " + std::to_string(rows) + " rows\n";
    }
    for (const std::string& left : files_in(archive / "incoming")) {
        wrong += "left in incoming: " + left + "\n";
    }
    if (index.counts().instances != rows) {
        wrong += "counts and rows differ\n";
    }
    return wrong;
}

}  // namespace pacs::test::ingest
