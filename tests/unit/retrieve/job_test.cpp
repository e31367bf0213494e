#include "net/peer_error.hpp"
#include "retrieve/test_source.hpp"

using namespace pacs;
using namespace pacs::retrieve;
using namespace pacs::retrieve::test;

namespace {

WayEnding nobody_there(const Errand& /*errand*/, Delivery& /*delivery*/)
{
    throw net::PeerError(net::PeerFault::connection_refused, net::PeerStage::connect,
                         "nobody is there");
}

}  // namespace

TEST_CASE("each announced instance comes, has its name by its UIDs, and one record")
{
    const Folder folder;
    const auto outcome = run({items(2, 2, 3), {"1.2.1", "1.2.2"}}, folder);
    CHECK(outcome->thrown.empty());
    CHECK(outcome->counters.announced == 12);
    CHECK(outcome->counters.retrieved == 12);
    CHECK(outcome->counters.missing == 0);
    CHECK(outcome->counters.failures == 0);
    CHECK(outcome->count("\"type\":\"retrieved\",\"outcome\":\"ok\"") == 12);
    CHECK(outcome->count("\"via\":\"get\"") == 12);
    const auto files = folder.files();
    REQUIRE(files.size() == 12);
    CHECK(files[0] == "1.2.1/1.2.1.1/1.2.1.1.1.dcm");
}

TEST_CASE("what is there already is not fetched again, and told as skipped")
{
    const Folder folder;
    const Setting setting{items(1, 1, 3), {"1.2.1"}};
    (void)run(setting, folder);
    fs::remove(folder.path / "1.2.1/1.2.1.1/1.2.1.1.2.dcm");
    const auto again = run(setting, folder);
    CHECK(again->counters.existed == 2);
    CHECK(again->counters.retrieved == 1);
    CHECK(again->count("\"outcome\":\"skipped\",\"reason\":\"exists\"") == 2);
    CHECK(folder.files().size() == 3);
}

TEST_CASE("a file that was cut off does not count as there, and is not overwritten unasked")
{
    const Folder folder;
    const Setting setting{items(1, 1, 1), {"1.2.1"}};
    (void)run(setting, folder);
    const auto file = folder.path / folder.files()[0];
    fs::resize_file(file, fs::file_size(file) - 5);
    const auto again = run(setting, folder);
    CHECK(again->count("\"reason\":\"different_content\"") == 1);
    CHECK(again->counters.missing == 1);
    FolderOptions options;
    options.folder = folder.path;
    options.replace = true;
    const auto output = folder_output(options);
    CHECK(run(setting, *output)->counters.retrieved == 1);
    CHECK(content_of(file).ends_with(data_set_of(setting.source[0])));
    CHECK(folder.files().size() == 1);
}

TEST_CASE("success with nothing delivered is found out, asked again, and told as missing")
{
    unsigned asked = 0;
    Setting setting{items(1, 1, 3), {"1.2.1"}};
    setting.ways = {{"get", [&](const Errand&, Delivery&) {
                         ++asked;
                         WayEnding ending;
                         ending.status = net::statuses::success;
                         return ending;
                     }}};
    const Folder folder;
    const auto outcome = run(setting, folder);
    CHECK(outcome->thrown.empty());
    CHECK(outcome->count("\"reason\":\"not_delivered\"") == 3);
    CHECK(outcome->counters.missing == 3);
    CHECK(asked == 1 + 1 + 3);  // the study, a list, one by one
    CHECK(folder.files().empty());
}

TEST_CASE("only what is missing is asked for again, then by the next way")
{
    std::vector<std::pair<std::string, std::size_t>> asked;
    Setting setting{items(1, 2, 4), {"1.2.1"}};
    setting.retries = 0;
    setting.ways = {{"get",
                     [&](const Errand& errand, Delivery& delivery) {
                         asked.emplace_back("get", errand.instances.size());
                         for (std::size_t i = 0; i < 5; ++i) {
                             (void)hand_over(delivery, item_of(errand, errand.instances[i]));
                         }
                         return WayEnding{};
                     }},
                    {"move", [&](const Errand& errand, Delivery& delivery) {
                         asked.emplace_back("move", errand.instances.size());
                         CHECK(errand.level == dicom::QueryLevel::instance);
                         return deliver(errand, delivery);
                     }}};
    const Folder folder;
    const auto outcome = run(setting, folder);
    CHECK(outcome->counters.retrieved == 8);
    CHECK(outcome->counters.failures == 0);
    CHECK(asked == std::vector<std::pair<std::string, std::size_t>>{{"get", 8}, {"move", 3}});
    CHECK(outcome->count("\"via\":\"move\"") == 3);
}

