#pragma once

#include "dicom/charset.hpp"
#include "dicom/data_set.hpp"
#include "index/index.hpp"
#include "net/server.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace pacs::daemon {

/// What was granted by SOP class extended negotiation of a C-FIND SOP class, PS3.4 C.5.1.1.1. Bytes
/// that are not there count as 0.
index::QueryOptions find_options(std::string_view granted_info) noexcept;
/// What to answer to such a negotiation: relational queries, combined date-time matching and fuzzy
/// names as asked, nothing else; as many bytes as asked, at most five.
std::string grant_find_options(std::string_view asked_info);

/// A match as the asker wants to read it: `answer` (UTF-8, as Search::next() gives it) without keys
/// that `identifier` did not ask for, with Retrieve AE Title (PS3.4 C.4.1.1.3.2), and its text in
/// the identifier's Specific Character Set when every character of the match is in it, else in
/// ISO_IR 192.
dicom::DataSet answer_for(const dicom::DataSet& identifier, dicom::DataSet answer,
                          const std::string& retrieve_ae);

/// `data_set`, whose text is UTF-8, with its text in `charset` and Specific Character Set saying
/// so; nullopt when a character is not in it.
std::optional<dicom::DataSet> in_character_set(const dicom::DataSet& data_set,
                                               const dicom::CharacterSet& charset);

/// Answers one C-FIND of Patient or Study Root from an index, PS3.4 C.4.1, streaming in constant
/// memory. One association's, one thread.
class FindService {
public:
    struct Options {
        std::string retrieve_ae;  ///< of the answers: the title we were called by
        /// Of one query, answers and waiting for a slow asker included; then A700. It bounds how
        /// long one asker can keep the write-ahead log from being reset.
        std::chrono::milliseconds timeout{std::chrono::minutes{30}};
    };

    /// The index must outlive it.
    FindService(const index::Index& index, Options options);

    /// The final response: 0000 after the last match, FE00 when cancelled, A700 when the index
    /// fails or time is up, A900 for an identifier that breaks PS3.4 C.4.1 and C000 for one that
    /// cannot be decoded (the comment says why). Throws PeerError when the association ends.
    net::Response answer(const net::FindRequest& request, const net::Context& context,
                         const index::QueryOptions& granted, const std::string& identifier,
                         net::Responder& responder);

private:
    net::Response stream(const net::FindRequest& request, const net::Context& context,
                         const dicom::DataSet& identifier, index::Query query,
                         net::Responder& responder);

    const index::Index& index_;
    Options options_;
};

}  // namespace pacs::daemon
