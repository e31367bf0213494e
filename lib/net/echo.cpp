#include "net/echo.hpp"

#include "dicom/uid.hpp"
#include "net/answer.hpp"

namespace pacs::net {

const std::vector<Proposal>& verification_proposals()
{
    static const std::vector<Proposal> proposals{
        {std::string{dicom::uids::verification},
         {std::string{dicom::uids::implicit_le}, std::string{dicom::uids::explicit_le}},
         {}}};
    return proposals;
}

Answer echo(Association& association)
{
    const auto& context = association.require_context(dicom::uids::verification);
    EchoRequest request;
    request.message_id = association.next_message_id();
    association.send(context.id, Request{request});
    const auto response = receive_answer(association, CommandField::c_echo_rsp, "C-ECHO");
    if (response.message_id_responded != request.message_id) {
        refuse_answer(association, "the C-ECHO response answers another message");
    }
    if (response.has_data) {
        association.skip_data();
    }
    return {response.status, response.error_comment};
}

}  // namespace pacs::net
