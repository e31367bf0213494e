#include "base/error.hpp"
#include "base/log.hpp"
#include "base/stop.hpp"
#include "base/units.hpp"
#include "dicom/data_set.hpp"
#include "dicom/uid.hpp"
#include "query/source.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <utility>

namespace pacs::query {

namespace {

/// Bytes of the service class application information, PS3.4 C.5.1.1.1.
constexpr std::size_t relational_byte = 0;
constexpr std::size_t fuzzy_byte = 2;

/// A peer that repeats itself so often answers nothing.
constexpr unsigned most_repeats = 1000;

std::string extended_info(const Question& question)
{
    std::string info(question.fuzzy ? fuzzy_byte + 1 : relational_byte + 1, '\0');
    info[relational_byte] = question.relational ? '\1' : '\0';
    if (question.fuzzy) {
        info[fuzzy_byte] = '\1';
    }
    return info;
}

class Taker;

class PeerSource : public Source {
public:
    PeerSource(net::Address peer, PeerSourceOptions options)
        : peer_(std::move(peer)), options_(std::move(options))
    {
        auto& patience = options_.cancel_timeout;
        patience = std::min(patience, options_.association.idle_timeout);
    }

    Ending ask(const Question& question, std::uint64_t limit, const AnswerSink& sink) override;
    bool tells_when_cut() const override { return association_ != nullptr && answers_as_we_do(); }
    std::vector<std::string> not_granted() const override { return not_granted_; }
    void close() override;

private:
    Ending ask_once(const Question& question, std::uint64_t limit, const AnswerSink& sink);
    void connect(const Question& question);
    void require(const std::string& sop_class) const;
    void note_grants(const Question& question, std::string_view sop_class);
    bool answers_as_we_do() const;
    Ending ending_of(const net::FindResult& result, const Taker& taker) const;
    static Ending cut_off(const Taker& taker);

    net::Address peer_;
    PeerSourceOptions options_;
    std::unique_ptr<net::Association> association_;
    std::vector<std::string> not_granted_;
};

/// Takes the answers to one question.
class Taker {
public:
    Taker(net::Association& association, const dicom::TransferSyntax& syntax, std::uint64_t limit,
          const PeerSourceOptions& options, const AnswerSink& sink)
        : association_(association),
          syntax_(syntax),
          limit_(limit),
          grace_(options.limit_grace),
          time_(Deadline::after(options.max_duration)),
          sink_(sink)
    {
    }

    net::Next take(net::FindAnswer&& answer);
    std::uint64_t taken() const noexcept { return taken_; }
    /// Everything that the limit allows has come.
    bool full() const noexcept { return limit_ != 0 && taken_ == limit_; }
    /// There is more than was taken.
    bool more() const noexcept { return more_; }
    /// The time for the question; once it is over no answer is taken.
    Deadline time() const noexcept { return time_; }

private:
    void refuse_repetition(const std::string& identifier);

