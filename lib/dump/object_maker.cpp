#include "dump/object_maker.hpp"

#include "dicom/element_header.hpp"
#include "dicom/part10.hpp"
#include "dicom/uid.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace pacs::dump {

namespace {

using dicom::DataSet;
using dicom::Element;
using dicom::Tag;
using dicom::TransferSyntax;

constexpr std::uint64_t most_in_memory = std::uint64_t{64} << 20U;
constexpr std::size_t piece_bytes = std::size_t{256} << 10U;
constexpr std::size_t item_header_bytes = 8;
constexpr Tag meta_sop_class{0x0002, 0x0002};
constexpr Tag meta_sop_instance{0x0002, 0x0003};
constexpr Tag meta_transfer_syntax{0x0002, 0x0010};

/// Reads `length` bytes at `offset` of something.
using ReadAt = std::function<void(std::uint64_t offset, std::span<std::byte> into)>;

/// True when `length` bytes are nothing but items, PS3.5 A.4, to the last byte.
bool is_chain_of_items(std::uint64_t length, const ReadAt& read)
{
    std::array<std::byte, item_header_bytes> bytes{};
    std::uint64_t at = 0;
    while (at < length) {
        if (length - at < bytes.size()) {
            return false;
        }
        read(at, bytes);
        const auto header = dicom::read_element_header(bytes, dicom::Encoding{true, false});
        at += bytes.size();
        if (!header || header->tag != dicom::tags::item || header->undefined() ||
            header->length > length - at) {
            return false;
        }
        at += header->length;
    }
    return length > 0;
}

bool is_chain_of_items(std::string_view value)
{
    return is_chain_of_items(value.size(), [&](std::uint64_t offset, std::span<std::byte> into) {
        std::copy_n(std::as_bytes(std::span{value}).begin() + static_cast<std::ptrdiff_t>(offset),
                    into.size(), into.begin());
    });
}

std::span<const std::byte> bytes_of(const std::string& text)
{
    return std::as_bytes(std::span{text});
}

/// Pixel Data, at the top or in an icon, whose bytes are fragments.
bool mark_fragments(Element& element)
{
    element.fragments = element.tag == dicom::tags::pixel_data &&
                        (element.vr == dicom::Vr::OB || element.vr == dicom::Vr::OW) &&
                        is_chain_of_items(element.value);
    return element.fragments;
}

/// `set` with the fragments in it marked, items included.
DataSet with_fragments(const DataSet& set)
{
    DataSet marked;
    for (const Element& element : set.elements()) {
        Element copy{element.tag, element.vr, element.value};
        mark_fragments(copy);
        for (const DataSet& item : element.items) {
            copy.items.push_back(with_fragments(item));  // JsonReader bounds the depth
        }
        marked.put(std::move(copy));
    }
    return marked;
}

BulkBytes opened(const BulkSource& bulk, const stream::BulkElement& reference)
{
    if (dicom::is_text(reference.vr) || reference.vr == dicom::Vr::SQ) {
        throw MakeError("bulk_unreachable", "following " + reference.uri.substr(0, 200) +
                                                ": nothing says in which character set it is");
    }
    try {
        return bulk.open(reference.uri);
    } catch (const Error& error) {
        throw MakeError("bulk_unreachable", error.what());
    }
}

/// One object on its way from its JSON.
class Maker {
public:
    Maker(stream::JsonDataSet source, const BulkSource& bulk, const std::string& default_syntax)
        : source_(std::move(source)), bulk_(bulk)
    {
        const std::string stated = source_.meta.text(meta_transfer_syntax);
        const std::string& uid = stated.empty() ? default_syntax : stated;
        syntax_ = TransferSyntax{uid.empty() ? dicom::uids::explicit_le : std::string_view{uid}};
        known_syntax_ = !uid.empty();
        if (known_syntax_ && (!dicom::is_valid_uid(syntax_.uid()))) {
            throw MakeError("malformed_record", "reading DICOM JSON: no valid Transfer Syntax UID");
        }
    }

    MadeObject make()
    {
        MadeObject made;
        const std::string sop_class = text_of(dicom::tags::sop_class_uid, meta_sop_class);
        made.sop_instance_uid = text_of(dicom::tags::sop_instance_uid, meta_sop_instance);
        made.study_instance_uid = source_.data_set.text(dicom::tags::study_instance_uid);
        made.series_instance_uid = source_.data_set.text(dicom::tags::series_instance_uid);
        made.transfer_syntax = syntax_.uid();
        if (!dicom::is_valid_uid(sop_class) || !dicom::is_valid_uid(made.sop_instance_uid)) {
            throw MakeError("damaged", "making an object: no valid UIDs of SOP class and instance");
        }
        const std::string head =
            dicom::make_file_head(sop_class, made.sop_instance_uid, syntax_.uid());
        spool_.append(bytes_of(head));
        syntax_.deflated() || syntax_.big_endian() ? write_whole() : write_in_pieces();
        made.content = spool_.finish("a made object");
        return made;
    }

private:
    /// Of the data set, or else, as for a DICOMDIR, of the meta header.
    std::string text_of(Tag tag, Tag meta_tag) const
    {
        std::string text = source_.data_set.text(tag);
        return text.empty() ? source_.meta.text(meta_tag) : text;
    }

    /// All in memory: what must be deflated or swapped.
    void write_whole()
    {
        for (const stream::BulkElement& reference : source_.bulk) {
            source_.data_set.put({reference.tag, reference.vr, read_whole(reference)});
        }
        const std::string encoded = dicom::encode(fragments_marked(source_.data_set), syntax_);
        spool_.append(bytes_of(encoded));
    }

