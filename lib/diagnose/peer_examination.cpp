#include "base/log.hpp"
#include "base/stop.hpp"
#include "base/stopwatch.hpp"
#include "diagnose/examination.hpp"
#include "dicom/uid.hpp"
#include "net/echo.hpp"

#include <fmt/format.h>

namespace pacs::diagnose {

namespace {

using net::PeerError;
using net::PeerFault;

std::vector<net::Proposal> verification()
{
    return {{std::string{dicom::uids::verification},
             {std::string{dicom::uids::implicit_le}, std::string{dicom::uids::explicit_le}},
             {}}};
}

/// Asks for an association, echoes and releases.
class PeerExamination final : public Examination {
public:
    PeerExamination(std::string node, const net::Address& peer, const net::RequestOptions& options,
                    const net::TlsSettings& tls, const Options& how)
        : Examination(std::move(node), peer, options, tls, how,
                      {"name", "tcp", "tls", "association", "echo"})
    {
        facts_.calling = options.calling_ae;
    }

private:
    void ask() override
    {
        if (associate() && echo()) {
            release();
        }
    }
    void look_closer() override { try_plainly(); }

    void try_plainly();
    bool associate();
    void note_peer(const net::Negotiated& agreed);
    bool echo();
    void release();

    std::unique_ptr<net::Association> association_;
};

/// A plain peer that closes at a TLS hello without a word: it answers a request, whatever it
/// says. No identity goes out in the clear.
void PeerExamination::try_plainly()
{
    auto options = options_;
    options.tls = nullptr;
    options.identity = std::nullopt;
    options.connect_timeout = patience();
    options.negotiation_timeout = patience();
    try {
        const auto association = net::Association::request(address_used(), options, verification());
        facts_.protocol = Protocol::dicom;
        association->release();
    } catch (const PeerError& error) {
        if (error.fault() == PeerFault::stopped) {
            throw;
        }
        if (error.fault() == PeerFault::rejected || error.fault() == PeerFault::aborted) {
            facts_.protocol = Protocol::dicom;
        }
    }
}

bool PeerExamination::associate()
{
    const bool good = take("association", [&](Step& step) {
        auto options = options_;
        if (options.identity) {
            options.identity->response_requested = true;
        }
        association_ = net::Association::request(std::move(transport_), facts_.address.ae, options,
                                                 verification());
        facts_.protocol = Protocol::dicom;
        note_peer(association_->negotiated());
        step.words = "accepted";
        (void)association_->require_context(dicom::uids::verification);
    });
    const auto fault = facts_.step("association").fault;
    if (fault == PeerFault::rejected || fault == PeerFault::aborted) {
        facts_.protocol = Protocol::dicom;
    }
    if (!good) {
        identify_stranger(fault);
    }
    return good;
}

void PeerExamination::note_peer(const net::Negotiated& agreed)
{
    facts_.peer = peer_of(agreed);
    if (options_.identity) {
        facts_.peer->identity = agreed.identity_response.has_value();
    }
}

bool PeerExamination::echo()
{
    return take("echo", [&](Step& step) {
        for (std::uint64_t i = 0; i < how_.echoes; ++i) {
            const Deadline next = Deadline::after(how_.echo_interval);
            const Stopwatch watch;
            ++facts_.echoes_sent;
            const auto answer = net::echo(*association_);
            facts_.round_trips.add(watch.seconds());
            facts_.status = answer.status;
            if (!answer.status.success()) {
                step.outcome = Outcome::failed;
                step.words =
                    fmt::format("answered {}: {}{}{}", answer.status.hex(),
                                answer.status.meaning(net::Service::echo),
                                answer.comment.empty() ? "" : ": ", log::printable(answer.comment));
                return;
            }
            if (i + 1 < how_.echoes && StopFlag::instance().wait(next)) {
                throw PeerError(PeerFault::stopped, net::PeerStage::send, "echoing: stopped");
            }
        }
        step.words = fmt::format("{} answered", facts_.round_trips.count());
    });
}

/// The echo counts; trouble on the way out is told and no more.
void PeerExamination::release()
{
    Step& step = facts_.step("echo");
    try {
        association_->release();
    } catch (const PeerError& error) {
        if (error.fault() == PeerFault::stopped) {
            throw;
        }
        step.outcome = Outcome::warning;
        step.fault = error.fault();
        step.words += fmt::format("; releasing: {}", reason_in(error.what()));
    }
}

}  // namespace

Diagnosis diagnose(std::string node, const net::Address& peer, const net::RequestOptions& options,
                   const net::TlsSettings& tls, const Options& how)
{
    return PeerExamination{std::move(node), peer, options, tls, how}.run();
}

}  // namespace pacs::diagnose
