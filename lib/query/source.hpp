#pragma once

#include "base/settings.hpp"
#include "dicom/charset.hpp"
#include "dicom/data_set.hpp"
#include "dicom/digests.hpp"
#include "net/address.hpp"
#include "net/association.hpp"
#include "net/find.hpp"
#include "query/question.hpp"
#include "web/http.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace pacs::query {

/// Where the object of an answer at instance level can be opened.
struct AnswerPlace {
    std::string path;     ///< of the file, or of the tar file; any bytes; empty: it came by a pipe
    bool inside = false;  ///< it is the member of a tar file
    std::string member;
    std::uint64_t size = 0;  ///< bytes
    dicom::Digests digests;
};

/// One answer of a source.
struct Answer {
    dicom::DataSet identifier;  ///< as it was answered
    /// Why the answer could not be read; `identifier` is then empty. Foreign text may be in it.
    std::string defect = {};
    /// Of an archive or an index, at instance level.
    std::optional<AnswerPlace> place = {};
};

/// Takes an answer. `more_at_hand`: the next one is there already, so output need not be flushed.
using AnswerSink = std::function<void(Answer&& answer, bool more_at_hand)>;

/// Whether there was more to be had than was answered.
enum class Truncated : std::uint8_t { no, yes, unknown };

/// How a question ended.
struct Ending {
    /// The final status of a peer. None from an index, where what went wrong is an Error, and from
    /// a peer that was cut off because it went on after C-CANCEL.
    std::optional<net::Status> status = {};
    std::optional<unsigned> http_status = {};         ///< of a DICOMweb service, instead
    std::string comment = {};                         ///< of the peer: foreign text
    std::vector<dicom::Tag> offending_elements = {};  ///< as the peer named them
    std::uint64_t answers = 0;                        ///< given to the sink
    Truncated truncated = Truncated::no;
    bool cancelled = false;         ///< by us, at the limit
    bool keys_unsupported = false;  ///< some keys were not matched or not returned (FF01)
};

/// Somebody who answers questions.
class Source {
public:
    virtual ~Source() = default;

    /// Asks, and gives the answers to `sink` one by one as they come, at most `limit` of them (0:
    /// all). Memory does not grow with their number. A failure status is a result.
    /// Throws net::PeerError when the peer fails, Error(storage) when the index does, Error(limit)
    /// when the time for a question is over, Error(usage) for a question it cannot put; answers
    /// given until then stand.
    virtual Ending ask(const Question& question, std::uint64_t limit, const AnswerSink& sink) = 0;

    /// Whether an ending without Truncated::yes or unknown is to be believed: true for an index,
    /// and for a server of ours; a peer is known after the first ask().
    virtual bool tells_when_cut() const = 0;

    /// What was asked for by extended negotiation and not granted, in words, one a line; known
    /// after the first ask().
    virtual std::vector<std::string> not_granted() const = 0;

    /// Ends the conversation in good order. Throws net::PeerError.
    virtual void close() = 0;
};

/// How to ask a peer.
struct PeerSourceOptions {
    net::RequestOptions association;
    /// Of each question: a peer may send answers for ever.
    std::chrono::milliseconds max_duration{3'600'000};
    /// How long to wait at the limit for the peer to say that this was all, before C-CANCEL.
    std::chrono::milliseconds limit_grace{200};
    /// How long a peer may go on after C-CANCEL before it is cut off; no longer than it may stand
    /// still (`idle_timeout`).
    std::chrono::milliseconds cancel_timeout{10'000};
    /// How to speak to a DICOMweb service; its URL is that of the endpoint.
    PeerSettings web = {};
};

/// What an association for C-FIND under a root proposes.
std::vector<net::Proposal> find_proposals(dicom::QueryRoot root);

/// A peer, by C-FIND (PS3.4 C.4.1). Connects with the first question and keeps the association for
/// the following ones.
std::unique_ptr<Source> peer_source(const net::Address& peer, PeerSourceOptions options);

/// An index file, or the index of the archive in a folder; read only, also while a daemon writes.
/// A question that takes longer than `max_duration` throws Error(limit).
/// Throws Error(storage) when it is neither.
std::unique_ptr<Source> index_source(const std::filesystem::path& path,
                                     std::chrono::milliseconds max_duration);

/// A DICOMweb service, by QIDO-RS (PS3.18 10.6). Answers are given as they come, of what they hold
/// only what was asked for. Where the service says that it left answers out, or stops at a number
/// at which services are known to stop in silence (is_usual_cap()), the rest is asked for with
/// `offset`. A list of values that is not of UIDs is asked for value by value; answers that come
/// twice are given once.
std::unique_ptr<Source> web_source(web::ClientOptions client,
                                   std::chrono::milliseconds max_duration);

/// The source that a word of the command line names: a peer, a DICOMweb service, an archive folder,
/// or an index file. `peer` holds for peers, its `max_duration` for all, its `web` for services.
/// Throws Error(usage) for anything else.
std::unique_ptr<Source> open_source(const net::Endpoint& endpoint, PeerSourceOptions peer);

/// True for the numbers at which servers are known to stop in silence: 100, 200, 250, 500 and their
/// tenfolds.
bool is_usual_cap(std::uint64_t answers) noexcept;

}  // namespace pacs::query
