#include "dicom/uid.hpp"

#include "base/error.hpp"

#include <sys/random.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <iterator>

namespace pacs::dicom {

namespace {

// Text in place instead of pointers: nothing to relocate when the program starts.
enum class Kind : std::uint8_t { other, sop_class, storage_class, transfer_syntax };

struct Row {
    char uid[40];
    char name[96];
    char keyword[72];
    Kind kind;
    bool retired;
};

constexpr Row rows[] = {
#include "dicom/tables/uids.inc"
};

const Row* find_row(std::string_view uid) noexcept
{
    const auto* const found =
        std::lower_bound(std::begin(rows), std::end(rows), uid,
                         [](const Row& row, std::string_view wanted) { return row.uid < wanted; });
    return found != std::end(rows) && found->uid == uid ? found : nullptr;
}

template <typename Wanted>
std::vector<std::string_view> uids_where(const Wanted& wanted)
{
    std::vector<std::string_view> uids;
    for (const Row& row : rows) {
        if (wanted(row)) {
            uids.emplace_back(row.uid);
        }
    }
    return uids;
}

using Uuid = std::array<std::uint8_t, 16>;

Uuid random_uuid()
{
    Uuid uuid{};
    if (getrandom(uuid.data(), uuid.size(), 0) != static_cast<ssize_t>(uuid.size())) {
        throw Error(ErrorKind::storage,
                    std::string{"generating a UID: no random bytes: "} + std::strerror(errno));
    }
    uuid[6] = static_cast<std::uint8_t>((uuid[6] & 0x0FU) | 0x40U);  // RFC 4122: version 4
    uuid[8] = static_cast<std::uint8_t>((uuid[8] & 0x3FU) | 0x80U);  // and its variant
    return uuid;
}

// One step of long division: the big-endian number becomes its quotient by 10.
char take_last_digit(Uuid& number)
{
    unsigned remainder = 0;
    for (std::uint8_t& byte : number) {
        const unsigned part = remainder * 256 + byte;
        byte = static_cast<std::uint8_t>(part / 10);
        remainder = part % 10;
    }
    return static_cast<char>('0' + remainder);
}

}  // namespace

bool is_valid_uid(std::string_view uid) noexcept
{
    if (uid.empty() || uid.size() > 64 || uid.front() == '.' || uid.back() == '.') {
        return false;
    }
    char previous = '0';
    for (const char c : uid) {
        if ((c < '0' || c > '9') && (c != '.' || previous == '.')) {
            return false;
        }
        previous = c;
    }
    return true;
}

std::string generate_uid()
{
    Uuid number = random_uuid();
    std::string digits;
    while (std::any_of(number.begin(), number.end(), [](auto byte) { return byte != 0; })) {
        digits += take_last_digit(number);
    }
    std::reverse(digits.begin(), digits.end());
    return "2.25." + digits;
}

std::string_view uid_name(std::string_view uid) noexcept
{
    const Row* row = find_row(uid);
    return row != nullptr ? row->name : std::string_view{};
}

std::string_view uid_keyword(std::string_view uid) noexcept
{
    const Row* row = find_row(uid);
    return row != nullptr ? row->keyword : std::string_view{};
}

std::string_view uid_of(std::string_view keyword) noexcept
{
    const auto lower = [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    };
    const auto* const row = std::find_if(std::begin(rows), std::end(rows), [&](const Row& each) {
        const std::string_view known = each.keyword;
        return !known.empty() &&
               std::equal(known.begin(), known.end(), keyword.begin(), keyword.end(),
                          [&](char a, char b) { return lower(a) == lower(b); });
    });
    return row == std::end(rows) ? keyword : row->uid;
}

std::vector<std::string_view> registered_uids()
{
    return uids_where([](const Row&) { return true; });
}

bool uid_retired(std::string_view uid) noexcept
{
    const Row* row = find_row(uid);
    return row != nullptr && row->retired;
}

std::vector<std::string_view> sop_classes()
{
    return uids_where([](const Row& row) {
        return row.kind == Kind::sop_class || row.kind == Kind::storage_class;
    });
}

bool is_storage_class(std::string_view uid) noexcept
{
    const Row* row = find_row(uid);
    return row != nullptr && row->kind == Kind::storage_class;
}

}  // namespace pacs::dicom
