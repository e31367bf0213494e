#include "base/error.hpp"
#include "dicom/data_set.hpp"
#include "dicom/deflate.hpp"
#include "dicom/dictionary.hpp"
#include "dicom/element_header.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>

namespace pacs::dicom {

namespace {

// Walks the bytes with a stack of its own, so that nesting costs no call stack.
class Decoder {
public:
    Decoder(std::span<const std::byte> bytes, Encoding encoding, const DecodeLimits& limits)
        : bytes_(bytes), limits_(limits)
    {
        stack_.push_back({&root_, nullptr, bytes.size(), false, encoding});
    }

    DataSet run() &&
    {
        while (!stack_.empty()) {
            const Frame frame = stack_.back();
            if (at_ == frame.end && !frame.undefined) {
                stack_.pop_back();
                continue;
            }
            const ElementHeader header = take_header(frame);
            if (is_padding(header)) {
                break;
            }
            if (frame.sequence != nullptr) {
                in_sequence(frame, header);
            } else {
                in_item(frame, header);
            }
        }
        return std::move(root_);
    }

private:
    // An open item (or the data set itself), or an open sequence.
    struct Frame {
        DataSet* set;
        Element* sequence;
        std::size_t end;  // its own, or the enclosing one's when its length is undefined
        bool undefined;
        Encoding encoding;
    };

    /// Zeros behind the data set are a sin of several writers, without harm; with something else
    /// behind them they are none.
    bool is_padding(const ElementHeader& header) const
    {
        if (stack_.size() > 1 || header_at_ == 0 || header.tag.value != 0 || header.length != 0) {
            return false;
        }
        const auto is_zero = [](std::byte byte) { return byte == std::byte{0}; };
        if (!std::ranges::all_of(bytes_.subspan(at_), is_zero)) {
            fail(header.tag, "bytes after the end of the data set");
        }
        return true;
    }

    [[noreturn]] void fail(Tag tag, const char* reason) const
    {
        throw Error(ErrorKind::data, fmt::format("decoding a data set: {} at {}: {}",
                                                 tag.formatted(), header_at_, reason));
    }

    ElementHeader take_header(const Frame& frame)
    {
        header_at_ = at_;
        const auto header =
            read_element_header(bytes_.subspan(at_, frame.end - at_), frame.encoding);
        if (!header) {
            fail(last_tag_, "cut off after this element");
        }
        if (++elements_ > limits_.elements) {
            fail(header->tag, "too many elements");
        }
        at_ += header->bytes;
        last_tag_ = header->tag;
        const bool delimiter =
            header->tag == tags::item_delimitation || header->tag == tags::sequence_delimitation;
        if (!header->undefined() && !delimiter && header->length > frame.end - at_) {
            fail(header->tag, "longer than what is left");
        }
        return *header;
    }

    void in_sequence(const Frame& frame, const ElementHeader& header)
    {
        if (header.tag == tags::sequence_delimitation && (frame.undefined || at_ == frame.end)) {
            stack_.pop_back();
            return;
        }
        if (header.tag != tags::item) {
            fail(header.tag, "where an item of a sequence should be");
        }
        DataSet& item = frame.sequence->items.emplace_back();
        stack_.push_back({&item, nullptr, header.undefined() ? frame.end : at_ + header.length,
                          header.undefined(), frame.encoding});
    }

    void in_item(const Frame& frame, const ElementHeader& header)
    {
        const bool nested = stack_.size() > 1;
        if (header.tag == tags::item_delimitation && nested &&
            (frame.undefined || at_ == frame.end)) {
            stack_.pop_back();
        } else if (header.tag.group() == 0xFFFE) {
            fail(header.tag, "a delimiter that delimits nothing");
        } else if (header.vr == Vr::SQ || (header.undefined() && header.vr == Vr::UN)) {
            open_sequence(frame, header);
        } else if (header.undefined()) {
            skip_fragments(frame, header);
        } else {
            take_value(frame, header);
        }
    }

    void open_sequence(const Frame& frame, const ElementHeader& header)
    {
        // stack_ alternates items and sequences, the data set itself first.
        if (stack_.size() / 2 >= limits_.depth) {
            fail(header.tag, "nested too deep");
        }
        if (!header.known_vr) {
            fail(header.tag, "undefined length in a VR nobody knows");
        }
        const bool hidden = frame.encoding.explicit_vr && header.vr == Vr::UN;
        const Encoding encoding = hidden ? Encoding{false, false} : frame.encoding;
        Element& sequence = frame.set->has(header.tag)
                                ? *duplicates_.emplace_back(std::make_unique<Element>())
                                : frame.set->put({header.tag, Vr::SQ, {}});
        stack_.push_back({nullptr, &sequence, header.undefined() ? frame.end : at_ + header.length,
                          header.undefined(), encoding});
    }

