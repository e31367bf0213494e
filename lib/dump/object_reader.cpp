#include "dump/object_reader.hpp"

#include "dicom/element_header.hpp"
#include "dicom/implicit_vr.hpp"
#include "dicom/json_value.hpp"
#include "dicom/structure_walk.hpp"
#include "dicom/tags_seen.hpp"
#include "dicom/walk_object.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace pacs::dump {

namespace {

using dicom::ElementHeader;
using dicom::Tag;
using dicom::Vr;

constexpr Tag pixel_representation{0x0028, 0x0103};
constexpr std::size_t reserved_bytes = std::size_t{8} << 10U;  // for a value, before it comes
/// What is open around the next element: the data set, a sequence, or an item of one.
struct Level {
    bool sequence = false;
    bool told = false;  ///< to the sink
    Selection::Wish wish;
    std::uint32_t items = 0;  ///< of a sequence, so far
    std::shared_ptr<const dicom::CharacterSet> charset;
    bool signed_pixels = false;
    dicom::TagsSeen tags;
};

class Reader : dicom::StructureWalker::Listener {
public:
    Reader(const stream::Content& content, const dicom::FileHead& head, const ReadOptions& options,
           ElementSink& sink)
        : content_(content),
          head_(head),
          options_(options),
          selection_(options.selection != nullptr ? *options.selection : everything()),
          sink_(sink),
          walker_(dicom::Encoding{head.syntax}, options.scan, *this)
    {
        Level top;
        top.wish = selection_.all();
        top.charset = std::make_shared<const dicom::CharacterSet>();
        levels_.push_back(std::move(top));
    }

    ReadResult run()
    {
        const auto read_at = [this](std::uint64_t offset, std::span<std::byte> bytes) {
            return content_.read_at(offset, bytes);
        };
        dicom::walk_object(walker_, read_at, head_.data_offset, content_.size(), head_.syntax,
                           options_.scan, [this] { return complete_; });
        close_all();
        return {walker_.defect(), too_large_};
    }

private:
    static const Selection& everything()
    {
        static const Selection selection;
        return selection;
    }

    bool refuse(std::string_view reason)
    {
        too_large_ = walker_.defect().empty();
        return walker_.fail(reason);
    }

    std::size_t depth() const noexcept { return levels_.size() / 2; }

    bool hears_all() const override { return true; }

    bool begin(const ElementHeader& header) override
    {
        Level& around = levels_.back();
        const auto last = selection_.last();
        complete_ = complete_ || (levels_.size() == 1 && last && header.tag > *last);
        const bool sequence = header.vr == Vr::SQ || (header.undefined() && header.vr == Vr::UN);
        const auto seen = around.tags.add(header.tag);
        if (seen == dicom::TagsSeen::Seen::too_many) {
            return refuse("too many elements out of order");
        }
        if (sink_.written() > options_.output_bytes) {
            return refuse("more to print than an object may have");
        }
        Selection::Wish wish;
        if (seen == dicom::TagsSeen::Seen::no && header.tag.element() != 0 && !complete_ &&
            around_is_told()) {
            wish = selection_.of(header.tag, around.wish, depth());
        }
        if (sequence) {
            open_sequence(header.tag, std::move(wish));
            return false;
        }
        tag_ = header.tag;
        vr_ = vr_of(header);
        told_ = wish.whole;
        if (header.undefined()) {
            fragments_at_ = walker_.offset();
            return false;
        }
        const bool needed =
            seen == dicom::TagsSeen::Seen::no && header.length <= 1024 &&
            (tag_ == dicom::tags::specific_character_set || tag_ == pixel_representation);
        if (!needed && (!told_ || becomes_reference(header.length))) {
            return false;
        }
        swap_ = walker_.encoding().big_endian && header.vr != Vr::UN;
        value_.clear();
        value_.reserve(std::min<std::size_t>(header.length, reserved_bytes));
        return true;
    }

    bool around_is_told() const noexcept { return levels_.size() == 1 || levels_.back().told; }

    Vr vr_of(const ElementHeader& header) const
    {
        if (!walker_.encoding().explicit_vr) {
            return dicom::implicit_vr(header.tag, header.vr, levels_.back().signed_pixels);
        }
        return options_.understand_unknown ? dicom::understood_vr(header) : header.vr;
    }

