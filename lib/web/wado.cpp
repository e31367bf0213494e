#include "web/wado.hpp"

#include "base/log.hpp"
#include "web/multipart.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <optional>

namespace pacs::web {

namespace {

/// The type without its parameters, in lower case.
std::string media_type(std::string_view content_type)
{
    std::string type{content_type.substr(0, content_type.find_first_of("; "))};
    std::transform(type.begin(), type.end(), type.begin(), [](char c) {
        return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    });
    return type;
}

/// A part that names no type is what was asked for.
bool is_object(std::string_view content_type)
{
    const std::string type = media_type(content_type);
    return type.empty() || type == "application/dicom" || type == "application/octet-stream";
}

/// Takes the body of one answer, whichever of the two forms it has.
class Taker {
public:
    Taker(std::string name, const ObjectHandler& handler)
        : name_(std::move(name)), handler_(handler)
    {
    }

    void take(const Head& head, std::span<const std::byte> bytes)
    {
        if (!begun_) {
            begin(head);
        }
        if (parts_) {
            parts_->feed(bytes);
        } else {
            handler_.data(bytes);
        }
    }
    /// An answer without a body holds nothing.
    void finish()
    {
        if (parts_) {
            parts_->finish();
        } else if (begun_) {
            ++objects_;
            handler_.end();
        }
    }
    std::size_t objects() const noexcept { return objects_; }
    std::size_t others() const noexcept { return others_; }

private:
    void begin(const Head& head)
    {
        begun_ = true;
        if (const auto boundary = boundary_of(head.content_type)) {
            parts_.emplace(
                name_, *boundary,
                MultipartReader::Handler{[this](const PartHeaders& part) { begin_part(part); },
                                         [this](std::span<const std::byte> bytes) {
                                             if (wanted_) {
                                                 handler_.data(bytes);
                                             }
                                         },
                                         [this] { end_part(); }});
            return;
        }
        if (media_type(head.content_type) != "application/dicom") {
            throw net::PeerError(net::PeerFault::protocol_violation, net::PeerStage::answer,
                                 fmt::format("retrieving by WADO-RS: the answer is of type '{}'",
                                             log::printable(head.content_type)));
        }
        handler_.begin();
    }
    void begin_part(const PartHeaders& part)
    {
        wanted_ = is_object(part.get("content-type"));
        if (wanted_) {
            handler_.begin();
        }
    }
    void end_part()
    {
        wanted_ ? ++objects_ : ++others_;
        if (wanted_) {
            handler_.end();
        }
    }

    std::string name_;
    const ObjectHandler& handler_;
    std::optional<MultipartReader> parts_;
    bool begun_ = false;
    bool wanted_ = false;
    std::size_t objects_ = 0;
    std::size_t others_ = 0;
};

Retrieved ask(Client& client, const Resource& resource, const std::string& accept,
              Deadline deadline, const ObjectHandler& handler)
{
    Request request;
    request.path = resource.path();
    request.headers = {"Accept: " + accept};
    request.deadline = deadline;
    Taker taker{client.shown(request), handler};
    Retrieved result;
    result.answer = client.send(
        request,
        [&taker](const Head& head, std::span<const std::byte> bytes) { taker.take(head, bytes); });
    if (result.answer.head.good()) {
        taker.finish();
    }
    result.objects = taker.objects();
    result.others = taker.others();
    return result;
}

}  // namespace

std::string Resource::path() const
{
    std::string path = "/studies/" + percent_encoded(study);
    path += series.empty() ? "" : "/series/" + percent_encoded(series);
    path += instance.empty() ? "" : "/instances/" + percent_encoded(instance);
    return path;
}

Retrieved retrieve(Client& client, const Resource& resource, Deadline deadline,
                   const ObjectHandler& handler)
{
    constexpr unsigned not_acceptable = 406;
    const std::string objects = "multipart/related; type=\"application/dicom\"";
    Retrieved result = ask(client, resource, objects + "; transfer-syntax=*", deadline, handler);
    if (result.answer.head.status == not_acceptable) {
        result = ask(client, resource, objects, deadline, handler);
    }
    return result;
}

}  // namespace pacs::web
