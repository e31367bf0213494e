#pragma once

#include "daemon/service.hpp"

#include "catch.hpp"
#include "net/move.hpp"
#include "net/server.hpp"
#include "service_fixture.hpp"

#include <condition_variable>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

/// A receiver of objects and askers of C-GET and C-MOVE, whose behaviour each test sets.
namespace pacs::test {

inline constexpr std::string_view study_move = dicom::uids::study_root_move;
inline constexpr std::string_view study_get = dicom::uids::study_root_get;

/// A context of C-GET for a storage class: we are its SCP.
inline net::Proposal storage_proposal(std::string_view sop_class,
                                      std::vector<std::string> syntaxes = {
                                          std::string{dicom::uids::explicit_le}})
{
    return {std::string{sop_class}, std::move(syntaxes),
            net::RoleSelection{std::string{sop_class}, false, true}};
}

/// A C-STORE that came to us.
struct Received {
    net::StoreRequest request;
    std::string transfer_syntax;
    std::string data;
};

/// What a C-GET brought, and how it ended.
struct Got {
    net::Response final;
    std::vector<std::string> failed;  ///< of the final identifier
    std::vector<Received> objects;
    std::vector<net::Response> pending;
    std::vector<net::Response> others;  ///< answers to what was asked meanwhile
};

/// How a C-GET's user answers; each may be replaced.
struct GetScript {
    /// The status for an object; nullopt: no answer.
    std::function<std::optional<net::Status>(const Received&)> answer = [](const Received&) {
        return net::statuses::success;
    };
    /// Called after each object, before its answer.
    std::function<void(net::Association&)> meanwhile = [](net::Association&) {};
};

/// Asks by C-GET and takes what comes.
inline Got c_get(net::Association& association, const dicom::DataSet& keys,
                 const GetScript& script = {})
{
    const net::Context& context = association.require_context(study_get);
    const dicom::TransferSyntax syntax{context.transfer_syntax};
    const std::string bytes = dicom::encode(keys, syntax);
    const net::Piece piece{as_bytes(bytes)};
    net::GetRequest request{.message_id = association.next_message_id(),
                            .sop_class = std::string{study_get}};
    association.send(context.id, net::Request{request}, {&piece, 1});
    Got got;
    for (;;) {
        const auto message = association.receive();
        REQUIRE(message);
        if (!net::is_response(message->command)) {
            Received received;
            received.request = std::get<net::StoreRequest>(net::parse_request(message->command));
            received.transfer_syntax =
                association.negotiated().find(message->context_id)->transfer_syntax;
            received.data = association.receive_data(100'000'000).value();
            const auto status = script.answer(received);
            script.meanwhile(association);
            if (status) {
                association.send(message->context_id, net::Response::to(received.request, *status));
            }
            got.objects.push_back(std::move(received));
            continue;
        }
        const net::Response response = net::parse_response(message->command);
        if (response.field != net::CommandField::c_get_rsp) {
            got.others.push_back(response);
            continue;
        }
        REQUIRE(response.message_id_responded == request.message_id);
        std::string identifier;
        if (message->has_data) {
            identifier = association.receive_data(5'000'000).value();
        }
        if (response.status.pending()) {
            got.pending.push_back(response);
            continue;
        }
        got.final = response;
        if (!identifier.empty()) {
            got.failed =
                dicom::decode(as_bytes(identifier), syntax).texts(dicom::Tag{0x0008, 0x0058});
        }
        return got;
    }
}

/// A storage SCP on loopback that C-MOVE may send to.
class Station : public net::Application {
public:
    Station()
    {
        auto rules = std::make_shared<net::AcceptRules>();
        rules->any_storage = true;
        rules->max_window = {16, 1};
        rules_ = std::move(rules);
        const auto any = net::parse_listen_address("0");
        server_ = std::make_unique<net::Server>(std::span{&any, 1},
                                                static_cast<net::Application&>(*this));
        server_->start();
    }

    /// What an object is answered; may be set before the first comes.
    std::function<net::Status(const Received&)> answer = [](const Received&) {
        return net::statuses::success;
    };
    std::shared_ptr<const net::AcceptRules> rules_;

