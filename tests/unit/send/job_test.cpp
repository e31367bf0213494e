#include "send/job.hpp"

#include "base/stop.hpp"
#include "net/peer_error.hpp"
#include "stream/support.hpp"

#include "catch.hpp"

#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <vector>

using namespace pacs::send;
using namespace std::chrono_literals;
using pacs::Outcome;
using pacs::net::PeerError;
using pacs::net::PeerFault;
using pacs::net::PeerStage;

namespace {

enum class Act { ok, busy, refuse, drop };

/// What a peer does, by SOP Instance UID and in turn; then ok.
struct Script {
    std::map<std::string, std::deque<Act>> acts;
    std::deque<PeerError> connects;  ///< errors of the first connects
    bool window = false;             ///< answer only in settle()
    std::mutex mutex;
    std::vector<std::string> sent;
    unsigned prepared = 0;
    unsigned most_needs = 0;

    Act next(const std::string& uid)
    {
        const std::lock_guard lock{mutex};
        sent.push_back(uid);
        auto& turns = acts[uid];
        if (turns.empty()) {
            return Act::ok;
        }
        const Act act = turns.front();
        turns.pop_front();
        return act;
    }
};

PeerError lost()
{
    return {PeerFault::connection_lost, PeerStage::answer, "waiting for the peer: lost"};
}

class ScriptedLane : public Lane {
public:
    explicit ScriptedLane(Script& script) : script_(script) {}
    bool fits(const Parcel&) const override { return open_; }
    void prepare(const std::vector<Need>& needs) override
    {
        const std::lock_guard lock{script_.mutex};
        if (!script_.connects.empty()) {
            const PeerError error = script_.connects.front();
            script_.connects.pop_front();
            throw error;
        }
        ++script_.prepared;
        script_.most_needs = std::max(script_.most_needs, static_cast<unsigned>(needs.size()));
        open_ = true;
    }
    void send(Parcel& parcel, Done done) override
    {
        waiting_.push_back({parcel.head.sop_instance_uid, std::move(done)});
        if (!script_.window || waiting_.size() == 4) {
            settle();
        }
    }
    void settle() override
    {
        while (!waiting_.empty()) {
            const Act act = script_.next(waiting_.front().first);
            if (act == Act::drop) {
                waiting_.clear();
                open_ = false;
                throw lost();
            }
            Done done = std::move(waiting_.front().second);
            waiting_.pop_front();
            done(report(act));
        }
    }
    void close() noexcept override
    {
        open_ = false;
        waiting_.clear();
    }

private:
    static Report report(Act act)
    {
        Report report{.outcome = act == Act::ok ? Outcome::ok : Outcome::failed};
        report.status = pacs::net::Status{static_cast<std::uint16_t>(act == Act::ok     ? 0
                                                                     : act == Act::busy ? 0xA700
                                                                                        : 0xC000)};
        report.reason = act == Act::ok ? "" : "status";
        report.may_pass = act == Act::busy;
        return report;
    }
    Script& script_;
    bool open_ = false;
    std::deque<std::pair<std::string, Done>> waiting_;
};

struct Ran {
    std::map<std::string, std::string> records;  ///< by SOP Instance UID or path
    std::string error;
    std::uint64_t retries = 0;
};

std::string name_of(const std::string& line)
{
    pacs::stream::RecordReader reader;
    const auto record = reader.parse(line);
    const std::string uid = record.get("SOPInstanceUID");
    return uid.empty() ? record.get("path") : uid;
}

Ran run(Script& script, const std::vector<std::string>& words, unsigned lanes = 1)
{
    Ran ran;
    std::mutex mutex;
    JobCounters counters;
    pacs::stream::Source source{words};
    JobOptions options;
    options.node = "node";
    options.lanes = lanes;
    options.retry = {2, 1ms};
    options.counters = &counters;
    options.on_record = [&](const pacs::JsonLine& record, std::uint64_t) {
        const std::lock_guard lock{mutex};
        CHECK(ran.records.emplace(name_of(record.str()), record.str()).second);
    };
    Job job{options, source, [&script] { return std::make_unique<ScriptedLane>(script); }};
    try {
        job.run();
    } catch (const PeerError& error) {
        ran.error = error.what();
    }
    ran.retries = counters.retries;
    return ran;
}

/// `count` objects 2.25.100, 2.25.101, ...
std::vector<std::string> objects(const test::Scratch& scratch, int count)
{
    std::vector<std::string> words;
    for (int i = 100; i < 100 + count; ++i) {
        const std::string uid = "2.25." + std::to_string(i);
        words.push_back(scratch.write(uid + ".dcm", test::small_object(uid)));
    }
    return words;
}

bool contains(const Ran& ran, const std::string& uid, const std::string& text)
{
    const auto found = ran.records.find(uid);
    return found != ran.records.end() && found->second.find(text) != std::string::npos;
}

}  // namespace

TEST_CASE("every object has one record, over one lane or many")
{
    const test::Scratch scratch;
    objects(scratch, 600);
    for (const unsigned lanes : {1U, 4U}) {
        Script script;
        script.window = true;
        const Ran ran = run(script, {scratch.path().string()}, lanes);
        CHECK(ran.records.size() == 600);
        CHECK(script.sent.size() == 600);
        CHECK(ran.error.empty());
    }
}

