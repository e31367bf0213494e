#include "dicom/dcmtk_head.hpp"

#include "base/error.hpp"
#include "dicom/dcmtk_data_set.hpp"
#include "dicom/element_header.hpp"

#include <dcmtk/config/osconfig.h>

#include <dcmtk/dcmdata/dcdatset.h>
#include <dcmtk/dcmdata/dcdeftag.h>
#include <dcmtk/dcmdata/dcelem.h>
#include <dcmtk/dcmdata/dcistrmb.h>
#include <dcmtk/dcmdata/dcvr.h>
#include <dcmtk/dcmdata/dcxfer.h>
#include <pthread.h>

#include <algorithm>
#include <exception>
#include <string_view>

namespace pacs::dicom {

namespace {

/// A level of nesting needs 16 bytes or more of input and takes DCMTK about 1 KiB of stack: 4,096
/// levels in all, of which this is sixteen times the need.
constexpr std::size_t stack_bytes = std::size_t{64} << 20U;

/// Beyond it nothing is read: no attribute that anybody looks for here is so long.
constexpr Uint32 longest_value = 16384;

struct Job {
    std::span<const std::byte> bytes;
    const TransferSyntax& syntax;
    const std::vector<Tag>& wanted;
    DataSet found;
    std::exception_ptr error;
};

/// Bytes in memory that DCMTK may come back to. When it loads a value it allocates what the length
/// field says, and where the bytes end before leaves the rest as it was in memory. So it shall load
/// none while it reads, but be able to have parts of them later.
class HeadStream : public DcmInputBufferStream {
public:
    explicit HeadStream(std::span<const std::byte> bytes) : bytes_(bytes)
    {
        setBuffer(bytes_.data(), static_cast<offile_off_t>(bytes_.size()));
        setEos();
    }
    DcmInputStreamFactory* newFactory() const override;

private:
    std::span<const std::byte> bytes_;
};

class HeadStreamFactory : public DcmInputStreamFactory {
public:
    explicit HeadStreamFactory(std::span<const std::byte> bytes) : bytes_(bytes) {}
    DcmInputStream* create() const override { return new HeadStream{bytes_}; }
    DcmInputStreamFactory* clone() const override { return new HeadStreamFactory{*this}; }
    DcmInputStreamFactoryType ident() const override { return DFT_DcmInputFileStreamFactory; }

private:
    std::span<const std::byte> bytes_;
};

DcmInputStreamFactory* HeadStream::newFactory() const
{
    return new HeadStreamFactory{bytes_.subspan(static_cast<std::size_t>(tell()))};
}

/// The value as Element keeps it: little endian. Empty when DCMTK has none, or not all of it.
std::string value_of(DcmElement& element)
{
    const Uint32 length = element.getLengthField();  // getLength() would load text
    if (length > longest_value) {
        return {};
    }
    std::string value(length, '\0');
    const bool read =
        length > 0 &&
        element.getPartialValue(value.data(), 0, length, nullptr, EBO_LittleEndian).good();
    return read ? value : std::string{};
}

void take_wanted(Job& job, DcmDataset& data_set)
{
    for (const Tag tag : job.wanted) {
        DcmElement* element = nullptr;
        const DcmTagKey key{tag.group(), tag.element()};
        if (data_set.findAndGetElement(key, element).bad() || !element->isLeaf()) {
            continue;
        }
        const Vr vr = vr_of(std::string_view{DcmVR{element->getVR()}.getValidVRName(), 2});
        job.found.put(Element{tag, vr == Vr::none ? Vr::UN : vr, value_of(*element)});
    }
}

void read(Job& job)
{
    dcmtk::set_up();
    DcmDataset data_set;
    HeadStream stream{job.bytes};
    data_set.transferInit();
    // What it says at the end does not matter: the rest of the object was never given to it.
    data_set.readUntilTag(stream, DcmXfer(job.syntax.uid().c_str()).getXfer(), EGL_noChange, 0,
                          DCM_PixelData);
    data_set.transferEnd();
    take_wanted(job, data_set);
}

void* run(void* argument)
{
    Job& job = *static_cast<Job*>(argument);
    try {
        read(job);
    } catch (...) {
        job.error = std::current_exception();
    }
    return nullptr;
}

void run_on_large_stack(Job& job)
{
    pthread_attr_t attributes;
    pthread_t thread{};
    ::pthread_attr_init(&attributes);
    const bool started = ::pthread_attr_setstacksize(&attributes, stack_bytes) == 0 &&
                         ::pthread_create(&thread, &attributes, run, &job) == 0;
    ::pthread_attr_destroy(&attributes);
    if (!started) {
        throw Error(ErrorKind::storage, "reading a head with DCMTK: no thread to be had");
    }
    ::pthread_join(thread, nullptr);
}

}  // namespace

DataSet read_head_with_dcmtk(std::span<const std::byte> bytes, const TransferSyntax& syntax,
                             const std::vector<Tag>& wanted)
{
    if (syntax.deflated()) {
        return {};
    }
    Job job{bytes.first(std::min(bytes.size(), dcmtk_head_bytes)), syntax, wanted, {}, {}};
    run_on_large_stack(job);
    if (job.error) {
        std::rethrow_exception(job.error);
    }
    return std::move(job.found);
}

}  // namespace pacs::dicom
