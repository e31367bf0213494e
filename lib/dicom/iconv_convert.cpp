#include "dicom/iconv_convert.hpp"

#include <iconv.h>

#include <array>
#include <cerrno>
#include <map>
#include <utility>

namespace pacs::dicom {

namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";  // U+FFFD

class Converter {
public:
    Converter(const char* to, const char* from) : handle_(iconv_open(to, from)) {}
    ~Converter()
    {
        if (usable()) {
            iconv_close(handle_);
        }
    }
    Converter(const Converter&) = delete;
    Converter& operator=(const Converter&) = delete;

    // A system without the table of a character set converts none of its bytes.
    bool usable() const noexcept
    {
        return handle_ != reinterpret_cast<iconv_t>(-1);  // NOLINT(performance-no-int-to-ptr)
    }

    // Converts from the front of `bytes`, which it shortens; false when it stopped at a byte that
    // cannot be converted.
    bool run(std::string_view& bytes, std::string& out)
    {
        iconv(handle_, nullptr, nullptr, nullptr, nullptr);
        std::array<char, 512> buffer{};
        while (!bytes.empty()) {
            char* in = const_cast<char*>(bytes.data());  // NOLINT: iconv(3) does not write to it
            std::size_t in_left = bytes.size();
            char* to = buffer.data();
            std::size_t to_left = buffer.size();
            const std::size_t result = iconv(handle_, &in, &in_left, &to, &to_left);
            const int reason = errno;
            out.append(buffer.data(), buffer.size() - to_left);
            bytes.remove_prefix(bytes.size() - in_left);
            if (result == static_cast<std::size_t>(-1) && reason != E2BIG) {
                return false;
            }
        }
        return true;
    }

private:
    iconv_t handle_;
};

Converter& converter(const char* to, const char* from)
{
    thread_local std::map<std::pair<std::string, std::string>, Converter> converters;
    return converters.try_emplace({to, from}, to, from).first->second;
}

}  // namespace

bool append_utf8(std::string& utf8, const char* from, std::string_view bytes)
{
    Converter& to_utf8 = converter("UTF-8", from);
    bool exact = true;
    while (!to_utf8.usable() || !to_utf8.run(bytes, utf8)) {
        if (bytes.empty()) {
            return exact;
        }
        utf8 += replacement;
        exact = false;
        bytes.remove_prefix(1);
    }
    return exact;
}

std::string from_utf8(const char* to, std::string_view utf8)
{
    Converter& back = converter(to, "UTF-8");
    std::string result;
    return back.usable() && back.run(utf8, result) ? result : std::string{};
}

}  // namespace pacs::dicom