TEST_CASE("what can pass is tried again, what cannot is not")
{
    const test::Scratch scratch;
    Script script;
    script.acts["2.25.100"] = {Act::busy, Act::busy};
    script.acts["2.25.101"] = {Act::refuse};
    script.acts["2.25.102"] = {Act::busy, Act::busy, Act::busy};
    const Ran ran = run(script, objects(scratch, 4));
    CHECK(contains(ran, "2.25.100", "\"outcome\":\"ok\""));
    CHECK(contains(ran, "2.25.100", "\"attempts\":3"));
    CHECK(contains(ran, "2.25.101", "\"status\":\"C000\""));
    CHECK(contains(ran, "2.25.101", "\"attempts\":1"));
    CHECK(contains(ran, "2.25.102", "\"status\":\"A700\""));
    CHECK(contains(ran, "2.25.102", "\"attempts\":3"));
    CHECK(ran.retries == 4);
}

TEST_CASE("the object that breaks the connection is blamed, those beside it are sent")
{
    const test::Scratch scratch;
    Script script;
    script.window = true;
    script.acts["2.25.101"] = {Act::drop, Act::drop, Act::drop};
    const Ran ran = run(script, objects(scratch, 8));
    REQUIRE(ran.records.size() == 8);
    CHECK(contains(ran, "2.25.101", "\"reason\":\"connection_lost\""));
    for (const auto& [uid, record] : ran.records) {
        INFO(record);
        CHECK((uid == "2.25.101" || record.find("\"outcome\":\"ok\"") != std::string::npos));
    }
}

TEST_CASE("a damaged object that breaks the connection is not sent again")
{
    const test::Scratch scratch;
    auto words = objects(scratch, 2);
    const std::string cut = test::small_object("2.25.50");
    words.push_back(scratch.write("cut.dcm", cut.substr(0, cut.size() - 3)));
    Script script;
    script.acts["2.25.50"] = {Act::drop};
    const Ran ran = run(script, words);
    CHECK(ran.records.size() == 3);
    CHECK(contains(ran, "2.25.50", "\"reason\":\"damaged\""));
    CHECK(contains(ran, "2.25.50", "\"attempts\":1"));
}

TEST_CASE("a peer that comes back is waited for, one that does not ends the job")
{
    const test::Scratch scratch;
    const auto words = objects(scratch, 3);
    const PeerError refused{PeerFault::connection_refused, PeerStage::connect, "refused"};
    Script patient;
    patient.connects = {refused, refused};
    CHECK(run(patient, words).records.size() == 3);
    Script gone;
    gone.connects = {refused, refused, refused, refused};
    const Ran ran = run(gone, words);
    CHECK(ran.error == "refused");
    CHECK(ran.records.empty());
}

TEST_CASE("what no retry can cure ends the job at once")
{
    const test::Scratch scratch;
    Script script;
    script.connects = {{PeerFault::name_not_found, PeerStage::resolve, "no such host"}};
    const Ran ran = run(script, objects(scratch, 3));
    CHECK(ran.error == "no such host");
    CHECK(script.prepared == 0);
}

TEST_CASE("a peer that takes fewer associations than lanes is served with those")
{
    const test::Scratch scratch;
    objects(scratch, 50);
    Script script;
    // The first lane to come gets through; the other is rejected until it gives up.
    const PeerError busy{PeerFault::rejected, PeerStage::negotiate, "local limit", 2, 3, 2};
    script.connects = {busy, busy};
    const Ran ran = run(script, {scratch.path().string()}, 2);
    CHECK(ran.records.size() == 50);
    CHECK(ran.error.empty());
}

TEST_CASE("a peer that breaks every connection ends the job in bounded time")
{
    const test::Scratch scratch;
    objects(scratch, 100);
    Script script;
    for (int i = 100; i < 200; ++i) {
        script.acts["2.25." + std::to_string(i)] = {Act::drop, Act::drop, Act::drop};
    }
    const Ran ran = run(script, {scratch.path().string()});
    CHECK(ran.error == "waiting for the peer: lost");
    CHECK(script.sent.size() <= 20);
}

TEST_CASE("what is no object fails when it was named and is skipped when it was found")
{
    const test::Scratch scratch;
    const std::string named = scratch.write("named", "hello");
    scratch.write("folder/found", "hello");
    const std::string good = scratch.write("folder/good", test::small_object("2.25.1"));
    Script script;
    const Ran ran = run(script, {named, (scratch.path() / "folder").string(), "/absent"});
    CHECK(contains(ran, named, "\"outcome\":\"failed\",\"reason\":\"not_dicom\""));
    CHECK(contains(ran, (scratch.path() / "folder/found").string(),
                   "\"outcome\":\"skipped\",\"reason\":\"not_dicom\""));
    CHECK(contains(ran, "/absent", "\"reason\":\"not_found\""));
    CHECK(contains(ran, "2.25.1", "\"outcome\":\"ok\""));
}

TEST_CASE("a raised stop flag ends the job; what was not tried has no record")
{
    const test::Scratch scratch;
    objects(scratch, 20);
    Script script;
    pacs::StopFlag::instance().raise(0);
    const Ran ran = run(script, {scratch.path().string()});
    pacs::StopFlag::instance().reset();
    CHECK(ran.records.empty());
    CHECK(ran.error.empty());
}