TEST_CASE("a way that the source does not offer is left out for the rest of the run")
{
    unsigned tried = 0;
    Setting setting{items(3, 1, 1), {"1.2.1", "1.2.2", "1.2.3"}};
    setting.ways = {{"get",
                     [&](const Errand&, Delivery&) -> WayEnding {
                         ++tried;
                         throw net::PeerError(net::PeerFault::nothing_accepted,
                                              net::PeerStage::negotiate, "no C-GET");
                     }},
                    {"move", deliver}};
    const Folder folder;
    const auto outcome = run(setting, folder);
    CHECK(outcome->thrown.empty());
    CHECK(outcome->counters.retrieved == 3);
    CHECK(tried == 1);
}

TEST_CASE("a lost association costs what was under way, and is asked for again")
{
    unsigned times = 0;
    Setting setting{items(1, 1, 3), {"1.2.1"}};
    setting.ways = {
        {"get", [&](const Errand& errand, Delivery& delivery) {
             if (times++ > 0) {
                 return deliver(errand, delivery);
             }
             (void)hand_over(delivery, item_of(errand, 0));
             const auto sink = delivery.begin({ct, item_of(errand, 1).instance, explicit_le});
             sink->write(std::as_bytes(std::span{"half", 4}));
             throw net::PeerError(net::PeerFault::connection_lost, net::PeerStage::answer, "gone");
         }}};
    const Folder folder;
    const auto outcome = run(setting, folder);
    CHECK(outcome->thrown.empty());
    CHECK(outcome->counters.retrieved == 3);
    CHECK(outcome->counters.retries == 1);
    CHECK(folder.files().size() == 3);
}

TEST_CASE("a source that cannot be reached ends the run, and everything announced is told")
{
    Setting setting{items(2, 1, 2), {"1.2.1", "1.2.2"}};
    setting.retries = 1;
    setting.ways = {{"get", nobody_there}};
    const Folder folder;
    const auto outcome = run(setting, folder);
    CHECK(outcome->kind == ErrorKind::peer);
    CHECK(outcome->counters.missing == outcome->counters.announced);
    CHECK(outcome->count("\"reason\":\"connection_refused\"") >= 2);
}

TEST_CASE("studies that were not even announced when the source was lost are told, each once")
{
    Setting setting{items(20, 1, 1), {}};
    for (unsigned study = 1; study <= 20; ++study) {
        setting.words.push_back("1.2." + std::to_string(study));
    }
    setting.retries = 0;
    setting.ways = {{"get", nobody_there}};
    const Folder folder;
    const auto outcome = run(setting, folder);
    CHECK(outcome->kind == ErrorKind::peer);
    for (const std::string& study : setting.words) {
        CAPTURE(study);
        CHECK(outcome->count("\"StudyInstanceUID\":\"" + study + "\"") == 1);
    }
}

TEST_CASE("objects that are damaged, of another study, or others than announced are not kept")
{
    const auto all = items(1, 1, 4);
    Setting setting{all, {"1.2.1"}};
    setting.retries = 0;
    std::vector<Receipt> receipts;
    setting.ways = {
        {"get", [&](const Errand&, Delivery& delivery) {
             const std::string good = data_set_of(all[0]);
             receipts.push_back(hand_over(delivery, all[0], good.substr(0, good.size() - 3)));
             receipts.push_back(
                 hand_over(delivery, all[1], data_set_of({"1.9", all[1].series, all[1].instance})));
             receipts.push_back(hand_over(delivery, all[2], data_set_of(all[3])));
             receipts.push_back(hand_over(delivery, {"1.2.1", "1.2.1.1", "not a uid"}));
             return WayEnding{};
         }}};
    const Folder folder;
    const auto outcome = run(setting, folder);
    REQUIRE(receipts.size() == 4);
    for (const Receipt& receipt : receipts) {
        CHECK_FALSE(receipt.taken);
        CHECK(receipt.status.failure());
        CHECK_FALSE(receipt.comment.empty());
    }
    CHECK(outcome->count("\"reason\":\"damaged\"") == 2);
    CHECK(outcome->count("\"reason\":\"mismatch\"") == 1);
    CHECK(outcome->count("\"reason\":\"not_delivered\"") == 1);
    CHECK(folder.files().empty());
}

