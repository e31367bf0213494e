#include "net/association_core.hpp"
#include "net/command_tags.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace pacs::net {

namespace {

/// What one gathered write may hold: enough for full speed, little enough that its deadline asks
/// for a rate any link has.
constexpr std::size_t batch_pieces = 60;
constexpr std::uint64_t batch_bytes = std::uint64_t{1} << 20U;
/// Held-back messages go out when they fill this.
constexpr std::size_t held_limit = std::size_t{32} * 1024;

std::span<const std::byte> bytes_of(std::string_view text) noexcept
{
    return std::as_bytes(std::span{text.data(), text.size()});
}

/// Walks over a data set that lies in several pieces, cutting it into fragments.
class PieceCursor {
public:
    explicit PieceCursor(std::span<const Piece> pieces) : pieces_(pieces)
    {
        for (const auto& piece : pieces) {
            left_ += piece.size();
        }
    }

    std::uint64_t left() const noexcept { return left_; }

    /// The next part, at most `most` bytes, of a single piece.
    Piece take(std::uint64_t most) noexcept
    {
        while (pieces_.front().size() == offset_) {
            pieces_ = pieces_.subspan(1);
            offset_ = 0;
        }
        const auto& piece = pieces_.front();
        const auto count = std::min(most, piece.size() - offset_);
        Piece part = piece.in_file()
                         ? Piece{FileRange{piece.file.fd, piece.file.offset + offset_, count}}
                         : Piece{piece.bytes.subspan(offset_, count)};
        offset_ += count;
        left_ -= count;
        return part;
    }

private:
    std::span<const Piece> pieces_;
    std::uint64_t offset_ = 0;
    std::uint64_t left_ = 0;
};

/// PDU headers and parts of a message, gathered until there is enough for one write.
class Batch {
public:
    Batch(Association::Core& core) : core_(core) {}  // NOLINT(google-explicit-constructor)

    void raw(std::span<const std::byte> bytes) { add(Piece{bytes}); }

    void fragment(const PdvHeader& pdv, PieceCursor& data)
    {
        if (pieces_used_ + 2 > batch_pieces || bytes_ > batch_bytes) {
            flush();
        }
        headers_.at(headers_used_) = make_pdata_header(pdv);
        add(Piece{std::span<const std::byte>{headers_.at(headers_used_)}});
        ++headers_used_;
        ++core_.pdus_out;
        for (std::uint64_t left = pdv.length; left > 0;) {
            if (pieces_used_ == batch_pieces) {
                flush();
            }
            const auto part = data.take(left);
            left -= part.size();
            add(part);
        }
    }

    void flush()
    {
        if (pieces_used_ > 0) {
            core_.write({pieces_.data(), pieces_used_});
        }
        pieces_used_ = 0;
        headers_used_ = 0;
        bytes_ = 0;
    }

private:
    void add(const Piece& piece)
    {
        pieces_.at(pieces_used_++) = piece;
        bytes_ += piece.size();
    }

    Association::Core& core_;
    std::array<Piece, batch_pieces> pieces_;
    std::array<PdataHeader, batch_pieces> headers_{};
    std::size_t pieces_used_ = 0;
    std::size_t headers_used_ = 0;
    std::uint64_t bytes_ = 0;
};

/// One half of a message, command or data set, as presentation data values.
void add_fragments(Batch& batch, std::uint8_t context_id, bool command, PieceCursor cursor,
                   std::size_t max_fragment)
{
    do {
        const auto length =
            static_cast<std::uint32_t>(std::min<std::uint64_t>(cursor.left(), max_fragment));
        const bool last = length == cursor.left();
        batch.fragment({length, context_id, command, last}, cursor);
        if (last) {
            return;
        }
    } while (true);
}

}  // namespace

