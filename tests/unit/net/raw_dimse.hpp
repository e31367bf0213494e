#pragma once

#include "net/raw_peer.hpp"

#include <span>
#include <string>

/// Messages of a raw peer: commands read, responses as bytes.
namespace pacs::net::test {

/// The next message's command set as it lies in its P-DATA-TF; data sets are read and dropped.
inline dicom::DataSet read_command(RawPeer& peer)
{
    for (;;) {
        const auto pdu = peer.read_pdu();
        must(pdu.type == 4, "the raw peer expected a P-DATA-TF");
        const auto bytes = std::as_bytes(std::span{pdu.body});
        const auto pdv = decode_pdv_header(bytes.first<pdv_header_bytes>(), bytes.size());
        if (pdv.command) {
            return decode_command(bytes.subspan(pdv_header_bytes));
        }
    }
}

inline Response answer_to(const dicom::DataSet& command, Status status)
{
    return Response::to(parse_request(command), status);
}

inline std::string response_pdu(unsigned context, const Response& response,
                                const std::string& data = {})
{
    return command_pdu(context, to_command(response)) +
           (response.has_data ? p_data(context, 2, data) : "");
}

}  // namespace pacs::net::test
