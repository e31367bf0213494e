#include "net/server_statuses.hpp"
#include "net/worker.hpp"

#include <utility>

namespace pacs::net {

StoreReply::Operation::Operation(std::shared_ptr<ReplyQueue> replies, std::uint8_t context,
                                 StoreRequest store)
    : queue(std::move(replies)), context_id(context), request(std::move(store))
{
}

StoreReply::Operation::~Operation()
{
    answer(server_statuses::defect.status, "not answered", {});
}

void StoreReply::Operation::answer(Status status, std::string_view comment,
                                   std::vector<dicom::Tag> offending)
{
    if (answered.exchange(true)) {
        return;
    }
    auto response = Response::to(request, status, std::string{comment});
    response.offending_elements = std::move(offending);
    queue->push({context_id, std::move(response)});
}

void StoreReply::operator()(Status status, std::string_view comment,
                            std::vector<dicom::Tag> offending_elements) const noexcept
{
    if (operation_) {
        operation_->answer(status, comment, std::move(offending_elements));
    }
}

}  // namespace pacs::net
