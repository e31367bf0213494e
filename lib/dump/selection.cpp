#include "dump/selection.hpp"

#include "base/error.hpp"
#include "base/units.hpp"
#include "dicom/dictionary.hpp"

#include <algorithm>
#include <cctype>
#include <numeric>

namespace pacs::dump {

namespace {

[[noreturn]] void fail(const std::string& key, const std::string& reason)
{
    throw Error(
        ErrorKind::usage, "reading the key '" + key + "': " + reason,
        "a keyword (PatientName), a tag (0010,0010), a path through sequences with dots, or "
        "hex digits with x for any (0009xxxx)");
}

/// "60xx3000" as tag and mask; false when it is none.
bool parse_mask(std::string_view text, std::uint32_t& tag, std::uint32_t& mask)
{
    if (text.size() != 8) {
        return false;
    }
    tag = mask = 0;
    for (const char c : text) {
        const bool any = c == 'x' || c == 'X';
        if (!any && std::isxdigit(static_cast<unsigned char>(c)) == 0) {
            return false;
        }
        const int lower = std::tolower(static_cast<unsigned char>(c));
        const int digit = any ? 0 : (lower >= 'a' ? lower - 'a' + 10 : lower - '0');
        tag = tag << 4U | static_cast<std::uint32_t>(digit);
        mask = mask << 4U | (any ? 0U : 0xFU);
    }
    return true;
}

}  // namespace

Selection::Step Selection::parse_step(std::string_view text, const std::string& key)
{
    Step step;
    const auto bracket = text.find('[');
    if (bracket != std::string_view::npos) {
        if (!text.ends_with(']')) {
            fail(key, "an index without ]");
        }
        try {
            step.item = static_cast<std::uint32_t>(
                parse_number(text.substr(bracket + 1, text.size() - bracket - 2), 0xFFFF'FFFF));
        } catch (const Error&) {
            step.item = 0;
        }
        if (step.item == 0) {
            fail(key, "an index that is no number from 1");
        }
        text = text.substr(0, bracket);
    }
    if (text == "*") {
        step.mask = 0;
    } else if (text == "private") {
        step.mask = 0;
        step.odd_group = true;
    } else if (const auto entry = dicom::find_keyword(text)) {
        const bool repeats =
            dicom::find_tag(dicom::Tag{entry->tag.value + 0x0002'0000}) &&
            dicom::find_tag(dicom::Tag{entry->tag.value + 0x0002'0000})->keyword == entry->keyword;
        step.tag = entry->tag.value;
        step.mask = repeats ? 0xFF00'FFFF : step.mask;  // 50xx, 60xx
    } else if (const auto tag = dicom::parse_tag(text)) {
        step.tag = tag->value;
    } else if (!parse_mask(text, step.tag, step.mask)) {
        fail(key, "neither a keyword nor a tag");
    }
    return step;
}

Selection::Selection(const std::vector<std::string>& keys)
{
    bool known = true;
    for (const std::string& key : keys) {
        auto& steps = keys_.emplace_back();
        for (std::size_t at = 0; at <= key.size();) {
            const std::size_t end = std::min(key.find('.', at), key.size());
            steps.push_back(parse_step(std::string_view{key}.substr(at, end - at), key));
            at = end + 1;
        }
        known = known && steps.front().mask == 0xFFFF'FFFF;
        last_ = std::max(last_.value_or(dicom::Tag{}), dicom::Tag{steps.front().tag});
    }
    if (!known) {
        last_.reset();
    }
}

Selection::Wish Selection::all() const
{
    Wish wish;
    wish.whole = everything();
    wish.keys.resize(keys_.size());
    std::iota(wish.keys.begin(), wish.keys.end(), std::size_t{0});
    return wish;
}

Selection::Wish Selection::of(dicom::Tag tag, const Wish& around, std::size_t depth) const
{
    Wish wish;
    wish.whole = around.whole;
    for (const std::size_t key : around.keys) {
        const Step& step = keys_[key][depth];
        if ((tag.value & step.mask) != step.tag || (step.odd_group && !tag.is_private())) {
            continue;
        }
        const bool last = depth + 1 == keys_[key].size();
        wish.whole = wish.whole || (last && step.item == 0);
        if (!last || step.item != 0) {
            wish.keys.push_back(key);
        }
    }
    return wish;
}

Selection::Wish Selection::of_item(std::uint32_t index, const Wish& sequence,
                                   std::size_t depth) const
{
    Wish wish;
    wish.whole = sequence.whole;
    for (const std::size_t key : sequence.keys) {
        const Step& step = keys_[key][depth];
        if (step.item != 0 && step.item != index) {
            continue;
        }
        if (depth + 1 == keys_[key].size()) {
            wish.whole = true;
        } else {
            wish.keys.push_back(key);
        }
    }
    return wish;
}

}  // namespace pacs::dump
