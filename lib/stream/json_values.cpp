#include "stream/json_values.hpp"

#include "base/error.hpp"

#include <algorithm>
#include <charconv>
#include <concepts>
#include <cstring>
#include <limits>

namespace pacs::stream {

namespace {

using dicom::Vr;

[[noreturn]] void fail(const std::string& reason)
{
    throw Error(ErrorKind::data, reason);
}

template <typename T>
void append_little_endian(std::string& value, T number)
{
    char bytes[sizeof number];
    std::memcpy(bytes, &number, sizeof number);  // as we run
    value.append(bytes, sizeof number);
}

/// "3", and "3.0" or "3e2" too, for JSON knows no integers.
template <std::integral T>
void append_integer(std::string& value, std::string_view text)
{
    T number{};
    const char* const end = text.data() + text.size();
    auto [stop, error] = std::from_chars(text.data(), end, number);
    if (error == std::errc{} && stop == end) {
        append_little_endian(value, number);
        return;
    }
    double real = 0;
    constexpr double exact = 9'007'199'254'740'992;
    const auto parsed = std::from_chars(text.data(), end, real);
    const bool fits = parsed.ec == std::errc{} && parsed.ptr == end && real >= -exact &&
                      real <= exact && real >= static_cast<double>(std::numeric_limits<T>::min()) &&
                      real <= static_cast<double>(std::numeric_limits<T>::max());
    if (!fits || static_cast<double>(static_cast<std::int64_t>(real)) != real) {
        fail("no whole number in the range of its VR");
    }
    append_little_endian(value, static_cast<T>(static_cast<std::int64_t>(real)));
}

bool same_word(std::string_view text, std::string_view lower_case)
{
    return std::equal(text.begin(), text.end(), lower_case.begin(), lower_case.end(),
                      [](char a, char b) {
                          return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
                      });
}

/// What no JSON number can say, in the words of whoever wrote it: Java and JavaScript write
/// Infinity, C and Rust inf.
template <std::floating_point T>
T special_value(std::string_view text)
{
    using Limits = std::numeric_limits<T>;
    const bool negative = text.starts_with('-');
    text.remove_prefix(negative || text.starts_with('+') ? 1 : 0);
    if (same_word(text, "nan")) {
        return Limits::quiet_NaN();
    }
    if (!same_word(text, "infinity") && !same_word(text, "inf")) {
        fail("neither a number nor NaN, Infinity, -Infinity");
    }
    return negative ? -Limits::infinity() : Limits::infinity();
}

/// Null has dcm4che for NaN; a binary value can be nothing else that is none.
template <std::floating_point T>
void append_real(std::string& value, const JsonScalar& scalar)
{
    if (scalar.kind != JsonScalar::Kind::number) {
        append_little_endian(value, scalar.kind == JsonScalar::Kind::null
                                        ? std::numeric_limits<T>::quiet_NaN()
                                        : special_value<T>(scalar.text));
        return;
    }
    const std::string_view text = scalar.text;
    T number{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size()) {
        fail("no number in the range of its VR");
    }
    append_little_endian(value, number);
}

void append_attribute_tag(std::string& value, const JsonScalar& scalar)
{
    std::uint32_t tag = 0;
    const std::string_view text = scalar.text;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), tag, 16);
    if (scalar.kind != JsonScalar::Kind::text || text.size() != 8 || error != std::errc{} ||
        end != text.data() + text.size()) {
        fail("no tag of eight hex digits");
    }
    append_little_endian(value, static_cast<std::uint16_t>(tag >> 16U));
    append_little_endian(value, static_cast<std::uint16_t>(tag & 0xFFFFU));
}

}  // namespace

void append_binary_value(std::string& value, Vr vr, const JsonScalar& scalar)
{
    if (scalar.kind == JsonScalar::Kind::null && vr != Vr::FL && vr != Vr::FD) {
        fail("null, where a binary VR can have no empty value");
    }
    const bool text_allowed =
        vr == Vr::AT || vr == Vr::FL || vr == Vr::FD || vr == Vr::SV || vr == Vr::UV;
    if (scalar.kind == JsonScalar::Kind::text && !text_allowed) {
        fail("text, where its VR has numbers");
    }
    switch (vr) {
    case Vr::AT: append_attribute_tag(value, scalar); break;
    case Vr::FL: append_real<float>(value, scalar); break;
    case Vr::FD: append_real<double>(value, scalar); break;
    case Vr::US: append_integer<std::uint16_t>(value, scalar.text); break;
    case Vr::SS: append_integer<std::int16_t>(value, scalar.text); break;
    case Vr::UL: append_integer<std::uint32_t>(value, scalar.text); break;
    case Vr::SL: append_integer<std::int32_t>(value, scalar.text); break;
    case Vr::UV: append_integer<std::uint64_t>(value, scalar.text); break;
    case Vr::SV: append_integer<std::int64_t>(value, scalar.text); break;
    default: fail("a VR that has no values");
    }
}

}  // namespace pacs::stream
