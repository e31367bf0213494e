#include "base/notify.hpp"

#include "base/error.hpp"
#include "catch.hpp"

#include <cstdlib>
#include <cstring>
#include <filesystem>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

using namespace pacs;

namespace {

/// A service manager's end: a datagram socket at `name` ("@x": abstract).
class Manager {
public:
    explicit Manager(const std::string& name)
        : socket_(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0))
    {
        sockaddr_un at{};
        at.sun_family = AF_UNIX;
        std::memcpy(at.sun_path, name.data(), name.size());
        std::size_t length = name.size() + 1;
        if (name[0] == '@') {
            at.sun_path[0] = '\0';
            length = name.size();
        }
        REQUIRE(bind(socket_.get(), reinterpret_cast<sockaddr*>(&at),
                     static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + length)) == 0);
        setenv("NOTIFY_SOCKET", name.c_str(), 1);
    }

    std::string heard() const
    {
        std::array<char, 512> bytes{};
        const auto size = recv(socket_.get(), bytes.data(), bytes.size(), 0);
        return size < 0 ? "" : std::string(bytes.data(), static_cast<std::size_t>(size));
    }

private:
    Descriptor socket_;
};

std::string unique_name(const std::string& prefix)
{
    return prefix + "pacs-notify-" + std::to_string(getpid());
}

}  // namespace

TEST_CASE("without a service manager every message is silently dropped")
{
    unsetenv("NOTIFY_SOCKET");
    unsetenv("WATCHDOG_USEC");
    Notifier notifier;
    CHECK_FALSE(notifier.present());
    CHECK_FALSE(notifier.watchdog_interval());
    notifier.ready("up");
}

TEST_CASE("a service manager at an abstract socket hears ready, reloading, stopping and alive")
{
    const Manager manager{unique_name("@")};
    Notifier notifier;
    notifier.ready("two\nlines");
    CHECK(manager.heard() == "READY=1\nSTATUS=two lines");
    notifier.reloading("again");
    CHECK_THAT(manager.heard(), Catch::Contains("RELOADING=1\nMONOTONIC_USEC="));
    notifier.stopping("bye");
    CHECK(manager.heard() == "STOPPING=1\nSTATUS=bye");
    notifier.alive();
    CHECK(manager.heard() == "WATCHDOG=1");
}

TEST_CASE("a service manager at a path is heard too, and its variable does not reach children")
{
    const std::string path = unique_name(std::filesystem::temp_directory_path().string() + "/");
    std::filesystem::remove(path);
    {
        const Manager manager{path};
        Notifier notifier;
        CHECK(std::getenv("NOTIFY_SOCKET") == nullptr);
        notifier.alive();
        CHECK(manager.heard() == "WATCHDOG=1");
    }
    std::filesystem::remove(path);
}

TEST_CASE("the watchdog asks for half its period, and only of the process it names")
{
    unsetenv("NOTIFY_SOCKET");
    setenv("WATCHDOG_USEC", "30000000", 1);
    setenv("WATCHDOG_PID", std::to_string(getpid()).c_str(), 1);
    CHECK(Notifier{}.watchdog_interval() == std::chrono::milliseconds{15000});
    setenv("WATCHDOG_USEC", "30000000", 1);
    setenv("WATCHDOG_PID", "1", 1);
    CHECK_FALSE(Notifier{}.watchdog_interval());
    setenv("WATCHDOG_USEC", "soon", 1);
    CHECK_FALSE(Notifier{}.watchdog_interval());
}

TEST_CASE("a notify socket that cannot be is a usage error")
{
    setenv("NOTIFY_SOCKET", "relative/path", 1);
    CHECK_THROWS_AS(Notifier{}, Error);
    setenv("NOTIFY_SOCKET", ("/" + std::string(200, 'x')).c_str(), 1);
    CHECK_THROWS_AS(Notifier{}, Error);
}
