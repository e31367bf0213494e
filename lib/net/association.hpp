#pragma once

#include "net/message.hpp"
#include "net/pdu.hpp"
#include "net/peer_error.hpp"
#include "net/tls.hpp"
#include "net/transport.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pacs::net {

/// One abstract syntax to propose with the transfer syntaxes offered for it, the preferred first.
struct Proposal {
    std::string abstract_syntax;
    std::vector<std::string> transfer_syntaxes;
    std::optional<RoleSelection> role;  ///< only when other roles than SCU are wanted (C-GET)
};

/// Time limits and sizes of either side. All are enforced by absolute deadlines.
struct AssociationLimits {
    /// Connecting, and from the connection to the A-ASSOCIATE-AC: each may take so long.
    std::chrono::milliseconds connect_timeout{10'000};
    std::chrono::milliseconds negotiation_timeout{30'000};
    /// As acceptor: when negotiating must be over, for a timeout that began before, with TLS.
    Deadline negotiation_deadline;
    /// The longest wait for the peer's next message, and for each 64 KiB inside of one: dripping
    /// gains a peer nothing. Waiting for us (an operation outstanding) does not count.
    std::chrono::milliseconds idle_timeout{60'000};
    Deadline deadline;  ///< of the whole association
    /// What we can receive, PS3.8 D.1: the length of a P-DATA-TF without its header.
    std::uint32_t max_pdu_bytes = 131'072;
    /// The most we send in one P-DATA-TF, also to a peer that sets no limit.
    std::uint32_t max_sent_pdu_bytes = 131'072;
    StopPolicy stop;
};

/// How to ask for an association.
struct RequestOptions : AssociationLimits {
    std::string calling_ae = "PACS_UTILS";
    AsyncWindow window;  ///< {1, 1} is not sent: synchronous, PS3.7 D.3.3.3
    std::vector<ExtendedNegotiation> extended;
    std::vector<CommonExtendedNegotiation> common_extended;
    std::optional<UserIdentity> identity;
    std::shared_ptr<const TlsContext> tls;  ///< for request(address); nullptr: plain TCP
};

/// A presentation context as negotiated, seen from either side.
struct Context {
    std::uint8_t id = 0;
    std::string abstract_syntax;
    std::string transfer_syntax;  ///< the accepted one
    std::vector<std::string> proposed_syntaxes;
    ContextAnswer answer = ContextAnswer::no_reason;
    bool requestor_scu = true;  ///< roles of the association requestor after negotiation
    bool requestor_scp = false;

    bool accepted() const noexcept { return answer == ContextAnswer::accepted; }
};

/// Where a request comes from, as far as the connection tells.
struct Caller {
    std::string host;                 ///< numeric
    const TlsSession* tls = nullptr;  ///< nullptr: it came without TLS
};

/// Rights of a requestor, one bit each; what they mean is between a policy and its sessions.
using Rights = std::uint32_t;
inline constexpr Rights every_right = ~Rights{0};

/// Whether a requestor gets its association, and as whom.
struct Admission {
    std::optional<AssociateRj> rejection;  ///< PS3.8 9.3.4; nothing: it does
    std::string reason;                    ///< for our log, never for the peer; may be foreign text
    Rights rights = every_right;
    std::string node;  ///< the name we know the requestor by; empty: none
    std::string user;  ///< whose passcode was proven (PS3.7 D.3.3.7); empty: nobody's
};

/// Everything that was agreed, and with whom.
struct Negotiated {
    std::string calling_ae;
    std::string called_ae;
    std::string peer_host;  ///< numeric
    std::uint16_t peer_port = 0;
    std::string peer_implementation_uid;
    std::string peer_implementation_version;
    std::uint32_t peer_max_pdu_bytes = 0;  ///< as the peer said it; 0: unlimited
    AsyncWindow window;                    ///< granted, of the requestor; 0: unlimited
    std::vector<Context> contexts;         ///< in the order of the proposal
    std::vector<ExtendedNegotiation> extended_requested;
    std::vector<ExtendedNegotiation> extended_granted;
    std::optional<UserIdentity> identity;          ///< as the requestor sent it
    std::optional<std::string> identity_response;  ///< as the acceptor answered
    std::optional<TlsSession> tls;                 ///< nothing: plain TCP
    Admission admission;                           ///< as acceptor, what our policy said

    /// The context with this id when it was accepted, else nullptr.
    const Context* find(std::uint8_t id) const noexcept;
    /// The first accepted context of an abstract syntax; with `transfer_syntax` not empty only one
    /// that uses it. nullptr: none.
    const Context* find(std::string_view abstract_syntax,
                        std::string_view transfer_syntax = {}) const noexcept;
};

/// What an acceptor says to a request. Called once for each association, in its own thread.
class AcceptPolicy {
public:
    virtual ~AcceptPolicy() = default;
    /// The decision on the request as a whole, first of all. Protocol version and application
    /// context were already checked.
    virtual Admission admit(const AssociateRq& request, const Caller& caller) const = 0;
    /// The answer to one proposed context.
    virtual AnsweredContext answer(const ProposedContext& context, const AssociateRq& request,
                                   const Admission& admission) const = 0;
    /// The roles granted of those asked; nullopt: no answer, so the requestor is SCU only.
    virtual std::optional<RoleSelection> role(const RoleSelection& asked,
                                              const Admission& admission) const = 0;
    /// The service's answer to SOP class extended negotiation; nullopt: none.
    virtual std::optional<std::string> extended(const ExtendedNegotiation& asked) const = 0;
    /// The server's response to a user identity that asks for one, which says that the user is who
    /// he claims to be; nullopt: none, for we do not know (PS3.7 D.3.3.7.2).
    virtual std::optional<std::string> identity_response(const UserIdentity& identity,
                                                         const Admission& admission) const = 0;
    /// The window granted of what was asked.
    virtual AsyncWindow window(const AsyncWindow& asked) const = 0;
};

/// Counters for the log line; a snapshot is consistent in itself only when the association rests.
struct Traffic {
    std::uint64_t pdus_in = 0;
    std::uint64_t pdus_out = 0;
    std::uint64_t bytes_in = 0;
    std::uint64_t bytes_out = 0;
};

/// A command that has arrived. Its data set, when there is one, is still on its way and must be
/// taken with receive_data() or skip_data() before the next receive().
struct Incoming {
    std::uint8_t context_id = 0;
    dicom::DataSet command;
    bool has_data = false;
};

/// An open association, either side, PS3.8. It runs the state machine of PS3.8 9.2 over a
/// Transport and frames messages as PS3.8 Annex E says.
///
/// One thread receives. Any thread may send: messages do not interleave. abort() may be called
/// from any thread at any time and makes every blocked call throw. All waits are bounded by the
/// limits given. After any exception the association is over; the peer has been told by A-ABORT
/// where the protocol allows. The destructor aborts unless the association was released, so that a
/// peer never takes a crashed client for one that finished.
class Association {
public:
    using Sink = std::function<void(std::span<const std::byte>)>;

    /// Connects to `peer` and negotiates, PS3.8 7.1. One context is proposed for each proposal, ids
    /// 1, 3, 5, ... in their order; throws Error(usage) for none or more than 128.
    /// Throws PeerError: unreachable in its various ways, rejected, aborted, timed_out, not_dicom,
    /// protocol_violation. An association on which nothing was accepted is returned like any other:
    /// see require_accepted().
    static std::unique_ptr<Association> request(const Address& peer, const RequestOptions& options,
                                                std::span<const Proposal> proposals);
    /// The same over a connection that is there already.
    static std::unique_ptr<Association> request(std::unique_ptr<Transport> transport,
                                                std::string_view called_ae,
                                                const RequestOptions& options,
                                                std::span<const Proposal> proposals);
    /// Reads the request of a peer that has connected and answers it.
    /// Throws PeerError(rejected) after we rejected it (what we said is in the error), and
    /// PeerError as request() does for whatever else went wrong. `seen`, when given, holds what was
    /// learned of the peer also when it throws.
    static std::unique_ptr<Association> accept(std::unique_ptr<Transport> transport,
                                               const AcceptPolicy& policy,
                                               const AssociationLimits& limits,
                                               Negotiated* seen = nullptr);
    ~Association();
    Association(const Association&) = delete;
    Association& operator=(const Association&) = delete;

    /// The deadline of the whole association, given again: for one operation that must end earlier.
    /// Only while no other thread sends.
    void set_deadline(Deadline deadline) noexcept;
    Deadline deadline() const noexcept;
    /// The idle time-out, given again: for one operation that may take longer or must end earlier.
    /// Only while no other thread receives.
    void set_idle_timeout(std::chrono::milliseconds timeout) noexcept;
    std::chrono::milliseconds idle_timeout() const noexcept;
    /// Something came elsewhere that the operation on this association caused (an object of a
    /// C-MOVE to ourselves): the idle time starts anew. Thread-safe.
    void touch() noexcept;
    std::uint64_t touches() const noexcept;  ///< how often touch() was called

    const Negotiated& negotiated() const noexcept;
    bool requestor() const noexcept;
    /// Throws PeerError(nothing_accepted), naming the answers, when no context was accepted.
    void require_accepted() const;
    /// The accepted context of an abstract syntax. Throws PeerError(nothing_accepted) with the
    /// peer's reason when there is none.
    const Context& require_context(std::string_view abstract_syntax) const;
    /// How many requests the peer lets us have outstanding, at most `cap` (PS3.7 D.3.3.3).
    std::uint16_t invoke_window(std::uint16_t cap) const noexcept;
    /// The next message id of ours, never 0.
    std::uint16_t next_message_id() noexcept;

    /// Sends one message: the command set and, when `data` is not empty or the command says so,
    /// its data set, in P-DATA-TF PDUs no longer than the peer allows. Returns when the system has
    /// taken all of it. `data` is the encoded data set in the context's transfer syntax.
    /// Throws PeerError, Error(storage) when a file ends early, Error(bug) for a context that was
    /// not accepted or a command that disagrees with `data`.
    void send(std::uint8_t context_id, const dicom::DataSet& command,
              std::span<const Piece> data = {});
    void send(std::uint8_t context_id, const Request& request, std::span<const Piece> data = {});
    void send(std::uint8_t context_id, const Response& response, std::span<const Piece> data = {});
    /// As send(), but may keep small messages back to let them travel together; flush() or any
    /// send() lets them go. For streams of answers.
    void send_later(std::uint8_t context_id, const Response& response, std::string_view data);
    void flush();

    /// Waits until receive() would find something, or until `wake_fd` is readable (false). Throws
    /// as receive() does.
    bool await(int wake_fd);
    /// The next command; nullopt when the peer asked for release: send what is still owed, then
    /// call release() to answer it.
    /// Throws PeerError; Error(bug) when the data set of the last command was not taken.
    std::optional<Incoming> receive();
    /// True when receive() would find something without waiting (a command or its beginning, the
    /// end, an abort).
    bool pending();
    /// The same, waiting for it until `until`.
    bool pending(Deadline until);
    /// Hands the data set of the last command to `sink`, fragment by fragment, as it comes in. The
    /// spans point into the read buffer. Returns the bytes handed over. When `sink` throws, the
    /// association is aborted and the exception goes on.
    std::uint64_t receive_data(const Sink& sink);
    static constexpr std::uint64_t longest_dropped_bytes = 64ULL << 20U;
    /// The whole data set, or nullopt when it is longer than `limit_bytes` (it is then dropped).
    /// One that goes on beyond `longest_dropped_bytes` more is of somebody who sends without an
    /// end: the association is aborted, PeerError(too_large).
    std::optional<std::string> receive_data(std::size_t limit_bytes);
    std::uint64_t skip_data();

    /// Operations of the peer that we still owe a response: while there are any, the idle time-out
    /// does not run.
    void begin_operation() noexcept;
    void end_operation() noexcept;
    std::size_t operations() const noexcept;

    /// Ends the association in good order, PS3.8 7.2: asks for release, or answers the peer's
    /// request; a collision is resolved as table 9-10 says. Data that still comes is dropped.
    /// Throws PeerError when the peer does not answer; the association is over in any case.
    void release();
    /// A-ABORT, PS3.8 7.3, and the connection closed. Thread-safe.
    void abort(Abort::Source source = Abort::service_user,
               Abort::Reason reason = Abort::not_specified) noexcept;
    bool established() const noexcept;  ///< PS3.8 Sta6
    Traffic traffic() const noexcept;

    struct Core;  ///< association_core.hpp, for the .cpp files of this module

private:
    explicit Association(std::unique_ptr<Core> core);
    std::unique_ptr<Core> core_;
};

}  // namespace pacs::net
