#pragma once

#include "net/association.hpp"
#include "net/pdu_reader.hpp"
#include "net/state_machine.hpp"

#include <atomic>
#include <mutex>
#include <string>
#include <string_view>

namespace pacs::net {

/// Rejections, releases and aborts have four bytes; a little more is forgiven.
inline constexpr std::size_t max_control_bytes = 64;

/// The inside of an Association: transport, state machine, framing. Private to the association's
/// .cpp files: association.cpp (life), negotiate.cpp (both sides of establishing it), receive.cpp,
/// send.cpp.
struct Association::Core {
    Core(std::unique_ptr<Transport> connection, const AssociationLimits& association_limits,
         bool is_requestor);

    // --- state machine, PS3.8 9.2 (association.cpp)

    /// Feeds an event; returns the action to be done. For an event that cannot happen in this state
    /// it throws PeerError(connection_lost) when the association is over, else Error(bug).
    Action step(Event event, bool acceptable = true);
    State state() const;
    bool possible(Event event) const;
    /// Sends an A-ABORT if the connection still takes it, and ends the association.
    void send_abort(const Abort& abort) noexcept;
    void abort(const Abort& pdu) noexcept;  ///< our user's wish: Evt15
    /// Ends it without a word: the transport is shut down, waiting threads return.
    void close() noexcept;
    /// After the last PDU of ours: lets the peer read it, then closes.
    void close_gently() noexcept;

    /// "AE at host:port", for messages.
    std::string peer_name() const;
    /// Ends the association because of what the peer did or did not do, telling it by A-ABORT
    /// where there is still somebody to tell, and throws.
    [[noreturn]] void fail(PeerFault fault, std::string_view reason, std::string hint = {});
    /// The peer broke the protocol: AA-8 (AA-1 before the request), reason as PS3.8 9.3.8.
    [[noreturn]] void violation(Event event, std::uint8_t abort_reason, std::string_view what);
    /// The peer speaks something else, AA-8 or AA-1 all the same.
    [[noreturn]] void not_dicom(std::span<const std::byte> first_bytes);
    /// Which limit is over: that of the whole, of negotiating, or of standing still.
    std::string timeout_words() const;
    /// What the transport reported, in this association's words.
    [[noreturn]] void broken(const PeerError& error);
    /// The same when it happened while sending: nothing more can be sent. Looks whether the peer
    /// said why (A-ABORT) before it stopped listening.
    [[noreturn]] void write_broken(const PeerError& error);
    void seek_abort();
    template <typename Operation>
    auto guarded(const Operation& operation)
    {
        try {
            return operation();
        } catch (const PeerError& error) {
            broken(error);
        }
    }
    void require_open();

    // --- deadlines

    Deadline idle_deadline() const;    ///< from now, within the association's own
    void touch() noexcept;             ///< something happened: the idle time starts anew
    void progress(std::size_t bytes);  ///< inside a message; every 64 KiB starts it anew

    // --- receiving (receive.cpp)

    std::span<const std::byte> need(std::size_t count);  ///< exactly; throws at the end
    std::string read_body(std::uint32_t length, std::size_t limit);
    PduHeader read_header();
    /// Takes the header of the next PDU and does what table 9-10 says. Returns the action: DT-2 and
    /// AR-6 leave `pdu_left` bytes of a P-DATA-TF to be read.
    Action take_pdu();
    Action take_event(Event event, std::string_view name);
    void take_p_data(std::uint32_t length);
    [[noreturn]] void take_abort(std::uint32_t length);
    /// Makes `pdv` the next presentation data value of the message; false when the peer asked for
    /// release instead, which it may only between messages.
    bool next_pdv(bool between_messages);
    void check_pdv(bool command_expected);
    bool await_message(int wake_fd);  ///< false: woken
    std::span<const std::byte> fragment_bytes();
    void drop_pdu();  ///< reads the rest of a P-DATA-TF and forgets it
    /// One step of waiting for the end, PS3.8 9.2 in Sta7, Sta10 and Sta11; true when it is there.
    bool release_step();

    // --- negotiating (negotiate.cpp)

    PduHeader first_header();
    void request(std::string_view called_ae, const RequestOptions& options,
                 std::span<const Proposal> proposals);
    void take_acceptance(std::uint32_t length, const AssociateRq& request);
    [[noreturn]] void take_rejection(std::uint32_t length);
    void accept(const AcceptPolicy& policy);
    [[noreturn]] void reject(const AssociateRj& rejection, bool acceptable_request,
                             std::string_view reason = {});

    // --- sending (send.cpp)

    void write(std::span<const Piece> pieces);  ///< write_mutex held
    void write_control(const std::string& pdu);
    std::size_t max_fragment() const noexcept;
    void write_message(std::uint8_t context_id, std::string_view command, bool has_data,
                       std::span<const Piece> data);
    void check_sendable(std::uint8_t context_id);
    void flush_held();  ///< write_mutex held

    std::unique_ptr<Transport> transport;
    AssociationLimits limits;
    bool requestor;
    Negotiated agreed;
    std::atomic<PeerStage> stage{PeerStage::negotiate};

    mutable std::mutex state_mutex;
    State current = State::idle;
    std::atomic<bool> over{false};
    std::atomic<bool> aborted_by_us{false};
    std::atomic<bool> cannot_send{false};  ///< a write failed in the middle of a PDU
    std::atomic<bool> reading{false};      ///< some thread is inside a receiving function

    PduReader reader;
    std::size_t pdu_left = 0;       ///< of the P-DATA-TF being read
    std::size_t fragment_left = 0;  ///< of the presentation data value being read
    PdvHeader pdv;
    std::uint8_t message_context = 0;
    bool data_due = false;  ///< a data set follows the command last received
    std::size_t empty_fragments = 0;
    Deadline message_deadline;
    std::size_t progress_bytes = 0;

    std::mutex write_mutex;
    std::string held;  ///< small messages waiting to travel together
    std::uint16_t last_message_id = 0;

    std::atomic<std::size_t> operations{0};
    std::atomic<Deadline::Clock::rep> last_activity{0};
    std::atomic<std::uint64_t> touches{0};  ///< by our user
    std::atomic<std::uint64_t> pdus_in{0};
    std::atomic<std::uint64_t> pdus_out{0};
    std::atomic<std::uint64_t> bytes_in{0};
    std::atomic<std::uint64_t> bytes_out{0};
};

/// Marks a thread as the one that reads, for as long as it lives.
class ReadingScope {
public:
    explicit ReadingScope(Association::Core& core)
        : core_(core), mine_(!core.reading.exchange(true))
    {
    }
    ~ReadingScope()
    {
        if (mine_) {
            core_.reading = false;
        }
    }
    ReadingScope(const ReadingScope&) = delete;
    ReadingScope& operator=(const ReadingScope&) = delete;

    bool mine() const noexcept { return mine_; }

private:
    Association::Core& core_;
    bool mine_;
};

}  // namespace pacs::net
