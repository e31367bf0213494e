#pragma once

#include "base/word.hpp"

#include <string_view>
#include <vector>

namespace pacs::dicom {

/// What the shells offer for a word that is being typed: `word` is what stands there so far, in
/// any case, perhaps nothing; the results begin with it as PS3.6 spells it. Retired attributes come
/// only when no other begins so, those of commands (group 0000) never. None of these throws for a
/// word that cannot be completed: there is nothing to offer then.

/// KEY: keywords, also behind the dot of a path through sequences
/// ("RequestAttributesSequence.Sch").
std::vector<Word> keyword_words(std::string_view word);

/// KEY[=VALUE] of a query: the same without what is never part of an identifier (group 0002), with
/// "=" behind attributes and "." behind sequences; and behind the "=" of an attribute that holds a
/// transfer syntax UID, transfer_syntax_words().
std::vector<Word> query_key_words(std::string_view word);

/// KEY=VALUE where an object is changed: what check_edit() lets be set, with "=".
std::vector<Word> edit_words(std::string_view word);

/// SYNTAX: UIDs of transfer syntaxes, with their names; where letters are typed, their keywords.
std::vector<Word> transfer_syntax_words(std::string_view word);

}  // namespace pacs::dicom
