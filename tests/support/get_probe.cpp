// Gets a study by C-GET over the bare upper layer and keeps nothing: the asker for benchmarks of
// servers. Fails unless as many objects came as were expected and the server says so, too.
#include "base/error.hpp"
#include "dicom/uid.hpp"
#include "net/association.hpp"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <string>
#include <variant>
#include <vector>

namespace {

using namespace pacs;
using namespace pacs::net;

const std::string get_class{dicom::uids::study_root_get};
// CT, CR, MR: what make_objects makes
const std::vector<std::string> storage{"1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.5.1.4.1.1.1",
                                       "1.2.840.10008.5.1.4.1.1.4", "1.2.840.10008.5.1.4.1.1.6.1",
                                       "1.2.840.10008.5.1.4.1.1.128"};

std::vector<Proposal> proposals()
{
    const std::string syntax{dicom::uids::explicit_le};
    std::vector<Proposal> all{{get_class, {syntax}, {}}};
    for (const std::string& uid : storage) {
        all.push_back({uid, {syntax}, RoleSelection{uid, true, true}});
    }
    return all;
}

/// Answers every object with success; the final response.
Response take_all(Association& association, std::uint64_t& objects)
{
    for (;;) {
        const auto message = association.receive();
        if (!message) {
            throw Error(ErrorKind::peer, "getting: the server released");
        }
        if (!is_response(message->command)) {
            association.skip_data();
            association.send(message->context_id,
                             Response::to(parse_request(message->command), statuses::success));
            ++objects;
            continue;
        }
        if (message->has_data) {
            association.skip_data();
        }
        const Response response = parse_response(message->command);
        if (!response.status.pending()) {
            return response;
        }
    }
}

int get(const std::string& server, const std::string& study, std::uint64_t expected,
        std::uint16_t window)
{
    RequestOptions options;
    options.window = {1, window};
    const auto association = Association::request(parse_address(server), options, proposals());
    const Context& context = association->require_context(get_class);
    dicom::DataSet keys;
    keys.set_text(dicom::tags::query_retrieve_level, "STUDY");
    keys.set_text(dicom::tags::study_instance_uid, study);
    const std::string bytes = dicom::encode(keys, dicom::TransferSyntax{context.transfer_syntax});
    const Piece piece{std::as_bytes(std::span{bytes})};
    association->send(context.id, Request{GetRequest{.message_id = 1, .sop_class = get_class}},
                      {&piece, 1});
    std::uint64_t objects = 0;
    const Response final = take_all(*association, objects);
    association->release();
    const bool good = final.status.success() && objects == expected;
    std::printf("%llu objects, status %s\n", static_cast<unsigned long long>(objects),
                final.status.hex().c_str());
    return good ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv)
{
    CLI::App app{"Gets a study and keeps nothing."};
    std::string server;
    std::string study;
    std::uint64_t expected = 0;
    std::uint16_t window = 1;
    app.add_option("server", server, "AE@HOST:PORT")->required();
    app.add_option("study", study, "Study Instance UID")->required();
    app.add_option("--expect", expected, "How many objects must come")->required();
    app.add_option("--window", window, "Operations to perform at once, as asked for");
    CLI11_PARSE(app, argc, argv);
    try {
        return get(server, study, expected, window);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "get_probe: %s\n", error.what());
        return 1;
    }
}
