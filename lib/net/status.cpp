#include "net/status.hpp"

#include <fmt/format.h>

namespace pacs::net {

namespace {

struct Row {
    Service service;
    std::uint16_t first;
    std::uint16_t last;
    std::string_view meaning;
};

// clang-format off
/// PS3.7 Annex C (general) and the status tables of PS3.4 B.2.3, C.4.1, C.4.2 and C.4.3.
constexpr Row rows[] = {
    {Service::general, 0x0000, 0x0000, "success"},
    {Service::general, 0x0105, 0x0105, "no such attribute"},
    {Service::general, 0x0106, 0x0106, "invalid attribute value"},
    {Service::general, 0x0107, 0x0107, "attribute list error"},
    {Service::general, 0x0110, 0x0110, "processing failure"},
    {Service::general, 0x0111, 0x0111, "duplication SOP instance"},
    {Service::general, 0x0112, 0x0112, "no such SOP instance"},
    {Service::general, 0x0113, 0x0113, "no such event type"},
    {Service::general, 0x0114, 0x0114, "no such argument"},
    {Service::general, 0x0115, 0x0115, "invalid argument value"},
    {Service::general, 0x0116, 0x0116, "attribute value out of range"},
    {Service::general, 0x0117, 0x0117, "invalid object instance"},
    {Service::general, 0x0118, 0x0118, "no such SOP class"},
    {Service::general, 0x0119, 0x0119, "class-instance conflict"},
    {Service::general, 0x0120, 0x0120, "missing attribute"},
    {Service::general, 0x0121, 0x0121, "missing attribute value"},
    {Service::general, 0x0122, 0x0122, "refused: SOP class not supported"},
    {Service::general, 0x0123, 0x0123, "no such action"},
    {Service::general, 0x0124, 0x0124, "refused: not authorised"},
    {Service::general, 0x0210, 0x0210, "duplicate invocation"},
    {Service::general, 0x0211, 0x0211, "unrecognised operation"},
    {Service::general, 0x0212, 0x0212, "mistyped argument"},
    {Service::general, 0x0213, 0x0213, "resource limitation"},
    {Service::general, 0xFE00, 0xFE00, "cancelled"},
    {Service::store, 0xB000, 0xB000, "coercion of data elements"},
    {Service::store, 0xB006, 0xB006, "element discarded"},
    {Service::store, 0xB007, 0xB007, "data set does not match SOP class"},
    {Service::store, 0xA700, 0xA7FF, "refused: out of resources"},
    {Service::store, 0xA900, 0xA9FF, "error: data set does not match SOP class"},
    {Service::store, 0xC000, 0xCFFF, "error: cannot understand"},
    {Service::find, 0x0000, 0x0000, "matching is complete"},
    {Service::find, 0x0122, 0x0122, "refused: SOP class not supported"},
    {Service::find, 0xA700, 0xA700, "refused: out of resources"},
    {Service::find, 0xA710, 0xA710, "invalid prior record key"},
    {Service::find, 0xA900, 0xA900, "identifier does not match SOP class"},
    {Service::find, 0xB001, 0xB001, "matching reached the response limit, there may be more"},
    {Service::find, 0xFE00, 0xFE00, "matching terminated due to cancel request"},
    {Service::find, 0xFF00, 0xFF00, "matches are continuing, current match supplied"},
    {Service::find, 0xFF01, 0xFF01, "matches are continuing, warning"},
    {Service::find, 0xC000, 0xCFFF, "unable to process"},
    {Service::move, 0xA701, 0xA701, "refused: out of resources, unable to calculate number of matches"},
    {Service::move, 0xA702, 0xA702, "refused: out of resources, unable to perform sub-operations"},
    {Service::move, 0xA801, 0xA801, "move destination unknown"},
    {Service::move, 0xA900, 0xA900, "identifier does not match SOP class"},
    {Service::move, 0xAA00, 0xAA00, "none of the frames requested were found in the SOP instance"},
    {Service::move, 0xAA01, 0xAA01, "unable to create new object for this SOP class"},
    {Service::move, 0xAA02, 0xAA02, "unable to extract frames"},
    {Service::move, 0xAA03, 0xAA03, "time-based request for an object without time"},
    {Service::move, 0xAA04, 0xAA04, "invalid request"},
    {Service::move, 0xB000, 0xB000, "sub-operations completed, one or more failures"},
    {Service::move, 0xFF00, 0xFF00, "sub-operations are continuing"},
    {Service::move, 0xC000, 0xCFFF, "unable to process"},
    {Service::get, 0xA701, 0xA701, "refused: out of resources, unable to calculate number of matches"},
    {Service::get, 0xA702, 0xA702, "refused: out of resources, unable to perform sub-operations"},
    {Service::get, 0xA900, 0xA900, "identifier does not match SOP class"},
    {Service::get, 0xAA00, 0xAA00, "none of the frames requested were found in the SOP instance"},
    {Service::get, 0xAA01, 0xAA01, "unable to create new object for this SOP class"},
    {Service::get, 0xAA02, 0xAA02, "unable to extract frames"},
    {Service::get, 0xAA03, 0xAA03, "time-based request for an object without time"},
    {Service::get, 0xAA04, 0xAA04, "invalid request"},
    {Service::get, 0xB000, 0xB000, "sub-operations complete, one or more failures or warnings"},
    {Service::get, 0xFF00, 0xFF00, "sub-operations are continuing"},
    {Service::get, 0xC000, 0xCFFF, "unable to process"},
    {Service::general, 0x0001, 0x0001, "requested optional attributes are not supported"},
};
// clang-format on

std::string_view look_up(std::uint16_t code, Service service) noexcept
{
    for (const auto& row : rows) {
        if (row.service == service && code >= row.first && code <= row.last) {
            return row.meaning;
        }
    }
    return {};
}

}  // namespace

StatusClass Status::status_class() const noexcept
{
    switch (code) {
    case 0x0000: return StatusClass::success;
    case 0x0001:
    case 0x0107:
    case 0x0116: return StatusClass::warning;
    case 0xFE00: return StatusClass::cancel;
    case 0xFF00:
    case 0xFF01: return StatusClass::pending;
    default: break;
    }
    constexpr unsigned warning_digit = 0xB;
    return (code >> 12U) == warning_digit ? StatusClass::warning : StatusClass::failure;
}

std::string Status::hex() const
{
    return fmt::format("{:04X}", code);
}

std::string_view Status::meaning(Service service) const noexcept
{
    auto words = look_up(code, service);
    if (words.empty()) {
        words = look_up(code, Service::general);
    }
    return words.empty() ? std::string_view{"unknown status"} : words;
}

bool Status::transient() const noexcept
{
    constexpr unsigned out_of_resources_high_byte = 0xA7;
    return (code >> 8U) == out_of_resources_high_byte || *this == statuses::processing_failure ||
           *this == statuses::resource_limitation;
}

std::string_view to_string(StatusClass status_class) noexcept
{
    switch (status_class) {
    case StatusClass::success: return "success";
    case StatusClass::warning: return "warning";
    case StatusClass::failure: return "failure";
    case StatusClass::cancel: return "cancel";
    case StatusClass::pending: return "pending";
    }
    return "failure";
}

}  // namespace pacs::net
