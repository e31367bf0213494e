#include "archive/system_calls.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdarg>
#include <limits>

namespace pacs::test::system_calls {

namespace {

constexpr int never = std::numeric_limits<int>::max();

std::atomic<int> calls{0};
std::atomic<int> fail_at{never};
std::atomic<int> crash_at{never};
std::atomic<int> fail_with{0};
std::atomic<bool> fail_for_good{false};
std::atomic<int> flushes_fail_with{0};

void arm(int failing, int crashing)
{
    calls = 0;
    fail_at = failing;
    crash_at = crashing;
}

}  // namespace

void fail(int at, int error, bool for_good)
{
    fail_with = error;
    fail_for_good = for_good;
    arm(at, never);
}

void fail_flushes(int error)
{
    flushes_fail_with = error;
}

void crash(int at)
{
    arm(never, at);
}

int release()
{
    fail_at = never;
    crash_at = never;
    flushes_fail_with = 0;
    return calls;
}

/// True: the call is to fail, errno is set.
bool next_fails()
{
    if (fail_at == never && crash_at == never) {
        return false;
    }
    const int number = ++calls;
    if (number >= crash_at) {
        ::syscall(SYS_exit_group, crash_status);
    }
    if (number == fail_at || (fail_for_good && number > fail_at)) {
        errno = fail_with;
        return true;
    }
    return false;
}

bool flush_fails()
{
    if (flushes_fail_with != 0) {
        errno = flushes_fail_with;
        return true;
    }
    return next_fails();
}

}  // namespace pacs::test::system_calls

// In place of the C library's, for us and for the libraries we use.
using pacs::test::system_calls::flush_fails;
using pacs::test::system_calls::next_fails;

extern "C" {

ssize_t write(int fd, const void* bytes, size_t count)
{
    struct stat facts {};  // answers over sockets and pipes are not changes of the disk
    if (::fstat(fd, &facts) == 0 && S_ISREG(facts.st_mode) && next_fails()) {
        return -1;
    }
    return ::syscall(SYS_write, fd, bytes, count);
}

ssize_t pwrite64(int fd, const void* bytes, size_t count, off64_t at)
{
    return next_fails() ? -1 : ::syscall(SYS_pwrite64, fd, bytes, count, at);
}

int fsync(int fd)
{
    return flush_fails() ? -1 : static_cast<int>(::syscall(SYS_fsync, fd));
}

int fdatasync(int fd)
{
    return flush_fails() ? -1 : static_cast<int>(::syscall(SYS_fdatasync, fd));
}

int link(const char* from, const char* to) noexcept
{
    return next_fails() ? -1
                        : static_cast<int>(::syscall(SYS_linkat, AT_FDCWD, from, AT_FDCWD, to, 0));
}

int rename(const char* from, const char* to) noexcept
{
    return next_fails() ? -1
                        : static_cast<int>(::syscall(SYS_renameat, AT_FDCWD, from, AT_FDCWD, to));
}

int mkdir(const char* path, mode_t mode) noexcept
{
    return next_fails() ? -1 : static_cast<int>(::syscall(SYS_mkdirat, AT_FDCWD, path, mode));
}

int ftruncate64(int fd, off64_t size) noexcept
{
    return next_fails() ? -1 : static_cast<int>(::syscall(SYS_ftruncate, fd, size));
}

}  // extern "C"

// Creating open() goes by its flags; both spellings, for 64-bit file offsets are asked for here and
// there.
namespace {

int open_any(const char* path, int flags, mode_t mode)
{
    if ((flags & O_CREAT) != 0 && next_fails()) {
        return -1;
    }
    return static_cast<int>(::syscall(SYS_openat, AT_FDCWD, path, flags, mode));
}

}  // namespace

extern "C" {

int open(const char* path, int flags, ...)
{
    mode_t mode = 0;
    if ((flags & (O_CREAT | O_TMPFILE)) != 0) {
        va_list arguments;
        va_start(arguments, flags);
        mode = va_arg(arguments, mode_t);
        va_end(arguments);
    }
    return open_any(path, flags, mode);
}

int open64(const char* path, int flags, ...)
{
    mode_t mode = 0;
    if ((flags & (O_CREAT | O_TMPFILE)) != 0) {
        va_list arguments;
        va_start(arguments, flags);
        mode = va_arg(arguments, mode_t);
        va_end(arguments);
    }
    return open_any(path, flags, mode);
}

}  // extern "C"
