#pragma once

#include "dicom/tag.hpp"
#include "dicom/transfer_syntax.hpp"

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcistrmb.h>
#include <dcmtk/dcmdata/dctk.h>
#include <dcmtk/oflog/oflog.h>

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

/// DCMTK as the second opinion: what it loads, and which values it sees.
namespace pacs::dicom::test {

class DcmtkDataSet {
public:
    /// Reads a data set without meta header.
    DcmtkDataSet(std::string bytes, const TransferSyntax& syntax) : bytes_(std::move(bytes))
    {
        configure();
        DcmInputBufferStream stream;
        stream.setBuffer(bytes_.data(), static_cast<offile_off_t>(bytes_.size()));
        stream.setEos();
        const DcmXfer xfer{syntax.uid().c_str()};
        own_.transferInit();
        loaded_ = own_.read(stream, xfer.getXfer(), EGL_noChange, DCM_UndefinedLength).good();
        own_.transferEnd();
    }

    /// Reads a file the way DCMTK's tools do.
    explicit DcmtkDataSet(const std::filesystem::path& path)
    {
        configure();
        loaded_ = file_.loadFile(path.c_str()).good();
        if (loaded_) {
            loaded_ = file_.loadAllDataIntoMemory().good();
        }
        data_set_ = file_.getDataset();
    }

    static void configure()
    {
        OFLog::configure(OFLogger::OFF_LOG_LEVEL);
        dcmEnableAutomaticInputDataCorrection.set(OFFalse);  // values as they stand
    }

    bool loaded() const { return loaded_; }

    /// The bytes of a top-level element of text or of unknown VR, without spaces and NUL around
    /// them; nullopt when it is not there.
    std::optional<std::string> text(Tag tag)
    {
        DcmElement* element = nullptr;
        if (data_set_->findAndGetElement(DcmTagKey{tag.group(), tag.element()}, element).bad()) {
            return std::nullopt;
        }
        char* characters = nullptr;
        Uint32 length = 0;
        if (element->getString(characters, length).good() && characters != nullptr) {
            return trimmed({characters, length});
        }
        Uint8* bytes = nullptr;
        if (element->getUint8Array(bytes).good() && bytes != nullptr) {
            return trimmed({reinterpret_cast<const char*>(bytes), element->getLengthField()});
        }
        return std::string{};
    }
    static std::string trimmed(std::string text)
    {
        const std::string_view padding{" \0", 2};
        const auto last = text.find_last_not_of(padding);
        text.resize(last == std::string::npos ? 0 : last + 1);
        return text.substr(std::min(text.find_first_not_of(padding), text.size()));
    }
    bool has(Tag tag) { return data_set_->tagExists(DcmTagKey{tag.group(), tag.element()}); }

private:
    std::string bytes_;
    DcmDataset own_;
    DcmFileFormat file_;
    DcmDataset* data_set_ = &own_;
    bool loaded_ = false;
};

}  // namespace pacs::dicom::test
