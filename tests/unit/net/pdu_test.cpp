#include "net/pdu.hpp"

#include "base/error.hpp"
#include "catch.hpp"

using namespace pacs;
using namespace pacs::net;

namespace {

AssociateRq full_request()
{
    AssociateRq request;
    request.called_ae = "ARCHIVE";
    request.calling_ae = "SIXTEEN_LETTERS_";
    request.application_context = "1.2.840.10008.3.1.1.1";
    request.contexts = {{1, "1.2.840.10008.1.1", {"1.2.840.10008.1.2"}},
                        {255, "1.2.3", {"1.2.840.10008.1.2.1", "1.2.840.10008.1.2"}}};
    request.user.max_pdu_bytes = 131'072;
    request.user.implementation_class_uid = "1.2.3.4";
    request.user.implementation_version = "VERSION";
    request.user.window = AsyncWindow{64, 0};
    request.user.roles = {{"1.2.3", false, true}};
    request.user.extended = {{"1.2.840.10008.5.1.4.1.2.2.1", std::string{"\1\0\1", 3}}};
    request.common_extended = {{"1.2.3", "1.2.840.10008.4.2", {"1.5", "1.6"}}};
    request.identity = UserIdentity{UserIdentity::Type::passcode, true, "user", "secret"};
    return request;
}

AssociateAc full_acceptance()
{
    AssociateAc acceptance;
    acceptance.called_ae = "ARCHIVE";
    acceptance.calling_ae = "ME";
    acceptance.application_context = "1.2.840.10008.3.1.1.1";
    acceptance.contexts = {{1, ContextAnswer::accepted, "1.2.840.10008.1.2"},
                           {3, ContextAnswer::abstract_syntax_not_supported, "1.2.840.10008.1.2"}};
    acceptance.user.max_pdu_bytes = 16'384;
    acceptance.user.implementation_class_uid = "1.2.3.4";
    acceptance.user.window = AsyncWindow{8, 1};
    acceptance.user.roles = {{"1.2.3", true, true}};
    acceptance.user.extended = {{"1.2.3", "x"}};
    acceptance.identity_response = "ticket";
    return acceptance;
}

std::span<const std::byte> bytes_of(const std::string& text)
{
    return std::as_bytes(std::span{text});
}

std::string body_of(const std::string& pdu)
{
    const auto header = decode_header(bytes_of(pdu).first<pdu_header_bytes>());
    REQUIRE(header.length + pdu_header_bytes == pdu.size());
    return pdu.substr(pdu_header_bytes);
}

std::string item(unsigned type, const std::string& content)
{
    std::string out{static_cast<char>(type), '\0'};
    out += static_cast<char>(content.size() >> 8U);
    out += static_cast<char>(content.size() & 0xFFU);
    return out + content;
}

/// The fixed part and the application context of a request, for items to be put behind.
std::string start_of_request()
{
    auto body = body_of(encode(full_request()));
    return body.substr(0, 68) + item(0x10, "1.2.840.10008.3.1.1.1");
}

std::string context_item(unsigned id, const std::string& items)
{
    return item(0x20, std::string{static_cast<char>(id)} + std::string(3, '\0') + items);
}

const std::string good_context_items = item(0x30, "1.2.840.10008.1.1") + item(0x40, "1.2");
const std::string user_item = item(0x50, item(0x51, std::string{"\0\0\x40\0", 4}));

void check_refused(const std::string& body)
{
    CHECK_THROWS_AS(decode_associate_rq(bytes_of(body)), PduError);
}

}  // namespace

TEST_CASE("a request with every item is read as it was written")
{
    CHECK(decode_associate_rq(bytes_of(body_of(encode(full_request())))) == full_request());
}

TEST_CASE("an acceptance with every item is read as it was written")
{
    CHECK(decode_associate_ac(bytes_of(body_of(encode(full_acceptance())))) == full_acceptance());
}

TEST_CASE("rejection, abort and release have their four bytes")
{
    const AssociateRj rejection{AssociateRj::transient, AssociateRj::presentation,
                                AssociateRj::local_limit_exceeded};
    CHECK(decode_associate_rj(bytes_of(body_of(encode(rejection)))) == rejection);
    const Abort abort{Abort::service_provider, Abort::unexpected_pdu};
    CHECK(decode_abort(bytes_of(body_of(encode(abort)))) == abort);
    CHECK(encode_release_rq() == std::string{"\5\0\0\0\0\4\0\0\0\0", 10});
    CHECK(encode_release_rp() == std::string{"\6\0\0\0\0\4\0\0\0\0", 10});
    CHECK(encode(rejection) == std::string{"\3\0\0\0\0\4\0\2\3\2", 10});
    CHECK(encode(abort) == std::string{"\7\0\0\0\0\4\0\0\2\2", 10});
}