    void skip_fragments(const Frame& frame, const ElementHeader& header)
    {
        if (header.vr != Vr::OB && header.vr != Vr::OW) {
            fail(header.tag, "undefined length in a VR that cannot have it");
        }
        for (;;) {
            const ElementHeader fragment = take_header(frame);
            if (fragment.tag == tags::sequence_delimitation) {
                return;
            }
            if (fragment.tag != tags::item || fragment.undefined()) {
                fail(fragment.tag, "where a fragment of pixel data should be");
            }
            at_ += fragment.length;
        }
    }

    void take_value(const Frame& frame, const ElementHeader& header)
    {
        const auto value = bytes_.subspan(at_, header.length);
        at_ += header.length;
        if (frame.set->has(header.tag)) {
            return;  // the first one counts, as everywhere
        }
        Element element{header.tag, header.vr,
                        std::string{reinterpret_cast<const char*>(value.data()), value.size()}};
        if (frame.encoding.big_endian) {
            swap_bytes(element.value, element.vr);
        }
        element.vr = understood_vr(header);  // that of UN is little endian already
        frame.set->put(std::move(element));
    }

    std::span<const std::byte> bytes_;
    DecodeLimits limits_;
    DataSet root_;
    std::vector<std::unique_ptr<Element>> duplicates_;  // read, but not part of the result
    std::vector<Frame> stack_;
    std::size_t at_ = 0;
    std::size_t header_at_ = 0;
    std::size_t elements_ = 0;
    Tag last_tag_;
};

std::string inflated(std::span<const std::byte> bytes, std::size_t limit_bytes)
{
    std::string result;
    Inflater inflater{limit_bytes};
    const auto status = inflater.feed(bytes, [&](std::span<const std::byte> piece) {
        result.append(reinterpret_cast<const char*>(piece.data()), piece.size());
        return true;
    });
    if (status != Inflater::Status::end) {
        throw Error(ErrorKind::data,
                    status == Inflater::Status::over_limit
                        ? fmt::format("inflating a data set: larger than {} bytes", limit_bytes)
                        : "inflating a data set: not a complete DEFLATE stream");
    }
    return result;
}

void patch_length(std::string& out, std::size_t content_at, bool big_endian)
{
    const std::size_t length = out.size() - content_at;
    if (length >= undefined_length) {
        throw Error(ErrorKind::data, "encoding a data set: a sequence of 4 GiB or more");
    }
    for (std::size_t i = 0; i < 4; ++i) {
        const std::size_t place = big_endian ? content_at - 1 - i : content_at - 4 + i;
        out[place] = static_cast<char>((length >> (8 * i)) & 0xFFU);
    }
}

void append_data_set(std::string& out, const DataSet& data_set, Encoding encoding);

void append_sequence(std::string& out, const Element& element, Encoding encoding)
{
    append_element_header(out, {element.tag, Vr::SQ}, encoding);
    const std::size_t content_at = out.size();
    for (const DataSet& item : element.items) {
        append_element_header(out, {tags::item}, encoding);
        const std::size_t item_at = out.size();
        append_data_set(out, item, encoding);
        patch_length(out, item_at, encoding.big_endian);
    }
    patch_length(out, content_at, encoding.big_endian);
}

void append_element(std::string& out, const Element& element, Encoding encoding)
{
    const Vr vr = element.vr == Vr::none ? vr_of(element.tag) : element.vr;
    if (vr == Vr::SQ) {
        append_sequence(out, element, encoding);
        return;
    }
    if (element.fragments) {
        append_element_header(out, {element.tag, vr, undefined_length}, encoding);
        out += element.value;
        append_element_header(out, {tags::sequence_delimitation}, encoding);
        return;
    }
    std::string value = element.value;
    if (value.size() % 2 != 0) {
        value += is_text(vr) && vr != Vr::UI ? ' ' : '\0';
    }
    if (value.size() >= undefined_length) {
        throw Error(ErrorKind::data,
                    "encoding " + element.tag.formatted() + ": a value of 4 GiB or more");
    }
    if (encoding.big_endian) {
        swap_bytes(value, vr);
    }
    append_element_header(out, {element.tag, vr, static_cast<std::uint32_t>(value.size())},
                          encoding);
    out += value;
}

void append_data_set(std::string& out, const DataSet& data_set, Encoding encoding)
{
    for (const Element& element : data_set.elements()) {
        append_element(out, element, encoding);
    }
}

}  // namespace

DataSet decode(std::span<const std::byte> bytes, const TransferSyntax& syntax,
               const DecodeLimits& limits)
{
    if (!syntax.deflated()) {
        return Decoder{bytes, Encoding{syntax}, limits}.run();
    }
    const std::string whole = inflated(bytes, limits.inflated_bytes);
    return Decoder{std::as_bytes(std::span{whole}), Encoding{syntax}, limits}.run();
}

std::string encode(const DataSet& data_set, const TransferSyntax& syntax)
{
    std::string out;
    append_data_set(out, data_set, Encoding{syntax});
    return syntax.deflated() ? deflate(out) : out;
}

}  // namespace pacs::dicom
