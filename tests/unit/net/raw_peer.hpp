#pragma once

#include "dicom/uid.hpp"
#include "net/accept_rules.hpp"
#include "net/association.hpp"
#include "net/message.hpp"
#include "net/pdu.hpp"
#include "net/transport.hpp"

#include "catch.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

/// A peer made of bytes, for tests: it sends what it is told, right or wrong, and reads PDUs.
namespace pacs::net::test {

constexpr std::chrono::seconds patience{10};  // of a test that fails; a passing one never waits

inline std::string verification{dicom::uids::verification};
inline std::string ct_storage{"1.2.840.10008.5.1.4.1.1.2"};
inline std::string implicit_le{dicom::uids::implicit_le};
inline std::string explicit_le{dicom::uids::explicit_le};

/// For threads beside the test's own, which must not use the test framework.
inline void must(bool condition, const char* what)
{
    if (!condition) {
        throw std::runtime_error(what);
    }
}

struct Pdu {
    unsigned type = 0;  ///< 0: the stream ended
    std::string body;
};

class RawPeer {
public:
    explicit RawPeer(Descriptor socket) : socket_(std::move(socket)) {}

    void send(std::string_view bytes)
    {
        while (!bytes.empty()) {
            const auto sent = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent <= 0) {
                return;  // the other side has had enough: the test sees it elsewhere
            }
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        }
    }
    /// Exactly `count` bytes, fewer when the stream ends.
    std::string read(std::size_t count)
    {
        std::string bytes;
        while (bytes.size() < count) {
            pollfd ready{socket_.get(), POLLIN, 0};
            must(::poll(&ready, 1, Deadline::after(patience).poll_ms()) > 0,
                 "the raw peer waited in vain");
            char buffer[4096];
            const auto got =
                ::recv(socket_.get(), buffer, std::min(sizeof buffer, count - bytes.size()), 0);
            if (got <= 0) {
                break;
            }
            bytes.append(buffer, static_cast<std::size_t>(got));
        }
        return bytes;
    }
    Pdu read_pdu()
    {
        const auto head = read(pdu_header_bytes);
        if (head.size() < pdu_header_bytes) {
            return {};
        }
        const auto header = decode_header(std::as_bytes(std::span{head}).first<pdu_header_bytes>());
        return {header.type, read(header.length)};
    }
    void close() { socket_.close(); }
    void close_sending() { ::shutdown(socket_.get(), SHUT_WR); }
    int fd() const { return socket_.get(); }

    /// Reads a request and accepts all of it with the first transfer syntaxes.
    AssociateRq accept_all(const std::function<void(AssociateAc&)>& change = {})
    {
        const auto pdu = read_pdu();
        must(pdu.type == 1, "the raw peer expected a request");
        auto request = decode_associate_rq(std::as_bytes(std::span{pdu.body}));
        AssociateAc acceptance;
        acceptance.called_ae = request.called_ae;
        acceptance.calling_ae = request.calling_ae;
        acceptance.application_context = request.application_context;
        acceptance.user.max_pdu_bytes = 16'384;
        acceptance.user.implementation_class_uid = "1.2.3";
        for (const auto& context : request.contexts) {
            acceptance.contexts.push_back(
                {context.id, ContextAnswer::accepted, context.transfer_syntaxes.front()});
        }
        if (change) {
            change(acceptance);
        }
        send(encode(acceptance));
        return request;
    }

private:
    Descriptor socket_;
};

/// A transport and the raw peer at its other end.
struct Pair {
    std::unique_ptr<Transport> transport;
    std::unique_ptr<RawPeer> peer;

    explicit Pair(const StopPolicy& stop = {})
    {
        int fds[2] = {-1, -1};
        REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) == 0);
        transport = std::make_unique<TcpTransport>(Descriptor{fds[0]}, stop);
        peer = std::make_unique<RawPeer>(Descriptor{fds[1]});
    }
};

inline std::vector<Proposal> proposals()
{
    return {{verification, {implicit_le}, {}}, {ct_storage, {explicit_le, implicit_le}, {}}};
}

inline AssociateRq request_pdu()
{
    AssociateRq request;
    request.called_ae = "ARCHIVE";
    request.calling_ae = "PEER";
    request.application_context = dicom::uids::application_context;
    request.contexts = {{1, verification, {implicit_le}}, {3, ct_storage, {explicit_le}}};
    request.user.max_pdu_bytes = 16'384;
    request.user.implementation_class_uid = "1.2.3";
    return request;
}

inline AcceptRules rules()
{
    AcceptRules result;
    result.any_storage = true;
    result.classes = {{verification, {}, false}};
    return result;
}

/// A P-DATA-TF with one presentation data value.
inline std::string p_data(unsigned context, unsigned control, const std::string& fragment)
{
    const auto header = make_pdata_header({static_cast<std::uint32_t>(fragment.size()),
                                           static_cast<std::uint8_t>(context), (control & 1U) != 0,
                                           (control & 2U) != 0});
    return std::string{reinterpret_cast<const char*>(header.data()), header.size()} + fragment;
}

inline std::string command_pdu(unsigned context, const dicom::DataSet& command)
{
    return p_data(context, 3, encode_command(command));
}

inline StoreRequest store_request(std::string instance = "1.2.3.4")
{
    StoreRequest request;
    request.message_id = 1;
    request.sop_class = ct_storage;
    request.sop_instance = std::move(instance);
    return request;
}

/// The fault with which `work` ends; nullopt when it does not.
template <typename Work>
std::optional<PeerFault> fault_of(const Work& work)
{
    try {
        work();
    } catch (const PeerError& error) {
        return error.fault();
    }
    return std::nullopt;
}

/// An association we asked for, and its raw peer that has accepted it.
struct Requested : Pair {
    std::unique_ptr<Association> association;

    explicit Requested(const RequestOptions& options = {},
                       const std::function<void(AssociateAc&)>& change = {})
        : Pair(options.stop)
    {
        auto accepting = std::async(std::launch::async, [&] { peer->accept_all(change); });
        association = Association::request(std::move(transport), "PEER", options, proposals());
        accepting.get();
    }
    ~Requested() { peer->close(); }  // first, so that the association need not wait for it
    Requested(const Requested&) = delete;
    Requested& operator=(const Requested&) = delete;
};

/// An association a raw peer asked for and we accepted.
struct Accepted : Pair {
    std::unique_ptr<Association> association;

    explicit Accepted(const AssociationLimits& limits = {},
                      const AssociateRq& request = request_pdu())
        : Pair(limits.stop)
    {
        peer->send(encode(request));
        association = Association::accept(std::move(transport), rules(), limits);
        REQUIRE(peer->read_pdu().type == 2);
    }
    ~Accepted() { peer->close(); }
    Accepted(const Accepted&) = delete;
    Accepted& operator=(const Accepted&) = delete;
};

}  // namespace pacs::net::test
