#pragma once

/// Lets a test decide what the N-th system call that changes the disk does. The calls are those of
/// the whole process, SQLite's included: write, pwrite, fsync, fdatasync, link, rename, mkdir,
/// ftruncate and creating open.
namespace pacs::test::system_calls {

/// The `at`-th call from now fails with `error` and does nothing; only this one, or all after it
/// too when `for_good`.
void fail(int at, int error, bool for_good = false);
/// fsync and fdatasync fail, and no other call, until release().
void fail_flushes(int error);
/// The process ends at the `at`-th call, before it does anything.
void crash(int at);
/// Back to normal. Returns how many calls there were since fail() or crash().
int release();

inline constexpr int crash_status = 42;

}  // namespace pacs::test::system_calls