TEST_CASE("a study takes what came beside the announcement, a list takes only what it names")
{
    const auto all = items(1, 1, 2);
    const Item extra{"1.2.1", "1.2.1.1", "1.2.1.1.99"};
    Setting setting{all, {"1.2.1"}};
    std::vector<Receipt> receipts;
    setting.ways = {{"get", [&](const Errand& errand, Delivery& delivery) {
                         receipts.push_back(hand_over(delivery, extra));
                         receipts.push_back(hand_over(delivery, extra));
                         return deliver(errand, delivery);
                     }}};
    const Folder folder;
    auto outcome = run(setting, folder);
    CHECK(receipts[0].taken);
    CHECK_FALSE(receipts[1].taken);
    CHECK(receipts[1].status.success());
    CHECK(outcome->counters.unannounced == 1);
    CHECK(outcome->counters.duplicates == 1);
    CHECK(outcome->count("\"unannounced\":true") == 1);

    fs::remove(folder.path / "1.2.1/1.2.1.1/1.2.1.1.1.dcm");
    fs::remove(folder.path / "1.2.1/1.2.1.1/1.2.1.1.99.dcm");
    receipts.clear();
    outcome = run(setting, folder);
    CHECK_FALSE(receipts[0].taken);
    CHECK(outcome->counters.not_asked == 2);
    CHECK(outcome->counters.retrieved == 1);
}

TEST_CASE("a whole file that comes says itself what it is")
{
    const auto all = items(1, 1, 2);
    Setting setting{all, {"1.2.1"}};
    setting.retries = 0;
    setting.ways = {{"web", [&](const Errand&, Delivery& delivery) {
                         const std::string file =
                             dicom::make_file_head(ct, all[0].instance, explicit_le) +
                             data_set_of(all[0]);
                         const auto sink = delivery.begin_file();
                         for (const char& byte : file) {  // one by one
                             sink->write(std::as_bytes(std::span{&byte, 1}));
                         }
                         CHECK(sink->finish().taken);
                         const auto other = delivery.begin_file();
                         other->write(std::as_bytes(std::span{"<html>", 6}));
                         CHECK_FALSE(other->finish().taken);
                         return WayEnding{};
                     }}};
    const Folder folder;
    const auto outcome = run(setting, folder);
    CHECK(outcome->counters.retrieved == 1);
    CHECK(outcome->counters.missing == 1);
    REQUIRE(folder.files().size() == 1);
    CHECK(content_of(folder.path / folder.files()[0]).ends_with(data_set_of(all[0])));
}

TEST_CASE("what does not exist is told as not found, study by study")
{
    const Folder folder;
    const auto outcome = run({items(1, 1, 1), {"1.2.1", "9.9"}}, folder);
    CHECK(outcome->counters.retrieved == 1);
    CHECK(outcome->counters.failures == 1);
    CHECK(outcome->count("\"reason\":\"not_found\"") == 1);
    CHECK(run({items(1, 1, 1), {"PatientID=X", "--bad--"}}, folder)->kind == ErrorKind::usage);
    CHECK(run({items(1, 1, 1), {}}, folder)->kind == ErrorKind::usage);
}

TEST_CASE("several lanes share a study, and every instance comes once")
{
    Setting setting{items(2, 3, 40), {"1.2.1", "1.2.2"}};
    setting.lanes = 4;
    const Folder folder;
    const auto outcome = run(setting, folder);
    CHECK(outcome->counters.retrieved == 240);
    CHECK(outcome->counters.duplicates == 0);
    CHECK(folder.files().size() == 240);
}

namespace {

/// Delivers, and notes the levels that errands were of.
Script noting(std::vector<dicom::QueryLevel>& levels, std::mutex& mutex)
{
    return [&](const Errand& errand, Delivery& delivery) {
        {
            const std::scoped_lock lock{mutex};
            levels.push_back(errand.level);
        }
        return deliver(errand, delivery);
    };
}

}  // namespace

TEST_CASE("the only study is parted among the lanes")
{
    std::mutex mutex;
    std::vector<dicom::QueryLevel> levels;
    Setting setting{items(1, 1, 200), {"1.2.1"}};
    setting.lanes = 4;
    setting.ways = {{"get", noting(levels, mutex)}};
    const Folder folder;
    const auto outcome = run(setting, folder);
    CHECK(outcome->counters.retrieved == 200);
    CHECK(outcome->counters.duplicates == 0);
    // on a busy machine not every lane need have come to wait by then, but one takes the study
    CHECK(levels.size() <= 4);
    CHECK(std::ranges::count(levels, dicom::QueryLevel::study) <= 1);
}

TEST_CASE("of many studies each is asked for as a whole, but for what is left at the end")
{
    std::mutex mutex;
    std::vector<dicom::QueryLevel> levels;
    Setting setting{items(20, 1, 70), {}};
    for (int i = 1; i <= 20; ++i) {
        setting.words.push_back("1.2." + std::to_string(i));
    }
    setting.lanes = 3;
    setting.ways = {{"get", noting(levels, mutex)}};
    const Folder folder;
    const auto outcome = run(setting, folder);
    CHECK(outcome->counters.retrieved == 1'400);
    CHECK(outcome->counters.duplicates == 0);
    CHECK(outcome->counters.missing == 0);
    CHECK(std::ranges::count(levels, dicom::QueryLevel::study) >= 19);
}
