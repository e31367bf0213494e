#include "diagnose/capability_plan.hpp"

#include "dicom/transfer_syntax.hpp"
#include "dicom/uid.hpp"

#include <algorithm>
#include <string>

namespace pacs::diagnose {

namespace {

/// JPEG, MPEG, HEVC, JPIP and their kin.
constexpr std::string_view pixel_encodings = "1.2.840.10008.1.2.4.";

/// PS3.8 sets no limit, DCMTK does (DICOM_MAXTRANSFERSYNTAXES): acceptors built on 3.6.7, Orthanc
/// among them, take 50 in a context and answer a request with more of them not at all.
constexpr std::size_t most_syntaxes_in_context = 50;

/// Of the registry but no encodings of a data set that a C-STORE could carry: MIME and XML
/// (PS3.10), Papyrus, and the live streams of PS3.22.
bool carries_data_sets(std::string_view uid) noexcept
{
    return !uid.starts_with("1.2.840.10008.1.2.6.") && !uid.starts_with("1.2.840.10008.1.2.7.") &&
           uid != "1.2.840.10008.1.20";
}

}  // namespace

bool ClassCapability::accepted() const noexcept
{
    return std::any_of(answers.begin(), answers.end(), [](const SyntaxAnswer& each) {
        return each.as_scp == net::ContextAnswer::accepted ||
               each.as_scu == net::ContextAnswer::accepted;
    });
}

bool ClassCapability::known() const noexcept
{
    return std::any_of(answers.begin(), answers.end(),
                       [](const SyntaxAnswer& each) { return each.as_scp.has_value(); });
}

std::size_t Capabilities::known() const noexcept
{
    std::size_t count = 0;
    for (const auto& each : classes) {
        count += static_cast<std::size_t>(
            std::count_if(each.answers.begin(), each.answers.end(),
                          [](const SyntaxAnswer& answer) { return answer.as_scp.has_value(); }));
    }
    return count;
}

std::vector<std::string_view> sop_classes_asked()
{
    auto uids = dicom::sop_classes();
    std::erase_if(uids, [](std::string_view uid) {
        return dicom::uid_retired(uid) && !dicom::is_storage_class(uid);
    });
    return uids;
}

std::vector<std::string_view> transfer_syntaxes_asked(std::string_view sop_class)
{
    auto uids = dicom::transfer_syntax_uids();
    const bool storage = dicom::is_storage_class(sop_class);
    std::erase_if(uids, [&](std::string_view uid) {
        const bool pixels =
            uid.starts_with(pixel_encodings) || dicom::TransferSyntax{uid}.encapsulated();
        return !carries_data_sets(uid) || (!storage && pixels);
    });
    return uids;
}

std::vector<Question> single_questions(std::span<const ClassCapability> classes,
                                       const std::function<bool(std::size_t)>& wanted)
{
    std::vector<Question> questions;
    for (std::size_t i = 0; i < classes.size(); ++i) {
        for (std::size_t j = 0; wanted(i) && j < classes[i].answers.size(); ++j) {
            questions.push_back({i, {j}});
        }
    }
    return questions;
}

std::vector<Question> joint_questions(std::span<const ClassCapability> classes,
                                      const std::function<bool(std::size_t)>& wanted)
{
    std::vector<Question> questions;
    for (std::size_t i = 0; i < classes.size(); ++i) {
        for (std::size_t j = 0; wanted(i) && j < classes[i].answers.size(); ++j) {
            if (j % most_syntaxes_in_context == 0) {
                questions.push_back({i, {}});
            }
            questions.back().answer_indexes.push_back(j);
        }
    }
    return questions;
}

std::vector<net::Proposal> proposals_of(std::span<const Question> questions,
                                        std::span<const ClassCapability> classes, bool as_scu)
{
    std::vector<net::Proposal> proposals;
    for (const auto& question : questions) {
        const auto& about = classes[question.class_index];
        auto& proposal = proposals.emplace_back();
        proposal.abstract_syntax = about.sop_class;
        for (const auto index : question.answer_indexes) {
            proposal.transfer_syntaxes.emplace_back(about.answers[index].transfer_syntax);
        }
        if (as_scu) {
            proposal.role = net::RoleSelection{proposal.abstract_syntax, false, true};
        }
    }
    return proposals;
}

}  // namespace pacs::diagnose
