#pragma once

#include "net/worker.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace pacs::net {

/// Pending responses of one operation, and its C-CANCEL. Lives no longer than worker and request.
class Worker::OperationResponder : public Responder {
public:
    OperationResponder(Worker& worker, const Request& request, std::uint8_t context_id)
        : worker_(worker), request_(request), context_id_(context_id)
    {
    }

    bool send(std::string_view identifier, Status status) override;
    bool send(const Response& pending, std::string_view data) override;
    void flush() override;
    bool cancelled() override;
    void attach(std::string identifier) override { identifier_ = std::move(identifier); }
    StoreScu& stores() override;

    const std::string& identifier() const noexcept { return identifier_; }

private:
    bool is_our_cancel(const Incoming& message) const;
    void take_beside(const Incoming& message);

    Worker& worker_;
    const Request& request_;
    std::uint8_t context_id_;
    Deadline::Clock::time_point flushed_;
    std::size_t sent_ = 0;
    bool cancelled_ = false;
    std::string identifier_;
    std::optional<StoreScu> stores_;
};

}  // namespace pacs::net
