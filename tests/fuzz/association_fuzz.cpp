// The stream of a peer, from its first byte to its last, through a whole association of ours: as
// acceptor with a session behind it, or as requestor that stores, queries and releases. The first
// byte of the input chooses the side, the second how many bytes arrive at a time.
#include "base/error.hpp"
#include "dicom/uid.hpp"
#include "net/accept_rules.hpp"
#include "net/association.hpp"
#include "net/echo.hpp"
#include "net/find.hpp"
#include "net/store.hpp"
#include "net/transport.hpp"
#include "net/worker.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>

namespace {

using namespace pacs;
using namespace pacs::net;

/// A peer that has said everything it will ever say and takes whatever we answer.
class MemoryTransport : public Transport {
public:
    MemoryTransport(std::span<const std::byte> input, std::size_t step)
        : input_(input), step_(std::max<std::size_t>(1, step))
    {
    }
    Wait wait(Deadline /*deadline*/, int /*wake_fd*/) override { return Wait::readable; }
    std::size_t read(std::span<std::byte> buffer, Deadline /*deadline*/) override
    {
        if (buffer.empty()) {
            std::abort();  // nothing could ever come of it
        }
        const auto count = shut_ ? 0 : std::min({buffer.size(), step_, input_.size()});
        std::copy_n(input_.begin(), count, buffer.begin());
        input_ = input_.subspan(count);
        return count;
    }
    void write(std::span<const Piece> /*pieces*/, Deadline /*deadline*/) override {}
    void shutdown() noexcept override { shut_ = true; }
    void close_gently(Deadline /*deadline*/) noexcept override { shut_ = true; }
    std::string peer_host() const override { return "192.0.2.1"; }
    std::uint16_t peer_port() const override { return 104; }

private:
    std::span<const std::byte> input_;
    std::size_t step_;
    bool shut_ = false;
};

class CountingSink : public StoreSink {
public:
    void write(std::span<const std::byte> bytes) override
    {
        for (const auto byte : bytes) {  // touch each one: the span must be readable
            sum_ += std::to_integer<unsigned>(byte);
        }
    }
    void finish(StoreReply reply) override
    {
        if (sum_ % 3 != 0) {  // some replies are forgotten
            reply(sum_ % 3 == 1 ? statuses::success : statuses::cannot_understand);
        }
    }

private:
    unsigned sum_ = 0;
};

class FuzzSession : public Session {
public:
    StoreDecision on_store(const StoreRequest& request, const Context& /*context*/) override
    {
        if (request.priority == Priority::low) {
            return refuse_store(statuses::out_of_resources, "full");
        }
        return {std::make_unique<CountingSink>(), {}, {}};
    }
    Response on_find(const FindRequest& request, const Context& /*context*/,
                     const std::string& identifier, Responder& responder) override
    {
        for (int i = 0; i < 40; ++i) {
            if (!responder.send(identifier, statuses::pending)) {
                return Response::to(request, statuses::cancel);
            }
        }
        return Response::to(request, statuses::success);
    }
};

void accept(std::unique_ptr<Transport> transport)
{
    AcceptRules rules;
    rules.any_storage = true;
    rules.max_window = {8, 1};
    rules.classes = {{std::string{dicom::uids::verification}, {}, false},
                     {std::string{dicom::uids::study_root_find}, {}, false},
                     {std::string{dicom::uids::study_root_move}, {}, true}};
    const auto association = Association::accept(std::move(transport), rules, {});
    FuzzSession session;
    ServerLimits limits;
    limits.max_identifier_bytes = 4096;
    const StopState stop;
    (void)Worker{*association, session, std::make_shared<ReplyQueue>(), limits, stop}.run();
}

void request(std::unique_ptr<Transport> transport)
{
    RequestOptions options;
    options.window = {4, 1};
    const std::vector<Proposal> proposals{
        {std::string{dicom::uids::verification}, {std::string{dicom::uids::implicit_le}}, {}},
        {"1.2.840.10008.5.1.4.1.1.2", {std::string{dicom::uids::implicit_le}}, {}},
        {std::string{dicom::uids::study_root_find}, {std::string{dicom::uids::implicit_le}}, {}}};
    const auto association = Association::request(std::move(transport), "PEER", options, proposals);
    const std::string data(1000, 'x');
    const Piece piece{std::as_bytes(std::span{data})};
    if (association->negotiated().find(1) != nullptr) {
        (void)echo(*association);
    }
    if (association->negotiated().find(3) != nullptr) {
        StoreScu store{*association};
        for (int i = 0; i < 3; ++i) {
            StoreRequest object;
            object.sop_class = "1.2.840.10008.5.1.4.1.1.2";
            object.sop_instance = "1.2.3";
            store.submit(object, 3, {&piece, 1}, [](const StoreOutcome&) {});
        }
        store.finish();
    }
    if (association->negotiated().find(5) != nullptr) {
        int answers = 0;
        (void)find(*association, 5, data,
                   [&](FindAnswer&&) { return ++answers < 3 ? Next::more : Next::cancel; });
    }
    association->release();
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    constexpr std::size_t choices = 2;
    if (size < choices) {
        return 0;
    }
    const auto stream = std::as_bytes(std::span{data, size}).subspan(choices);
    auto transport = std::make_unique<MemoryTransport>(stream, std::size_t{data[1]} * 16);
    try {
        if (data[0] % 2 == 0) {
            accept(std::move(transport));
        } else {
            request(std::move(transport));
        }
    } catch (const PeerError&) {
    }
    return 0;
}
