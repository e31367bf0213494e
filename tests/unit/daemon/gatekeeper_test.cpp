#include "daemon/gatekeeper.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/stopwatch.hpp"
#include "daemon/certificate_watch.hpp"
#include "daemon/service_fixture.hpp"
#include "daemon/service_rules.hpp"
#include "net/message.hpp"

#include "catch.hpp"

#include <sys/stat.h>

using namespace pacs;
using Catch::Contains;
using daemon::bit;
using daemon::Gatekeeper;
using daemon::Right;
using daemon::UserList;
using Type = net::UserIdentity::Type;

namespace {

/// By openssl passwd: "open sesame" as SHA-512, "weak" as MD5; by crypt(3): "friend" as yescrypt.
const std::string alice =
    "alice:$6$saltsalt$e/5XKibXPLqVcfjpD.ouauaJrAOL5V0uo80Lt7n7EbRdRiCx3HbQ90yjOHr."
    "G0T.mx79PEMRy8nmtr0qSYhQp1\n";
const std::string bob =
    "bob:$y$j9T$rtfkqNI/SJG539gXWtNCX.$ZFtQ3Sg614/DCCulcIyryJmzvWF9MCZccaz/jFci5m4:a note\n";
const std::string weak = "carol:$1$saltsalt$elJ2SCKtR.F7iekaPJ.u./\n";

class UsersFile {
public:
    explicit UsersFile(const std::string& text, mode_t mode = 0600)
        : path_(folder_.path() / "users")
    {
        replace_file(path_, std::as_bytes(std::span{text}));
        ::chmod(path_.c_str(), mode);
    }
    const std::filesystem::path& path() const noexcept { return path_; }
    std::string complaint() const
    {
        try {
            const UserList read{path_};
        } catch (const Error& error) {
            CHECK(error.kind() == ErrorKind::usage);
            return error.what();
        }
        return {};
    }

private:
    test::ScratchFolder folder_;
    std::filesystem::path path_;
};

net::AssociateRq request(std::optional<net::UserIdentity> identity = {})
{
    net::AssociateRq made;
    made.calling_ae = "CT1";
    made.called_ae = "ARCHIVE";
    made.identity = std::move(identity);
    return made;
}

ArchivedSettings settings(std::vector<std::string> allow, const std::filesystem::path& users = {})
{
    ArchivedSettings made;
    made.allow = std::move(allow);
    made.users_file = users;
    made.listen_tls = {"2762"};
    return made;
}

const net::Caller outside{"203.0.113.5"};

}  // namespace

