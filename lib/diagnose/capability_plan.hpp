#pragma once

#include "diagnose/capabilities.hpp"

#include <cstddef>
#include <span>
#include <vector>

namespace pacs::diagnose {

/// One presentation context to propose, and where its answer belongs.
struct Question {
    std::size_t class_index = 0;
    std::vector<std::size_t> answer_indexes;  ///< one, or all of the class at once
};

/// One for each class and transfer syntax.
std::vector<Question> single_questions(std::span<const ClassCapability> classes,
                                       const std::function<bool(std::size_t)>& wanted);
/// For each wanted class as few as hold all its transfer syntaxes, 50 at most in each.
std::vector<Question> joint_questions(std::span<const ClassCapability> classes,
                                      const std::function<bool(std::size_t)>& wanted);

/// The questions in the words of negotiation, with the SCP role for ourselves when `as_scu`.
std::vector<net::Proposal> proposals_of(std::span<const Question> questions,
                                        std::span<const ClassCapability> classes, bool as_scu);

}  // namespace pacs::diagnose
