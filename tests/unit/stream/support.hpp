#pragma once

#include "dicom/data_set.hpp"
#include "dicom/part10.hpp"
#include "dicom/tag.hpp"
#include "dicom/uid.hpp"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>

namespace test {

/// A folder of its own that goes away with its content.
class Scratch {
public:
    Scratch()
    {
        std::string name = (std::filesystem::temp_directory_path() / "pacs-test-XXXXXX").string();
        path_ = ::mkdtemp(name.data());
    }
    ~Scratch()
    {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;
    const std::filesystem::path& path() const { return path_; }

    std::string write(const std::string& name, const std::string& bytes) const
    {
        const auto target = path_ / name;
        std::filesystem::create_directories(target.parent_path());
        std::ofstream{target, std::ios::binary} << bytes;
        return target.string();
    }

private:
    std::filesystem::path path_;
};

/// A descriptor that gives `text` and then ends.
class Feed {
public:
    explicit Feed(const std::string& text)
    {
        std::string name = (std::filesystem::temp_directory_path() / "pacs-feed-XXXXXX").string();
        fd_ = ::mkstemp(name.data());
        ::unlink(name.c_str());
        if (::write(fd_, text.data(), text.size()) != static_cast<ssize_t>(text.size()) ||
            ::lseek(fd_, 0, SEEK_SET) != 0) {
            std::abort();
        }
    }
    ~Feed() { ::close(fd_); }
    Feed(const Feed&) = delete;
    Feed& operator=(const Feed&) = delete;
    int fd() const { return fd_; }

private:
    int fd_;
};

inline std::span<const std::byte> bytes_of(const std::string& text)
{
    return std::as_bytes(std::span{text});
}

inline pacs::dicom::DataSet small_data(const std::string& instance)
{
    using namespace pacs::dicom;
    DataSet data;
    data.set_text(tags::sop_class_uid, "1.2.840.10008.5.1.4.1.1.7");
    data.set_text(tags::sop_instance_uid, instance);
    data.set_text(tags::patient_id, "TEST");
    data.set_text(tags::study_instance_uid, "2.25.2");
    data.set_text(tags::series_instance_uid, "2.25.3");
    return data;
}

/// A Part 10 file without pixels.
inline std::string small_object(const std::string& instance,
                                const std::string& syntax = "1.2.840.10008.1.2.1")
{
    using namespace pacs::dicom;
    return make_file_head("1.2.840.10008.5.1.4.1.1.7", instance, syntax) +
           encode(small_data(instance), TransferSyntax{syntax});
}

}  // namespace test
