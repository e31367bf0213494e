#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

/// The protocol data units of PS3.8 section 9.3 and their sub-items (PS3.8 Annex D, PS3.7 Annex D)
/// as values and bytes. Pure: no sockets, no state, no allocation from a length field.
namespace pacs::net {

enum class PduType : std::uint8_t {
    associate_rq = 1,
    associate_ac = 2,
    associate_rj = 3,
    p_data = 4,
    release_rq = 5,
    release_rp = 6,
    abort = 7,
};

inline constexpr std::size_t pdu_header_bytes = 6;
/// Presentation data value header inside P-DATA-TF: length, context, control header.
inline constexpr std::size_t pdv_header_bytes = 6;
/// The most an A-ASSOCIATE PDU of a peer may hold. PS3.8 sets no limit; 128 contexts with 60
/// transfer syntaxes each fit, what comes in practice is under 64 KiB.
inline constexpr std::size_t max_associate_bytes = std::size_t{256} * 1024;
inline constexpr std::size_t max_contexts = 128;

/// A PDU that breaks PS3.8; `abort_reason` is what the A-ABORT from the service provider says
/// (PS3.8 9.3.8: 1 unrecognised PDU, 4 unrecognised parameter, 6 invalid parameter value).
class PduError : public std::runtime_error {
public:
    PduError(std::uint8_t abort_reason, const std::string& what)
        : std::runtime_error(what), abort_reason_(abort_reason)
    {
    }
    std::uint8_t abort_reason() const noexcept { return abort_reason_; }

private:
    std::uint8_t abort_reason_;
};

/// One proposed presentation context, PS3.8 9.3.2.2.
struct ProposedContext {
    std::uint8_t id = 0;  ///< odd
    std::string abstract_syntax;
    std::vector<std::string> transfer_syntaxes;

    bool operator==(const ProposedContext&) const = default;
};

/// The answer to a proposed context, PS3.8 9.3.3.2.
enum class ContextAnswer : std::uint8_t {
    accepted = 0,
    user_rejection = 1,
    no_reason = 2,
    abstract_syntax_not_supported = 3,
    transfer_syntaxes_not_supported = 4,
};
std::string_view to_string(ContextAnswer answer) noexcept;

struct AnsweredContext {
    std::uint8_t id = 0;
    ContextAnswer answer = ContextAnswer::accepted;
    std::string transfer_syntax;  ///< not significant unless accepted

    bool operator==(const AnsweredContext&) const = default;
};

/// Asynchronous operations window, PS3.7 D.3.3.3; 0 is unlimited. From the requestor's side in
/// both directions: `invoked` by the requestor, `performed` by the requestor.
struct AsyncWindow {
    std::uint16_t invoked = 1;
    std::uint16_t performed = 1;

    bool operator==(const AsyncWindow&) const = default;
};

/// SCP/SCU role selection, PS3.7 D.3.3.4: the roles of the association requestor.
struct RoleSelection {
    std::string sop_class;
    bool scu = true;
    bool scp = false;

    bool operator==(const RoleSelection&) const = default;
};

/// SOP class extended negotiation, PS3.7 D.3.3.5; `info` is defined by each service (PS3.4 C.5.1.1
/// for C-FIND: bytes 0 and 1).
struct ExtendedNegotiation {
    std::string sop_class;
    std::string info;

    bool operator==(const ExtendedNegotiation&) const = default;
};

/// SOP class common extended negotiation, PS3.7 D.3.3.6 (only in A-ASSOCIATE-RQ).
struct CommonExtendedNegotiation {
    std::string sop_class;
    std::string service_class;
    std::vector<std::string> related_classes;

    bool operator==(const CommonExtendedNegotiation&) const = default;
};

/// User identity, PS3.7 D.3.3.7.1. Never logged.
struct UserIdentity {
    enum class Type : std::uint8_t { username = 1, passcode = 2, kerberos = 3, saml = 4, jwt = 5 };
    Type type = Type::username;
    bool response_requested = false;
    std::string primary;    ///< name, ticket or assertion
    std::string secondary;  ///< passcode, only with Type::passcode

    bool operator==(const UserIdentity&) const = default;
};

/// What user information (PS3.8 9.3.2.3) of requests and acceptances has in common.
struct UserInformation {
    std::uint32_t max_pdu_bytes = 0;  ///< what the sender of this item can receive; 0 unlimited
    std::string implementation_class_uid;
    std::string implementation_version;
    std::optional<AsyncWindow> window;
    std::vector<RoleSelection> roles;
    std::vector<ExtendedNegotiation> extended;

