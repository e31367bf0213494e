#include "stream/json_reader.hpp"

#include "base/base64.hpp"
#include "base/error.hpp"
#include "dicom/dictionary.hpp"
#include "dicom/json_value.hpp"
#include "stream/json_values.hpp"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <vector>

namespace pacs::stream {

namespace {

namespace ondemand = simdjson::ondemand;
using dicom::Tag;
using dicom::Vr;

constexpr unsigned deepest_sequence = 64;
constexpr std::size_t most_attributes = 1'000'000;

[[noreturn]] void fail(const std::string& reason)
{
    throw Error(ErrorKind::data, reason);
}

/// The result of a simdjson call, or its error as ours.
template <typename T>
T need(simdjson::simdjson_result<T> result)
{
    T value{};
    if (const auto error = std::move(result).get(value)) {
        fail(error == simdjson::INCORRECT_TYPE ? "another type of value than PS3.18 F.2 has here"
                                               : simdjson::error_message(error));
    }
    return value;
}

bool is_ascii(std::string_view text)
{
    return std::all_of(text.begin(), text.end(),
                       [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

Tag tag_of(std::string_view name)
{
    const auto tag = name.size() == 8 ? dicom::parse_tag(name) : std::nullopt;
    if (!tag || tag->hex().size() != name.size() || dicom::find_keyword(name)) {
        fail(dicom::find_keyword(name) || name == "type"
                 ? "a keyword for a name: this is a flat record, not DICOM JSON"
                 : "a name that is no tag of eight hex digits");
    }
    if (tag->group() == 0x0000 || tag->group() == 0xFFFE) {
        fail("a group that is never part of a data set");
    }
    return *tag;
}

/// A number or a word as it stands. (simdjson 3.0's is_null() ends the program on "nul".)
std::string_view token_of(ondemand::value& value)
{
    const std::string_view token = value.raw_json_token();
    return token.substr(0, token.find_last_not_of(" \t\r\n") + 1);
}

void need_null(ondemand::value& value)
{
    if (token_of(value) != "null") {
        fail("no JSON value");
    }
}

std::string number_text(ondemand::value& value)
{
    const std::string_view token = token_of(value);
    if (!dicom::is_json_number(token)) {
        fail("no JSON number");
    }
    return std::string{token};
}

JsonScalar scalar_of(ondemand::value value)
{
    switch (need(value.type())) {
    case ondemand::json_type::null: need_null(value); return {};
    case ondemand::json_type::string:
        return {JsonScalar::Kind::text, std::string{need(value.get_string())}};
    case ondemand::json_type::number: return {JsonScalar::Kind::number, number_text(value)};
    default: fail("another type of value than PS3.18 F.2.3 has for its VR");
    }
}

/// Reads the elements of one JSON object, and those of its items.
class Objects {
public:
    Objects(JsonDataSet& out, const JsonReader::Fetch& fetch) : out_(out), fetch_(fetch) {}

    dicom::DataSet read(ondemand::object object, unsigned depth)
    {
        std::vector<dicom::Element> elements;
        for (auto field : object) {
            const std::string name{need(field.unescaped_key())};
            const std::size_t length = path_.size();
            path_ += (path_.empty() ? "" : ".") + name.substr(0, 40);
            if (++attributes_ > most_attributes) {
                fail("too many attributes");
            }
            const Tag tag = tag_of(name);
            read_attribute(tag, need(field.value().get_object()), elements, depth);
            path_.resize(length);
        }
        return in_order(std::move(elements));
    }

    const std::string& path() const noexcept { return path_; }
    bool beyond_ascii() const noexcept { return beyond_ascii_; }

private:
    /// The elements as a data set. Its text is UTF-8 now, and so it says if it says anything.
    static dicom::DataSet in_order(std::vector<dicom::Element> elements)
    {
        const auto before = [](const dicom::Element& a, const dicom::Element& b) {
            return a.tag < b.tag;
        };
        if (!std::is_sorted(elements.begin(), elements.end(), before)) {
            std::sort(elements.begin(), elements.end(), before);
        }
        dicom::DataSet set;
        for (dicom::Element& element : elements) {
            if (!set.empty() && set.elements().back().tag == element.tag) {
                fail(element.tag.hex() + " is there twice");
            }
            const bool declares =
                element.tag == dicom::tags::specific_character_set && !element.value.empty();
            declares ? set.set_text(element.tag, "ISO_IR 192")
                     : static_cast<void>(set.put(std::move(element)));
        }
        return set;
    }

    /// What an attribute has besides its VR; at most one of them.
    enum class Carrier : std::uint8_t { nothing, value, inline_binary, bulk_data_uri };

    void read_attribute(Tag tag, ondemand::object attribute, std::vector<dicom::Element>& into,
                        unsigned depth)
    {
        dicom::Element element{tag, vr_of(attribute), {}};
        need(attribute.reset());
        std::optional<BulkElement> reference;
        Carrier carrier = Carrier::nothing;
        for (auto field : attribute) {
            const std::string name{need(field.unescaped_key())};
            const Carrier found = carrier_of(name);
            if (found == Carrier::nothing) {
                need(field.value().get_string());
                continue;
            }
            if (carrier != Carrier::nothing) {
                fail("more than one of Value, InlineBinary and BulkDataURI");
            }
            carrier = found;
            if (found == Carrier::bulk_data_uri) {
                reference =
                    BulkElement{tag, element.vr, std::string{need(field.value().get_string())}};
            } else if (found == Carrier::inline_binary) {
                element.value = bytes_of(element.vr, need(field.value().get_string()));
            } else {
                read_values(element, need(field.value().get_array()), depth);
            }
        }
        put(std::move(element), std::move(reference), into, depth);
    }

    static Vr vr_of(ondemand::object& attribute)
    {
        std::string_view letters;
        if (attribute.find_field_unordered("vr").get_string().get(letters) != simdjson::SUCCESS) {
            fail("no vr");
        }
        const Vr vr = dicom::vr_of(letters);
        if (vr == Vr::none) {
            fail("a vr that PS3.5 6.2 has not");
        }
        return vr;
    }

    Carrier carrier_of(std::string_view name)
    {
        if (name == "vr") {
            return Carrier::nothing;
        }
        if (name == "Value") {
            return Carrier::value;
        }
        if (name == "InlineBinary") {
            return Carrier::inline_binary;
        }
        if (name != "BulkDataURI") {
            fail(fmt::format("a member that PS3.18 F.2.2 has not, {}", name.substr(0, 40)));
        }
        return Carrier::bulk_data_uri;
    }

    static std::string bytes_of(Vr vr, std::string_view base64)
    {
        auto bytes = dicom::has_bulk_vr(vr) ? from_base64(base64) : std::nullopt;
        if (!bytes) {
            fail(dicom::has_bulk_vr(vr) ? "InlineBinary that is no base64"
                                        : "InlineBinary, which its vr has not");
        }
        return std::move(*bytes);
    }

    void put(dicom::Element element, std::optional<BulkElement> reference,
             std::vector<dicom::Element>& into, unsigned depth)
    {
        const Tag tag = element.tag;
        if (tag.element() == 0) {
            return;  // a group length
        }
        if (tag.group() == 0x0002) {
            if (depth > 0 || reference || out_.meta.has(tag)) {
                fail("a part of the meta header where none can be");
            }
            out_.meta.put(std::move(element));
            return;
        }
        if (reference && depth == 0) {
            out_.bulk.push_back(std::move(*reference));
            return;
        }
        if (reference) {
            element.value = fetch_(*reference);
        }
        into.push_back(std::move(element));
    }

    void read_values(dicom::Element& element, ondemand::array values, unsigned depth)
    {
        if (element.vr == Vr::SQ) {
            read_items(element, values, depth);
        } else if (dicom::is_text(element.vr)) {
            read_texts(element, values);
        } else if (dicom::has_bulk_vr(element.vr)) {
            fail("Value, where its vr has InlineBinary");
        } else {
            for (auto value : values) {
                append_binary_value(element.value, element.vr, scalar_of(need(value)));
            }
        }
    }

    void read_items(dicom::Element& sequence, ondemand::array items, unsigned depth)
    {
        if (depth >= deepest_sequence) {
            fail(fmt::format("nested deeper than {} sequences", deepest_sequence));
        }
        const std::size_t length = path_.size();
        for (auto item : items) {
            ondemand::value value = need(item);
            dicom::DataSet& set = sequence.items.emplace_back();
            if (need(value.type()) == ondemand::json_type::null) {
                need_null(value);
                continue;  // some write an empty item so
            }
            path_ += fmt::format("[{}]", sequence.items.size());
            set = read(need(value.get_object()), depth + 1);
            path_.resize(length);
        }
    }

    void read_texts(dicom::Element& element, ondemand::array values)
    {
        const bool several = dicom::is_multi_valued_text(element.vr);
        const bool numeric = element.vr == Vr::IS || element.vr == Vr::DS;
        std::size_t count = 0;
        for (auto each : values) {
            ondemand::value value = need(each);
            const bool name =
                element.vr == Vr::PN && need(value.type()) == ondemand::json_type::object;
            const JsonScalar scalar =
                name ? JsonScalar{JsonScalar::Kind::text, name_of(need(value.get_object()))}
                     : scalar_of(value);
            if (scalar.kind == JsonScalar::Kind::number && !numeric) {
                fail("a number, where its vr has text");
            }
            if (several && scalar.text.find('\\') != std::string::npos) {
                fail("a backslash, which parts values, inside one");
            }
            if (count++ > 0 && !several) {
                fail("several values, where its vr has one");
            }
            element.value += count > 1 ? "\\" : "";
            element.value += scalar.text;
        }
        beyond_ascii_ = beyond_ascii_ || !is_ascii(element.value);
    }

    /// The groups of a person name joined, empty ones at the end left out, PS3.5 6.2.1.
    static std::string name_of(ondemand::object groups)
    {
        constexpr std::array<std::string_view, 3> names{"Alphabetic", "Ideographic", "Phonetic"};
        std::array<std::string, 3> texts;
        for (auto field : groups) {
            const std::string name{need(field.unescaped_key())};
            const auto group = std::find(names.begin(), names.end(), name);
            if (group == names.end()) {
                fail("a group that person names have not");
            }
            auto& text = texts.at(static_cast<std::size_t>(group - names.begin()));
            text = need(field.value().get_string());
            if (text.find('=') != std::string::npos && name != "Phonetic") {
                fail("a =, which parts the groups of a name, inside one");
            }
        }
        std::string name = texts[0] + "=" + texts[1] + "=" + texts[2];
        name.resize(name.find_last_not_of('=') + 1);
        return name;
    }

    JsonDataSet& out_;
    const JsonReader::Fetch& fetch_;
    std::string path_;
    std::size_t attributes_ = 0;
    bool beyond_ascii_ = false;
};

/// A reference stands for an element, so none may be there twice.
void check_references(JsonDataSet& set)
{
    std::sort(set.bulk.begin(), set.bulk.end(),
              [](const BulkElement& a, const BulkElement& b) { return a.tag < b.tag; });
    for (std::size_t i = 0; i < set.bulk.size(); ++i) {
        const Tag tag = set.bulk[i].tag;
        if (set.data_set.has(tag) || (i > 0 && set.bulk[i - 1].tag == tag)) {
            fail(tag.hex() + " is there twice");
        }
    }
}

}  // namespace

struct JsonReader::Parser {
    ondemand::parser ondemand;
};

JsonReader::JsonReader() : parser_(std::make_unique<Parser>()) {}
JsonReader::~JsonReader() = default;

JsonDataSet JsonReader::read(std::string json, const Fetch& fetch)
{
    JsonDataSet out;
    Objects objects{out, fetch};
    json.reserve(json.size() + simdjson::SIMDJSON_PADDING);
    try {
        auto document = need(parser_->ondemand.iterate(json));
        out.data_set = objects.read(need(document.get_object()), 0);
        check_references(out);
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::data) {
            throw;
        }
        throw Error(ErrorKind::data, fmt::format("reading DICOM JSON: {}{}{}", objects.path(),
                                                 objects.path().empty() ? "" : ": ", error.what()));
    }
    if (objects.beyond_ascii()) {
        out.data_set.set_text(dicom::tags::specific_character_set, "ISO_IR 192");
    }
    return out;
}

}  // namespace pacs::stream
