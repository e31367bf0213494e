#include "stream/path_member.hpp"

#include "base/base64.hpp"
#include "base/utf8.hpp"

namespace pacs::stream {

void add_path(JsonLine& line, std::string_view name, const std::string& path)
{
    line.add(name, path);
    if (!is_utf8(path)) {
        line.add(std::string{name} + "_base64", base64(path));
    }
}

}  // namespace pacs::stream
