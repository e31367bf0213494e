#pragma once

#include "base/error.hpp"
#include "net/raw_peer.hpp"
#include "net/server.hpp"
#include "net/store.hpp"

#include <netinet/in.h>

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

/// A server on loopback with an application whose behaviour each test sets.
namespace pacs::net::test {

inline std::span<const std::byte> bytes_of(const std::string& text)
{
    return std::as_bytes(std::span{text});
}

/// An application whose behaviour each test sets.
class TestApplication : public Application {
public:
    TestApplication() : rules_(std::make_shared<AcceptRules>(rules()))
    {
        rules_->max_window = {16, 1};
        rules_->classes.push_back({std::string{dicom::uids::study_root_find}, {}, false});
        rules_->classes.push_back({std::string{dicom::uids::study_root_move}, {}, false});
    }

    std::function<StoreDecision(const StoreRequest&)> store = [](const StoreRequest&) {
        return refuse_store(statuses::out_of_resources, "no");
    };
    std::function<Response(const FindRequest&, const std::string&, Responder&)> query =
        [](const FindRequest& request, const std::string&, Responder&) {
            return Response::to(request, statuses::success);
        };
    std::function<void()> opening = [] {};
    AcceptRules& accept() { return *rules_; }

    std::shared_ptr<const AcceptPolicy> policy() override { return rules_; }
    std::unique_ptr<Session> open(const Negotiated&) override;
    void on_closed(const AssociationReport& report) override
    {
        const std::lock_guard lock{mutex_};
        reports_.push_back(report);
        changed_.notify_all();
    }
    /// Waits for that many reports.
    std::vector<AssociationReport> reports(std::size_t count)
    {
        std::unique_lock lock{mutex_};
        changed_.wait_for(lock, patience, [&] { return reports_.size() >= count; });
        REQUIRE(reports_.size() == count);
        return reports_;
    }

private:
    std::shared_ptr<AcceptRules> rules_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<AssociationReport> reports_;
};

class TestSession : public Session {
public:
    explicit TestSession(TestApplication& application) : application_(application) {}
    StoreDecision on_store(const StoreRequest& request, const Context&) override
    {
        return application_.store(request);
    }
    Response on_find(const FindRequest& request, const Context&, const std::string& identifier,
                     Responder& responder) override
    {
        return application_.query(request, identifier, responder);
    }

private:
    TestApplication& application_;
};

inline std::unique_ptr<Session> TestApplication::open(const Negotiated&)
{
    opening();
    return std::make_unique<TestSession>(*this);
}

/// A sink made of two functions.
class TestSink : public StoreSink {
public:
    std::function<void(const std::string&)> on_write = [](const std::string&) {};
    std::function<void(const StoreReply&, const std::string&)> on_finish =
        [](const StoreReply& reply, const std::string&) { reply(statuses::success); };

    void write(std::span<const std::byte> bytes) override
    {
        const std::string text{reinterpret_cast<const char*>(bytes.data()), bytes.size()};
        on_write(text);
        data_ += text;
    }
    void finish(StoreReply reply) override { on_finish(reply, data_); }

private:
    std::string data_;
};

inline StoreDecision take_by(std::function<void(const StoreReply&, const std::string&)> finish)
{
    auto sink = std::make_unique<TestSink>();
    sink->on_finish = std::move(finish);
    return {std::move(sink), {}, {}};
}

struct Serving {
    TestApplication application;
    std::unique_ptr<Server> server;

    explicit Serving(const ServerLimits& limits = {}, const std::string& listen = "0")
    {
        const auto address = parse_listen_address(listen);
        server = std::make_unique<Server>(std::span{&address, 1}, application, limits);
        server->start();
    }
    Address address() const
    {
        const auto bound = server->addresses().front();
        return {"SERVER", bound.host, bound.port};
    }
    std::unique_ptr<Association> connect(const RequestOptions& options = {}) const
    {
        const std::vector<Proposal> wanted{
            {verification, {implicit_le}, {}},
            {ct_storage, {implicit_le}, {}},
            {std::string{dicom::uids::study_root_find}, {implicit_le}, {}},
            {std::string{dicom::uids::study_root_move}, {implicit_le}, {}}};
        return Association::request(address(), options, wanted);
    }
    /// Waits until the server has taken that many connections: connect(2) is done before it does.
    void await_associations(std::size_t count) const
    {
        const Deadline until = Deadline::after(patience);
        while (server->associations() < count && !until.expired()) {
            std::this_thread::yield();
        }
        REQUIRE(server->associations() == count);
    }
    /// A connection of bytes.
    RawPeer raw() const
    {
        sockaddr_in to{};
        to.sin_family = AF_INET;
        to.sin_port = htons(address().port);
        to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        Descriptor socket{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
        REQUIRE(::connect(socket.get(), reinterpret_cast<sockaddr*>(&to), sizeof to) == 0);
        return RawPeer{std::move(socket)};
    }
};

inline StoreOutcome store_object(Association& association, const std::string& data,
                                 const std::string& instance = "1.2.3")
{
    StoreOutcome result;
    StoreScu store{association};
    const Piece piece{bytes_of(data)};
    store.submit(store_request(instance), 3, {&piece, 1},
                 [&](const StoreOutcome& outcome) { result = outcome; });
    store.finish();
    return result;
}

/// Holds replies back until the test lets them go.
class ReplyShelf {
public:
    void put(const StoreReply& reply)
    {
        const std::lock_guard lock{mutex_};
        replies_.push_back(reply);
        changed_.notify_all();
    }
    std::vector<StoreReply> take(std::size_t count)
    {
        std::unique_lock lock{mutex_};
        changed_.wait_for(lock, patience, [&] { return replies_.size() >= count; });
        must(replies_.size() >= count, "too few replies");
        return std::exchange(replies_, {});
    }
    std::size_t size()
    {
        const std::lock_guard lock{mutex_};
        return replies_.size();
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<StoreReply> replies_;
};

}  // namespace pacs::net::test
