#pragma once

#include "net/doorman.hpp"
#include "net/server.hpp"
#include "net/tls.hpp"
#include "net/transport.hpp"
#include "net/worker.hpp"

#include <condition_variable>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace pacs::net {

/// The inside of a Server, kept alive by its threads. accept_loop.cpp takes connections,
/// connection.cpp serves one of them.
struct Server::Core : public std::enable_shared_from_this<Server::Core> {
    Core(std::span<const ListenAddress> addresses, Application& app, const ServerLimits& limits);

    // --- the accepting thread (accept_loop.cpp)
    void accept_loop();
    void accept_from(Listener& listener);
    void take(Descriptor connection, const ListenAddress& listen_address);
    void shed_one(Listener& listener);
    void refuse(Descriptor connection, const ListenAddress& listen_address,
                const AssociateRj& rejection, std::string detail);

    // --- a connection's thread (connection.cpp)
    struct Job;
    void serve(Job& job);
    std::unique_ptr<Transport> open_transport(Job& job) const;
    void finish_replies(ReplyQueue& replies);
    void enter(const std::shared_ptr<ReplyQueue>& replies);
    void leave(const std::shared_ptr<ReplyQueue>& replies);

    /// Makes room for one more of this peer; the reason against it, or empty.
    std::string admit(const std::string& host);
    void dismiss(const std::string& host);
    void raise_hard_stop();

    Application& application;
    std::vector<Listener> listeners;   ///< closed by stop()
    std::vector<ListenAddress> bound;  ///< where they listen, or did
    Descriptor reserve;                ///< given up for a moment when there are no descriptors left
    Descriptor accept_wake;            ///< ends the accepting thread
    Descriptor hard_stop;              ///< ends every wait of every association
    StopState stop;
    Doorman doorman;
    std::thread acceptor;

    std::mutex mutex;
    std::condition_variable changed;
    ServerLimits limits;
    std::shared_ptr<const TlsContext> tls;
    std::map<std::string, std::size_t> per_peer;
    std::size_t count = 0;                          ///< connections with a thread
    std::set<std::shared_ptr<ReplyQueue>> serving;  ///< of those past negotiation
};

/// One connection on its way to its thread.
struct Server::Core::Job {
    std::shared_ptr<Core> core;
    Descriptor connection;
    ServerLimits limits;
    AssociationReport report;
    bool secure = false;                    ///< it came to an address with TLS
    std::shared_ptr<const TlsContext> tls;  ///< for that
    Deadline::Clock::time_point start = Deadline::Clock::now();
};

/// Runs `job` in a detached thread with a small stack. False when the system has none to give;
/// `job` is then untouched.
bool start_thread(std::unique_ptr<Server::Core::Job>& job);

}  // namespace pacs::net
