#include "net/tls_transport.hpp"

#include "base/error.hpp"
#include "base/log.hpp"
#include "net/peer_error.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <unistd.h>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace pacs::net {

namespace {

/// Plain bytes sealed at a time: four records, one write below.
constexpr std::size_t plain_bytes = std::size_t{64} * 1024;
constexpr std::size_t first_bytes_kept = 64;
/// How long a full send buffer may keep our last alert from being written.
constexpr std::chrono::milliseconds alert_patience{200};

/// The words after "doing X: ".
std::string_view tail_of(std::string_view message) noexcept
{
    const auto colon = message.find(": ");
    return colon == std::string_view::npos ? message : message.substr(colon + 2);
}

void append(std::string& out, BIO* bio)
{
    std::array<char, 4096> buffer{};
    for (int count = 0; (count = BIO_read(bio, buffer.data(), buffer.size())) > 0;) {
        out.append(buffer.data(), static_cast<std::size_t>(count));
    }
}

void read_file_piece(const FileRange& file, std::uint64_t at, std::span<std::byte> to)
{
    while (!to.empty()) {
        const auto count =
            ::pread(file.fd, to.data(), to.size(), static_cast<off_t>(file.offset + at));
        if (count == 0) {
            throw Error(ErrorKind::storage, "reading the file being sent: it became shorter");
        }
        if (count < 0 && errno != EINTR) {
            throw Error(ErrorKind::storage,
                        fmt::format("reading the file being sent: {}", std::strerror(errno)));
        }
        if (count > 0) {
            to = to.subspan(static_cast<std::size_t>(count));
            at += static_cast<std::uint64_t>(count);
        }
    }
}

}  // namespace

std::string TlsTransport::take_output()
{
    std::string output;
    append(output, outgoing_);
    return output;
}

/// What OpenSSL wants sent on its own: alerts and handshake messages. Not what reading brought
/// about: an answer to a key update leaves with the next data we send (RFC 8446 4.6.3), because who
/// reads must never wait for a peer that does not.
void TlsTransport::flush(Deadline deadline)
{
    const std::lock_guard in_order{output_mutex_};
    send_output(deadline);
}

void TlsTransport::send_output(Deadline deadline)
{
    std::string output;
    {
        const std::lock_guard lock{ssl_mutex_};
        output = take_output();
    }
    if (!output.empty()) {
        const Piece piece{std::as_bytes(std::span{output})};
        below_->write({&piece, 1}, deadline);
    }
}

/// The alert of a connection that is over, when it can leave at once.
void TlsTransport::tell_why() noexcept
{
    const std::unique_lock in_order{output_mutex_, std::try_to_lock};
    if (!in_order) {
        return;  // a writer is at it, and will fail by itself
    }
    try {
        send_output(Deadline::after(alert_patience));
    } catch (const std::exception&) {
        below_->shutdown();  // the peer learns of it from the closed connection
    }
}

/// Takes what has come below, waiting for it; false at the end of the stream.
bool TlsTransport::feed(Deadline deadline)
{
    const auto count = below_->read(raw_, deadline);
    if (count == 0) {
        return false;
    }
    const std::lock_guard lock{ssl_mutex_};
    if (report_.first_bytes.size() < first_bytes_kept && !report_.completed) {
        report_.first_bytes.append(reinterpret_cast<const char*>(raw_.data()),
                                   std::min(count, first_bytes_kept - report_.first_bytes.size()));
    }
    if (BIO_write(incoming_, raw_.data(), static_cast<int>(count)) != static_cast<int>(count)) {
        throw std::bad_alloc();
    }
    return true;
}

void TlsTransport::handshake(Deadline deadline)
{
    const auto step = [this] {
        const std::lock_guard lock{ssl_mutex_};
        ERR_clear_error();
        const int result = SSL_do_handshake(ssl_);
        try {
            return after(result);
        } catch (...) {
            learn_session();
            throw;
        }
    };
    try {
        for (;;) {
            auto progress = Progress::wants_more;
            try {
                progress = step();
            } catch (...) {
                flush(earliest(deadline, Deadline::after(alert_patience)));
                throw;
            }
            flush(deadline);
            if (progress == Progress::done) {
                break;
            }
            if (!feed(deadline)) {
                throw PeerError(PeerFault::connection_lost, PeerStage::secure,
                                "securing: the peer closed the connection");
            }
        }
    } catch (const PeerError& error) {
        if (error.fault() == PeerFault::tls_failed) {
            throw;
        }
        throw PeerError(
            error.fault(), PeerStage::secure,
            fmt::format("securing the connection {} {}: {}", context_->server() ? "from" : "to",
                        log::printable(host_), tail_of(error.what())));
    }
    learn_session();
    report_.completed = true;
}

