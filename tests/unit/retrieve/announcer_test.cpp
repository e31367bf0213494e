#include "retrieve/announcer.hpp"

#include "retrieve/storage_contexts.hpp"
#include "retrieve/test_source.hpp"

#include <numeric>
#include <set>

using namespace pacs;
using namespace pacs::retrieve;
using namespace pacs::retrieve::test;
using dicom::QueryLevel;

namespace {

/// How often instances were asked for with the key.
long asked_with(const TestSource& source, dicom::Tag key)
{
    return std::ranges::count_if(source.asked, [&](const TestSource::Asked& each) {
        return each.level == QueryLevel::instance && each.identifier.has(key);
    });
}

long asked_of_studies(const TestSource& source)
{
    return std::ranges::count(source.asked, QueryLevel::study, &TestSource::Asked::level);
}

Announcement announce(Announcer& announcer, const std::string& study)
{
    StudyWish wish;
    wish.study = study;
    return announcer.announce(wish);
}

Errand errand_of(const Announcement& told, unsigned attempt)
{
    Errand errand{told.study, QueryLevel::study, {}, attempt};
    errand.instances.resize(told.study->instances.size());
    std::iota(errand.instances.begin(), errand.instances.end(), 0U);
    return errand;
}

std::size_t classes_proposed(const Announcement& told, unsigned attempt)
{
    std::set<std::string> classes;
    for (const net::Proposal& each : storage_proposals(errand_of(told, attempt), {})) {
        classes.insert(each.abstract_syntax);
    }
    return classes.size();
}

}  // namespace

TEST_CASE("a source that tells transfer syntaxes is asked for them, and for classes, every time")
{
    TestSource source{items(3, 2, 4)};
    source.syntax = explicit_le;
    source.classes = {ct};
    Announcer announcer{source, {}};
    for (const std::string study : {"1.2.1", "1.2.2", "1.2.3"}) {
        const Announcement told = announce(announcer, study);
        REQUIRE(told.study->instances.size() == 8);
        CHECK(told.study->class_of(7) == ct);
        CHECK(told.study->syntax_of(7) == explicit_le);
        CHECK_FALSE(told.study->class_stated);
    }
    CHECK(asked_with(source, available_syntax) == 6);
    CHECK(asked_with(source, dicom::tags::sop_class_uid) == 6);
    CHECK(asked_of_studies(source) == 0);
}

TEST_CASE("a source that tells no transfer syntaxes is asked for the class by study from then on")
{
    TestSource source{items(3, 2, 4)};
    source.classes = {ct};
    Announcer announcer{source, {}};
    for (const std::string study : {"1.2.1", "1.2.2", "1.2.3"}) {
        const Announcement told = announce(announcer, study);
        REQUIRE(told.study->instances.size() == 8);
        CHECK(told.study->class_of(0) == ct);
        CHECK(told.study->class_of(7) == ct);
        CHECK(told.study->syntax_of(7).empty());
        CHECK(told.failures.empty());
    }
    CHECK(asked_with(source, available_syntax) == 1);
    CHECK(asked_with(source, dicom::tags::sop_class_uid) == 2);  // of the first study
    CHECK(asked_of_studies(source) == 2);
}

TEST_CASE("of a study of several classes each instance is asked for its own")
{
    TestSource source{items(2, 1, 4)};
    source.classes = {ct, "1.2.840.10008.5.1.4.1.1.88.67"};
    Announcer announcer{source, {}};
    (void)announce(announcer, "1.2.1");
    const Announcement told = announce(announcer, "1.2.2");
    CHECK_FALSE(told.study->class_stated);
    CHECK(told.study->class_of(3) == ct);
    CHECK(asked_with(source, dicom::tags::sop_class_uid) == 2);
}

TEST_CASE("a source that states no classes for a study is asked for them once")
{
    TestSource source{items(4, 1, 4)};
    Announcer announcer{source, {}};
    for (const std::string study : {"1.2.1", "1.2.2", "1.2.3", "1.2.4"}) {
        CHECK(announce(announcer, study).study->class_of(3) == ct);
    }
    CHECK(asked_of_studies(source) == 1);
    CHECK(asked_with(source, dicom::tags::sop_class_uid) == 4);
}

TEST_CASE("what did not come as the class that a study states is asked for as others, too")
{
    TestSource source{items(2, 1, 4)};
    source.classes = {ct};
    Announcer announcer{source, {}};
    (void)announce(announcer, "1.2.1");
    const Announcement told = announce(announcer, "1.2.2");
    REQUIRE(told.study->class_stated);
    CHECK(classes_proposed(told, 0) == 1);
    CHECK(classes_proposed(told, 1) > 1);
}
