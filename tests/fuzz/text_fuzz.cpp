// Any terms and bytes: character sets convert without harm to well-formed UTF-8, what converts
// exactly comes back to the same text, and keys made of any text match in bounded time.
#include "base/error.hpp"
#include "base/utf8.hpp"
#include "dicom/charset.hpp"
#include "dicom/matching.hpp"

#include <cstdint>
#include <cstdlib>
#include <iterator>
#include <string>
#include <string_view>

using namespace pacs::dicom;

namespace {

constexpr const char* terms[] = {"",
                                 "ISO_IR 100",
                                 "ISO_IR 13",
                                 "ISO_IR 192",
                                 "GB18030",
                                 "GBK",
                                 "\\ISO 2022 IR 87\\ISO 2022 IR 159",
                                 "ISO 2022 IR 13\\ISO 2022 IR 87",
                                 "\\ISO 2022 IR 149",
                                 "\\ISO 2022 IR 58",
                                 "ISO 2022 IR 100\\ISO 2022 IR 144\\ISO 2022 IR 126"};
constexpr Vr vrs[] = {Vr::LO, Vr::PN, Vr::DA, Vr::TM, Vr::DT, Vr::UI, Vr::IS, Vr::US, Vr::LT};

void require(bool holds)
{
    if (!holds) {
        std::abort();
    }
}

void convert(const CharacterSet& set, std::string_view bytes, bool person_name)
{
    const auto decoded = set.to_utf8(bytes, person_name);
    require(pacs::is_utf8(decoded.utf8));
    require(pacs::is_utf8(fold(decoded.utf8)) && pacs::is_utf8(fold_case(decoded.utf8)));
    const auto back = set.from_utf8(decoded.utf8, person_name);
    if (back) {
        require(set.to_utf8(*back, person_name).utf8 == decoded.utf8);
    }
}

void match(Vr vr, std::string_view key, std::string_view value, bool fuzzy)
{
    try {
        MatchOptions options;
        options.fuzzy = fuzzy;
        matches(make_matcher(vr, key, options), {std::string{value}});
    } catch (const pacs::Error& error) {
        require(error.kind() == pacs::ErrorKind::data);
    }
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size < 3) {
        return 0;
    }
    const std::string_view text{reinterpret_cast<const char*>(data) + 3, size - 3};
    convert(CharacterSet{terms[data[0] % std::size(terms)]}, text, (data[2] & 1U) != 0);
    const std::size_t half = text.size() / 2;
    CharacterSet{text.substr(0, half)}.to_utf8(text.substr(half));
    match(vrs[data[1] % std::size(vrs)], text.substr(0, half), text.substr(half),
          (data[2] & 2U) != 0);
    return 0;
}