TlsTransport::Progress TlsTransport::take(std::span<std::byte> buffer, std::size_t& count)
{
    const std::lock_guard lock{ssl_mutex_};
    ERR_clear_error();
    return after(SSL_read_ex(ssl_, buffer.data(), buffer.size(), &count));
}

bool TlsTransport::readable_now()
{
    if (ended_) {
        return true;
    }
    const std::lock_guard lock{ssl_mutex_};
    ERR_clear_error();
    std::byte peeked{};
    std::size_t count = 0;
    const int result = SSL_peek_ex(ssl_, &peeked, 1, &count);
    return result == 1 || SSL_get_error(ssl_, result) != SSL_ERROR_WANT_READ;
}

Transport::Wait TlsTransport::wait(Deadline deadline, int wake_fd)
{
    while (!readable_now()) {
        const auto found = below_->wait(deadline, wake_fd);
        if (found != Wait::readable) {
            return found;
        }
        ended_ = !feed(deadline);  // does not wait: there is something
    }
    return Wait::readable;
}

std::size_t TlsTransport::read(std::span<std::byte> buffer, Deadline deadline)
{
    while (!ended_) {
        std::size_t count = 0;
        auto progress = Progress::done;
        try {
            progress = take(buffer, count);
        } catch (...) {
            tell_why();
            throw;
        }
        if (progress == Progress::done) {
            return count;
        }
        ended_ = progress == Progress::closed || !feed(deadline);
    }
    return 0;
}

void TlsTransport::seal(std::span<const std::byte> plain, Deadline deadline)
{
    const std::lock_guard in_order{output_mutex_};
    std::string output;
    {
        const std::lock_guard lock{ssl_mutex_};
        ERR_clear_error();
        std::size_t written = 0;  // memory takes all of it
        const int result = SSL_write_ex(ssl_, plain.data(), plain.size(), &written);
        if (result != 1 && after(result) != Progress::done) {
            fail("it was ended already");
        }
        output = take_output();
    }
    const Piece piece{std::as_bytes(std::span{output})};
    below_->write({&piece, 1}, deadline);
}

void TlsTransport::write(std::span<const Piece> pieces, Deadline deadline)
{
    plain_.resize(plain_bytes);
    std::size_t filled = 0;
    for (const auto& piece : pieces) {
        for (std::uint64_t at = 0; at < piece.size();) {
            const auto count = static_cast<std::size_t>(
                std::min<std::uint64_t>(piece.size() - at, plain_.size() - filled));
            const auto to = std::span{plain_}.subspan(filled, count);
            if (piece.in_file()) {
                read_file_piece(piece.file, at, to);
            } else {
                std::memcpy(to.data(), piece.bytes.data() + at, count);
            }
            at += count;
            filled += count;
            if (filled == plain_.size()) {
                seal(plain_, deadline);
                filled = 0;
            }
        }
    }
    if (filled > 0) {
        seal(std::span{plain_}.first(filled), deadline);
    }
}

void TlsTransport::close_gently(Deadline deadline) noexcept
{
    try {
        {
            const std::lock_guard lock{ssl_mutex_};
            ERR_clear_error();
            (void)SSL_shutdown(ssl_);  // only fails where the peer has broken TLS already
        }
        flush(earliest(deadline, Deadline::after(alert_patience)));
    } catch (const std::exception&) {
        below_->shutdown();  // the peer learns of it from the closed connection
        return;
    }
    below_->close_gently(deadline);
}

std::unique_ptr<Transport> connect(const Address& peer,
                                   const std::shared_ptr<const TlsContext>& tls, Deadline deadline,
                                   const StopPolicy& stop)
{
    auto plain = connect(peer, deadline, stop);
    if (!tls) {
        return plain;
    }
    auto secured = std::make_unique<TlsTransport>(std::move(plain), tls, peer.host);
    secured->handshake(deadline);
    return secured;
}

}  // namespace pacs::net
