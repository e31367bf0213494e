// find_loop: many queries on one association, as fast as the peer answers; for benchmarks.

#include "base/error.hpp"
#include "dicom/query_key.hpp"
#include "dicom/uid.hpp"
#include "net/association.hpp"
#include "net/find.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <string>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

struct Options {
    std::string peer;
    std::uint64_t count = 1000;
    std::uint64_t range = 1;
    std::vector<std::string> keys;
};

/// The identifier of query `turn`: "#" in a value becomes six digits that walk through the range.
std::string identifier(const Options& options, std::uint64_t turn,
                       const pacs::dicom::TransferSyntax& syntax)
{
    pacs::dicom::DataSet out;
    for (std::string key : options.keys) {
        if (const auto at = key.find('#'); at != std::string::npos) {
            key.replace(at, 1, fmt::format("{:06}", turn * 7919 % options.range));
        }
        pacs::dicom::put_query_key(out, pacs::dicom::parse_query_key(key), {});
    }
    return pacs::dicom::encode(out, syntax);
}

int ask(const Options& options)
{
    using namespace pacs;
    const std::string model{dicom::uids::study_root_find};
    const std::vector<net::Proposal> proposals{
        {model, {std::string{dicom::uids::implicit_le}}, {}}};
    const auto association =
        net::Association::request(net::parse_address(options.peer), {}, proposals);
    const net::Context& context = association->require_context(model);
    std::vector<double> milliseconds;
    std::uint64_t answers = 0;
    const auto start = Clock::now();
    for (std::uint64_t turn = 0; turn < options.count; ++turn) {
        const auto asked = Clock::now();
        const auto result =
            net::find(*association, context.id,
                      identifier(options, turn, dicom::TransferSyntax{context.transfer_syntax}),
                      [](const net::FindAnswer&) { return net::Next::more; });
        if (!result.status.success()) {
            throw Error(ErrorKind::peer, "querying " + options.peer + ": " + result.status.hex());
        }
        answers += result.answers;
        milliseconds.push_back(
            std::chrono::duration<double, std::milli>(Clock::now() - asked).count());
    }
    const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
    association->release();
    std::sort(milliseconds.begin(), milliseconds.end());
    fmt::print(
        "{{\"queries\":{},\"answers\":{},\"seconds\":{:.4f},\"p50_ms\":{:.4f},\"p99_ms\":{:.4f}}}"
        "\n",
        options.count, answers, seconds, milliseconds.at(milliseconds.size() / 2),
        milliseconds.at(milliseconds.size() * 99 / 100));
    return 0;
}

}  // namespace

int main(int argc, char** argv)
{
    Options options;
    CLI::App app{"Sends one query again and again on one association and says how fast it was."};
    app.add_option("peer", options.peer, "AE@HOST:PORT")->required();
    app.add_option("count", options.count, "How many queries")
        ->required()
        ->check(CLI::PositiveNumber);
    app.add_option("keys", options.keys, "KEY[=VALUE]; # in a value is replaced by a number")
        ->required();
    app.add_option("--range", options.range, "# walks through so many numbers")
        ->check(CLI::PositiveNumber);
    CLI11_PARSE(app, argc, argv);
    try {
        return ask(options);
    } catch (const std::exception& error) {
        fmt::print(stderr, "find_loop: {}\n", error.what());
        return 3;
    }
}
