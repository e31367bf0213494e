#include "index/stored.hpp"

#include "base/digest.hpp"
#include "base/error.hpp"

#include <fmt/format.h>

#include <charconv>
#include <span>

namespace pacs::index {

std::string bytes_of_hex(std::string_view hex)
{
    std::string bytes;
    if (hex.empty()) {
        return bytes;
    }
    for (std::size_t at = 0; at + 1 < hex.size(); at += 2) {
        unsigned value = 0;
        const auto end = std::from_chars(&hex[at], &hex[at] + 2, value, 16).ptr;
        bytes += end == &hex[at] + 2 ? static_cast<char>(value) : '?';
    }
    if (bytes.size() != sizeof(Sha256Value) || hex.size() != 2 * bytes.size()) {
        throw Error(ErrorKind::bug, "indexing an object: its digest is not SHA-256");
    }
    return bytes;
}

std::string stored_columns()
{
    return "SELECT s.study_instance_uid, e.series_instance_uid, i.sop_instance_uid, c.uid, t.uid, "
           "i.sha256, i.size ";
}

StoredInstance stored_of(const Statement& row)
{
    StoredInstance stored;
    stored.study_uid = row.text(0);
    stored.series_uid = row.text(1);
    stored.instance_uid = row.text(2);
    stored.class_uid = row.text(3);
    stored.transfer_syntax_uid = row.text(4);
    stored.sha256 = to_hex(std::as_bytes(std::span{row.blob(5)}));
    stored.size = static_cast<std::uint64_t>(row.number(6));
    return stored;
}

StoredLookup::StoredLookup(Database& database)
    : statement_(database,
                 stored_columns() +
                     "FROM instance_row i JOIN series_row e ON e.id = i.series "
                     "JOIN study_row s ON s.id = e.study JOIN uid c ON c.id = i.sop_class "
                     "JOIN uid t ON t.id = i.transfer_syntax WHERE i.sop_instance_uid = ?1")
{
}

std::optional<StoredInstance> StoredLookup::find(std::string_view instance_uid)
{
    statement_.bind(1, instance_uid);
    std::optional<StoredInstance> found;
    if (statement_.step()) {
        found = stored_of(statement_);
    }
    statement_.reset();
    return found;
}

}  // namespace pacs::index
