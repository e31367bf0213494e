#include "storage/layout.hpp"

#include "base/digest.hpp"
#include "base/error.hpp"
#include "base/file.hpp"

#include "catch.hpp"
#include "storage/scratch.hpp"

#include <fstream>
#include <span>
#include <string>

using namespace pacs;
using namespace pacs::storage;
using pacs::test::StorageScratch;

TEST_CASE("an object lies under the first byte of its study UID's digest")
{
    const std::string study = "1.2.840.113619.2.55.3";
    const std::string digest = to_hex(Sha256::of(std::as_bytes(std::span{study})));
    CHECK(shard_of(study) == digest.substr(0, 2));
    CHECK(object_path({study, "1.2.3", "1.2.3.4"}) ==
          "objects/" + digest.substr(0, 2) + "/" + study + "/1.2.3/1.2.3.4.dcm");
}

TEST_CASE("nothing but a valid UID becomes part of a path")
{
    const std::string long_one =
        "1.2.3.4.5.6.7.8.9.0.1.2.3.4.5.6.7.8.9.0.1.2.3.4.5.6.7.8.9.0.1.2.3.4.5.6";
    for (const std::string& bad :
         {std::string{}, std::string{"."}, std::string{".."}, std::string{"../1"},
          std::string{"1/2"}, std::string{"1.2."}, std::string{".1"}, std::string{"1..2"},
          std::string{"1.2 "}, std::string{"1.2\n"}, std::string{"a.b"}, std::string{"-rf"},
          long_one}) {
        INFO(bad);
        CHECK_THROWS_AS(object_path({bad, "1.2", "1.2"}), Error);
        CHECK_THROWS_AS(object_path({"1.2", bad, "1.2"}), Error);
        CHECK_THROWS_AS(object_path({"1.2", "1.2", bad}), Error);
    }
    CHECK_THROWS_AS(object_path({std::string("1.2\0.3", 6), "1.2", "1.2"}), Error);
}

TEST_CASE("making an archive twice is making it once")
{
    const StorageScratch scratch;
    const Layout layout{scratch.path() / "deep" / "archive"};
    CHECK_FALSE(is_archive(layout.root()));
    create_archive(layout);
    const std::string uuid = read_settings(layout).uuid;
    CHECK(uuid.size() == 36);
    create_archive(layout);
    CHECK(read_settings(layout).uuid == uuid);
    CHECK(read_settings(layout).format == format_version);
}

TEST_CASE("an interrupted creation is gone on with, a stranger's folder is not")
{
    const StorageScratch scratch;
    const Layout layout{scratch.path() / "archive"};
    std::filesystem::create_directories(layout.objects());
    std::filesystem::create_directories(layout.incoming());
    create_archive(layout);
    CHECK(is_archive(layout.root()));
    const Layout strange{scratch.path() / "strange"};
    std::filesystem::create_directories(strange.objects() / "ab");
    CHECK_THROWS_AS(create_archive(strange), Error);
    CHECK_FALSE(is_archive(strange.root()));
}

TEST_CASE("settings that are broken, empty or newer are refused with the reason")
{
    const StorageScratch scratch;
    const Layout layout{scratch.path() / "archive"};
    create_archive(layout);
    for (const char* text :
         {"", "format = 1", "format = ", "uuid = \"x\"", "format = 2\nuuid = \"x\""}) {
        std::ofstream{layout.settings(), std::ios::trunc} << text;
        INFO(text);
        CHECK_THROWS_AS(read_settings(layout), Error);
    }
}
