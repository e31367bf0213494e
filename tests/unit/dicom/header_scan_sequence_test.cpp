#include "dicom/header_scan.hpp"
#include "dicom/uid.hpp"

#include "catch.hpp"

#include <span>
#include <string>

using namespace pacs::dicom;

namespace {

constexpr Tag requests{0x0040, 0x0275};
constexpr Tag step{0x0040, 0x0009};
constexpr Tag codes{0x0040, 0x0008};
constexpr Tag meaning{0x0008, 0x0104};
constexpr Tag label{0x0070, 0x0080};

/// Two items, the first with a sequence of its own, and elements on both sides.
DataSet object()
{
    DataSet code;
    code.set_text(meaning, "Head");
    Element inner{codes, Vr::SQ, {}};
    inner.items.push_back(code);
    Element sequence{requests, Vr::SQ, {}};
    for (const char* id : {"ONE", "TWO"}) {
        DataSet item;
        item.set_text(step, id);
        sequence.items.push_back(item);
    }
    sequence.items.front().put(inner);
    DataSet made;
    made.set_text(Tag{0x0008, 0x0060}, "CT");
    made.put(sequence);
    made.set_text(label, "AFTER");
    return made;
}

/// The header found when the bytes come in two pieces, split at `split`.
DataSet scan(const std::string& bytes, const TransferSyntax& syntax, std::size_t split,
             const ScanLimits& limits = {})
{
    HeaderScanner scanner{syntax, {requests, label}, limits};
    const auto all = std::as_bytes(std::span{bytes});
    scanner.feed(all.first(split));
    scanner.feed(all.subspan(split));
    CHECK(scanner.finish());
    return scanner.header();
}

void check_found(const DataSet& header)
{
    const Element* sequence = header.find(requests);
    REQUIRE(sequence != nullptr);
    REQUIRE(sequence->items.size() == 2);
    CHECK(sequence->items[0].text(step) == "ONE");
    CHECK(sequence->items[1].text(step) == "TWO");
    REQUIRE(sequence->items[0].find(codes) != nullptr);
    REQUIRE(sequence->items[0].find(codes)->items.size() == 1);
    CHECK(sequence->items[0].find(codes)->items[0].text(meaning) == "Head");
    CHECK(header.text(label) == "AFTER");
}

/// Explicit little endian with undefined lengths of the sequence and its two items.
std::string undefined_lengths()
{
    using namespace std::string_literals;
    const std::string open = "\xFE\xFF\x00\xE0\xFF\xFF\xFF\xFF"s;
    const std::string close = "\xFE\xFF\x0D\xE0\0\0\0\0"s;
    return "\x40\x00\x75\x02SQ\0\0\xFF\xFF\xFF\xFF"s + open +
           "\x40\x00\x08\x00SQ\0\0\xFF\xFF\xFF\xFF"s + open + "\x08\x00\x04\x01LO\x04\0Head"s +
           close + "\xFE\xFF\xDD\xE0\0\0\0\0"s + "\x40\x00\x09\x00SH\x04\0ONE "s + close + open +
           "\x40\x00\x09\x00SH\x04\0TWO "s + close + "\xFE\xFF\xDD\xE0\0\0\0\0"s +
           "\x70\x00\x80\x00\x43\x53\x06\0AFTER "s;
}

}  // namespace

TEST_CASE("a wanted sequence is kept with its items in every encoding, however its bytes come")
{
    for (const std::string_view uid : {uids::implicit_le, uids::explicit_le, uids::explicit_be}) {
        const TransferSyntax syntax{uid};
        const std::string bytes = encode(object(), syntax);
        for (std::size_t split = 0; split <= bytes.size(); ++split) {
            INFO(uid << " split at " << split);
            check_found(scan(bytes, syntax, split));
        }
    }
}

TEST_CASE("a wanted sequence of undefined length is kept with its items")
{
    const std::string bytes = undefined_lengths();
    for (std::size_t split = 0; split <= bytes.size(); ++split) {
        INFO("split at " << split);
        check_found(scan(bytes, TransferSyntax{uids::explicit_le}, split));
    }
}

TEST_CASE("a sequence longer than a value may be is left out, and what follows is found")
{
    for (const std::string& bytes :
         {undefined_lengths(), encode(object(), TransferSyntax{uids::explicit_le})}) {
        for (const std::size_t limit : {std::size_t{10}, std::size_t{30}, std::size_t{60}}) {
            ScanLimits limits;
            limits.value_bytes = limit;
            const DataSet header = scan(bytes, TransferSyntax{uids::explicit_le}, 20, limits);
            CHECK_FALSE(header.has(requests));
            CHECK(header.text(label) == "AFTER");
        }
    }
}

TEST_CASE("an empty sequence is kept as an empty one")
{
    DataSet empty = object();
    empty.put({requests, Vr::SQ, {}});
    const TransferSyntax syntax{uids::explicit_le};
    const std::string bytes = encode(empty, syntax);
    const DataSet header = scan(bytes, syntax, bytes.size());
    REQUIRE(header.has(requests));
    CHECK(header.find(requests)->items.empty());
}
