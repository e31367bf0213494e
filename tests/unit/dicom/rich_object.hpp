#pragma once

#include "dicom/data_set.hpp"
#include "dicom/dictionary.hpp"
#include "dicom/element_header.hpp"

#include "dicom/images.hpp"

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

/// An object with everything in it, and all the ways to change one thing of it.
namespace pacs::dicom::rich {

inline std::string padded(std::string text)
{
    return text.size() % 2 != 0 ? text + ' ' : text;
}

inline DataSet code_item(const std::string& value, const std::string& meaning)
{
    DataSet item;
    item.set_text(Tag{0x0008, 0x0100}, value);
    item.set_text(Tag{0x0008, 0x0104}, meaning);
    return item;
}

inline Element sequence(Tag tag, std::vector<DataSet> items)
{
    Element element{tag, Vr::SQ, ""};
    element.items = std::move(items);
    return element;
}

/// An object with a value of every VR, private elements, and sequences in all their shapes.
inline DataSet rich_object()
{
    DataSet data = imaging::header_of({});
    data.set_text(Tag{0x0008, 0x0005}, "ISO_IR 100");
    data.set_text(Tag{0x0008, 0x0008}, "ORIGINAL\\PRIMARY");
    data.set_text(Tag{0x0008, 0x0020}, "20240229");
    data.set_text(Tag{0x0008, 0x002A}, "20240229101500.123456+0100");
    data.set_text(Tag{0x0008, 0x0030}, "101500.5");
    data.set_text(Tag{0x0008, 0x0054}, "STORE_ONE\\STORE_TWO");
    data.put(sequence(Tag{0x0008, 0x1032}, {code_item("P1", "First"), DataSet{}}));
    data.put(sequence(Tag{0x0008, 0x1140}, {}));
    data.put({Tag{0x0009, 0x0010}, Vr::LO, padded("OURS 1.0")});
    data.put({Tag{0x0009, 0x1001}, Vr::LO, "Text"});
    data.put({Tag{0x0009, 0x1002}, Vr::US, std::string("\x01\x02\x03\x04", 4)});
    data.put({Tag{0x0009, 0x1003}, Vr::FD, std::string("\x01\x02\x03\x04\x05\x06\x07\x08", 8)});
    data.put({Tag{0x0009, 0x1004}, Vr::OB, std::string("\x01\x02\x03\x00", 4)});
    data.put(sequence(Tag{0x0009, 0x1005}, {code_item("P2", "Hidden")}));
    data.put(sequence(Tag{0x0009, 0x1006}, {}));
    data.put({Tag{0x0009, 0x1007}, Vr::LT, ""});
    data.set_text(Tag{0x0010, 0x0010}, "M\xFCller^J\xF6rg");
    data.set_text(Tag{0x0010, 0x1010}, "042Y");
    data.set_text(Tag{0x0010, 0x21B0}, "Two lines\r\nof history");
    data.set_text(Tag{0x0018, 0x0050}, "1.50\\+2e3");
    data.put({Tag{0x0018, 0x9073}, Vr::FD, std::string("\x00\x00\x00\x00\x00\x00\xF8\x3F", 8)});
    data.put({Tag{0x0020, 0x9165}, Vr::AT, std::string("\x18\x00\x50\x00", 4)});
    data.put({Tag{0x0028, 0x0106}, Vr::US, std::string("\x05\x00", 2)});
    data.put({Tag{0x0028, 0x3006}, Vr::OW, std::string("\x01\x02\x03\x04", 4)});
    data.put({Tag{0x0018, 0x6020}, Vr::SL, std::string("\xFF\xFF\xFF\xFF", 4)});
    data.put({Tag{0x0040, 0xA30A}, Vr::DS, padded("3.14")});
    data.put({Tag{0x0066, 0x0016}, Vr::OF, std::string("\x00\x00\x80\x3F\x00\x00\x00\x40", 8)});
    DataSet deep = code_item("D", "Deep");
    deep.put(sequence(Tag{0x0040, 0xA730}, {code_item("DD", "Deeper"), code_item("DE", "")}));
    data.put(sequence(Tag{0x0040, 0xA730}, {deep, code_item("E", "Other")}));
    data.put({Tag{0x6000, 0x3000}, Vr::OW, std::string("\x0F\xF0\x0F\x00", 4)});
    data.put({tags::pixel_data, Vr::OW, imaging::pixels_of({})});
    return data;
}

/// All changes of one value, one element or one item that there are in a data set, each made to a
/// copy of the whole.
using Whole = std::function<void(const DataSet&, const std::string& what)>;

inline void mutate(const DataSet& data, const std::string& path, const Whole& whole);

inline void mutate_values(const DataSet& data, const Element& element, const std::string& where,
                          const Whole& whole)
{
    const auto with = [&](const std::string& value, const char* what) {
        DataSet changed = data;
        Element other = element;
        other.value = value;
        changed.put(other);
        whole(changed, where + what);
    };
    const bool text = is_text(element.vr);
    for (std::size_t at = 0; at < element.value.size(); at += 1 + element.value.size() / 40) {
        std::string value = element.value;
        value[at] = static_cast<char>(value[at] ^ (text ? 3 : 1));
        with(value, " changed");
    }
    if (element.tag != tags::pixel_data) {
        with(element.value + (text ? "xx" : std::string(unit_bytes(element.vr) * 2, '\0')),
             " longer");
    }
    if (!element.value.empty()) {
        with("", " emptied");
    }
}

inline void mutate_items(const DataSet& data, const Element& element, const std::string& where,
                         const Whole& whole)
{
    const auto with = [&](std::vector<DataSet> items, const std::string& what) {
        DataSet changed = data;
        changed.put(sequence(element.tag, std::move(items)));
        whole(changed, where + what);
    };
    std::vector<DataSet> more = element.items;
    more.emplace_back();
    with(more, " with an empty item");
    for (std::size_t i = 0; i < element.items.size(); ++i) {
        std::vector<DataSet> fewer = element.items;
        fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(i));
        with(fewer, " without an item");
        mutate(element.items[i], where + "[" + std::to_string(i) + "].",
               [&](const DataSet& item, const std::string& what) {
                   std::vector<DataSet> items = element.items;
                   items[i] = item;
                   with(items, " " + what);
               });
    }
    if (element.items.size() > 1) {
        std::vector<DataSet> turned{element.items.rbegin(), element.items.rend()};
        with(turned, " turned around");
    }
}

inline void mutate(const DataSet& data, const std::string& path, const Whole& whole)
{
    DataSet more = data;
    more.put({Tag{0x0010, 0x4000}, Vr::LT, ""});
    whole(more, path + " with an empty element");
    for (const Element& element : data.elements()) {
        const std::string where = path + name_of(element.tag);
        DataSet fewer = data;
        fewer.erase(element.tag);
        if (element.tag != tags::specific_character_set) {
            whole(fewer, where + " removed");
            element.vr == Vr::SQ ? mutate_items(data, element, where, whole)
                                 : mutate_values(data, element, where, whole);
        }
    }
}

}  // namespace pacs::dicom::rich
