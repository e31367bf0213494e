#pragma once

#include "archive/archive.hpp"
#include "archive/proof.hpp"
#include "daemon/destinations.hpp"
#include "daemon/retrieve_log.hpp"
#include "net/server.hpp"

#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace pacs::daemon {

/// Bytes of a Failed SOP Instance UID List: UI has a length field of 16 bits where the VR is
/// explicit, PS3.5 7.1.2.
inline constexpr std::size_t longest_explicit_list = 65'534;

/// Whether a SOP class is that of a C-MOVE or C-GET of Patient or Study Root.
bool is_move_class(std::string_view sop_class) noexcept;
bool is_get_class(std::string_view sop_class) noexcept;

/// What to answer to SOP class extended negotiation of these, PS3.4 C.5.2.1.1: relational retrieval
/// as asked, nothing else; as many bytes as asked, at most two.
std::string grant_retrieve_options(std::string_view asked_info);

/// Answers C-GET and C-MOVE of Patient and Study Root from an archive, PS3.4 C.4.2 and C.4.3, for
/// all associations: what it reads ahead, and how many retrievals there are, is limited in all.
/// Thread-safe.
class RetrieveService {
public:
    /// The archive and the log must outlive it.
    RetrieveService(const archive::Archive& archive, ServiceLog& log, Configuration configuration);

    /// For retrievals that begin from now on.
    void reconfigure(Configuration configuration);

    /// Performs a C-GET or C-MOVE and gives its final response; the rules are in
    /// retrieve_statuses. Throws PeerError when the association ends.
    net::Response answer(const net::Request& request, const net::Context& context,
                         const net::Negotiated& negotiated, const std::string& identifier,
                         net::Responder& responder);

    /// How many are under way.
    unsigned under_way() const;

private:
    class Slot;
    struct Job;
    std::optional<Destination> destination_for(const net::MoveRequest& request,
                                               const net::Negotiated& negotiated) const;
    net::Response perform(const Job& job, index::RetrieveKeys keys);
    net::Response run(const Job& job, index::Selection selection, RetrieveLog& log);
    std::shared_ptr<const Configuration> configuration() const;

    const archive::Archive& archive_;
    ServiceLog& log_;
    archive::Prover prover_;
    mutable std::mutex mutex_;
    std::shared_ptr<const Configuration> configuration_;
    unsigned under_way_ = 0;
};

}  // namespace pacs::daemon
