#pragma once

#include "net/server.hpp"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <set>

namespace pacs::net {

/// What an association's thread shares with the replies that may come from other threads: a queue
/// of responses, the requests they answer, and a descriptor that wakes the thread. Replies never
/// touch the network, so a peer that does not read holds up nobody but its own thread.
class ReplyQueue {
public:
    ReplyQueue();  ///< throws Error(storage) when there is no descriptor left

    struct Reply {
        std::uint8_t context_id = 0;
        Response response;
    };

    /// A request is being worked on. False: this message id already is (PS3.7: 0210).
    bool begin(std::uint16_t message_id, std::string operation);
    /// Its answer; from any thread.
    void push(Reply reply);
    /// The answers that are ready.
    std::deque<Reply> take();
    bool ready() const noexcept { return ready_; }
    /// A request of ours to the peer; sent by the association's thread.
    struct Event {
        std::uint8_t context_id = 0;
        EventReportRequest request;
        std::string data;
        EventOutbox::Done done;
    };
    /// From any thread; `done` of an event that comes after end_events() is called at once.
    void push(Event event);
    std::optional<Event> take_event();
    /// The events that are out with `message_id`: waits for its answer.
    void await_event(std::uint16_t message_id, EventOutbox::Done done);
    /// What waits for the answer to this message of ours; empty when nothing does.
    EventOutbox::Done answered_event(std::uint16_t message_id);
    /// No answer can come any more: all that are waiting, or were never sent, are told.
    void end_events() noexcept;

    /// Counts an answer as sent, or as lost with the association.
    void settle(const Response& response, bool sent);
    /// Waits until an answer is ready, wake() is called, or the deadline.
    void wait(Deadline deadline);
    /// Ends a wait of the association's thread, here or on fd().
    void wake() noexcept;
    int fd() const noexcept { return event_.get(); }
    std::size_t outstanding() const;
    /// A request that failed before begin(), or that is answered on the spot.
    void count(const std::string& operation, Status status);
    void count_unanswered(const std::string& operation);
    std::map<std::string, AssociationReport::Count> counts() const;

private:
    bool push_unless_over(Event& event);

    Descriptor event_;
    mutable std::mutex mutex_;
    std::condition_variable arrived_;
    std::deque<Reply> replies_;
    std::map<std::uint16_t, std::string> outstanding_;
    std::map<std::string, AssociationReport::Count> counts_;
    std::atomic<bool> ready_{false};
    bool woken_ = false;
    std::deque<Event> events_;
    std::map<std::uint16_t, EventOutbox::Done> awaited_;
    bool events_over_ = false;
};

/// One C-STORE that waits for its answer; when the last copy of its StoreReply goes unanswered, it
/// answers 0110 itself.
struct StoreReply::Operation {
    Operation(std::shared_ptr<ReplyQueue> replies, std::uint8_t context, StoreRequest store);
    ~Operation();
    Operation(const Operation&) = delete;
    Operation& operator=(const Operation&) = delete;
    void answer(Status status, std::string_view comment, std::vector<dicom::Tag> offending);

    std::shared_ptr<ReplyQueue> queue;
    std::uint8_t context_id;
    StoreRequest request;
    std::atomic<bool> answered{false};
};

/// The two steps of stopping, seen by all workers of a server.
struct StopState {
    std::atomic<bool> draining{false};  ///< finish the message at hand, then end
    std::atomic<bool> stopping{false};  ///< end now
};

/// Serves one accepted association to its end, in the calling thread.
class Worker {
public:
    Worker(Association& association, Session& session, std::shared_ptr<ReplyQueue> replies,
           const ServerLimits& limits, const StopState& stop);

    /// Returns true when the peer has released, false when a drain has come to its end. Throws
    /// PeerError when the association ended otherwise.
    bool run();

private:
    class OperationResponder;
    /// A final response with its identifier.
    struct Answer {
        Response response;
        std::string identifier;
    };
    void send_replies();
    void send_events();
    void take_event_answer(const Incoming& message);
    void handle(const Incoming& message);
    void refuse_busy(const Incoming& message);
    void handle_request(const Request& request, const Context& context, bool has_data);
    void store(const StoreRequest& request, const Context& context);
    void store_to(StoreSink& sink, const StoreReply& reply);
    Answer operate(const Request& request, const Context& context, bool has_data);
    Answer call(const Request& request, const Context& context, const std::string& data);
    void answer(std::uint8_t context_id, const Answer& answer);
    [[noreturn]] void violation(std::string_view what);
    void check_stop();

    Association& association_;
    Session& session_;
    std::shared_ptr<ReplyQueue> replies_;
    const ServerLimits& limits_;
    const StopState& stop_;
    std::optional<Incoming> stashed_;  ///< came while an operation looked for its C-CANCEL
    bool release_asked_ = false;
};

}  // namespace pacs::net
