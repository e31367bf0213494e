#include "net/peer_error.hpp"
#include "retrieve/test_source.hpp"
#include "stream/tar_reader.hpp"

#include <sys/mman.h>

using namespace pacs;
using namespace pacs::retrieve;
using namespace pacs::retrieve::test;

namespace {

/// Sends an object that has no end, until it is cut off; then the others are asked for again.
WayEnding endless_first(const Errand& errand, Delivery& delivery)
{
    if (item_of(errand, errand.instances.front()).instance != "1.2.1.1.1") {
        return deliver(errand, delivery);
    }
    const Item item = item_of(errand, errand.instances.front());
    const auto sink = delivery.begin({ct, item.instance, explicit_le});
    const std::string head =
        data_set_of(item) + std::string{"\x29\0\x01\x10OB\0\0\xFE\xFF\xFF\xFF", 12};
    sink->write(std::as_bytes(std::span{head}));
    const std::vector<std::byte> more(std::size_t{1} << 20U);
    for (int i = 0; i < 4096; ++i) {
        sink->write(more);
    }
    FAIL("4 GiB of one object were taken");
    return {};
}

/// With 3 MiB of a private value.
std::string large(const Item& item)
{
    return data_set_of(item) + std::string{"\x29\0\x01\x10OB\0\0\0\0\x30\0", 12} +
           std::string(3U << 20U, 'x');
}

Setting with(Script script, std::uint64_t max_object_bytes = 8U << 20U)
{
    Setting setting{items(1, 1, 3), {"1.2.1"}};
    setting.ways = {{"get", std::move(script)}};
    setting.max_object_bytes = max_object_bytes;
    return setting;
}

std::unique_ptr<Output> into(const fs::path& folder, const DiskShare& min_free)
{
    FolderOptions options;
    options.folder = folder;
    options.flush = false;
    options.min_free = min_free;
    return folder_output(options);
}

}  // namespace

TEST_CASE("an object without an end is given up, and the others come by asking again")
{
    const Folder folder;
    const auto outcome = run(with(endless_first), folder);
    CHECK(outcome->thrown.empty());
    CHECK(outcome->counters.retrieved == 2);
    CHECK(outcome->counters.missing == 1);
    CHECK(outcome->count("\"reason\":\"too_large\"") == 1);
    CHECK(folder.files().size() == 2);
}

TEST_CASE("an object without an end that nobody asked for is cut off, too")
{
    const Folder folder;
    unsigned cut = 0;
    const auto outcome = run(with([&](const Errand& errand, Delivery& delivery) {
                                 const auto sink = delivery.begin({ct, "9.9", explicit_le});
                                 CHECK(errand.level <= dicom::QueryLevel::instance);
                                 try {
                                     const std::vector<std::byte> more(std::size_t{1} << 20U);
                                     for (int i = 0; i < 4096; ++i) {
                                         sink->write(more);
                                     }
                                 } catch (const net::PeerError& error) {
                                     cut += error.fault() == net::PeerFault::too_large ? 1 : 0;
                                     throw;
                                 }
                                 return WayEnding{};
                             }),
                             folder);
    CHECK(cut == 5);  // the study, a list, one by one
    CHECK(outcome->counters.missing == 3);
    CHECK(folder.files().empty());
}

TEST_CASE("with less than the reserve free nothing is kept, and the run says so")
{
    const Folder folder;
    const auto output = into(folder.path, {.bytes = 0, .percent = 100});
    const auto outcome = run(with(deliver), *output);
    CHECK(outcome->kind == ErrorKind::storage);
    CHECK(outcome->thrown.find("are held in reserve") != std::string::npos);
    CHECK(outcome->counters.missing == 3);
    CHECK(outcome->counters.retrieved == 0);
    CHECK(folder.files().empty());
}

