#pragma once

#include "diagnose/judge.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pacs::diagnose {

// What judge() is made of: each takes the facts of a step that failed.

Verdict failed(std::string_view reason, std::string words, std::string hint = {});
/// "HOST:PORT", made printable.
std::string where(const Diagnosis& facts);

/// What else may be wrong with TLS than the certificate itself, and its word for `reason`.
enum class TlsTrouble : std::uint8_t {
    wants_tls,
    speaks_plainly,
    too_old,
    wants_certificate,
    refuses_certificate,
    certificate_ends,
};
std::string_view reason_word(TlsTrouble trouble) noexcept;

Verdict judge_tls(const Diagnosis& facts);
/// The gravest fault of the certificate that tls_report has, and what follows of it.
Verdict judge_certificate(const Diagnosis& facts, std::string_view consequence);
/// The peer asked for our certificate, and TLS ended at that. With TLS 1.3 that is told only after
/// the handshake, and the alert may be lost when the peer closes upon our request.
std::optional<Verdict> judge_our_certificate(const Diagnosis& facts, const Step& step);

/// A listener that is no DICOM peer at all.
std::optional<Verdict> judge_stranger(const Diagnosis& facts);

/// What answered no request in HTTP.
Verdict judge_http(const Diagnosis& facts);
/// It is a web server; does it know us, and is it a DICOMweb service?
Verdict judge_dicomweb(const Diagnosis& facts);

}  // namespace pacs::diagnose
