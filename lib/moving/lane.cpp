#include "moving/lane.hpp"

#include "base/error.hpp"
#include "base/log.hpp"
#include "base/stop.hpp"
#include "dicom/uid.hpp"
#include "net/move.hpp"

#include <fmt/format.h>

#include <utility>
#include <vector>

namespace pacs::moving {

namespace {

/// A peer may have ended an association that rested between two moves: that costs no attempt.
bool ended_at_rest(const net::PeerError& error)
{
    using net::PeerFault;
    return error.fault() == PeerFault::aborted || error.fault() == PeerFault::released ||
           error.fault() == PeerFault::connection_lost;
}

}  // namespace

std::vector<net::Proposal> move_proposals(bool patient_root)
{
    const auto root = patient_root ? dicom::QueryRoot::patient : dicom::QueryRoot::study;
    return {{std::string{dicom::move_class(root)},
             {std::string{dicom::uids::explicit_le}, std::string{dicom::uids::implicit_le}},
             std::nullopt}};
}

void Lane::connect()
{
    net::RequestOptions request = options_.request;
    request.window = {};  // one move at a time
    request.stop.grace = options_.cancel_timeout + std::chrono::seconds{1};
    rested_ = false;
    association_ =
        net::Association::request(options_.source, request, move_proposals(options_.patient_root));
    ++options_.counters->associations;
    const auto root = options_.patient_root ? dicom::QueryRoot::patient : dicom::QueryRoot::study;
    (void)association_->require_context(dicom::move_class(root));
}

/// A source that refuses for now is asked again, and only then given up.
void Lane::connect_patiently()
{
    for (unsigned failed = 1; association_ == nullptr; ++failed) {
        try {
            connect();
        } catch (const net::PeerError& error) {
            association_.reset();
            if (!error.transient() || failed > options_.retry.retries) {
                throw;
            }
            log::info("{}", error.what());
            if (StopFlag::instance().wait(Deadline::after(wait_for(failed)))) {
                throw;
            }
        }
    }
}

void Lane::release() noexcept
{
    try {
        if (association_ != nullptr && association_->established()) {
            association_->release();
        }
    } catch (const std::exception& error) {
        log::info("{}", error.what());  // what was moved stands
    }
    association_.reset();
}

std::chrono::milliseconds Lane::wait_for(unsigned attempt)
{
    std::uniform_real_distribution<double> chance;
    return back_off(options_.retry, attempt, chance(random_));
}

void Lane::ask_to_move(const Unit& unit, Evidence& evidence)
{
    const query::Question question = question_of(unit, options_.patient_root);
    const net::Context& context = association_->require_context(dicom::move_class(question.root));
    net::RetrieveOptions how;
    how.idle_timeout = options_.idle_timeout;
    how.cancel_timeout = options_.cancel_timeout;
    how.cancel_fd = options_.request.stop.fd;
    const auto identifier =
        dicom::encode(question.identifier, dicom::TransferSyntax{context.transfer_syntax});
    evidence.result = net::move(
        *association_, context.id, options_.parties.title, identifier,
        [&evidence](const net::SubOperations& counts) {
            evidence.result.counts = counts;
            ++evidence.result.pending;
            return net::Next::more;
        },
        how);
}

bool Lane::attempt(const Unit& unit, Evidence& evidence, unsigned attempts)
{
    const bool rested = std::exchange(rested_, true);
    const bool again = attempts <= options_.retry.retries && !core_.ending();
    evidence = {};
    evidence.expected = unit.expected;
    try {
        ask_to_move(unit, evidence);
        return again && evidence.result.status.transient();
    } catch (const net::PeerError& error) {
        association_.reset();
        if (rested && evidence.result.pending == 0 && ended_at_rest(error)) {
            connect_patiently();
            return attempt(unit, evidence, attempts);
        }
        evidence.fault = error.fault();
        evidence.fault_message = error.what();
        return again && error.transient();
    }
}

void Lane::verify(const Unit& unit, Evidence& evidence)
{
    if (options_.verifier == nullptr || evidence.result.cancelled || core_.ending()) {
        return;
    }
    if (options_.alone) {
        release();
    }
    try {
        evidence.verification = options_.verifier->verify(unit);
    } catch (const net::PeerError& error) {
        evidence.verify_fault = error.fault();
        evidence.unverified = error.what();
    } catch (const Error& error) {
        evidence.unverified = error.what();
    }
}

void Lane::tell(const Unit& unit, const Evidence& evidence, unsigned attempts, double seconds)
{
    JobCounters& counters = *options_.counters;
    counters.completed += evidence.result.counts.completed.value_or(0);
    counters.failed += evidence.result.counts.failed.value_or(0);
    counters.warning += evidence.result.counts.warning.value_or(0);
    if (evidence.verification) {
        for (const Instance& instance : evidence.verification->missing) {
            ++counters.missing;
            options_.on_record(missing_record(options_.parties, unit, instance), 0);
        }
    }
    options_.on_record(
        moved_record(options_.parties, unit, judge(evidence), evidence, attempts, seconds),
        unit.expected.value_or(0));
}

void Lane::move(const Unit& unit)
{
    const auto started = Deadline::Clock::now();
    Evidence evidence;
    unsigned attempts = 1;
    while (attempt(unit, evidence, attempts)) {
        log::info("moving {} again: {}", unit.study, judge(evidence).message);
        if (StopFlag::instance().wait(Deadline::after(wait_for(attempts)))) {
            break;
        }
        try {
            connect_patiently();
        } catch (...) {
            const std::chrono::duration<double> took = Deadline::Clock::now() - started;
            tell(unit, evidence, attempts, took.count());
            throw;
        }
        ++attempts;
        ++options_.counters->retries;
    }
    verify(unit, evidence);
    const std::chrono::duration<double> took = Deadline::Clock::now() - started;
    tell(unit, evidence, attempts, took.count());
    if (evidence.result.status == net::statuses::move_destination_unknown && !evidence.fault) {
        throw Error(ErrorKind::peer,
                    fmt::format("moving to {}: {} does not know that title",
                                log::printable(options_.parties.title), options_.parties.node),
                    "its configuration must say at which host and port that title listens");
    }
    core_.note_end(evidence.fault || evidence.result.status.transient(), judge(evidence).message);
}

void Lane::pause() const
{
    (void)StopFlag::instance().wait(Deadline::after(options_.pause));
}

void Lane::run()
{
    bool first = true;
    while (const auto unit = core_.next()) {
        if (!std::exchange(first, false) && options_.pause.count() > 0) {
            release();  // who pauses holds nothing
            pause();
        }
        if (core_.ending()) {
            break;
        }
        connect_patiently();
        move(*unit);
    }
    release();
}

}  // namespace pacs::moving