TEST_CASE("of a tar stream, what finds no room to be spooled fails alone")
{
    const Descriptor file{::memfd_create("tar", MFD_CLOEXEC)};
    const auto output = tar_output(file.get(), Naming{}, {.bytes = 0, .percent = 100});
    const auto outcome = run(
        with(
            [](const Errand& errand, Delivery& delivery) {
                for (const std::uint32_t place : errand.instances) {
                    const Item item = item_of(errand, place);
                    (void)hand_over(delivery, item, place == 0 ? large(item) : data_set_of(item));
                }
                return WayEnding{};
            },
            usual_max_object_bytes),
        *output);
    CHECK(outcome->thrown.empty());
    CHECK(outcome->counters.retrieved == 2);
    CHECK(outcome->counters.missing == 1);
    CHECK(outcome->count("\"reason\":\"storage\"") == 1);
    CHECK(outcome->counters.retries == 0);  // what has no room is not asked for again
}

namespace {

/// Has no end of series, or of instances, each with a UID of its own.
class EndlessSource : public query::Source {
public:
    explicit EndlessSource(dicom::QueryLevel endless) : endless_(endless) {}
    query::Ending ask(const query::Question& question, std::uint64_t,
                      const query::AnswerSink& sink) override
    {
        query::Ending ending;
        ending.status = net::statuses::success;
        const std::uint64_t count = question.level == endless_ ? 1'000'000 : 1;
        for (; ending.answers < count; ++ending.answers) {
            dicom::DataSet data;
            const std::string uid = "1.2.1." + std::to_string(++last_);
            const bool series = question.level == dicom::QueryLevel::series;
            data.set_text(dicom::tags::query_retrieve_level, dicom::level_value(question.level));
            data.set_text(dicom::tags::study_instance_uid, "1.2.1");
            data.set_text(
                dicom::tags::series_instance_uid,
                series ? uid : question.identifier.text(dicom::tags::series_instance_uid));
            data.set_text(series ? dicom::Tag{0x0020, 0x1209} : dicom::tags::sop_instance_uid,
                          series ? "7" : uid);
            sink({data, {}, {}}, true);
        }
        return ending;
    }
    bool tells_when_cut() const override { return false; }
    std::vector<std::string> not_granted() const override { return {}; }
    void close() override {}

private:
    dicom::QueryLevel endless_;
    unsigned last_ = 0;
};

}  // namespace

TEST_CASE("a source that announces without an end is asked no further, and that is told")
{
    for (const auto level : {dicom::QueryLevel::series, dicom::QueryLevel::instance}) {
        EndlessSource source{level};
        AnnouncerOptions options;
        options.most_instances = 500;
        options.most_series = 100;
        StudyWish wish;
        wish.study = "1.2.1";
        const Announcement told = Announcer{source, options}.announce(wish);
        CHECK(told.study->instances.size() ==
              (level == dicom::QueryLevel::series ? std::size_t{100} : std::size_t{500}));
        REQUIRE(told.failures.size() == 1);
        CHECK(told.failures.front().reason == "incomplete");
    }
}

TEST_CASE("a series that is said to have more than is announced and comes is incomplete")
{
    EndlessSource source{dicom::QueryLevel::study};  // one series of one instance; it says seven
    StudyWish wish;
    wish.study = "1.2.1";
    const Announcement told = Announcer{source, {}}.announce(wish);
    CHECK(told.study->stated == std::vector<std::uint64_t>{7});
    StudyWork work{told.study, {}};
    REQUIRE(work.short_series().size() == 1);
    CHECK(work.short_series().front().known == 1);
    for (const char* uid : {"9.1", "9.2", "9.3", "9.4", "9.5"}) {
        CHECK(work.claim(uid, true) == Claim::extra);
        work.take(uid, told.study->series.front());
    }
    CHECK(work.short_series().front().known == 6);
    CHECK(work.claim("9.6", true) == Claim::extra);
    work.take("9.6", told.study->series.front());
    CHECK(work.short_series().empty());
}
