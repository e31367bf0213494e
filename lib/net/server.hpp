#pragma once

#include "net/accept_rules.hpp"
#include "net/association.hpp"
#include "net/message.hpp"
#include "net/store.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pacs::net {

/// Answers one C-STORE: to be called exactly once, from any thread, also after the association has
/// gone (it then does nothing). Copies share the one call. A reply that is never called and
/// destroyed with its last copy answers 0110.
class StoreReply {
public:
    StoreReply() = default;
    struct Operation;
    explicit StoreReply(std::shared_ptr<Operation> operation) : operation_(std::move(operation)) {}

    void operator()(Status status, std::string_view comment = {},
                    std::vector<dicom::Tag> offending_elements = {}) const noexcept;

private:
    std::shared_ptr<Operation> operation_;
};

/// Takes the data set of one C-STORE. Used by one thread. Destroyed without finish(): the
/// association ended in the middle of the data set and nothing may be kept.
class StoreSink {
public:
    virtual ~StoreSink() = default;
    /// The next bytes, in order, valid during the call. An exception ends the taking: the rest is
    /// read and dropped, then the answer is A700 (Error(storage), Error(limit)), C000
    /// (Error(data)) or 0110 (others).
    virtual void write(std::span<const std::byte> bytes) = 0;
    /// The data set is complete. The answer goes out when `reply` is called: it may be kept, and
    /// the next message is read meanwhile when the window allows. May throw as write().
    virtual void finish(StoreReply reply) = 0;
};

class ReplyQueue;

/// Where to put an object, or why not: without a sink the data set is read and dropped, and
/// `refusal` is the answer.
struct StoreDecision {
    std::unique_ptr<StoreSink> sink;
    Status refusal;
    std::string comment;
};

/// The decision not to take an object, with its failure status.
StoreDecision refuse_store(Status status, std::string comment);

/// Streams pending responses of an operation (C-FIND matches, C-MOVE and C-GET progress).
class Responder {
public:
    virtual ~Responder() = default;
    /// Sends one pending response with an identifier (bytes in the context's transfer syntax).
    /// The first goes out at once, later ones are gathered for at most 32 KiB or 5 ms; call
    /// flush() before work that may take longer. Returns false once the operation was cancelled
    /// (PS3.7 9.3.2.3): stop and answer FE00. Throws PeerError when the association is over.
    virtual bool send(std::string_view identifier, Status status = statuses::pending) = 0;
    /// The same for a response with sub-operation counters; `data` may be empty.
    virtual bool send(const Response& pending, std::string_view data) = 0;
    virtual void flush() = 0;
    /// Looks for a C-CANCEL without waiting; PeerError when the peer is gone.
    virtual bool cancelled() = 0;
    /// The identifier of the final response, bytes in the context's transfer syntax.
    virtual void attach(std::string identifier) = 0;
    /// For the sub-operations of a C-GET, on the same association: C-STORE on contexts of which the
    /// requestor is SCP. Requests other than C-CANCEL that come from then on until the operation
    /// ends are answered 0213. Lives as long as the responder; what is outstanding must be waited
    /// for (StoreScu::finish()) before the operation ends.
    virtual StoreScu& stores() = 0;
};

/// Sends N-EVENT-REPORT on an association that somebody else asked for, from the SCP of a service
/// to its SCU (PS3.7 10.1.1), between the operations of the other side. Thread-safe; it may live
/// longer than the association.
class EventOutbox {
public:
    /// The status that came back; nullopt: the association ended before it did, and nobody knows
    /// whether the report was heard.
    using Done = std::function<void(std::optional<Status>)>;

    explicit EventOutbox(std::shared_ptr<ReplyQueue> queue) : queue_(std::move(queue)) {}

    /// Sends `data`, bytes in the context's transfer syntax, as soon as the association's thread
    /// can; the message ID of `request` is chosen then. `done` is called exactly once, perhaps
    /// before this returns, and must neither throw nor wait.
    void report(std::uint8_t context_id, EventReportRequest request, std::string data, Done done);

private:
    std::shared_ptr<ReplyQueue> queue_;
};

/// What a service does for one association. Made when it is accepted, destroyed after its last
/// operation was answered. All calls come from the association's thread. An exception from any of
/// them answers that request: 0110 and A700 (Error(storage)); PeerError ends the association.
class Session {
public:
    virtual ~Session() = default;

    /// Whether this requestor may have that done at all: asked before any of the others, which are
    /// then not called, and the answer is 0124, not authorised. Default: yes.
    virtual bool may(const Request& request) const;
    /// Called once, before the first operation. `events` may be kept. Default: nothing.
    virtual void on_open(const std::shared_ptr<EventOutbox>& events);
    virtual Status on_echo(const EchoRequest& request);
    /// Default: 0122, refused.
    virtual StoreDecision on_store(const StoreRequest& request, const Context& context);
    /// `identifier` is the request's, in the context's transfer syntax. The return is the final
    /// response's status and comment. Default: 0122.
    virtual Response on_find(const FindRequest& request, const Context& context,
                             const std::string& identifier, Responder& responder);
    /// C-GET, C-MOVE, N-ACTION, N-EVENT-REPORT. Default: 0211, unrecognised operation.
    virtual Response on_other(const Request& request, const Context& context,
                              const std::string& data, Responder& responder);
};