std::size_t Association::Core::max_fragment() const noexcept
{
    const auto ours = limits.max_sent_pdu_bytes;
    const auto theirs = agreed.peer_max_pdu_bytes;
    const auto pdu = theirs == 0 ? ours : std::min(ours, theirs);
    return (pdu - pdv_header_bytes) & ~std::size_t{1};  // even, PS3.8 Annex E.1
}

void Association::Core::write(std::span<const Piece> pieces)
{
    std::uint64_t bytes = 0;
    for (const auto& piece : pieces) {
        bytes += piece.size();
    }
    try {
        transport->write(pieces, idle_deadline());
    } catch (const PeerError& error) {
        write_broken(error);
    } catch (const Error&) {
        // a file ended early: nothing but an end of the connection can repair the framing
        cannot_send = true;
        close();
        throw;
    }
    bytes_out += bytes;
    touch();
}

void Association::Core::write_control(const std::string& pdu)
{
    const std::lock_guard lock{write_mutex};
    flush_held();
    const Piece piece{bytes_of(pdu)};
    write({&piece, 1});
    ++pdus_out;
}

void Association::Core::flush_held()
{
    if (held.empty()) {
        return;
    }
    const auto messages = std::exchange(held, {});
    const Piece piece{bytes_of(messages)};
    write({&piece, 1});
}

void Association::Core::check_sendable(std::uint8_t context_id)
{
    require_open();
    if (agreed.find(context_id) == nullptr) {
        throw Error(ErrorKind::bug, fmt::format("sending to {}: context {} was not accepted",
                                                peer_name(), context_id));
    }
    (void)step(Event::data_request);
}

void Association::Core::write_message(std::uint8_t context_id, std::string_view command,
                                      bool has_data, std::span<const Piece> data)
{
    const std::lock_guard lock{write_mutex};
    check_sendable(context_id);
    const auto earlier = std::exchange(held, {});
    Batch batch{*this};
    if (!earlier.empty()) {
        batch.raw(bytes_of(earlier));
    }
    const Piece command_piece{bytes_of(command)};
    add_fragments(batch, context_id, true, PieceCursor{{&command_piece, 1}}, max_fragment());
    if (has_data) {
        add_fragments(batch, context_id, false, PieceCursor{data}, max_fragment());
    }
    batch.flush();
}

void Association::send(std::uint8_t context_id, const dicom::DataSet& command,
                       std::span<const Piece> data)
{
    const bool has_data = has_data_set(command);
    if (!has_data && !data.empty()) {
        throw Error(ErrorKind::bug, "sending a message: a data set for a command without one");
    }
    core_->write_message(context_id, encode_command(command), has_data, data);
}

void Association::send(std::uint8_t context_id, const Request& request, std::span<const Piece> data)
{
    send(context_id, to_command(request), data);
}

void Association::send(std::uint8_t context_id, const Response& response,
                       std::span<const Piece> data)
{
    send(context_id, to_command(response), data);
}

void Association::send_later(std::uint8_t context_id, const Response& response,
                             std::string_view data)
{
    const auto command = encode_command(to_command(response));
    const std::lock_guard lock{core_->write_mutex};
    core_->check_sendable(context_id);
    const auto most = core_->max_fragment();
    const auto append = [&](std::string_view part, bool is_command) {
        do {
            const auto length = std::min(part.size(), most);
            const auto header = make_pdata_header({static_cast<std::uint32_t>(length), context_id,
                                                   is_command, length == part.size()});
            core_->held.append(reinterpret_cast<const char*>(header.data()), header.size());
            core_->held += part.substr(0, length);
            part.remove_prefix(length);
            ++core_->pdus_out;
        } while (!part.empty());
    };
    append(command, true);
    if (response.has_data) {
        append(data, false);
    }
    if (core_->held.size() >= held_limit) {
        core_->flush_held();
    }
}

void Association::flush()
{
    const std::lock_guard lock{core_->write_mutex};
    core_->require_open();
    core_->flush_held();
}

}  // namespace pacs::net
