#pragma once

#include "net/address.hpp"

namespace pacs::net {

/// The numeric address of the other side of a connected socket; empty for a Unix socket. An IPv4
/// address that came through an IPv6 socket is written as IPv4.
ListenAddress peer_of(int socket);
/// The same for our own side.
ListenAddress local_address_of(int socket);
/// Throws Error(bug).
void make_non_blocking(int socket);

}  // namespace pacs::net