/// How an association ended.
enum class AssociationOutcome : std::uint8_t {
    released,
    aborted_by_peer,
    aborted_by_us,    ///< protocol violation of the peer, or a stop
    rejected,         ///< by our rules
    refused,          ///< by a limit on associations, before the request was read
    timed_out,        ///< negotiation, idle or whole-association deadline
    tls_failed,       ///< no TLS was agreed on
    connection_lost,  ///< also: connected and said nothing, or no DICOM
};
std::string_view to_string(AssociationOutcome outcome) noexcept;  ///< "aborted_by_peer"

/// The log line of one association, or one refused connection. Titles and names are foreign text.
struct AssociationReport {
    AssociationOutcome outcome = AssociationOutcome::released;
    std::string detail;  ///< words for what is not "released"
    std::string peer_host;
    std::uint16_t peer_port = 0;
    std::string listen_address;
    std::string calling_ae;
    std::string called_ae;
    std::string peer_implementation_uid;
    std::string peer_implementation_version;
    std::uint32_t peer_max_pdu_bytes = 0;
    std::optional<TlsSession> tls;  ///< nothing: plain TCP, or no TLS was agreed on
    std::string node;               ///< as Admission has it
    std::string user;
    AsyncWindow window;
    std::size_t contexts_proposed = 0;
    std::size_t contexts_accepted = 0;
    std::chrono::milliseconds duration{0};
    Traffic traffic;

    struct Count {
        std::uint64_t success = 0;  ///< cancelled ones included
        std::uint64_t warning = 0;
        std::uint64_t failure = 0;
        std::uint64_t unanswered = 0;  ///< the association ended before the answer was sent
    };
    std::map<std::string, Count> operations;  ///< by request name without -RQ: "C-STORE"
};

/// What the daemon plugs into a Server. All calls may come from several threads at once.
class Application {
public:
    virtual ~Application() = default;
    /// The rules for the next association; kept alive while it negotiates.
    virtual std::shared_ptr<const AcceptPolicy> policy() = 0;
    /// A session for an association just accepted. `negotiated` outlives it. An exception aborts
    /// the association.
    virtual std::unique_ptr<Session> open(const Negotiated& negotiated) = 0;
    /// One call for each connection that was taken, after everything else of it is over. Must not
    /// throw.
    virtual void on_closed(const AssociationReport& report) = 0;
};

struct ServerLimits {
    std::size_t max_associations = 256;
    std::size_t max_associations_per_peer = 64;  ///< by numeric address
    std::chrono::milliseconds negotiation_timeout{10'000};
    std::chrono::milliseconds idle_timeout{60'000};
    std::chrono::milliseconds association_timeout{0};  ///< 0: none
    std::uint32_t max_pdu_bytes = 131'072;
    std::size_t max_identifier_bytes = std::size_t{1} << 20U;  ///< a longer one is answered A900
    /// Of the data set of an N-ACTION; a longer one is answered 0213.
    std::size_t max_action_bytes = std::size_t{4} << 20U;
};

/// Listens, and gives each association a thread of its own, so that nobody waits for somebody
/// else's silence; on addresses with `tls` the handshake is done there, too. Beyond the limits a
/// peer gets A-ASSOCIATE-RJ, transient: local limit exceeded, without its request being waited for.
/// When the process runs out of descriptors, connections are taken and closed with the help of one
/// kept in reserve.
class Server {
public:
    /// Binds at once: throws as listen_on(). Nothing is accepted before start().
    Server(std::span<const ListenAddress> addresses, Application& application,
           const ServerLimits& limits = {});
    ~Server();  ///< stop() with no grace when it was not called
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    /// The bound addresses with their ports, in the order given.
    std::vector<ListenAddress> addresses() const;
    void start();
    /// For associations that come from now on.
    void set_limits(const ServerLimits& limits);
    /// What TLS is spoken with, a context for servers, by those that connect from now on to an
    /// address with `tls`. Without one they are turned away.
    void set_tls(std::shared_ptr<const TlsContext> tls);
    /// Stops listening at once, lets each association finish its current message and the answers
    /// it owes, then aborts it (idle ones at once); after `grace` aborts all that are left.
    /// Returns when all threads have ended.
    void stop(std::chrono::milliseconds grace);
    std::size_t associations() const noexcept;

    struct Core;  ///< server_core.hpp, for the .cpp files of this module

private:
    std::shared_ptr<Core> core_;
};

}  // namespace pacs::net
