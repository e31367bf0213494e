#pragma once

#include "dicom/transcode.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace pacs::send {

/// The attributes that --set changes in every object on its way.
class Coercion {
public:
    Coercion() = default;
    /// add() for each.
    explicit Coercion(const std::vector<std::string>& texts);
    /// Adds "KEY=VALUE": KEY is a keyword or a tag of the top level, VALUE is UTF-8; an empty one
    /// empties the attribute. Throws Error(usage) as dicom::check_edit() does, and for a KEY twice.
    void add(std::string_view text);

    bool empty() const noexcept { return edits_.empty(); }
    /// The edits for an object, text in its own character set (Specific Character Set as it stands
    /// there). Throws Error(data) when a character is not in it.
    std::vector<dicom::Edit> edits_for(const std::string& character_set) const;
    /// The value that `tag` is set to, or nullptr.
    const std::string* value_of(dicom::Tag tag) const noexcept;
    /// {"PatientID":"X"}: the changes as a JSON object for records.
    std::string json() const;

private:
    std::vector<dicom::Edit> edits_;  ///< values in UTF-8
};

}  // namespace pacs::send
