// For LD_PRELOAD: files named grows*, shrinks* and changes* do so right after their first read, so
// that what reads them meets a file that changes under its hands, every time.
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <mutex>
#include <set>
#include <string>
#include <string_view>

namespace {

std::string path_of(int fd)
{
    std::array<char, 4096> path{};
    const std::string link = "/proc/self/fd/" + std::to_string(fd);
    const ssize_t size = ::readlink(link.c_str(), path.data(), path.size());
    return size > 0 ? std::string(path.data(), static_cast<std::size_t>(size)) : std::string{};
}

bool is_first(const std::string& path)
{
    static std::mutex mutex;
    static std::set<std::string> seen;
    const std::lock_guard lock{mutex};
    return seen.insert(path).second;
}

void change(int fd)
{
    const std::string path = path_of(fd);
    const std::string_view name = std::string_view{path}.substr(path.rfind('/') + 1);
    const bool grows = name.starts_with("grows");
    const bool shrinks = name.starts_with("shrinks");
    if ((!grows && !shrinks && !name.starts_with("changes")) || !is_first(path)) {
        return;
    }
    const int other = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
    struct stat status {};
    ::fstat(other, &status);
    const off_t end = status.st_size;
    if (shrinks) {
        static_cast<void>(::ftruncate(other, end / 2));
    } else {
        static_cast<void>(::pwrite(other, "\1\1\1\1", 4, grows ? end : end - 4));
        // However coarse the clock of the file system is.
        const std::array<timespec, 2> times{timespec{1, 0}, timespec{1, 0}};
        ::futimens(other, times.data());
    }
    ::close(other);
}

ssize_t read_then_change(const char* symbol, int fd, void* bytes, std::size_t count, off_t offset)
{
    using Read = ssize_t (*)(int, void*, std::size_t, off_t);
    const auto next = reinterpret_cast<Read>(::dlsym(RTLD_NEXT, symbol));
    const ssize_t done = next(fd, bytes, count, offset);
    change(fd);
    return done;
}

}  // namespace

extern "C" ssize_t pread(int fd, void* bytes, std::size_t count, off_t offset)
{
    return read_then_change("pread", fd, bytes, count, offset);
}

extern "C" ssize_t pread64(int fd, void* bytes, std::size_t count, off_t offset)
{
    return read_then_change("pread64", fd, bytes, count, offset);
}
