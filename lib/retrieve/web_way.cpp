#include "retrieve/web_way.hpp"

#include "base/log.hpp"
#include "base/stop.hpp"
#include "web/wado.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace pacs::retrieve {

namespace {

bool is_one_of(unsigned status, std::initializer_list<unsigned> wanted)
{
    return std::find(wanted.begin(), wanted.end(), status) != wanted.end();
}

class WebWay : public Way {
public:
    explicit WebWay(web::ClientOptions options) : client_(std::move(options)) {}

    std::string_view name() const noexcept override { return "web"; }

    WayEnding fetch(const Errand& errand, Delivery& delivery) override
    {
        WayEnding ending;
        if (errand.level == dicom::QueryLevel::study) {
            fetch(web::Resource{errand.study->uid}, delivery, ending);
        } else if (errand.level == dicom::QueryLevel::series) {
            fetch(web::Resource{errand.study->uid, errand.series()}, delivery, ending);
        } else {
            for (const std::uint32_t at : errand.instances) {
                if (StopFlag::instance().raised()) {
                    break;
                }
                fetch(web::Resource{errand.study->uid, errand.study->series_of(at),
                                    errand.study->instances[at].uid},
                      delivery, ending);
            }
        }
        return ending;
    }
    void close() noexcept override {}

private:
    void fetch(const web::Resource& resource, Delivery& delivery, WayEnding& ending);
    void judge(const web::Resource& resource, const web::Answer& answer, WayEnding& ending) const;

    web::Client client_;
};

void WebWay::fetch(const web::Resource& resource, Delivery& delivery, WayEnding& ending)
{
    std::unique_ptr<ObjectSink> sink;  // destroyed without finish(): it was cut off
    web::ObjectHandler handler;
    handler.begin = [&] { sink = delivery.begin_file(); };
    handler.data = [&](std::span<const std::byte> bytes) { sink->write(bytes); };
    handler.end = [&] {
        const Receipt receipt = std::exchange(sink, nullptr)->finish();
        if (!receipt.taken) {
            log::debug("{}: an object was not taken: {}", resource.path(), receipt.comment);
        }
    };
    const web::Retrieved result = web::retrieve(client_, resource, {}, handler);
    if (!result.answer.head.good()) {
        judge(resource, result.answer, ending);
    } else if (result.others > 0) {
        log::info("{}: {} parts that are no objects", resource.path(), result.others);
    }
}

/// Of several instances the last refusal is told; what did not come is known to the delivery.
void WebWay::judge(const web::Resource& resource, const web::Answer& answer,
                   WayEnding& ending) const
{
    web::Request request;
    request.path = resource.path();
    const web::HttpError error = client_.error_of(request, answer);
    const unsigned status = answer.head.status;
    if (is_one_of(status, {405, 415, 501})) {
        throw net::PeerError(net::PeerFault::nothing_accepted, net::PeerStage::negotiate,
                             error.what(), error.hint());
    }
    if (!is_one_of(status, {400, 404, 406, 409, 410, 413, 414, 422, 500})) {
        throw web::HttpError{error};
    }
    ending.reason = status == 404 || status == 410 ? "not_found" : "rejected";
    ending.message = error.what();
    ending.may_pass = web::may_pass(status);
    if (!resource.instance.empty()) {
        ending.failed_instances.push_back(resource.instance);
    }
}

}  // namespace

std::unique_ptr<Way> web_way(web::ClientOptions options)
{
    return std::make_unique<WebWay>(std::move(options));
}

}  // namespace pacs::retrieve
