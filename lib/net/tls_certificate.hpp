#pragma once

#include "net/tls.hpp"

struct x509_st;

namespace pacs::net {

/// The certificate in words; text is UTF-8 and foreign, times are 0 where they cannot be told.
Certificate describe(x509_st* certificate);

/// The kind of an X509_V_ERR_ code.
CertificateFault fault_of_verification(int code) noexcept;

}  // namespace pacs::net