TEST_CASE("a request cut anywhere is refused and never read past its end")
{
    const auto body = body_of(encode(full_request()));
    for (std::size_t length = 0; length < body.size(); ++length) {
        CAPTURE(length);
        // a copy of exactly this size, so that the sanitizer sees a read past it
        const std::vector<char> cut(body.begin(),
                                    body.begin() + static_cast<std::ptrdiff_t>(length));
        const auto bytes = std::as_bytes(std::span{cut});
        CHECK_THROWS_AS(decode_associate_rq(bytes), PduError);
    }
}

TEST_CASE("no byte of a request or an acceptance can be changed into a crash")
{
    for (const auto& body : {body_of(encode(full_request())), body_of(encode(full_acceptance()))}) {
        for (std::size_t at = 0; at < body.size(); ++at) {
            for (const char value : {'\0', '\1', '\x7f', '\xff'}) {
                auto changed = body;
                changed[at] = value;
                try {
                    (void)decode_associate_rq(bytes_of(changed));
                } catch (const PduError&) {
                }
                try {
                    (void)decode_associate_ac(bytes_of(changed));
                } catch (const PduError&) {
                }
            }
        }
    }
    SUCCEED("read to the end");
}

TEST_CASE("the smallest request that is complete is accepted")
{
    const auto body = start_of_request() + context_item(1, good_context_items) + user_item;
    const auto request = decode_associate_rq(bytes_of(body));
    CHECK(request.contexts.size() == 1);
    CHECK(request.user.max_pdu_bytes == 16'384);
}

TEST_CASE("unknown items and sub-items are skipped")
{
    const auto context =
        context_item(1, item(0x99, "x") + good_context_items + item(0x98, std::string(9, 'y')));
    const auto user = item(0x50, item(0x7F, "z") + item(0x51, std::string{"\0\0\x40\0", 4}));
    const auto request =
        decode_associate_rq(bytes_of(start_of_request() + item(0xEE, "w") + context + user));
    CHECK(request.contexts.size() == 1);
    CHECK(request.user.max_pdu_bytes == 16'384);
}

TEST_CASE("ten thousand unknown items are skipped, too")
{
    auto body = start_of_request();
    for (int i = 0; i < 10'000; ++i) {
        body += item(0xEE, "");
    }
    body += context_item(1, good_context_items) + user_item;
    CHECK(decode_associate_rq(bytes_of(body)).contexts.size() == 1);
}

TEST_CASE("mandatory items must be there once")
{
    const auto context = context_item(1, good_context_items);
    check_refused(start_of_request() + context);
    check_refused(start_of_request() + user_item);
    check_refused(body_of(encode(full_request())).substr(0, 68) + context + user_item);
    check_refused(start_of_request() + item(0x10, "1.2") + context + user_item);
    check_refused(start_of_request() + context + user_item + user_item);
    const auto identity = item(0x58, std::string{"\1\0\0\1x\0\0", 7});
    check_refused(start_of_request() + context + item(0x50, identity + identity));
}

TEST_CASE("presentation contexts have odd ids, each its own, and syntaxes")
{
    const auto good = context_item(1, good_context_items);
    check_refused(start_of_request() + context_item(2, good_context_items) + user_item);
    check_refused(start_of_request() + good + good + user_item);
    check_refused(start_of_request() + context_item(1, item(0x30, "1.2")) + user_item);
    check_refused(start_of_request() + context_item(1, item(0x40, "1.2")) + user_item);
    check_refused(start_of_request() + context_item(1, good_context_items + item(0x30, "1.3")) +
                  user_item);
    check_refused(start_of_request() +
                  context_item(1, item(0x30, std::string(65, '1')) + item(0x40, "1.2")) +
                  user_item);
}

TEST_CASE("128 contexts with 200 transfer syntaxes between them are legal")
{
    auto request = full_request();
    request.contexts.clear();
    for (unsigned id = 1; id < 256; id += 2) {
        request.contexts.push_back({static_cast<std::uint8_t>(id), "1.2.3", {"1.2"}});
    }
    request.contexts.front().transfer_syntaxes.assign(200, "1.2.840.10008.1.2");
    CHECK(decode_associate_rq(bytes_of(body_of(encode(request)))) == request);
}

TEST_CASE("lengths of sub-items stay inside of their parents")
{
    const auto start = start_of_request() + context_item(1, good_context_items);
    for (const unsigned type : {0x51U, 0x53U, 0x54U, 0x56U, 0x57U, 0x58U}) {
        CAPTURE(type);
        check_refused(start + item(0x50, item(type, "\xFF")));
        check_refused(start + item(0x50, item(type, "\xFF\xFF")));
    }
}

TEST_CASE("NUL and space padding of UIDs and titles is forgiven")
{
    const auto context =
        context_item(1, item(0x30, std::string{"1.2.3\0", 6}) + item(0x40, std::string{"1.2 "}));
    const auto request = decode_associate_rq(bytes_of(start_of_request() + context + user_item));
    CHECK(request.contexts.front().abstract_syntax == "1.2.3");
    CHECK(request.contexts.front().transfer_syntaxes.front() == "1.2");
}

TEST_CASE("an answer to a context that nobody defined is a refusal")
{
    auto body = body_of(encode(full_acceptance()));
    const auto context = body.find(std::string{"\x21\0", 2});
    body[context + 6] = 9;
    CHECK(decode_associate_ac(bytes_of(body)).contexts.front().answer == ContextAnswer::no_reason);
}

TEST_CASE("what the fields cannot hold is not encoded")
{
    const auto refused = [](const auto& change) {
        auto request = full_request();
        change(request);
        CHECK_THROWS_AS(encode(request), Error);
    };
    refused([](AssociateRq& r) { r.called_ae = ""; });
    refused([](AssociateRq& r) { r.calling_ae = std::string(17, 'A'); });
    refused([](AssociateRq& r) { r.contexts.clear(); });
    refused([](AssociateRq& r) { r.contexts.front().id = 2; });
    refused([](AssociateRq& r) { r.contexts.front().id = 255; });
    refused([](AssociateRq& r) { r.contexts.front().transfer_syntaxes.clear(); });
    refused([](AssociateRq& r) { r.contexts.front().abstract_syntax = std::string(65, '1'); });
    refused([](AssociateRq& r) { r.contexts.resize(129, r.contexts.front()); });
    refused([](AssociateRq& r) { r.identity->primary = std::string(70'000, 'x'); });
    refused([](AssociateRq& r) { r.user.implementation_version = std::string(17, 'x'); });
}

TEST_CASE("a presentation data value must lie inside of its PDU")
{
    const auto header = [](std::uint32_t length, std::size_t left) {
        const unsigned char raw[] = {static_cast<unsigned char>(length >> 24U),
                                     static_cast<unsigned char>(length >> 16U),
                                     static_cast<unsigned char>(length >> 8U),
                                     static_cast<unsigned char>(length),
                                     5,
                                     3};
        return decode_pdv_header(std::as_bytes(std::span<const unsigned char, 6>{raw}), left);
    };
    const auto pdv = header(12, 16);
    CHECK(pdv.length == 10);
    CHECK(pdv.context_id == 5);
    CHECK(pdv.command);
    CHECK(pdv.last);
    CHECK(header(2, 6).length == 0);
    CHECK_THROWS_AS(header(0, 16), PduError);
    CHECK_THROWS_AS(header(1, 16), PduError);
    CHECK_THROWS_AS(header(13, 16), PduError);
    CHECK_THROWS_AS(header(0xFFFFFFFF, 16), PduError);
    CHECK_THROWS_AS(header(2, 5), PduError);
}

TEST_CASE("the header put in front of a fragment is read back the same")
{
    const auto bytes = make_pdata_header({1000, 7, false, true});
    const auto pdu = decode_header(std::span{bytes}.first<pdu_header_bytes>());
    CHECK(pdu.type == 4);
    CHECK(pdu.length == 1006);
    const auto pdv = decode_pdv_header(std::span{bytes}.last<pdv_header_bytes>(), pdu.length);
    CHECK(pdv.length == 1000);
    CHECK(pdv.context_id == 7);
    CHECK_FALSE(pdv.command);
    CHECK(pdv.last);
}

TEST_CASE("rejections and aborts are said in words")
{
    CHECK(to_string(AssociateRj{1, 1, 7}) ==
          "called AE title not recognised (permanent, by the service user)");
    CHECK(to_string(AssociateRj{2, 3, 2}) ==
          "local limit exceeded (transient, by the service provider, presentation)");
    CHECK(to_string(AssociateRj{9, 9, 9}) ==
          "reserved reason (reserved result, by a reserved source)");
    CHECK(to_string(Abort{2, 2}) == "unexpected PDU (by the service provider)");
    CHECK(to_string(Abort{0, 0}) == "no reason given (by the service user)");
}

TEST_CASE("other protocols are known by their first bytes")
{
    CHECK(guess_protocol(bytes_of("HTTP/1.1 400")) == "HTTP");
    CHECK(guess_protocol(bytes_of("GET / HTTP/1.1")) == "HTTP");
    CHECK(guess_protocol(bytes_of("\x16\x03\x01")) == "TLS");
    CHECK(guess_protocol(bytes_of("\x15\x03\x03")) == "TLS");
    CHECK(guess_protocol(bytes_of("SSH-2.0-x")) == "SSH");
    CHECK(guess_protocol(bytes_of("xyz")).empty());
    CHECK(guess_protocol({}).empty());
}
