#include "diagnose/capabilities.hpp"

#include "base/stop.hpp"
#include "diagnose/capability_plan.hpp"
#include "dicom/uid.hpp"

#include <algorithm>
#include <set>

namespace pacs::diagnose {

namespace {

using net::ContextAnswer;
using net::PeerError;
using net::PeerFault;

constexpr std::size_t contexts_for_the_shy = 16;
/// Transfer syntaxes in one request, at most 28 bytes each: so it stays under 64 KiB. PS3.8 sets no
/// limit to a request, acceptors do: DCMTK of 1 MiB (dcmAssociatePDUSizeLimit), ours of 256 KiB.
constexpr std::size_t most_syntaxes = 1000;
constexpr int most_retries = 3;
constexpr std::chrono::milliseconds retry_pause{250};

/// The asking of one peer, association after association.
class Enquiry {
public:
    Enquiry(const net::KnownPeer& subject, const CapabilityOptions& options)
        : subject_(subject), contexts_(options.contexts), request_(subject.request)
    {
        request_.deadline = earliest(request_.deadline, Deadline::after(options.limit));
        found_.node = subject.node;
        found_.address = subject.address;
        for (const auto uid : sop_classes_asked()) {
            auto& each = found_.classes.emplace_back(ClassCapability{uid, {}});
            for (const auto syntax : transfer_syntaxes_asked(uid)) {
                each.answers.push_back({syntax, {}, {}});
            }
        }
    }

    Capabilities run()
    {
        try {
            ask(single_questions(found_.classes, [](std::size_t) { return true; }), false);
            const auto storage = [&](std::size_t i) {
                return dicom::is_storage_class(found_.classes[i].sop_class);
            };
            ask(joint_questions(found_.classes, storage), true);
            ask(single_questions(found_.classes,
                                 [&](std::size_t i) { return granted_.count(i) > 0; }),
                true);
            found_.complete = true;
        } catch (const PeerError& error) {
            if (error.fault() == PeerFault::stopped) {
                throw;
            }
            found_.fault = error.fault();
            found_.words = error.what();
            found_.hint = error.hint();
        }
        return std::move(found_);
    }

private:
    void ask(const std::vector<Question>& questions, bool as_scu)
    {
        for (std::size_t at = 0; at < questions.size();) {
            const auto count = batch_size(std::span{questions}.subspan(at));
            const auto batch = std::span{questions}.subspan(at, count);
            if (const auto association = associate(batch, as_scu)) {
                take(batch, association->negotiated().contexts, as_scu);
                association->release();
                at += count;
            }
        }
    }

    /// How many of the questions go into one association.
    std::size_t batch_size(std::span<const Question> questions) const
    {
        std::size_t count = 0;
        std::size_t syntaxes = 0;
        while (count < std::min(contexts_, questions.size())) {
            syntaxes += questions[count].answer_indexes.size();
            if (count > 0 && syntaxes > most_syntaxes) {
                break;
            }
            ++count;
        }
        return count;
    }

    /// nullptr: to be asked again, with fewer contexts.
    std::unique_ptr<net::Association> associate(std::span<const Question> batch, bool as_scu)
    {
        const auto proposals = proposals_of(batch, found_.classes, as_scu);
        for (int tried = 0;; ++tried) {
            try {
                auto association = net::Association::request(subject_.address, request_, proposals);
                note_peer(association->negotiated());
                return association;
            } catch (const PeerError& error) {
                if (request_.deadline.expired()) {
                    throw;
                }
                if (breaks_off(error.fault()) && contexts_ > contexts_for_the_shy &&
                    batch.size() > contexts_for_the_shy) {
                    contexts_ = contexts_for_the_shy;
                    return nullptr;
                }
                if (!error.transient() || error.fault() == PeerFault::stopped || !found_.peer ||
                    tried == most_retries) {
                    throw;  // who was never there is not asked again
                }
                if (StopFlag::instance().wait(Deadline::after(retry_pause * (1 << tried)))) {
                    throw PeerError(PeerFault::stopped, error.stage(), "negotiating: stopped");
                }
            }
        }
    }

    static bool breaks_off(PeerFault fault) noexcept
    {
        return fault == PeerFault::aborted || fault == PeerFault::protocol_violation ||
               fault == PeerFault::connection_lost;
    }

    void note_peer(const net::Negotiated& agreed)
    {
        if (!found_.peer) {
            found_.peer = peer_of(agreed);
        }
    }

    void take(std::span<const Question> batch, std::span<const net::Context> contexts, bool as_scu)
    {
        for (std::size_t i = 0; i < batch.size(); ++i) {
            const auto& context = contexts[i];
            auto answer = context.answer;
            if (as_scu && answer == ContextAnswer::accepted && !context.requestor_scp) {
                answer = ContextAnswer::no_reason;  // the context, but not the role
            }
            const auto index = batch[i].class_index;
            if (as_scu && answer == ContextAnswer::accepted) {
                granted_.insert(index);
            }
            for (const auto j : batch[i].answer_indexes) {
                auto& about = found_.classes[index].answers[j];
                (as_scu ? about.as_scu : about.as_scp) = answer;
            }
        }
    }

    const net::KnownPeer& subject_;
    std::size_t contexts_;
    net::RequestOptions request_;
    Capabilities found_;
    std::set<std::size_t> granted_;  // classes for which we may be SCP
};

}  // namespace

Capabilities ask_capabilities(const net::KnownPeer& subject, const CapabilityOptions& options)
{
    return Enquiry{subject, options}.run();
}

}  // namespace pacs::diagnose