    net::Association& association_;
    const dicom::TransferSyntax& syntax_;
    std::uint64_t limit_;
    std::chrono::milliseconds grace_;
    Deadline time_;
    const AnswerSink& sink_;
    std::uint64_t taken_ = 0;
    bool more_ = false;
    std::string last_;
    unsigned repeats_ = 0;
};

/// Deeper ones would make records that the next tool in a pipe refuses (64 levels of JSON).
constexpr unsigned deepest_answer = 16;

Answer read_answer(const std::string& bytes, const dicom::TransferSyntax& syntax)
{
    try {
        dicom::DecodeLimits limits;
        limits.depth = deepest_answer;
        return {dicom::decode(std::as_bytes(std::span{bytes}), syntax, limits), {}};
    } catch (const Error& error) {
        return {{}, error.what()};
    }
}

net::Next Taker::take(net::FindAnswer&& answer)
{
    if (full() || time_.expired()) {
        more_ = true;
        return net::Next::cancel;
    }
    refuse_repetition(answer.identifier);
    ++taken_;
    sink_(read_answer(answer.identifier, syntax_), !full() && association_.pending());
    if (StopFlag::instance().raised()) {
        more_ = true;
        return net::Next::cancel;
    }
    // What comes next tells whether this was all; a peer that is slow to say so is not waited for.
    const bool wait_no_longer = full() && !association_.pending(Deadline::after(grace_));
    return wait_no_longer ? net::Next::cancel : net::Next::more;
}

void Taker::refuse_repetition(const std::string& identifier)
{
    repeats_ = identifier == last_ ? repeats_ + 1 : 0;
    if (repeats_ >= most_repeats) {
        throw net::PeerError(
            net::PeerFault::protocol_violation, net::PeerStage::answer,
            fmt::format("asking the peer: the same answer came {} times in a row", most_repeats));
    }
    last_ = identifier;
}

Truncated judge(const net::FindResult& result, bool more, bool caps_are_told)
{
    if (more || result.dropped > 0) {
        return Truncated::yes;
    }
    if (result.status.cancelled()) {
        return result.cancelled ? Truncated::yes : Truncated::unknown;
    }
    const bool complete =
        result.status.success() && (caps_are_told || !is_usual_cap(result.answers));
    return complete ? Truncated::no : Truncated::unknown;
}

void PeerSource::connect(const Question& question)
{
    if (association_ != nullptr && association_->established()) {
        return;
    }
    const std::string sop_class{dicom::find_class(question.root)};
    net::RequestOptions options = options_.association;
    options.window = {};  // one question at a time
    if (question.relational || question.fuzzy) {
        options.extended.push_back({sop_class, extended_info(question)});
    }
    association_ = net::Association::request(peer_, options, find_proposals(question.root));
    try {
        require(sop_class);
    } catch (const net::PeerError&) {
        association_.reset();  // good for nothing, and some peers serve one at a time
        throw;
    }
    note_grants(question, sop_class);
}

/// A peer that serves only the other root is told apart from one that serves none.
void PeerSource::require(const std::string& sop_class) const
{
    try {
        association_->require_context(sop_class);
    } catch (const net::PeerError& error) {
        throw net::PeerError(error.fault(), error.stage(), error.what(),
                             sop_class == dicom::uids::study_root_find
                                 ? "it may serve Patient Root: try --patient-root"
                                 : "it may serve Study Root: leave --patient-root out");
    }
}

void PeerSource::note_grants(const Question& question, std::string_view sop_class)
{
    not_granted_.clear();
    const auto& granted = association_->negotiated().extended_granted;
    const auto found = std::ranges::find(granted, sop_class, &net::ExtendedNegotiation::sop_class);
    const std::string info = found == granted.end() ? std::string{} : found->info;
    const auto has = [&](std::size_t byte) { return byte < info.size() && info[byte] == '\1'; };
    if (question.relational && !has(relational_byte)) {
        not_granted_.emplace_back("relational");
    }
    if (question.fuzzy && !has(fuzzy_byte)) {
        not_granted_.emplace_back("fuzzy");
    }
}

bool PeerSource::answers_as_we_do() const
{
    return association_->negotiated().peer_implementation_uid == dicom::implementation_class_uid;
}

/// A peer may have ended an association that rested while the next question was awaited; that costs
/// one more attempt, not the run.
Ending PeerSource::ask(const Question& question, std::uint64_t limit, const AnswerSink& sink)
{
    const bool rested = association_ != nullptr;
    bool answered = false;
    const AnswerSink noting = [&](Answer&& answer, bool more_at_hand) {
        answered = true;
        sink(std::move(answer), more_at_hand);
    };
    try {
        return ask_once(question, limit, noting);
    } catch (const net::PeerError& error) {
        const bool timed_out = error.fault() == net::PeerFault::timed_out;
        if (!rested || answered || timed_out || !error.transient()) {
            throw;
        }
        association_.reset();
        return ask_once(question, limit, noting);
    }
}

Ending PeerSource::ask_once(const Question& question, std::uint64_t limit, const AnswerSink& sink)
{
    connect(question);
    const net::Context& context = association_->require_context(dicom::find_class(question.root));
    const dicom::TransferSyntax syntax{context.transfer_syntax};
    Taker taker{*association_, syntax, limit, options_, sink};
    Ending ending;
    try {
        net::FindOptions how;
        how.deadline = Deadline{taker.time().at() + options_.cancel_timeout};
        how.cancel_timeout = options_.cancel_timeout;
        const net::FindResult result = net::find(
            *association_, context.id, dicom::encode(question.identifier, syntax),
            [&](net::FindAnswer&& answer) { return taker.take(std::move(answer)); }, how);
        ending = ending_of(result, taker);
    } catch (const net::PeerError& error) {
        const bool over = taker.full() || taker.time().expired();
        if (error.fault() != net::PeerFault::timed_out || !over) {
            throw;
        }
        log::warning("{}", error.what());
        association_.reset();
        ending = cut_off(taker);
    }
    if (!taker.full() && taker.time().expired()) {
        throw Error(ErrorKind::limit,
                    fmt::format("asking {}: the question limit of {} is over", peer_.str(),
                                duration_value(options_.max_duration)));
    }
    return ending;
}

/// A peer that was told to stop and did not: what was asked for is there.
Ending PeerSource::cut_off(const Taker& taker)
{
    Ending ending;
    ending.answers = taker.taken();
    ending.truncated = taker.more() ? Truncated::yes : Truncated::unknown;
    ending.cancelled = true;
    return ending;
}

Ending PeerSource::ending_of(const net::FindResult& result, const Taker& taker) const
{
    Ending ending;
    ending.status = result.status;
    ending.comment = result.comment;
    ending.offending_elements = result.offending_elements;
    ending.answers = taker.taken();
    ending.truncated = judge(result, taker.more(), answers_as_we_do());
    ending.cancelled = result.cancelled;
    ending.keys_unsupported = result.keys_unsupported;
    return ending;
}

void PeerSource::close()
{
    if (association_ != nullptr && association_->established()) {
        association_->release();
    }
}

}  // namespace

std::vector<net::Proposal> find_proposals(dicom::QueryRoot root)
{
    return {{std::string{dicom::find_class(root)},
             {std::string{dicom::uids::explicit_le}, std::string{dicom::uids::implicit_le}},
             std::nullopt}};
}

std::unique_ptr<Source> peer_source(const net::Address& peer, PeerSourceOptions options)
{
    return std::make_unique<PeerSource>(peer, std::move(options));
}

}  // namespace pacs::query
