#pragma once

#include "dicom/data_set.hpp"
#include "dicom/uid.hpp"
#include "net/server.hpp"

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace pacs::query::test {

/// A C-FIND SCP in this process that answers as a test says.
class TestPeer : public net::Application {
public:
    using Answerer =
        std::function<net::Response(const net::FindRequest&, const dicom::DataSet& identifier,
                                    const dicom::TransferSyntax&, net::Responder&)>;

    explicit TestPeer(Answerer answerer,
                      const std::string& sop_class = std::string{dicom::uids::study_root_find})
        : answerer_(std::move(answerer)), rules_(std::make_shared<net::AcceptRules>())
    {
        rules_->classes.push_back({sop_class, {}, false});
        const auto address = net::parse_listen_address("0");
        server_ = std::make_unique<net::Server>(std::span{&address, 1}, *this);
        server_->start();
    }
    ~TestPeer() override { server_.reset(); }
    TestPeer(const TestPeer&) = delete;
    TestPeer& operator=(const TestPeer&) = delete;

    net::AcceptRules& rules() { return *rules_; }
    net::Address address() const
    {
        const auto bound = server_->addresses().front();
        return {"PEER", bound.host, bound.port};
    }
    int associations() const { return associations_; }
    std::optional<net::AsyncWindow> window() const
    {
        const std::lock_guard lock{mutex_};
        return window_;
    }

    std::shared_ptr<const net::AcceptPolicy> policy() override { return rules_; }
    std::unique_ptr<net::Session> open(const net::Negotiated& negotiated) override;
    void on_closed(const net::AssociationReport&) override {}

private:
    Answerer answerer_;
    std::shared_ptr<net::AcceptRules> rules_;
    std::unique_ptr<net::Server> server_;
    std::atomic<int> associations_ = 0;
    mutable std::mutex mutex_;
    std::optional<net::AsyncWindow> window_;
};

class TestSession : public net::Session {
public:
    explicit TestSession(const TestPeer::Answerer& answerer) : answerer_(answerer) {}
    net::Response on_find(const net::FindRequest& request, const net::Context& context,
                          const std::string& identifier, net::Responder& responder) override
    {
        const dicom::TransferSyntax syntax{context.transfer_syntax};
        return answerer_(request, dicom::decode(std::as_bytes(std::span{identifier}), syntax),
                         syntax, responder);
    }

private:
    const TestPeer::Answerer& answerer_;
};

inline std::unique_ptr<net::Session> TestPeer::open(const net::Negotiated& negotiated)
{
    ++associations_;
    const std::lock_guard lock{mutex_};
    window_ = negotiated.window;
    return std::make_unique<TestSession>(answerer_);
}

/// A study that answers "2.25.<number>".
inline std::string study(std::uint64_t number, const dicom::TransferSyntax& syntax)
{
    dicom::DataSet answer;
    answer.set_text(dicom::tags::study_instance_uid, "2.25." + std::to_string(number));
    return dicom::encode(answer, syntax);
}

/// Answers with `count` studies, stops when cancelled, ends with `status`.
inline TestPeer::Answerer studies(std::uint64_t count, net::Status status = net::statuses::success)
{
    return [count, status](const net::FindRequest& request, const dicom::DataSet&,
                           const dicom::TransferSyntax& syntax, net::Responder& responder) {
        for (std::uint64_t i = 1; i <= count; ++i) {
            if (!responder.send(study(i, syntax)) || responder.cancelled()) {
                return net::Response::to(request, net::statuses::cancel);
            }
        }
        return net::Response::to(request, status);
    };
}

}  // namespace pacs::query::test