    void write_in_pieces()
    {
        auto reference = source_.bulk.begin();
        DataSet run;  // some elements between two references
        std::size_t bytes = 0;
        for (const Element& element : source_.data_set.elements()) {
            for (; reference != source_.bulk.end() && reference->tag < element.tag; ++reference) {
                write_run(std::exchange(run, {}));
                write_reference(*reference);
            }
            bytes += element.value.size();
            run.put(element);
            if (bytes > piece_bytes || !element.items.empty()) {
                write_run(std::exchange(run, {}));
                bytes = 0;
            }
        }
        write_run(run);
        for (; reference != source_.bulk.end(); ++reference) {
            write_reference(*reference);
        }
    }

    void write_run(const DataSet& run)
    {
        spool_.append(bytes_of(dicom::encode(fragments_marked(run), syntax_)));
    }

    DataSet fragments_marked(const DataSet& set) const
    {
        if (!known_syntax_) {
            const Element* const pixels = set.find(dicom::tags::pixel_data);
            if (pixels != nullptr && is_chain_of_items(pixels->value)) {
                lacks_syntax();
            }
        }
        return syntax_.encapsulated() ? with_fragments(set) : set;
    }

    [[noreturn]] static void lacks_syntax()
    {
        throw MakeError("no_transfer_syntax",
                        "making an object: its pixel data is encapsulated, and nothing says in "
                        "which transfer syntax (--transfer-syntax does, or 00020010)");
    }

    std::string read_whole(const stream::BulkElement& reference)
    {
        const BulkBytes bytes = opened(bulk_, reference);
        if (bytes.range.length > most_in_memory) {
            throw MakeError("bulk_unreachable", "following " + reference.uri.substr(0, 200) +
                                                    ": too long for where it stands");
        }
        std::string value(static_cast<std::size_t>(bytes.range.length), '\0');
        read(bytes, 0, std::as_writable_bytes(std::span{value}));
        return value;
    }

    static void read(const BulkBytes& bytes, std::uint64_t offset, std::span<std::byte> into)
    {
        if (bytes.content.read_at(bytes.range.offset + offset, into) != into.size()) {
            throw MakeError("bulk_unreachable", "following a reference: the file became shorter");
        }
    }

    void write_reference(const stream::BulkElement& reference)
    {
        const BulkBytes bytes = opened(bulk_, reference);
        const std::uint64_t length = bytes.range.length;
        const bool pixels = reference.tag == dicom::tags::pixel_data;
        const bool fragments =
            pixels && (syntax_.encapsulated() || !known_syntax_) &&
            is_chain_of_items(length, [&](std::uint64_t offset, std::span<std::byte> into) {
                read(bytes, offset, into);
            });
        if (fragments && !known_syntax_) {
            lacks_syntax();
        }
        if (!fragments && length + length % 2 >= dicom::undefined_length) {
            throw MakeError("damaged", "making an object: a value of 4 GiB or more");
        }
        const dicom::Encoding encoding{syntax_};
        std::string text;
        const auto told =
            fragments ? dicom::undefined_length : static_cast<std::uint32_t>(length + length % 2);
        dicom::append_element_header(text, {reference.tag, reference.vr, told}, encoding);
        spool_.append(bytes_of(text));
        copy(bytes);
        text.assign(fragments ? 0 : length % 2, '\0');
        if (fragments) {
            dicom::append_element_header(text, {dicom::tags::sequence_delimitation}, encoding);
        }
        spool_.append(bytes_of(text));
    }

    void copy(const BulkBytes& bytes)
    {
        std::vector<std::byte> buffer(piece_bytes);
        for (std::uint64_t at = 0; at < bytes.range.length;) {
            const auto count = std::min<std::uint64_t>(buffer.size(), bytes.range.length - at);
            const auto piece = std::span{buffer}.first(static_cast<std::size_t>(count));
            read(bytes, at, piece);
            spool_.append(piece);
            at += count;
        }
    }

    stream::JsonDataSet source_;
    const BulkSource& bulk_;
    TransferSyntax syntax_;
    bool known_syntax_ = false;
    stream::Spool spool_;
};

}  // namespace

ObjectMaker::ObjectMaker(const BulkSource& bulk, std::string transfer_syntax)
    : bulk_(bulk), transfer_syntax_(std::move(transfer_syntax))
{
}

MadeObject ObjectMaker::make(std::string json)
{
    std::uint64_t fetched = 0;
    const auto fetch = [&](const stream::BulkElement& reference) {
        const BulkBytes bytes = opened(bulk_, reference);
        fetched += bytes.range.length;
        if (fetched > most_in_memory) {
            throw Error(ErrorKind::refused, "references inside sequences to more than 64 MiB");
        }
        std::string value(static_cast<std::size_t>(bytes.range.length), '\0');
        bytes.content.read_at(bytes.range.offset, std::as_writable_bytes(std::span{value}));
        return value;
    };
    stream::JsonDataSet source;
    try {
        source = reader_.read(std::move(json), fetch);
    } catch (const MakeError&) {
        throw;
    } catch (const Error& error) {
        throw MakeError(error.kind() == ErrorKind::data ? "malformed_record" : "bulk_unreachable",
                        error.what());
    }
    try {
        return Maker{std::move(source), bulk_, transfer_syntax_}.make();
    } catch (const MakeError&) {
        throw;
    } catch (const Error& error) {
        if (error.kind() == ErrorKind::data) {
            throw MakeError("damaged", error.what());
        }
        throw;
    }
}

}  // namespace pacs::dump
