#include "dump/object_output.hpp"

#include "base/file.hpp"
#include "dicom/uid.hpp"
#include "stream/tar_writer.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <optional>
#include <utility>
#include <vector>

namespace pacs::dump {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t piece_bytes = std::size_t{256} << 10U;

/// <study>/<series>/<instance>.dcm, or <instance>.dcm; ObjectMaker has checked the instance's UID.
std::string name_of(const MadeObject& object)
{
    const bool all = dicom::is_valid_uid(object.study_instance_uid) &&
                     dicom::is_valid_uid(object.series_instance_uid);
    return all ? stream::TarWriter::member_name(object.study_instance_uid,
                                                object.series_instance_uid, object.sop_instance_uid)
               : object.sop_instance_uid + ".dcm";
}

void write_content(int fd, const stream::Content& content, const fs::path& path)
{
    std::vector<std::byte> buffer(piece_bytes);
    for (std::uint64_t at = 0; at < content.size();) {
        const std::size_t count = content.read_at(at, buffer);
        if (count == 0) {
            throw Error(ErrorKind::storage,
                        "writing " + path.string() + ": the object was cut off");
        }
        write_all(fd, std::span{buffer}.first(count), path);
        at += count;
    }
}

[[noreturn]] void fail(const fs::path& path)
{
    if (errno == EEXIST) {
        throw ExistsError("writing " + path.string() + ": it is there already");
    }
    throw Error(ErrorKind::storage, "writing " + path.string() + ": " + std::strerror(errno));
}

/// Takes a file away again, whatever happens.
class Scratch {
public:
    explicit Scratch(fs::path path) : path_(std::move(path)) {}
    ~Scratch() { ::unlink(path_.c_str()); }
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;
    const fs::path& path() const noexcept { return path_; }

private:
    fs::path path_;
};

/// Puts a new file in place, whole or not at all.
void write_new_file(const fs::path& path, const stream::Content& content)
{
    constexpr mode_t mode = 0666;  // less the umask
    fs::path part = path;
    part += "." + std::to_string(::getpid()) + ".part";
    Descriptor file{::open(part.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)};
    if (!file) {
        fail(part);
    }
    const Scratch scratch{part};
    write_content(file.get(), content, path);
    if (!file.close() || ::link(part.c_str(), path.c_str()) != 0) {
        fail(path);
    }
}

class Folder : public ObjectOutput {
public:
    explicit Folder(fs::path top) : top_(std::move(top)) {}

    std::string put(MadeObject object) override
    {
        const fs::path path = top_ / name_of(object);
        std::error_code error;
        fs::create_directories(path.parent_path(), error);
        if (error) {
            throw Error(ErrorKind::storage,
                        "making " + path.parent_path().string() + ": " + error.message());
        }
        write_new_file(path, object.content);
        return path.string();
    }

    void finish() override {}

private:
    fs::path top_;
};

class File : public ObjectOutput {
public:
    explicit File(fs::path path) : path_(std::move(path)) {}

    std::string put(MadeObject object) override
    {
        write_new_file(path_, object.content);
        return path_.string();
    }

    void finish() override {}

private:
    fs::path path_;
};

class Stream : public ObjectOutput {
public:
    explicit Stream(int fd) : fd_(fd) {}

    std::string put(MadeObject object) override
    {
        std::string name = name_of(object);
        if (!first_ && !tar_) {
            first_ = std::move(object);
            return name;
        }
        if (!tar_) {
            tar_.emplace(fd_, "standard output");
            tar_->add(name_of(*first_), {}, first_->content);
            first_.reset();
        }
        tar_->add(name, {}, object.content);
        return name;
    }

    void finish() override
    {
        if (tar_) {
            tar_->finish();
        } else if (first_) {
            write_content(fd_, first_->content, "standard output");
        }
    }

private:
    int fd_;
    std::optional<MadeObject> first_;
    std::optional<stream::TarWriter> tar_;
};

}  // namespace

std::unique_ptr<ObjectOutput> open_output(const std::string& where, int fd)
{
    if (where == "-") {
        return std::make_unique<Stream>(fd);
    }
    std::error_code ignored;
    if (where.ends_with('/') || fs::is_directory(where, ignored)) {
        return std::make_unique<Folder>(where);
    }
    return std::make_unique<File>(where);
}

}  // namespace pacs::dump
