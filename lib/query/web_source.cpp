#include "base/error.hpp"
#include "base/log.hpp"
#include "base/stop.hpp"
#include "base/units.hpp"
#include "dicom/dictionary.hpp"
#include "query/answer_record.hpp"
#include "query/fingerprints.hpp"
#include "query/source.hpp"
#include "stream/json_reader.hpp"
#include "web/json_array.hpp"
#include "web/qido.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace pacs::query {

namespace {

using dicom::DataSet;
using dicom::QueryLevel;

/// Records deeper or longer than these are refused by the next tool in a pipe.
constexpr web::JsonArray::Limits answer_limits{std::size_t{4} << 20U, 50};

/// Thrown out of an answer of which enough is known.
struct Enough {};

/// What of a question goes into every answer, and how answers are read.
class Reader {
public:
    explicit Reader(const Question& question) : question_(question) {}

    Answer read(std::string&& text, std::string_view defect)
    {
        if (!defect.empty()) {
            return {{}, std::string{defect}};
        }
        try {
            const auto set = reader_.read(std::move(text), [](const stream::BulkElement&) {
                return std::string{};  // bytes are not fetched for a search
            });
            return {asked_part(set.data_set), {}};
        } catch (const Error& error) {
            return {{}, error.what()};
        }
    }
    std::string key_of(const Answer& answer) const
    {
        return answer.identifier.text(dicom::unique_key(question_.level));
    }

private:
    /// A service answers more than it was asked for (PS3.18 table 10.6.3-3), and leaves out what
    /// its URL named.
    DataSet asked_part(const DataSet& found) const
    {
        DataSet answer;
        for (const dicom::Element& element : found.elements()) {
            if (question_.identifier.has(element.tag) ||
                element.tag == dicom::tags::specific_character_set) {
                answer.put(element);
            }
        }
        for (const QueryLevel level : {QueryLevel::study, QueryLevel::series}) {
            const dicom::Tag tag = dicom::unique_key(level);
            const auto named = question_.identifier.texts(tag);
            if (level < question_.level && named.size() == 1 && !answer.has(tag)) {
                answer.set_text(tag, named.front());
            }
        }
        return answer;
    }

    const Question& question_;
    stream::JsonReader reader_;
};

class WebSource : public Source {
public:
    WebSource(web::ClientOptions client, std::chrono::milliseconds max_duration)
        : client_(std::move(client)), max_duration_(max_duration)
    {
    }

    Ending ask(const Question& question, std::uint64_t limit, const AnswerSink& sink) override;
    bool tells_when_cut() const override { return false; }
    std::vector<std::string> not_granted() const override { return not_granted_; }
    void close() override {}

private:
    web::Client client_;
    std::chrono::milliseconds max_duration_;
    std::vector<std::string> not_granted_;
};

/// One question in all its searches and their pages.
class Conversation {
public:
    Conversation(web::Client& client, const Question& question, std::uint64_t limit,
                 Deadline deadline, const AnswerSink& sink)
        : client_(client),
          question_(question),
          limit_(limit),
          deadline_(deadline),
          sink_(sink),
          reader_(question)
    {
    }

    Ending run()
    {
        const auto searches = web::alternatives(question_.identifier);
        several_ = searches.size() > 1;
        for (const DataSet& search : searches) {
            if (!ask_pages(search)) {
                break;
            }
        }
        return ending_;
    }
    bool not_fuzzy() const noexcept { return not_fuzzy_; }

private:
    bool full() const noexcept { return limit_ != 0 && ending_.answers == limit_; }

    /// False when no further search is of use.
    bool ask_pages(const DataSet& identifier)
    {
        web::Search search{question_.level, identifier, question_.fuzzy, 0, 0};
        first_key_.reset();
        for (;;) {
            search.limit = limit_ == 0 ? 0 : limit_ - ending_.answers + 1;  // one tells of more
            const Page page = ask_page(search);
            if (failed(ending_) || page.stopped || (limit_ != 0 && page.over)) {
                return false;
            }
            if (page.repeats) {  // the service knows no offset
                ending_.truncated =
                    worse(ending_.truncated, more_ ? Truncated::yes : Truncated::unknown);
                return true;
            }
            const bool whole_page = search.limit != 0 && page.received >= search.limit;
            if (page.received == 0 || !(page.more || whole_page || is_usual_cap(page.received))) {
                return true;
            }
            more_ = page.more;
            search.offset += page.received;
        }
    }

