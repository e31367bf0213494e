// Any bytes as a stream of DICOM JSON: each object is refused with a word, or becomes a data set
// that is printed as DICOM JSON which our reader takes again.

#include "base/error.hpp"
#include "dicom/record_json.hpp"
#include "dump/json_objects.hpp"
#include "stream/json_reader.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <string>

namespace {

using namespace pacs;

std::string fetched(const stream::BulkElement& reference)
{
    if (reference.uri.size() > 1000) {
        throw Error(ErrorKind::refused, "too long");
    }
    return reference.uri;
}

/// The data set of one object as DICOM JSON; empty when it is refused.
std::string understood(const std::string& json)
{
    std::string out;
    try {
        const auto set = stream::JsonReader{}.read(json, fetched);
        dicom::append_dicom_json(out, set.data_set, dicom::CharacterSet{"ISO_IR 192"});
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::data && error.kind() != ErrorKind::refused) {
            std::abort();
        }
    }
    return out;
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const int file = ::memfd_create("json", MFD_CLOEXEC);
    if (file < 0 || ::write(file, data, size) != static_cast<ssize_t>(size) ||
        ::lseek(file, 0, SEEK_SET) != 0) {
        std::abort();
    }
    stream::Input input{file, "fuzz"};
    dump::JsonObjects objects{input, {.bytes = 1U << 20U, .depth = 200}};
    while (const auto object = objects.next()) {
        if (object->text.empty() == object->defect.empty()) {
            std::abort();  // one of the two, always
        }
        const std::string json = understood(object->text);
        if (!object->text.empty() && !json.empty() && understood(json).empty()) {
            std::abort();
        }
    }
    ::close(file);
    return 0;
}