TEST_CASE("a passcode is proven against its hash, and nothing else is")
{
    const UsersFile file{"# who may\n\n" + alice + bob};
    const UserList users{file.path()};
    CHECK(users.size() == 2);
    CHECK(users.proves("alice", "open sesame"));
    CHECK(users.proves("bob", "friend"));
    CHECK_FALSE(users.proves("alice", "friend"));
    CHECK_FALSE(users.proves("alice", ""));
    CHECK_FALSE(users.proves("alice", std::string("open sesame\0x", 13)));
    CHECK_FALSE(users.proves("alice", std::string(100'000, 'x')));
    CHECK_FALSE(users.proves("Alice", "open sesame"));
    CHECK_FALSE(users.proves("nobody", "open sesame"));
    CHECK_FALSE(UserList{}.proves("alice", "open sesame"));
}

TEST_CASE("a file of users that cannot be relied on is refused with its line, without a hash")
{
    CHECK_THAT(UsersFile{alice + weak}.complaint(),
               Contains("users:2: the hash of 'carol' is none, or of a weak kind") &&
                   !Contains("saltsalt"));
    CHECK_THAT(UsersFile{"dave:in clear\n"}.complaint(),
               Contains("users:1: ") && !Contains("clear"));
    CHECK_THAT(UsersFile{"dave:$6$\n"}.complaint(), Contains("users:1: "));
    CHECK_THAT(UsersFile{"dave\n"}.complaint(), Contains("users:1: not NAME:HASH"));
    CHECK_THAT(UsersFile{":" + alice}.complaint(), Contains("users:1: not NAME:HASH"));
    CHECK_THAT(UsersFile{alice + alice}.complaint(), Contains("users:2: 'alice' is there twice"));
    CHECK_THAT((UsersFile{alice, 0644}.complaint()), Contains("others may read or change it"));
    CHECK_THAT((UsersFile{alice, 0660}.complaint()), Contains("others may read or change it"));
    CHECK((UsersFile{alice, 0640}.complaint()).empty());
    CHECK_THROWS_AS(UserList{"/nonexistent/users"}, Error);
}

TEST_CASE("a stranger is refused the same, and as late, whatever is wrong with him")
{
    const UsersFile file{alice};
    const Gatekeeper keeper{settings({"all from 203.0.113.0/24 with user"}, file.path())};
    const net::UserIdentity wrong{Type::passcode, true, "alice", "guess"};
    const net::UserIdentity unknown{Type::passcode, true, "mallory", "guess"};
    const net::UserIdentity token{Type::jwt, true, "eyJ0", {}};
    const net::UserIdentity name{Type::username, true, "alice", {}};
    for (const auto& each :
         {request(), request(wrong), request(unknown), request(token), request(name)}) {
        const Stopwatch watch;
        const auto refused = keeper.admit(each, outside);
        CHECK(watch.seconds() >= 0.3);
        REQUIRE(refused.rejection);
        CHECK(*refused.rejection == net::AssociateRj{1, 1, 3});
        CHECK(refused.user.empty());
        CHECK_FALSE(refused.reason.empty());
        CHECK_THAT(refused.reason, !Contains("guess"));
    }
    const Stopwatch watch;
    CHECK(keeper.admit(request(wrong), {"198.51.100.1"}).rejection);
    CHECK(watch.seconds() >= 0.3);
}

TEST_CASE("a proven user is let in at once, named, and answered when he asks")
{
    const UsersFile file{alice};
    const auto set = settings({"all from anywhere with user"}, file.path());
    const Gatekeeper keeper{set};
    const net::UserIdentity right{Type::passcode, true, "alice", "open sesame"};
    const auto admitted = keeper.admit(request(right), outside);
    CHECK_FALSE(admitted.rejection);
    CHECK(admitted.user == "alice");
    CHECK(admitted.rights == daemon::every_service);
    const net::AcceptRules rules;
    CHECK(rules.identity_response(right, admitted) == "");
    CHECK_FALSE(rules.identity_response(right, net::Admission{}));
}

TEST_CASE("a wrong passcode is refused even where none is needed, but only with a list of users")
{
    const net::UserIdentity wrong{Type::passcode, false, "alice", "guess"};
    const UsersFile file{alice};
    const Gatekeeper knowing{settings({"all from loopback"}, file.path())};
    CHECK(knowing.admit(request(wrong), {"127.0.0.1"}).rejection);
    CHECK_FALSE(knowing.admit(request(), {"127.0.0.1"}).rejection);
    const Gatekeeper ignorant{settings({"all from loopback"})};
    const auto admitted = ignorant.admit(request(wrong), {"127.0.0.1"});
    CHECK_FALSE(admitted.rejection);
    CHECK(admitted.user.empty());
}

TEST_CASE("a certificate counts when the connection has one")
{
    const Gatekeeper keeper{settings({"store from anywhere with certificate"})};
    net::TlsSession session{"TLSv1.3", "X", {}};
    CHECK(keeper.admit(request(), {outside.host, &session}).rejection);
    session.certificate = net::Certificate{};
    CHECK(keeper.admit(request(), {outside.host, &session}).rights == bit(Right::store));
}

TEST_CASE("contexts are accepted by the right to their service, and roles too")
{
    auto rules = *daemon::accept_rules(settings({}));
    rules.classes.push_back({std::string{dicom::uids::study_root_get}, {}, false});
    const auto answer = [&](std::string_view sop_class, net::Rights rights,
                            std::vector<net::RoleSelection> roles = {}) {
        net::Admission admission;
        admission.rights = rights;
        auto asked = request();
        asked.user.roles = std::move(roles);
        return rules.answer({1, std::string{sop_class}, {"1.2.840.10008.1.2"}}, asked, admission)
            .answer;
    };
    const std::string ct{test::ct_image};
    using Answer = net::ContextAnswer;
    CHECK(answer(ct, bit(Right::store)) == Answer::accepted);
    CHECK(answer(ct, bit(Right::find)) == Answer::user_rejection);
    CHECK(answer(ct, bit(Right::retrieve)) == Answer::user_rejection);
    CHECK(answer(ct, bit(Right::retrieve), {{ct, false, true}}) == Answer::accepted);
    CHECK(answer(ct, bit(Right::store), {{ct, false, true}}) == Answer::user_rejection);
    CHECK(answer(dicom::uids::verification, bit(Right::store)) == Answer::user_rejection);
    CHECK(answer(dicom::uids::verification, bit(Right::echo)) == Answer::accepted);
    CHECK(answer(dicom::uids::study_root_find, bit(Right::find)) == Answer::accepted);
    CHECK(answer(dicom::uids::study_root_find, bit(Right::retrieve)) == Answer::user_rejection);
    CHECK(answer(dicom::uids::study_root_get, bit(Right::retrieve)) == Answer::accepted);
    CHECK(answer("1.2.840.10008.5.1.4.31", daemon::every_service) ==
          Answer::abstract_syntax_not_supported);
    net::Admission only_gets;
    only_gets.rights = bit(Right::retrieve);
    CHECK_FALSE(rules.role({ct, true, true}, only_gets)->scu);
}

TEST_CASE("a request needs the right to its command, whatever its context")
{
    CHECK(daemon::may(bit(Right::echo), net::EchoRequest{}));
    CHECK_FALSE(daemon::may(bit(Right::store), net::EchoRequest{}));
    CHECK_FALSE(daemon::may(bit(Right::retrieve), net::StoreRequest{}));
    CHECK_FALSE(daemon::may(bit(Right::store), net::FindRequest{}));
    CHECK(daemon::may(bit(Right::retrieve), net::GetRequest{}));
    CHECK(daemon::may(bit(Right::retrieve), net::MoveRequest{}));
    CHECK_FALSE(daemon::may(bit(Right::find), net::MoveRequest{}));
    CHECK(daemon::may(bit(Right::commit), net::ActionRequest{}));
    CHECK(daemon::may(bit(Right::find), net::CancelRequest{}));
}

TEST_CASE("the end of our own certificate is told thirty days before, once a day")
{
    using Clock = daemon::CertificateWatch::Clock;
    using std::chrono::hours;
    const Clock::time_point now{hours{24 * 20'000}};
    const auto seconds = [](Clock::time_point at) {
        return std::chrono::duration_cast<std::chrono::seconds>(at.time_since_epoch()).count();
    };
    daemon::CertificateWatch watch;
    CHECK_FALSE(watch.look(now));
    net::Certificate certificate;
    certificate.subject = "CN=archive\x1b";
    certificate.not_before = seconds(now - hours{24});
    certificate.not_after = seconds(now + hours{24 * 31});
    watch.watch(certificate);
    CHECK_FALSE(watch.look(now));
    CHECK(watch.look(now + hours{25}) ==
          "our TLS certificate CN=archive\\x1b ends in 29 days, on 2024-11-04");
    CHECK_FALSE(watch.look(now + hours{26}));
    CHECK(watch.look(now + hours{50}));
    CHECK_THAT(*watch.look(now + hours{24 * 40}), Contains("has expired on 2024-11-04"));
    certificate.not_before = seconds(now + hours{24});
    watch.watch(certificate);
    CHECK_THAT(*watch.look(now), Contains("is not valid before 2024-10-05"));
}
