#include "stream/json_values.hpp"

#include "base/error.hpp"

#include "catch.hpp"

#include <cmath>
#include <cstring>
#include <limits>

using namespace pacs;
using namespace pacs::stream;
using dicom::Vr;

namespace {

template <typename T>
T read(Vr vr, JsonScalar::Kind kind, const std::string& text)
{
    std::string bytes;
    append_binary_value(bytes, vr, {kind, text});
    REQUIRE(bytes.size() == sizeof(T));
    T value{};
    std::memcpy(&value, bytes.data(), sizeof value);
    return value;
}

bool refused(Vr vr, JsonScalar::Kind kind, const std::string& text)
{
    std::string bytes;
    try {
        append_binary_value(bytes, vr, {kind, text});
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::data);
        CHECK(bytes.empty());
        return true;
    }
    return false;
}

}  // namespace

TEST_CASE("NaN and infinity are read in the words of whoever wrote them")
{
    constexpr auto text = JsonScalar::Kind::text;
    for (const auto* word : {"NaN", "nan", "NAN", "-nan", "+NaN"}) {
        CHECK(std::isnan(read<float>(Vr::FL, text, word)));
        CHECK(std::isnan(read<double>(Vr::FD, text, word)));
    }
    for (const auto* word : {"Infinity", "infinity", "inf", "Inf", "INF", "+Infinity", "+inf"}) {
        CHECK(read<float>(Vr::FL, text, word) == std::numeric_limits<float>::infinity());
        CHECK(read<double>(Vr::FD, text, word) == std::numeric_limits<double>::infinity());
    }
    for (const auto* word : {"-Infinity", "-inf", "-INF"}) {
        CHECK(read<float>(Vr::FL, text, word) == -std::numeric_limits<float>::infinity());
        CHECK(read<double>(Vr::FD, text, word) == -std::numeric_limits<double>::infinity());
    }
    CHECK(std::isnan(read<float>(Vr::FL, JsonScalar::Kind::null, "")));
    CHECK(std::isnan(read<double>(Vr::FD, JsonScalar::Kind::null, "")));
    for (const auto* word : {"", "-", "+", "--inf", "infinite", "NaN ", "na", "1.5", "nan(7)"}) {
        CAPTURE(word);
        CHECK(refused(Vr::FD, text, word));
    }
}

TEST_CASE("only what can be NaN is taken for it")
{
    CHECK(refused(Vr::US, JsonScalar::Kind::null, ""));
    CHECK(refused(Vr::SV, JsonScalar::Kind::text, "NaN"));
    CHECK(refused(Vr::FL, JsonScalar::Kind::number, "1e39"));
    CHECK(read<double>(Vr::FD, JsonScalar::Kind::number, "1e39") == 1e39);
}
