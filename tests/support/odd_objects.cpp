#include "synthetic.hpp"

#include "base/error.hpp"
#include "dicom/part10.hpp"
#include "dicom/uid.hpp"

#include <fmt/format.h>

#include <fstream>
#include <functional>
#include <string>
#include <utility>

namespace pacs::test {

namespace {

using dicom::DataSet;
using dicom::Element;
using dicom::Tag;
using dicom::TransferSyntax;
using dicom::Vr;

const std::string item_start{"\xfe\xff\x00\xe0\xff\xff\xff\xff", 8};
const std::string item_end{"\xfe\xff\x0d\xe0\0\0\0\0", 8};
const std::string sequence_end{"\xfe\xff\xdd\xe0\0\0\0\0", 8};
const std::string sequence_start{"\x40\0\x30\xa7SQ\0\0\xff\xff\xff\xff", 12};

/// Writes objects of one seed, each with a UID of its own.
class OddWriter {
public:
    OddWriter(std::filesystem::path folder, std::uint64_t seed) : folder_(std::move(folder))
    {
        plan_.seed = seed;
        plan_.bytes = 2000;
        plan_.charsets = false;
        std::filesystem::create_directories(folder_);
    }

    /// The next object's header, to be changed and given to file().
    DataSet header()
    {
        object_ = synthesize(plan_, count_++);
        return object_.header;
    }

    /// The header as a whole file in explicit VR little endian, with bytes behind it.
    static std::string file(const DataSet& header, const std::string& behind = {})
    {
        const TransferSyntax syntax{dicom::uids::explicit_le};
        return dicom::make_file_head(header.text(dicom::tags::sop_class_uid),
                                     header.text(dicom::tags::sop_instance_uid), syntax.uid()) +
               dicom::encode(header, syntax) + behind;
    }

    void write(const std::string& name, const std::string& bytes) const
    {
        std::ofstream out{folder_ / (name + ".dcm"), std::ios::binary};
        out << bytes << std::flush;
        if (!out) {
            throw Error(ErrorKind::storage, "writing " + (folder_ / name).string() + ": failed");
        }
    }

    void write_in_syntax(const std::string& word)
    {
        Plan plan = plan_;
        plan.syntax = word;
        write_object(folder_ / (word + ".dcm"), plan, synthesize(plan, count_++));
    }

    std::size_t count() const noexcept { return count_; }

private:
    std::filesystem::path folder_;
    Plan plan_;
    Synthetic object_;
    std::uint64_t count_ = 0;
};

std::string nest(std::size_t depth, bool closed)
{
    std::string out;
    for (std::size_t level = 0; level < depth; ++level) {
        out += sequence_start + item_start;
    }
    for (std::size_t level = 0; closed && level < depth; ++level) {
        out += item_end + sequence_end;
    }
    return out;
}

void write_legal(OddWriter& out)
{
    for (const char* syntax : {"implicit", "big", "deflated", "rle"}) {
        out.write_in_syntax(syntax);
    }
    out.write("no-preamble", OddWriter::file(out.header()).substr(128));
    DataSet header = out.header();
    out.write("no-meta-header", dicom::encode(header, TransferSyntax{dicom::uids::explicit_le}));
    header = out.header();
    header.set_text(dicom::tags::sop_class_uid, "2.25.314159265358979323846264338327950288419");
    out.write("private-class", OddWriter::file(header));
    header = out.header();
    header.set_text(Tag{0x0029, 0x0010}, "INVENTED CREATOR", Vr::LO);
    header.put(Element{Tag{0x0029, 0x1001}, Vr::OB, std::string(300, '\x5a')});
    out.write("private-elements", OddWriter::file(header));
    header = out.header();
    header.set_text(dicom::tags::patient_name, "");
    header.set_text(dicom::tags::patient_id, "");
    out.write("empty-patient", OddWriter::file(header));
    header = out.header();
    header.set_text(dicom::tags::sop_instance_uid,
                    "2.25." + std::string(32, '7') + ".1234567890.123456789.01234");
    out.write("long-uid", OddWriter::file(header));
    out.write("nested-30", OddWriter::file(out.header(), nest(30, true)));
    out.write("empty-sequence", OddWriter::file(out.header(), sequence_start + sequence_end));
    out.write("trailing-padding",
              OddWriter::file(out.header(), std::string{"\xfc\xff\xfc\xffOB\0\0\x10\0\0\0", 12} +
                                                std::string(16, '\0')));
    header = out.header();
    const std::string told = OddWriter::file(header);
    const TransferSyntax syntax{dicom::uids::explicit_le};
    const std::string meta = told.substr(0, told.size() - dicom::encode(header, syntax).size());
    header.set_text(dicom::tags::sop_instance_uid, synthetic_uid(4711, out.count()));
    out.write("meta-differs", meta + dicom::encode(header, syntax));
}

void write_broken(OddWriter& out)
{
    out.write("empty", "");
    out.write("text", "this is no DICOM file\n");
    std::string whole = OddWriter::file(out.header());
    out.write("truncated", whole.substr(0, whole.size() - 5));
    out.write("nested-10000", OddWriter::file(out.header(), nest(10'000, true)));
    out.write("nested-unclosed", OddWriter::file(out.header(), nest(10'000, false)));
    out.write(
        "overrun",
        OddWriter::file(out.header(), std::string{"\xe0\x7f\x10\0OW\0\0\0\0\0\x70", 12} + "few"));
    DataSet header = out.header();
    header.erase(dicom::tags::study_instance_uid);
    out.write("no-study", OddWriter::file(header));
    header = out.header();
    header.set_text(dicom::tags::study_instance_uid, "../../../../tmp/owned");
    out.write("study-is-a-path", OddWriter::file(header));
}

}  // namespace

std::size_t write_odd_objects(const std::filesystem::path& folder, std::uint64_t seed)
{
    OddWriter legal{folder / "legal", seed};
    write_legal(legal);
    OddWriter broken{folder / "broken", seed + 1'000'000};
    write_broken(broken);
    return legal.count() + broken.count();
}

}  // namespace pacs::test
