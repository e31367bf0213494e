#pragma once

#include "send/coercion.hpp"
#include "send/lane.hpp"
#include "web/stow.hpp"

#include <cstdint>
#include <list>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace pacs::send {

/// How much goes into one request.
struct BatchLimits {
    std::uint64_t instances = 50;
    std::uint64_t bytes = std::uint64_t{64} << 20U;  ///< a larger object goes alone
};

/// How objects go to a DICOMweb service.
struct WebLaneOptions {
    web::ClientOptions client;  ///< its `retries` and `retry_delay` hold for 429 and 503
    BatchLimits batch;
    bool convert = true;                 ///< what is refused in its transfer syntax
    bool dry = false;                    ///< see whether the service is there
    const Coercion* coercion = nullptr;  ///< must outlive the lane; nullptr: none
};

/// STOW-RS (PS3.18 10.5): objects are collected and sent as one request, each as it is in its file,
/// in whatever transfer syntax; what lacks a meta header gets one. What became of each is read from
/// the answer: what the service does not name as stored is not stored. A request that is too large
/// (413), or whose answer does not say which of its objects failed, is sent again in parts. An
/// object that is refused for its transfer syntax (Failure Reason C122, or 415 when it goes alone)
/// is sent again in Explicit VR Little Endian, where that loses nothing; those that come after it
/// in that transfer syntax are sent so at once. What no object will ever be taken with (401, 404, a
/// redirection, 503 after all retries, ...) is thrown as web::HttpError.
class WebLane : public Lane {
public:
    explicit WebLane(WebLaneOptions options);

    bool fits(const Parcel&) const override { return ready_; }
    /// Sees whether the service answers at all, and knows us.
    void prepare(const std::vector<Need>& needs) override;
    void send(Parcel& parcel, Done done) override;
    void settle() override;
    void close() noexcept override;

private:
    struct Entry {
        Parcel* parcel = nullptr;
        Done done;
        std::string data;  ///< bytes that are not those of the file: its head, or all of it
        Report report;
        std::vector<net::Piece> pieces() const;
        std::uint64_t size() const;
        bool whole = false;  ///< `data` is all there is
    };
    using Entries = std::list<Entry>;

    std::optional<Entry> make_entry(Parcel& parcel, const Done& done) const;
    void flush();
    void post(Entries entries);
    bool sent_otherwise(Entries& entries, unsigned status, const web::StowAnswer& said);
    void post_halves(Entries entries);
    void post_converted(const Entry& refused, unsigned sent_again);
    bool could_convert(const Entry& entry) const;
    void judge(Entries& entries, const web::Answer& answer, const web::StowAnswer& said);

    WebLaneOptions options_;
    web::Client client_;
    bool ready_ = false;
    std::set<std::string> refused_;  ///< transfer syntaxes
    Entries batch_;
    std::uint64_t batch_bytes_ = 0;
};

}  // namespace pacs::send
