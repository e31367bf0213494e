#pragma once

#include "diagnose/diagnose.hpp"
#include "diagnose/identify.hpp"
#include "net/association.hpp"

#include <functional>
#include <initializer_list>
#include <memory>

namespace pacs::diagnose {

/// One run of diagnose(), whatever is examined: each step fills in what it found and says whether
/// to go on. This is the way there, name, connection and TLS; what is asked then is derived.
class Examination {
public:
    virtual ~Examination() = default;
    Examination(const Examination&) = delete;
    Examination& operator=(const Examination&) = delete;

    /// Once. Throws as diagnose() does.
    Diagnosis run();

protected:
    /// `steps` are all there are, in their order; `address` and what is known are noted in facts_.
    Examination(std::string node, net::Address address, net::RequestOptions options,
                net::TlsSettings tls, const Options& how, std::initializer_list<const char*> steps);

    /// Asks over `transport_`, which is open and secured.
    virtual void ask() = 0;
    /// TLS failed, and what is there does not tell what it is.
    virtual void look_closer() {}

    /// Runs one step with its clock; a fault of the peer ends the examination.
    bool take(std::string_view name, const std::function<void(Step&)>& work);
    /// Nothing was understood of who answers: finds out what that is, over a connection of its own.
    void identify_stranger(std::optional<net::PeerFault> fault);
    net::Address address_used() const { return at(host_); }
    std::chrono::milliseconds patience() const;

    net::RequestOptions options_;
    Options how_;
    Diagnosis facts_;
    std::unique_ptr<net::Transport> transport_;

private:
    struct Tried {
        Attempt attempt;
        std::unique_ptr<net::Transport> transport;
    };

    bool resolve();
    bool connect();
    bool secure();
    Tried try_address(Attempt attempt) const;
    void sum_up_attempts(Step& step) const;
    void identify_peer();
    void note(Identified found);
    void note_rejection(const net::PeerError& error);
    Deadline connect_deadline() const;
    net::Address at(const std::string& host) const;

    net::TlsSettings tls_;
    std::string host_;  // the address that is used
};

/// The words after "doing X to Y: ", where Y may hold a colon but no colon and space.
std::string reason_in(const std::string& message);

}  // namespace pacs::diagnose