    daemon::Destination destination(const std::string& title = "STATION") const
    {
        daemon::Destination made;
        made.address = {title, "127.0.0.1", server_->addresses().front().port};
        made.request.calling_ae.clear();
        made.request.window = {16, 1};
        made.request.connect_timeout = std::chrono::seconds{5};
        made.request.idle_timeout = std::chrono::seconds{5};
        return made;
    }
    std::vector<Received> received() const
    {
        const std::scoped_lock lock{mutex_};
        return received_;
    }
    /// Waits until so many associations have been opened.
    bool await_opened(unsigned count)
    {
        std::unique_lock lock{mutex_};
        return changed_.wait_for(lock, std::chrono::seconds{20}, [&] { return opened_ >= count; });
    }
    void note_opened()
    {
        const std::scoped_lock lock{mutex_};
        ++opened_;
        changed_.notify_all();
    }
    std::vector<net::AssociationReport> reports(std::size_t count)
    {
        std::unique_lock lock{mutex_};
        changed_.wait_for(lock, std::chrono::seconds{20}, [&] { return reports_.size() >= count; });
        return reports_;
    }
    void stop() { server_->stop(std::chrono::milliseconds{0}); }

    std::shared_ptr<const net::AcceptPolicy> policy() override { return rules_; }
    std::unique_ptr<net::Session> open(const net::Negotiated& negotiated) override;
    void on_closed(const net::AssociationReport& report) override
    {
        const std::scoped_lock lock{mutex_};
        reports_.push_back(report);
        changed_.notify_all();
    }
    void take(Received received, const net::StoreReply& reply)
    {
        const net::Status status = answer(received);
        {
            const std::scoped_lock lock{mutex_};
            received_.push_back(std::move(received));
        }
        reply(status);
    }

private:
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<Received> received_;
    std::vector<net::AssociationReport> reports_;
    unsigned opened_ = 0;
    std::unique_ptr<net::Server> server_;
};

class StationSink : public net::StoreSink {
public:
    StationSink(Station& station, Received received)
        : station_(station), received_(std::move(received))
    {
    }
    void write(std::span<const std::byte> bytes) override
    {
        received_.data.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    }
    void finish(net::StoreReply reply) override { station_.take(std::move(received_), reply); }

private:
    Station& station_;
    Received received_;
};

class StationSession : public net::Session {
public:
    explicit StationSession(Station& station) : station_(station) {}
    net::StoreDecision on_store(const net::StoreRequest& request,
                                const net::Context& context) override
    {
        return {
            std::make_unique<StationSink>(station_, Received{request, context.transfer_syntax, {}}),
            {},
            {}};
    }

private:
    Station& station_;
};

inline std::unique_ptr<net::Session> Station::open(const net::Negotiated&)
{
    note_opened();
    return std::make_unique<StationSession>(*this);
}

/// The bytes of an instance as it was stored.
inline std::string bytes_of(unsigned number)
{
    return dicom::encode(instance(number), dicom::TransferSyntax{dicom::uids::explicit_le});
}

inline dicom::DataSet study_keys(unsigned study)
{
    return identifier("STUDY", {{dicom::tags::study_instance_uid,
                                 "1.2.826.0.1.3680043.9." + std::to_string(study + 1)}});
}

/// Fills an archive with `count` instances, eight a study.
inline void fill(const Archived& archived, unsigned count)
{
    const auto sender = archived.call({proposal(ct_image)});
    for (unsigned i = 0; i < count; ++i) {
        REQUIRE(store(*sender, instance(i)).status == net::statuses::success);
    }
    sender->release();
}

/// Where an instance lies, for tests that harm it.
inline std::filesystem::path file_of(const Archived& archived, unsigned number)
{
    const dicom::DataSet object = instance(number);
    return storage::Layout{archived.path()}.object({object.text(dicom::tags::study_instance_uid),
                                                    object.text(dicom::tags::series_instance_uid),
                                                    object.text(dicom::tags::sop_instance_uid)});
}

inline void flip_last_byte(const std::filesystem::path& path)
{
    std::fstream file{path, std::ios::in | std::ios::out | std::ios::binary};
    file.seekg(-1, std::ios::end);
    const char byte = static_cast<char>(file.get() ^ 1);
    file.seekp(-1, std::ios::end);
    file.put(byte);
    REQUIRE(file.good());
}

}  // namespace pacs::test