    // Whether a value of `length` bytes that starts here is only pointed at; if so, it is.
    bool becomes_reference(std::uint64_t length)
    {
        const bool swapped = walker_.encoding().big_endian && dicom::unit_bytes(vr_) > 1;
        const ByteRange range{head_.data_offset + walker_.offset(), length,
                              options_.named_file && !head_.syntax.deflated() && !swapped};
        return refers(range);
    }

    bool refers(const ByteRange& range)
    {
        const bool carry = !range.in_file && options_.carry_unreachable;
        const bool bulk = dicom::has_bulk_vr(vr_) && range.length > options_.bulk_threshold;
        if (range.length <= options_.value_bytes && (carry || !bulk)) {
            return false;
        }
        if (carry) {
            refuse("a value too large to be carried along, and no file to point at");
        } else {
            sink_.reference(tag_, vr_, range);
        }
        return true;
    }

    void open_sequence(Tag tag, Selection::Wish wish)
    {
        Level level;
        level.sequence = true;
        level.told = !wish.none();
        level.wish = std::move(wish);
        level.charset = levels_.back().charset;
        level.signed_pixels = levels_.back().signed_pixels;
        levels_.push_back(std::move(level));
        if (levels_.back().told) {
            sink_.begin_sequence(tag);
        }
    }

    void begin_item() override
    {
        Level& sequence = levels_.back();
        Level item;
        // levels_ holds the data set, then pairs of sequence and item
        item.wish = selection_.of_item(++sequence.items, sequence.wish, depth() - 1);
        item.told = !item.wish.none();
        item.charset = sequence.charset;
        item.signed_pixels = sequence.signed_pixels;
        levels_.push_back(std::move(item));
        if (levels_.back().told) {
            sink_.begin_item();
        }
    }

    void end_item() override
    {
        if (levels_.back().told) {
            sink_.end_item();
        }
        levels_.pop_back();
    }

    void end_sequence() override
    {
        if (levels_.back().told) {
            sink_.end_sequence();
        }
        levels_.pop_back();
    }

    void close_all()
    {
        while (levels_.size() > 1) {
            levels_.back().sequence ? end_sequence() : end_item();
        }
    }

    void value(std::span<const std::byte> bytes) override
    {
        value_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    }

    void end() override
    {
        dicom::Element element{tag_, vr_, std::exchange(value_, {})};
        if (swap_) {
            dicom::swap_bytes(element.value, vr_);
        }
        Level& around = levels_.back();
        if (tag_ == dicom::tags::specific_character_set) {
            const bool blank =
                element.value.find_first_not_of(std::string_view{" \0", 2}) == std::string::npos;
            if (!blank) {
                around.charset = std::make_shared<const dicom::CharacterSet>(element.value);
            }
        } else if (tag_ == pixel_representation && vr_ == Vr::US) {
            around.signed_pixels = !element.value.empty() && element.value[0] == '\1';
        }
        if (told_) {
            sink_.element(std::move(element), *around.charset);
        }
    }

    void end_fragments() override
    {
        constexpr std::uint64_t delimiter_bytes = 8;
        const std::uint64_t length = walker_.offset() - fragments_at_ - delimiter_bytes;
        const bool reachable = !head_.syntax.deflated();
        const ByteRange range{head_.data_offset + fragments_at_, length,
                              reachable && options_.named_file};
        if (!reachable) {
            walker_.fail("fragments in a deflated data set");  // no transfer syntax has them
            return;
        }
        if (!told_ || refers(range)) {
            return;
        }
        dicom::Element element{tag_, vr_, std::string(static_cast<std::size_t>(length), '\0')};
        const auto into = std::as_writable_bytes(std::span{element.value});
        if (content_.read_at(range.offset, into) == into.size()) {
            sink_.element(std::move(element), *levels_.back().charset);
        }
    }

    const stream::Content& content_;
    const dicom::FileHead& head_;
    const ReadOptions& options_;
    const Selection& selection_;
    ElementSink& sink_;
    dicom::StructureWalker walker_;
    std::vector<Level> levels_;
    bool complete_ = false;  // nothing that is wanted can follow
    bool too_large_ = false;

    Tag tag_;  // of the element last begun
    Vr vr_ = Vr::none;
    bool told_ = false;
    bool swap_ = false;
    std::string value_;
    std::uint64_t fragments_at_ = 0;
};

}  // namespace

ReadResult read_object(const stream::Content& content, const dicom::FileHead& head,
                       const ReadOptions& options, ElementSink& sink)
{
    return Reader{content, head, options, sink}.run();
}

}  // namespace pacs::dump
