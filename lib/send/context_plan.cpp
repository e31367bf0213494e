#include "send/context_plan.hpp"

#include "dicom/transcode.hpp"
#include "dicom/uid.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace pacs::send {

namespace {

/// What objects are converted to, in the order offered: native first, then the encodings that most
/// receivers read; JPEG-LS and JPEG 2000 before the others because they are smaller.
constexpr std::array<std::string_view, 9> targets{
    "1.2.840.10008.1.2.1",    "1.2.840.10008.1.2",      "1.2.840.10008.1.2.4.80",
    "1.2.840.10008.1.2.4.90", "1.2.840.10008.1.2.4.70", "1.2.840.10008.1.2.5",
    "1.2.840.10008.1.2.1.99", "1.2.840.10008.1.2.2",    "1.2.840.10008.1.2.4.57"};

std::vector<std::string> targets_for(const std::string& syntax)
{
    const dicom::TransferSyntax from{syntax};
    std::vector<std::string> reachable;
    for (const std::string_view target : targets) {
        if (target != syntax && dicom::can_convert(from, dicom::TransferSyntax{target})) {
            reachable.emplace_back(target);
        }
    }
    return reachable;
}

std::string words(const std::string& uid)
{
    const std::string_view name = dicom::uid_name(uid);
    return name.empty() ? uid : std::string{name};
}

Report refusal_of(const net::Negotiated& negotiated, const Need& need)
{
    using enum net::ContextAnswer;
    bool class_refused = false;
    bool not_allowed = false;
    for (const net::Context& context : negotiated.contexts) {
        const bool same = context.abstract_syntax == need.sop_class;
        class_refused = class_refused || (same && context.answer == abstract_syntax_not_supported);
        not_allowed = not_allowed || (same && context.answer == user_rejection);
    }
    if (not_allowed) {
        return {.reason = "sop_class_refused",
                .message = fmt::format("the peer does not take {} from us (user rejection)",
                                       words(need.sop_class))};
    }
    if (class_refused) {
        return {.reason = "sop_class_refused",
                .message = fmt::format("the peer does not take {}", words(need.sop_class))};
    }
    return {.reason = "transfer_syntax_refused",
            .message = fmt::format("the peer takes neither {} nor what it could be converted to",
                                   words(need.transfer_syntax))};
}

}  // namespace

bool ContextPlan::covers(const Need& need) const noexcept
{
    return std::find(covered.begin(), covered.end(), need) != covered.end();
}

ContextPlan plan_contexts(std::span<const Need> needs, bool convert, std::size_t limit)
{
    ContextPlan plan;
    std::vector<std::string> with_fallback;
    for (const Need& need : needs) {
        if (plan.covers(need)) {
            continue;
        }
        const bool served = std::find(with_fallback.begin(), with_fallback.end(), need.sop_class) !=
                            with_fallback.end();
        auto fallback =
            convert && !served ? targets_for(need.transfer_syntax) : std::vector<std::string>{};
        if (plan.proposals.size() + (fallback.empty() ? 1 : 2) > limit) {
            break;
        }
        plan.proposals.push_back({need.sop_class, {need.transfer_syntax}, std::nullopt});
        if (!fallback.empty()) {
            plan.proposals.push_back({need.sop_class, std::move(fallback), std::nullopt});
            with_fallback.push_back(need.sop_class);
        }
        plan.covered.push_back(need);
    }
    return plan;
}

std::optional<Route> find_route(const net::Negotiated& negotiated, const Need& need, bool convert,
                                Report& refusal)
{
    if (const auto* same = negotiated.find(need.sop_class, need.transfer_syntax)) {
        return Route{same->id, need.transfer_syntax, false};
    }
    const dicom::TransferSyntax from{need.transfer_syntax};
    for (const std::string_view target : targets) {
        const auto* context = negotiated.find(need.sop_class, target);
        if (convert && context != nullptr &&
            dicom::can_convert(from, dicom::TransferSyntax{target})) {
            return Route{context->id, std::string{target}, true};
        }
    }
    refusal = refusal_of(negotiated, need);
    return std::nullopt;
}

}  // namespace pacs::send
