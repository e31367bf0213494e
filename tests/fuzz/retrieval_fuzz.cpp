// What is to be retrieved, as anybody may name it: any bytes as the identifier of a C-GET or
// C-MOVE, in each transfer syntax and under each root; any lines on the standard input of pacs-get.
// What comes of it names valid UIDs, within bounds, or is an Error(data).

#include "base/error.hpp"
#include "base/file.hpp"
#include "dicom/uid.hpp"
#include "index/retrieve_keys.hpp"
#include "retrieve/selection.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>
#include <string_view>

using namespace pacs;

namespace {

constexpr std::size_t most_values = 32'768;

void require(bool holds)
{
    if (!holds) {
        std::abort();
    }
}

void check_identifier(std::span<const std::byte> bytes, std::string_view syntax)
{
    try {
        const auto identifier = dicom::decode(bytes, dicom::TransferSyntax{syntax});
        for (const auto root : {dicom::QueryRoot::patient, dicom::QueryRoot::study}) {
            for (const bool relational : {false, true}) {
                try {
                    const auto keys = index::parse_retrieve_keys(root, identifier, relational);
                    require(!keys.values.empty() && keys.values.size() <= most_values);
                    for (const std::string& value : keys.values) {
                        require(!value.empty());
                        require(keys.level == dicom::QueryLevel::patient ||
                                dicom::is_valid_uid(value));
                    }
                    require(keys.study_uid.empty() || dicom::is_valid_uid(keys.study_uid));
                    require(keys.series_uid.empty() || dicom::is_valid_uid(keys.series_uid));
                } catch (const Error& error) {
                    require(error.kind() == ErrorKind::data);
                }
            }
        }
    } catch (const Error& error) {
        require(error.kind() == ErrorKind::data);
    }
}

/// Says that it has one study of each patient.
class OneStudy : public query::Source {
public:
    query::Ending ask(const query::Question&, std::uint64_t, const query::AnswerSink& sink) override
    {
        query::Ending ending;
        ending.status = net::statuses::success;
        ending.answers = 1;
        dicom::DataSet study;
        study.set_text(dicom::tags::study_instance_uid, "1.2.3");
        sink({study, {}, {}}, false);
        return ending;
    }
    bool tells_when_cut() const override { return true; }
    std::vector<std::string> not_granted() const override { return {}; }
    void close() override {}
};

void check_wish(const retrieve::StudyWish& wish)
{
    require(dicom::is_valid_uid(wish.study));
    for (const auto& series : wish.series) {
        require(dicom::is_valid_uid(series.uid));
        for (const auto& instance : series.instances) {
            require(dicom::is_valid_uid(instance.uid));
        }
    }
}

void check_lines(std::span<const std::byte> bytes)
{
    const Descriptor file{::memfd_create("lines", MFD_CLOEXEC)};
    write_all(file.get(), bytes, "lines");
    require(::lseek(file.get(), 0, SEEK_SET) == 0);
    OneStudy source;
    retrieve::JobCounters counters;
    retrieve::SelectionOptions what;
    what.words = {"-"};
    what.standard_input = file.get();
    const retrieve::JobHub hub{
        .node = "@any", .counters = &counters, .on_record = [](const retrieve::Told& told) {
            const bool failed = told.record.outcome() == Outcome::failed;
            require(failed ? !told.complaint.empty() : told.record.outcome() == Outcome::skipped);
        }};
    retrieve::Selection selection{what, source, hub};
    try {
        while (const auto wish = selection.next()) {
            check_wish(*wish);
        }
    } catch (const Error& error) {
        require(error.kind() == ErrorKind::data);
    }
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto bytes = std::as_bytes(std::span{data, size});
    check_identifier(bytes, dicom::uids::implicit_le);
    check_identifier(bytes, dicom::uids::explicit_le);
    check_lines(bytes);
    return 0;
}