    bool operator==(const UserInformation&) const = default;
};

struct AssociateRq {
    std::uint16_t protocol_version = 1;
    std::string called_ae;   ///< without its padding; 1 to 16 bytes, as they came
    std::string calling_ae;  ///< the same
    std::string application_context;
    std::vector<ProposedContext> contexts;
    UserInformation user;
    std::vector<CommonExtendedNegotiation> common_extended;
    std::optional<UserIdentity> identity;

    bool operator==(const AssociateRq&) const = default;
};

struct AssociateAc {
    std::uint16_t protocol_version = 1;
    std::string called_ae;   ///< echoed; not significant to the requestor
    std::string calling_ae;  ///< echoed; not significant to the requestor
    std::string application_context;
    std::vector<AnsweredContext> contexts;
    UserInformation user;
    std::optional<std::string> identity_response;  ///< PS3.7 D.3.3.7.2

    bool operator==(const AssociateAc&) const = default;
};

/// A-ASSOCIATE-RJ, PS3.8 table 9-21.
struct AssociateRj {
    enum Result : std::uint8_t { permanent = 1, transient = 2 };
    enum Source : std::uint8_t { service_user = 1, acse = 2, presentation = 3 };
    enum UserReason : std::uint8_t {
        no_reason = 1,
        application_context_not_supported = 2,
        calling_ae_not_recognised = 3,
        called_ae_not_recognised = 7,
    };
    enum AcseReason : std::uint8_t { acse_no_reason = 1, protocol_version_not_supported = 2 };
    enum PresentationReason : std::uint8_t { temporary_congestion = 1, local_limit_exceeded = 2 };

    std::uint8_t result = permanent;
    std::uint8_t source = service_user;
    std::uint8_t reason = no_reason;

    bool operator==(const AssociateRj&) const = default;
};
/// "called AE title not recognised (permanent, by the service user)".
std::string to_string(const AssociateRj& rejection);

/// A-ABORT, PS3.8 table 9-26.
struct Abort {
    enum Source : std::uint8_t { service_user = 0, service_provider = 2 };
    enum Reason : std::uint8_t {
        not_specified = 0,
        unrecognised_pdu = 1,
        unexpected_pdu = 2,
        unrecognised_parameter = 4,
        unexpected_parameter = 5,
        invalid_parameter = 6,
    };
    std::uint8_t source = service_user;
    std::uint8_t reason = not_specified;

    bool operator==(const Abort&) const = default;
};
std::string to_string(const Abort& abort);  ///< "unexpected PDU (by the service provider)"

/// The whole PDU with its header. Encoding checks what the field widths allow and throws
/// Error(usage): too long titles and UIDs, more than 128 contexts, an even or doubled context id.
std::string encode(const AssociateRq& pdu);
std::string encode(const AssociateAc& pdu);
std::string encode(const AssociateRj& pdu);
std::string encode(const Abort& pdu);
std::string encode_release_rq();
std::string encode_release_rp();

struct PduHeader {
    std::uint8_t type = 0;  ///< not yet known to be a PduType
    std::uint32_t length = 0;
};
PduHeader decode_header(std::span<const std::byte, pdu_header_bytes> bytes) noexcept;

/// The variable part of a PDU, without its header. Unknown items and sub-items are skipped as
/// PS3.8 9.3.1 asks; every length must lie inside its parent. Throws PduError.
/// Refused too: doubled mandatory items and user identities, even or doubled context ids, more
/// than 128 contexts, a context without transfer syntaxes.
AssociateRq decode_associate_rq(std::span<const std::byte> body);
AssociateAc decode_associate_ac(std::span<const std::byte> body);
AssociateRj decode_associate_rj(std::span<const std::byte> body);
Abort decode_abort(std::span<const std::byte> body);

/// The header of one presentation data value, PS3.8 9.3.5.1 and Annex E.2.
struct PdvHeader {
    std::uint32_t length = 0;  ///< of the fragment alone, without context and control byte
    std::uint8_t context_id = 0;
    bool command = false;
    bool last = false;
};
/// Six bytes from the front of the rest of a P-DATA-TF. `left` is how much of the PDU is left,
/// these six bytes included. Throws PduError when the value does not fit.
PdvHeader decode_pdv_header(std::span<const std::byte, pdv_header_bytes> bytes, std::size_t left);

/// Header of a P-DATA-TF that holds one presentation data value: twelve bytes to put in front of
/// the fragment.
using PdataHeader = std::array<std::byte, pdu_header_bytes + pdv_header_bytes>;
PdataHeader make_pdata_header(const PdvHeader& pdv) noexcept;

/// "HTTP", "TLS", "SSH" or empty: what the first bytes of a stream that is no DICOM look like.
std::string_view guess_protocol(std::span<const std::byte> first_bytes) noexcept;

}  // namespace pacs::net
