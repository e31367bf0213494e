// Sends files over the library's StoreScu as fast as it goes: the sender for benchmarks of the
// upper layer, and a first interop check. Prints one line of figures.
#include "base/error.hpp"
#include "base/file.hpp"
#include "dicom/part10.hpp"
#include "dicom/uid.hpp"
#include "net/echo.hpp"
#include "net/store.hpp"

#include <sys/stat.h>
#include <CLI/CLI.hpp>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace {

using namespace pacs;
using namespace pacs::net;
using Clock = std::chrono::steady_clock;

struct Object {
    std::filesystem::path path;
    std::string sop_class;
    std::string sop_instance;
    std::string transfer_syntax;
    std::uint64_t offset = 0;
    std::uint64_t size = 0;
};

Object look_at(const std::filesystem::path& path)
{
    const auto file = open_for_reading(path);
    std::vector<std::byte> head(dicom::file_head_bytes);
    head.resize(read_some(file.get(), head, path));
    const auto parsed = dicom::read_file_head(head);
    Object object{path,
                  parsed.meta.text({0x0002, 0x0002}),
                  parsed.meta.text({0x0002, 0x0003}),
                  parsed.syntax.uid(),
                  parsed.data_offset,
                  0};
    object.size = std::filesystem::file_size(path) - parsed.data_offset;
    return object;
}

std::vector<Proposal> proposals_for(const std::vector<Object>& objects)
{
    std::map<std::string, std::vector<std::string>> wanted;
    for (const auto& object : objects) {
        auto& syntaxes = wanted[object.sop_class];
        if (std::find(syntaxes.begin(), syntaxes.end(), object.transfer_syntax) == syntaxes.end()) {
            syntaxes.push_back(object.transfer_syntax);
        }
    }
    std::vector<Proposal> proposals{
        {std::string{dicom::uids::verification}, {std::string{dicom::uids::implicit_le}}, {}}};
    for (const auto& [sop_class, syntaxes] : wanted) {
        for (const auto& syntax : syntaxes) {
            proposals.push_back({sop_class, {syntax}, {}});
        }
    }
    return proposals;
}

struct Tally {
    std::uint64_t stored = 0;
    std::uint64_t failed = 0;
    std::uint64_t bytes = 0;
};

void send_all(Association& association, const std::vector<Object>& objects, unsigned window,
              Tally& tally)
{
    StoreScu store{association, static_cast<std::uint16_t>(window)};
    for (const auto& object : objects) {
        const auto* context =
            association.negotiated().find(object.sop_class, object.transfer_syntax);
        if (context == nullptr) {
            ++tally.failed;
            continue;
        }
        const auto file = open_for_reading(object.path);
        const Piece data{FileRange{file.get(), object.offset, object.size}};
        StoreRequest request;
        request.sop_class = object.sop_class;
        request.sop_instance = object.sop_instance;
        store.submit(request, context->id, {&data, 1}, [&](const StoreOutcome& outcome) {
            ++(outcome.stored() ? tally.stored : tally.failed);
            if (!outcome.stored() && tally.failed == 1) {
                std::fprintf(stderr, "first failure: %s %s %s\n", outcome.status.hex().c_str(),
                             outcome.comment.c_str(), outcome.lie.c_str());
            }
        });
        tally.bytes += object.size;
    }
    store.finish();
}

}  // namespace

int main(int argc, char** argv)
{
    CLI::App app{"Sends files by C-STORE"};
    std::string peer;
    std::vector<std::string> paths;
    unsigned window = 1;
    std::uint32_t max_pdu = 131'072;
    bool echo_only = false;
    app.add_option("peer", peer, "AE@HOST:PORT")->required();
    app.add_option("files", paths, "Files and folders");
    app.add_option("--window", window, "Asynchronous operations window to ask for");
    app.add_option("--max-pdu", max_pdu, "Longest P-DATA-TF sent");
    app.add_flag("--echo", echo_only, "Only C-ECHO");
    CLI11_PARSE(app, argc, argv);
    try {
        std::vector<Object> objects;
        for (const auto& path : paths) {
            if (std::filesystem::is_directory(path)) {
                for (const auto& entry : std::filesystem::recursive_directory_iterator(path)) {
                    if (entry.is_regular_file()) {
                        objects.push_back(look_at(entry.path()));
                    }
                }
            } else {
                objects.push_back(look_at(path));
            }
        }
        RequestOptions options;
        options.window = {static_cast<std::uint16_t>(window), 1};
        options.max_sent_pdu_bytes = max_pdu;
        const auto proposals = proposals_for(objects);
        const auto association = Association::request(parse_address(peer), options, proposals);
        if (echo_only) {
            std::printf("echo %s\n", echo(*association).status.hex().c_str());
        }
        Tally tally;
        const auto start = Clock::now();
        send_all(*association, objects, window, tally);
        const std::chrono::duration<double> seconds = Clock::now() - start;
        association->release();
        std::printf("%llu stored, %llu failed, %.3f s, %.0f objects/s, %.1f MB/s, window %u\n",
                    static_cast<unsigned long long>(tally.stored),
                    static_cast<unsigned long long>(tally.failed), seconds.count(),
                    static_cast<double>(tally.stored) / seconds.count(),
                    static_cast<double>(tally.bytes) / 1e6 / seconds.count(),
                    static_cast<unsigned>(association->negotiated().window.invoked));
        return tally.failed == 0 ? 0 : 1;
    } catch (const Error& error) {
        std::fprintf(stderr, "store_probe: %s\n", error.what());
        return 3;
    }
}
