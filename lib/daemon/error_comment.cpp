#include "daemon/error_comment.hpp"

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace pacs::daemon {

std::string error_comment(const Error& error)
{
    const std::string_view message = error.what();
    const std::size_t colon = message.find(": ");
    std::string comment{colon == std::string_view::npos ? message : message.substr(colon + 2)};
    comment.resize(std::min(comment.size(), std::size_t{64}));
    std::ranges::replace_if(
        comment, [](char c) { return c < ' ' || c > '~' || c == '\\'; }, '?');
    return comment;
}

}  // namespace pacs::daemon
