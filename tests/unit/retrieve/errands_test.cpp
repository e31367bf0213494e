#include "retrieve/errands.hpp"
#include "retrieve/storage_contexts.hpp"

#include "catch.hpp"

#include <set>

using namespace pacs;
using namespace pacs::retrieve;
using dicom::QueryLevel;

namespace {

/// Series of so many instances each.
Announcement told_of(const std::vector<unsigned>& series)
{
    Announcement told{std::make_shared<Study>(), true, {}, {}, {}};
    told.study->uid = "1.2";
    for (std::uint32_t s = 0; s < series.size(); ++s) {
        told.study->series.push_back("1.2." + std::to_string(s + 1));
        told.study->modalities.emplace_back("CT");
        told.whole_series.push_back(true);
        for (unsigned i = 0; i < series[s]; ++i) {
            told.study->instances.push_back(
                {told.study->series[s] + "." + std::to_string(i + 1), s, 0, 0});
        }
    }
    return told;
}

std::vector<Errand> errands(const Announcement& told, unsigned lanes,
                            const std::vector<std::uint32_t>& there = {})
{
    StudyWork work{told.study, {}};
    for (const std::uint32_t place : there) {
        work.settle(place);
    }
    return first_errands(told, work, lanes);
}

std::multiset<std::uint32_t> places(const std::vector<Errand>& all)
{
    std::multiset<std::uint32_t> result;
    for (const Errand& errand : all) {
        result.insert(errand.instances.begin(), errand.instances.end());
    }
    return result;
}

std::vector<std::string> classes(const std::vector<net::Proposal>& proposals)
{
    std::vector<std::string> all;
    for (const auto& each : proposals) {
        all.push_back(each.abstract_syntax);
    }
    return all;
}

}  // namespace

TEST_CASE("a study of which nothing is there is one errand")
{
    const auto all = errands(told_of({3, 2}), 1);
    REQUIRE(all.size() == 1);
    CHECK(all[0].level == QueryLevel::study);
    CHECK(all[0].instances.size() == 5);
}

TEST_CASE("what is there already is not asked for again: whole series, then lists")
{
    const auto all = errands(told_of({3, 2}), 1, {1});
    REQUIRE(all.size() == 2);
    CHECK(all[0].level == QueryLevel::instance);
    CHECK(all[0].instances == std::vector<std::uint32_t>{0, 2});
    CHECK(all[1].level == QueryLevel::series);
    CHECK(all[1].series() == "1.2.2");
    CHECK(errands(told_of({2}), 1, {0, 1}).empty());
}

TEST_CASE("a large study is parted among lanes, a small one is not")
{
    CHECK(errands(told_of({20, 5}), 4).size() == 1);
    const auto told = told_of({200, 30});
    const auto all = errands(told, 4);
    CHECK(all.size() >= 4);
    const auto covered = places(all);
    CHECK(covered.size() == 230);
    CHECK(std::set<std::uint32_t>(covered.begin(), covered.end()).size() == 230);
    for (const Errand& errand : all) {
        CHECK(errand.instances.size() <= 58);
        for (const std::uint32_t place : errand.instances) {
            CHECK(told.study->series_of(place) == errand.series());
        }
    }
}

TEST_CASE(
    "what did not come is asked for by lists of one series, then one by one when it is little")
{
    const auto told = told_of({300, 2});
    const Errand whole{told.study, QueryLevel::study, {}, 0};
    std::vector<std::uint32_t> missing;
    for (std::uint32_t i = 0; i < 302; ++i) {
        missing.push_back(i);
    }
    const auto lists = errands_again(whole, missing, 1);
    REQUIRE(lists.size() == 3);
    CHECK(lists[0].instances.size() == 200);
    CHECK(lists[2].series() == "1.2.2");
    CHECK(lists[0].attempt == 1);
    CHECK(errands_again(whole, missing, 2).size() == 3);
    const auto singles = errands_again(whole, std::span{missing}.first(7), 2);
    CHECK(singles.size() == 7);
    CHECK(singles[3].level == QueryLevel::instance);
}

TEST_CASE("just what is announced is proposed, and more where it is not or was asked in vain")
{
    const auto told = told_of({2});
    Study& study = *told.study;
    study.classes = {"", "1.2.840.10008.5.1.4.1.1.2"};
    study.syntaxes = {"", "1.2.840.10008.1.2.4.70"};
    study.instances[0].sop_class = study.instances[1].sop_class = 1;
    study.instances[0].syntax = study.instances[1].syntax = 1;
    Errand errand{told.study, QueryLevel::study, {0, 1}, 0};
    auto proposals = storage_proposals(errand, {});
    REQUIRE(proposals.size() == 1);
    CHECK(proposals[0].transfer_syntaxes == std::vector<std::string>{"1.2.840.10008.1.2.4.70"});

    errand.attempt = 1;
    proposals = storage_proposals(errand, {});
    CHECK(proposals.size() > 10);
    CHECK(proposals[0].transfer_syntaxes ==
          std::vector<std::string>{"1.2.840.10008.1.2.1", "1.2.840.10008.1.2"});
    CHECK(proposals[1].transfer_syntaxes.size() == 1);

    errand.attempt = 0;
    study.instances[1].syntax = 0;
    CHECK(storage_proposals(errand, {}).size() > 10);
}

TEST_CASE("a class that is not announced is guessed by the modality, or is one of all")
{
    const auto told = told_of({1});
    const Errand errand{told.study, QueryLevel::study, {0}, 0};
    const auto ct = classes(storage_proposals(errand, {}));
    CHECK(ct.front() == "1.2.840.10008.5.1.4.1.1.2");
    CHECK(std::ranges::find(ct, "1.2.840.10008.5.1.4.1.1.4") == ct.end());
    told.study->modalities[0] = "XX";
    const auto any = classes(storage_proposals(errand, {}));
    CHECK(std::ranges::find(any, "1.2.840.10008.5.1.4.1.1.4") != any.end());
    CHECK(any.size() <= 127);
    CHECK(classes_of_modality("XX").size() < 127);
}

TEST_CASE("only the transfer syntaxes that were named are proposed, in every case")
{
    const auto told = told_of({1});
    const std::vector<std::string> only{"1.2.840.10008.1.2.4.90", "1.2.3.4.5"};
    for (const unsigned attempt : {0U, 1U}) {
        const Errand errand{told.study, QueryLevel::study, {0}, attempt};
        for (const auto& proposal : storage_proposals(errand, only)) {
            for (const std::string& syntax : proposal.transfer_syntaxes) {
                CHECK(std::ranges::find(only, syntax) != only.end());
            }
        }
    }
}

TEST_CASE("contexts never exceed what one association holds, and every syntax stays in one")
{
    const auto told = told_of({1});
    told.study->modalities[0] = "XX";
    const Errand errand{told.study, QueryLevel::study, {0}, 0};
    const auto proposals = storage_proposals(errand, {}, 100);
    CHECK(proposals.size() <= 100);
    for (const auto& each : proposals) {
        CHECK_FALSE(each.transfer_syntaxes.empty());
    }
}