    struct Page {
        std::uint64_t received = 0;
        bool more = false;     ///< the service says so
        bool repeats = false;  ///< it is the first one again
        bool over = false;     ///< it has more than the limit allows
        bool stopped = false;
    };

    Page ask_page(const web::Search& search)
    {
        Page page;
        web::Request request;
        request.path = web::search_path(search);
        request.headers = {"Accept: application/dicom+json"};
        request.deadline = deadline_;
        web::JsonArray array{client_.shown(request),
                             [&](std::string&& text, std::string_view defect) {
                                 take(page, search.offset, reader_.read(std::move(text), defect));
                             },
                             answer_limits};
        try {
            const web::Answer answer =
                client_.send(request, [&](const web::Head& head, std::span<const std::byte> bytes) {
                    ending_.http_status = head.status;
                    array.feed(bytes);
                    give(false);
                });
            note(page, request, answer);
            if (answer.head.good()) {
                array.finish();
            }
        } catch (const Enough&) {
            pending_.reset();
        }
        return page;
    }

    /// Holds each answer until it is known whether the next one is there already.
    void take(Page& page, std::uint64_t offset, Answer&& answer)
    {
        give(true);
        const std::string key = reader_.key_of(answer);
        if (page.received == 0 && offset == 0) {
            first_key_ = key;
        } else if (page.received == 0 && !key.empty() && key == first_key_) {
            page.repeats = true;
            throw Enough{};
        }
        ++page.received;
        if (several_ && !key.empty() && !seen_.insert(key)) {
            return;  // an earlier alternative had it
        }
        if (full()) {
            page.over = true;
            ending_.truncated = Truncated::yes;
            throw Enough{};
        }
        if (StopFlag::instance().raised()) {
            page.stopped = true;
            ending_.truncated = Truncated::yes;
            throw Enough{};
        }
        ++ending_.answers;
        pending_ = std::move(answer);
    }

    void give(bool more_at_hand)
    {
        if (pending_) {
            sink_(*std::exchange(pending_, std::nullopt), more_at_hand);
        }
    }

    void note(Page& page, const web::Request& request, const web::Answer& answer)
    {
        for (const std::string& line : answer.head.warnings) {
            const auto warning = web::read_warning(line);
            page.more = page.more || warning.more;
            not_fuzzy_ = not_fuzzy_ || warning.not_fuzzy;
        }
        ending_.http_status = answer.head.status;
        if (answer.head.good()) {
            return;
        }
        if (!is_of_the_question(answer.head.status, request.path)) {
            throw web::HttpError{client_.error_of(request, answer)};
        }
        ending_.comment = web::answer_words(answer);
        ending_.truncated = Truncated::unknown;
    }

    /// The service understood, and does not want, or cannot do, just this; else the next question
    /// would end the same way.
    static bool is_of_the_question(unsigned status, const std::string& path)
    {
        constexpr std::array<unsigned, 9> own{400, 406, 409, 410, 413, 414, 415, 422, 500};
        return std::find(own.begin(), own.end(), status) != own.end() ||
               (status == 404 && path.starts_with("/studies/"));
    }

    static Truncated worse(Truncated a, Truncated b)
    {
        return a == Truncated::yes || b == Truncated::no ? a : b;
    }

    web::Client& client_;
    const Question& question_;
    std::uint64_t limit_;
    Deadline deadline_;
    const AnswerSink& sink_;
    Reader reader_;
    Ending ending_;
    Fingerprints seen_;
    std::optional<std::string> first_key_;
    std::optional<Answer> pending_;
    bool several_ = false;
    bool more_ = false;
    bool not_fuzzy_ = false;
};

Ending WebSource::ask(const Question& question, std::uint64_t limit, const AnswerSink& sink)
{
    const Deadline deadline = Deadline::after(max_duration_);
    Conversation conversation{client_, question, limit, deadline, sink};
    try {
        Ending ending = conversation.run();
        not_granted_.clear();
        if (question.fuzzy && conversation.not_fuzzy()) {
            not_granted_.emplace_back("fuzzy");
        }
        return ending;
    } catch (const net::PeerError& error) {
        if (error.fault() == net::PeerFault::timed_out && deadline.expired()) {
            throw Error(ErrorKind::limit,
                        fmt::format("asking {}: the question limit of {} is over",
                                    client_.options().url.str(), duration_value(max_duration_)));
        }
        throw;
    }
}

}  // namespace

std::unique_ptr<Source> web_source(web::ClientOptions client,
                                   std::chrono::milliseconds max_duration)
{
    return std::make_unique<WebSource>(std::move(client), max_duration);
}

}  // namespace pacs::query
