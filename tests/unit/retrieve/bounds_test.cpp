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
