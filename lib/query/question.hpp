#pragma once

#include "dicom/charset.hpp"
#include "dicom/data_set.hpp"
#include "dicom/query_level.hpp"
#include "query/dates.hpp"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace pacs::query {

/// What a person asks for, in the words of pacs-find(1). Empty means not asked. (Each member has an
/// initializer so that designated ones may leave it out.)
struct Wishes {
    std::vector<std::string> keys = {};           ///< "KEY" or "KEY=VALUE", see dicom/query_key.hpp
    std::optional<dicom::QueryLevel> level = {};  ///< none: infer_level()
    std::vector<std::string> study = {};          ///< Study Instance UIDs
    std::vector<std::string> series = {};         ///< Series Instance UIDs
    std::vector<std::string> accession = {};
    std::vector<std::string> patient_id = {};
    std::vector<std::string> modality = {};
    std::string name = {};   ///< Patient's Name; * is added when there is no wildcard and no ^
    std::string date = {};   ///< Study Date: a day or a span, date_span()
    std::string since = {};  ///< Study Date from this day on
    std::string until = {};  ///< Study Date up to this day
    bool patient_root = false;
    bool relational = false;
    bool fuzzy = false;
    bool named_only = false;  ///< leave out default_keys()
};

/// Takes the bare UIDs ("1.2.3", always with a dot) out of the keys: what pacs-get(1) and
/// pacs-move(1) take as Study Instance UIDs, each of which must be found.
std::vector<std::string> take_bare_uids(Wishes& wishes);

/// A wish that is an option of the command line: its words, and where its value goes (one of the
/// three).
struct WishOption {
    const char* name;   ///< "--since"
    const char* value;  ///< placeholder: "DAY"; empty for a flag
    const char* help;
    std::string Wishes::*single = nullptr;
    std::vector<std::string> Wishes::*several = nullptr;  ///< may be repeated
    bool Wishes::*flag = nullptr;
};
/// All but the level and the keys, in the order of the manual page.
std::span<const WishOption> wish_options() noexcept;

/// A query, ready to be asked: PS3.4 C.4.1.
struct Question {
    dicom::QueryRoot root = dicom::QueryRoot::study;
    dicom::QueryLevel level = dicom::QueryLevel::study;
    bool relational = false;
    bool fuzzy = false;
    /// With Query/Retrieve Level, and Specific Character Set where the keys need one.
    dicom::DataSet identifier;
    /// What is unwise but was asked for, in words.
    std::vector<std::string> warnings;
};

/// Understands the wishes. Keys of the same attribute become alternatives (list matching). Text is
/// encoded in `charset` when it names a set, else in ISO_IR 192 when it is not plain ASCII.
///
/// The root is Study Root unless `patient_root`, or the patient level, asks for the other. Without
/// `relational` the unique key of every level above must have one value (PS3.4 C.4.1.3.1.1).
/// A key QueryRetrieveLevel, as DCMTK's users write it, sets the level.
/// Throws Error(usage) for what cannot be asked, with a hint.
Question make_question(const Wishes& wishes, const dicom::CharacterSet& charset, Day now);

/// The level of a question that names none: the lowest one whose unique key has a value, but never
/// above study.
dicom::QueryLevel infer_level(const dicom::DataSet& identifier);

/// The attributes worth knowing at a level, asked for beside those that are named: those of the
/// level itself, the unique keys of the levels above, and the patient's where Study Root has them
/// at study level.
const std::vector<dicom::Tag>& default_keys(dicom::QueryRoot root, dicom::QueryLevel level);

/// Throws Error(usage) unless `charset` is empty or names defined terms of PS3.3 C.12.1.1.2.
dicom::CharacterSet query_charset(const std::string& charset);

}  // namespace pacs::query
