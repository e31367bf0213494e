#pragma once

#include "base/json_line.hpp"
#include "dump/element_sink.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace pacs::dump {

/// What all forms of output share: where in the tree they are, and which values had bytes in no
/// declared character set.
class NamingSink : public ElementSink {
public:
    void begin_sequence(dicom::Tag tag) override;
    void begin_item() override;
    void end_item() override;
    void end_sequence() override;

    /// Paths of the values with text that could not be converted, the first 100 of them.
    const std::vector<std::string>& undecoded() const noexcept { return undecoded_; }

protected:
    /// "RequestAttributesSequence[1].ScheduledProcedureStepID" for `tag` in the open items.
    std::string path_of(dicom::Tag tag) const;
    void note_undecoded(dicom::Tag tag);
    /// The sequence or item that is open, "RequestAttributesSequence[1]".
    std::string path_of_open(bool item) const;
    bool at_top() const noexcept { return open_.empty(); }
    /// Items of the innermost sequence so far.
    std::uint32_t items() const noexcept { return open_.back().items; }

private:
    struct Open {
        dicom::Tag tag;
        std::uint32_t items = 0;
    };
    std::vector<Open> open_;
    std::vector<std::string> undecoded_;
};

/// Members of a flat record, pacs-records(5): what append_record_members() makes of a data set.
/// A reference is an object with BulkDataURI and length, without URI where no file has the bytes.
class FlatSink : public NamingSink {
public:
    explicit FlatSink(std::filesystem::path file) : file_(std::move(file)) {}

    void element(dicom::Element&& element, const dicom::CharacterSet& charset) override;
    void reference(dicom::Tag tag, dicom::Vr vr, const ByteRange& range) override;
    void begin_sequence(dicom::Tag tag) override;
    void begin_item() override;
    void end_item() override;
    void end_sequence() override;
    std::size_t written() const override { return text_.size(); }

    /// `,"Name":value` for each element.
    const std::string& text() const noexcept { return text_; }
    /// The names at the top.
    const std::vector<std::string>& names() const noexcept { return names_; }

private:
    void begin_member(dicom::Tag tag);

    std::filesystem::path file_;
    std::string text_;
    std::vector<std::string> names_;
};

/// An object of the DICOM JSON Model, PS3.18 F.2, on one line.
class AnnexFSink : public NamingSink {
public:
    explicit AnnexFSink(std::filesystem::path file) : file_(std::move(file)) {}

    void element(dicom::Element&& element, const dicom::CharacterSet& charset) override;
    void reference(dicom::Tag tag, dicom::Vr vr, const ByteRange& range) override;
    void begin_sequence(dicom::Tag tag) override;
    void begin_item() override;
    void end_item() override;
    void end_sequence() override;
    std::size_t written() const override { return text_.size(); }

    /// The object with its braces.
    std::string finish() &&;

private:
    void begin_attribute(dicom::Tag tag, dicom::Vr vr);

    std::filesystem::path file_;
    std::string text_ = "{";
};

/// Values as people read them: a line an element, `RequestAttributesSequence[1].ScheduledProcedure
/// StepID = value`; several values are parted by a backslash, bytes are hex digits. Nothing in it
/// steers a terminal or breaks a line.
class PathSink : public NamingSink {
public:
    /// `prefix` starts each line: "a.dcm: ", or nothing. `show_empty`: sequences without items and
    /// items without elements get a line too.
    PathSink(std::string_view prefix, bool show_empty);

    void element(dicom::Element&& element, const dicom::CharacterSet& charset) override;
    void reference(dicom::Tag tag, dicom::Vr vr, const ByteRange& range) override;
    void begin_item() override;
    void end_item() override;
    void end_sequence() override;
    std::size_t written() const override { return text_.size(); }

    /// The lines, each with its newline.
    const std::string& text() const noexcept { return text_; }

private:
    void line(const std::string& path, std::string_view value);

    std::string prefix_;
    bool show_empty_;
    std::string text_;
    std::vector<std::size_t> items_at_;  // where in text_ each open item began
};

/// The same as records of type `element` for a table.
class TableSink : public NamingSink {
public:
    void element(dicom::Element&& element, const dicom::CharacterSet& charset) override;
    void reference(dicom::Tag tag, dicom::Vr vr, const ByteRange& range) override;
    void begin_sequence(dicom::Tag tag) override;
    std::size_t written() const override { return written_; }

    std::vector<JsonLine> take_rows() && { return std::move(rows_); }

private:
    void row(dicom::Tag tag, dicom::Vr vr, std::optional<std::uint64_t> size,
             std::string_view value);

    std::vector<JsonLine> rows_;
    std::size_t written_ = 0;
};

}  // namespace pacs::dump
