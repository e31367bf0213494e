#include "diagnose/identify.hpp"

#include "net/peer_error.hpp"
#include "net/raw_peer.hpp"

#include <fcntl.h>

using namespace pacs;
using namespace pacs::diagnose;
using namespace std::string_literals;

namespace {

/// A listener that says `words` to whoever connects, up to three of them, and hangs up or waits.
class Stranger {
public:
    Stranger(std::string words, bool hang_up)
        : words_(std::move(words)), hang_up_(hang_up), listener_(listening())
    {
        serving_ = std::async(std::launch::async, [this] { serve(); });
    }
    ~Stranger()
    {
        ended_ = true;
        serving_.wait();
    }
    Stranger(const Stranger&) = delete;
    Stranger& operator=(const Stranger&) = delete;

    net::Address address() const { return {"PACS", "127.0.0.1", listener_.address().port}; }

private:
    static net::Listener listening()
    {
        const net::ListenAddress address{"", 0};
        auto listeners = net::listen_on({&address, 1});
        return std::move(listeners.front());
    }
    void serve()
    {
        std::vector<Descriptor> taken;
        while (!ended_) {
            pollfd ready{listener_.fd(), POLLIN, 0};
            (void)::poll(&ready, 1, 5);
            Descriptor connection;
            if (listener_.accept(connection) == net::Listener::Result::accepted) {
                (void)::send(connection.get(), words_.data(), words_.size(), MSG_NOSIGNAL);
                if (!hang_up_) {
                    taken.push_back(std::move(connection));
                }
            }
        }
    }

    std::string words_;
    bool hang_up_;
    net::Listener listener_;
    std::atomic<bool> ended_{false};
    std::future<void> serving_;
};

Identified look(const Stranger& stranger,
                std::chrono::milliseconds patience = std::chrono::seconds{10})
{
    return identify(stranger.address(), {}, {}, patience);
}

}  // namespace

TEST_CASE("the first bytes tell a protocol")
{
    CHECK(protocol_of("HTTP/1.1 400 Bad Request") == Protocol::http);
    CHECK(protocol_of("SSH-2.0-OpenSSH_9.2") == Protocol::ssh);
    CHECK(protocol_of("220 mail ready\r\n") == Protocol::text);
    CHECK(protocol_of("\x15\x03\x03\x00\x02\x02\x28"s) == Protocol::tls);
    CHECK(protocol_of("\x07\x00\x00\x00\x00\x04\x00\x00\x02\x01"s) == Protocol::dicom);
    CHECK(protocol_of("\x03\x00\x00\x00\x00\x04\x00\x01\x01\x07"s) == Protocol::dicom);
    CHECK(protocol_of("\x00\x01\x02"s) == Protocol::unknown);
    CHECK(protocol_of("") == Protocol::unknown);
}

TEST_CASE("who speaks first is known by what it says")
{
    CHECK(look({"SSH-2.0-OpenSSH_9.2\r\n", false}).protocol == Protocol::ssh);
    const auto mail = look({"220 mail ready\r\n", false});
    CHECK(mail.protocol == Protocol::text);
    CHECK(mail.greeting == "220 mail ready\r\n");
    CHECK(look({"\x07\x00\x00\x00\x00\x04\x00\x00\x02\x01"s, false}).protocol == Protocol::dicom);
}

TEST_CASE("who says nothing is silent, and who hangs up closes")
{
    CHECK(look({"", false}, std::chrono::milliseconds{50}).protocol == Protocol::silent);
    CHECK(look({"", true}).protocol == Protocol::closes);
}

TEST_CASE("a stop ends the looking")
{
    int pipes[2] = {-1, -1};
    REQUIRE(::pipe2(pipes, O_CLOEXEC) == 0);
    const Descriptor read_end{pipes[0]};
    Descriptor{pipes[1]}.close();
    const Stranger stranger{"", false};
    net::RequestOptions options;
    options.stop = {read_end.get(), std::chrono::milliseconds{1}};
    CHECK(net::test::fault_of([&] {
              (void)identify(stranger.address(), {}, options, std::chrono::seconds{10});
          }) == net::PeerFault::stopped);
}
