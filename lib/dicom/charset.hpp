#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pacs::dicom {

struct Repertoire;

/// A Specific Character Set (0008,0005), PS3.3 C.12.1.1.2 and PS3.5 6.1.2: one or more defined
/// terms with the code extensions of ISO 2022. Cheap to make; converters are cached by thread.
class CharacterSet {
public:
    CharacterSet() = default;  ///< the default repertoire, ISO_IR 6
    /// `terms` is the value as it stands in the data set: "ISO 2022 IR 6\\ISO 2022 IR 87". Common
    /// misspellings ("ISO_IR_100", "ISO-IR 100", "UTF8") are understood.
    explicit CharacterSet(std::string_view terms);

    /// As PS3.3 spells them, misspellings put right; empty for the default repertoire.
    const std::vector<std::string>& terms() const noexcept { return terms_; }
    bool known() const noexcept { return known_; }  ///< every term is a defined one
    bool is_utf8() const noexcept;

    struct Decoded {
        std::string utf8;
        bool exact = true;  ///< false: a byte could not be converted and is U+FFFD in `utf8`, or
                            ///< no term said what it is and it was guessed (UTF-8, else Latin-1)
    };
    /// To UTF-8, value by value, escape sequences and the resets at delimiters (PS3.5 6.1.2.5.3)
    /// included. Never throws on content. `person_name` also resets at ^ and =.
    Decoded to_utf8(std::string_view bytes, bool person_name = false) const;
    /// From UTF-8 with the escape sequences the terms ask for; nullopt when a character is in none
    /// of them.
    std::optional<std::string> from_utf8(std::string_view utf8, bool person_name = false) const;

private:
    std::vector<std::string> terms_;
    std::vector<const Repertoire*> repertoires_;  // of the terms, constant tables
    bool known_ = true;
};

/// Lower case, without accents and with full-width forms narrowed: the key under which --fuzzy and
/// the index compare names. UTF-8 in and out.
std::string fold(std::string_view utf8);
/// Case only, Unicode simple case folding: what PS3.4 C.2.2.2.1 leaves to the SCP for PN.
std::string fold_case(std::string_view utf8);

}  // namespace pacs::dicom
