#pragma once

#include "net/address.hpp"
#include "net/server.hpp"
#include "net/tls.hpp"
#include "retrieve/way.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace pacs::retrieve {

struct MoveReceiverOptions {
    net::ListenAddress listen;                   ///< where the source sends to
    std::shared_ptr<const net::TlsContext> tls;  ///< for servers, when `listen` wants it
    std::string title;                 ///< the application entity that the source knows us by
    std::vector<std::string> senders;  ///< numeric addresses that may call; nobody else may
    std::vector<std::string> transfer_syntaxes;  ///< the only ones to take; empty: any
    std::chrono::milliseconds idle_timeout{60'000};
    std::uint32_t max_pdu_bytes = 131'072;
};

/// The listener that a source sends to when it was told to by C-MOVE (PS3.4 C.4.2): takes C-STORE
/// of any storage class, and C-ECHO, from the addresses of the source alone, called by our title.
/// Only objects that some errand asks for are taken. Thread-safe.
class MoveReceiver {
public:
    /// Binds and listens at once: throws as net::listen_on().
    explicit MoveReceiver(const MoveReceiverOptions& options);
    ~MoveReceiver();  ///< ends what is still open
    MoveReceiver(const MoveReceiver&) = delete;
    MoveReceiver& operator=(const MoveReceiver&) = delete;

    /// With the port that was chosen.
    net::ListenAddress address() const;
    const std::string& title() const noexcept;

    class Core;
    /// While it lives, objects that the errand asks for go to its delivery.
    class Waiting {
    public:
        /// `progress` is called, from any thread, as bytes come. All must outlive this.
        Waiting(MoveReceiver& receiver, const Errand& errand, Delivery& delivery,
                std::function<void()> progress);
        /// Waits for the objects that are just coming.
        ~Waiting();
        Waiting(const Waiting&) = delete;
        Waiting& operator=(const Waiting&) = delete;

    private:
        Core& core_;
        const void* entry_ = nullptr;
    };

private:
    std::unique_ptr<Core> core_;
};

}  // namespace pacs::retrieve
