#include "dicom/repertoire.hpp"
#include "dicom/transfer_syntax.hpp"
#include "dicom/uid.hpp"

#include "catch.hpp"

#include <algorithm>

using namespace pacs::dicom;

TEST_CASE("the registry lists what it knows, once and in order")
{
    const auto uids = registered_uids();
    CHECK(std::ranges::adjacent_find(uids, std::ranges::greater_equal{}) == uids.end());
    CHECK(std::ranges::find(uids, uids::verification) != uids.end());
    CHECK(std::ranges::count_if(uids, is_storage_class) > 150);
    for (const auto uid : uids) {
        CHECK_FALSE(uid_name(uid).empty());
    }
}

TEST_CASE("each transfer syntax listed is known, and none is left out")
{
    const auto syntaxes = transfer_syntax_uids();
    for (const auto uid : syntaxes) {
        CHECK(TransferSyntax{uid}.known());
    }
    for (const auto uid : registered_uids()) {
        const bool listed = std::ranges::find(syntaxes, uid) != syntaxes.end();
        CHECK(listed == TransferSyntax{uid}.known());
    }
}

TEST_CASE("each character set is found by the term it is listed with")
{
    const auto all = all_repertoires();
    CHECK(&all.front() == &default_repertoire());
    for (const Repertoire& each : all) {
        CHECK(find_repertoire(defined_term(each, false)) == &each);
        CHECK(find_repertoire(defined_term(each, true)) == &each);
    }
}
