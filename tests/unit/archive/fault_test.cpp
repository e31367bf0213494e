#include "archive/ingest.hpp"
#include "base/error.hpp"

#include "archive/ingest_fixture.hpp"
#include "archive/system_calls.hpp"
#include "catch.hpp"

#include <sys/wait.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

using namespace pacs;
using namespace pacs::test::ingest;
namespace system_calls = pacs::test::system_calls;
using archive::Archive;
using archive::Ingest;
using archive::OnConflict;
using archive::StoreKind;

namespace {

/// What is sent in one run: small and large, new and known, a conflict, and one that is broken.
struct Sequence {
    std::vector<dicom::DataSet> objects{object(1, 1, 500),        object(1, 2, 300'000),
                                        object(1, 1, 500),        object(1, 1, 500, 7),
                                        object(2, 1, 400'000, 3), object(2, 1, 400'000, 4)};

    /// Sends one after the other; `answered` hears of each.
    template <typename Answered>
    void run(Ingest& ingest, const Answered& answered) const
    {
        for (std::size_t i = 0; i < objects.size(); ++i) {
            answered(i, store(ingest, objects[i]));
        }
        auto broken = bytes_of(object(3, 1));
        broken.resize(broken.size() - 5);
        answered(objects.size(), store_bytes(ingest, announce(object(3, 1)), broken));
    }
};

/// A sanitizer makes a process that is forked for each call ten times as slow.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr int stride_in_short = 11;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr int stride_in_short = 11;
#else
constexpr int stride_in_short = 3;
#endif
#else
constexpr int stride_in_short = 3;
#endif

/// Every call is tried with PACS_TEST_LONG in the environment, else every third or so.
int stride()
{
    return std::getenv("PACS_TEST_LONG") != nullptr ? 1 : stride_in_short;
}

/// After the run, with all in order again: what was answered as stored is there.
void check_promises(const fs::path& folder, const Sequence& sequence,
                    const std::map<std::size_t, std::uint16_t>& answers, bool replacing)
{
    const auto rows = rows_of(folder);
    CHECK(disagreement(folder).empty());
    // The last successful answer for a UID says what must be there; a later failure may have got
    // through or not, but never half.
    std::map<std::string, std::set<std::string>> allowed;
    for (std::size_t i = 0; i < sequence.objects.size(); ++i) {
        const std::string uid = sequence.objects[i].text(dicom::tags::sop_instance_uid);
        const std::string digest = stored_sha256(sequence.objects[i]);
        const auto answer = answers.find(i);
        if (answer != answers.end() && answer->second == 0) {
            allowed[uid] = {digest};
        } else if (answer != answers.end() && answer->second == 0xB000) {
            CHECK(sha256_of(folder / "conflicts" / uid / (digest + ".dcm")) == digest);
        } else if (allowed[uid].empty() || replacing) {
            allowed[uid].insert(digest);
            if (allowed[uid].size() == 1) {
                allowed[uid].insert("");  // nothing at all
            }
        }
    }
    for (const auto& [uid, digests] : allowed) {
        const auto row = rows.find(uid);
        INFO(uid);
        CHECK(digests.contains(row == rows.end() ? "" : row->second));
    }
}

/// Memory for a disk, where there is one: a flush costs nothing there.
struct FastScratch {
    FastScratch()
    {
        if (fs::exists("/dev/shm")) {
            ::setenv("TMPDIR", "/dev/shm", 1);
        }
    }
    ~FastScratch() { ::unsetenv("TMPDIR"); }
};

/// One run in a child that ends at its `at`-th call; what it got to answer. Second: it got through.
std::pair<std::map<std::size_t, std::uint16_t>, bool> crashing_run(const fs::path& folder,
                                                                   const Sequence& sequence,
                                                                   OnConflict policy, int at)
{
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    const pid_t child = ::fork();
    if (child == 0) {
        ::close(ends[0]);
        {
            auto opened = Archive::open_for_writing(folder);
            Ingest ingest{opened, {.on_conflict = policy, .flush_threads = 2, .digest_threads = 1}};
            system_calls::crash(at);
            sequence.run(ingest, [&](std::size_t place, const archive::StoreResult& result) {
                const std::uint16_t record[2]{static_cast<std::uint16_t>(place),
                                              result.status.code};
                if (::write(ends[1], record, sizeof record) != sizeof record) {
                    ::_exit(1);
                }
            });
        }
        ::_exit(0);
    }
    ::close(ends[1]);
    std::map<std::size_t, std::uint16_t> answers;
    std::uint16_t record[2];
    while (::read(ends[0], record, sizeof record) == sizeof record) {
        answers[record[0]] = record[1];
    }
    ::close(ends[0]);
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    REQUIRE(WIFEXITED(status));
    REQUIRE((WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == system_calls::crash_status));
    return {answers, WEXITSTATUS(status) == 0};
}

}  // namespace

TEST_CASE("whichever call of the disk fails: no false success, nothing half, and it goes on")
{
    const FastScratch scratch;
    const Sequence sequence;
    for (const int error : {EIO, ENOSPC}) {
        int failed_runs = 0;
        for (int at = 1;; at += stride()) {
            INFO("call " << at << " fails: " << std::strerror(error));
            const Folder folder;
            std::map<std::size_t, std::uint16_t> answers;
            int calls = 0;
            {
                auto opened = Archive::open_for_writing(folder.archive());
                Ingest ingest{opened};
                system_calls::fail(at, error);
                sequence.run(ingest, [&](std::size_t place, const archive::StoreResult& result) {
                    answers[place] = result.status.code;
                    failed_runs += result.kind == StoreKind::failed ? 1 : 0;
                    CHECK((result.kind != StoreKind::failed || result.status.code == 0xA700));
                });
                calls = system_calls::release();
                CHECK(store(ingest, object(9, 9)).kind == StoreKind::stored);
            }
            const auto report = Archive::open_for_writing(folder.archive()).recovery();
            CHECK(report.foreign.empty());
            auto rows = rows_of(folder.archive());
            CHECK(rows.contains("1.2.3.9.1.9"));
            check_promises(folder.archive(), sequence, answers, false);
            if (calls < at) {
                break;
            }
        }
        CHECK(failed_runs > 20 / stride());
    }
}

TEST_CASE("a disk that fails for good fails every instance, and none is stuck")
{
    const FastScratch scratch;
    for (int at = 1; at < 60; at += 7) {
        const Folder folder;
        auto opened = Archive::open_for_writing(folder.archive());
        Ingest ingest{opened};
        system_calls::fail(at, EIO, true);
        for (int i = 0; i < 20; ++i) {
            store(ingest, object(1, i, 1000));
        }
        const auto last = store(ingest, object(1, 99));
        system_calls::release();
        CHECK(last.kind == StoreKind::failed);
        CHECK(store(ingest, object(1, 100)).kind == StoreKind::stored);
    }
}

TEST_CASE("a flush that fails is final: the instance is not stored, and nothing of it stays")
{
    const FastScratch scratch;
    const Folder folder;
    auto opened = Archive::open_for_writing(folder.archive());
    Ingest ingest{opened};
    CHECK(store(ingest, object(1, 1)).kind == StoreKind::stored);
    system_calls::fail_flushes(EIO);
    for (const std::size_t size : {std::size_t{100}, std::size_t{300'000}}) {
        CHECK(store(ingest, object(1, 2, size)).kind == StoreKind::failed);
    }
    system_calls::release();
    CHECK(disagreement(folder.archive()).empty());
    CHECK(store(ingest, object(1, 2)).kind == StoreKind::stored);
}

TEST_CASE("whenever the process dies: what was answered is there, and nothing is half-visible")
{
    const FastScratch scratch;
    const Sequence sequence;
    for (const OnConflict policy : {OnConflict::keep, OnConflict::replace}) {
        for (int at = 1;; at += stride()) {
            INFO("the process ends at call " << at);
            const Folder folder;
            Archive::open_for_writing(folder.archive());
            const auto [answers, finished] = crashing_run(folder.archive(), sequence, policy, at);
            {
                auto opened = Archive::open_for_writing(folder.archive());
                CHECK(opened.recovery().foreign.empty());
            }
            check_promises(folder.archive(), sequence, answers, policy == OnConflict::replace);
            CHECK(Archive::open_for_writing(folder.archive()).recovery().nothing_to_do());
            if (finished) {
                CHECK(at > 50);
                break;
            }
        }
    }
}

TEST_CASE("a recovery that dies itself is made good by the next one")
{
    const FastScratch scratch;
    const Sequence sequence;
    // A run that leaves much to do, then a recovery that ends at each of its calls.
    for (const int at : {14, 23, 31, 40}) {
        for (int recovery_at = 1;; recovery_at += stride()) {
            const Folder folder;
            Archive::open_for_writing(folder.archive());
            const auto answers =
                crashing_run(folder.archive(), sequence, OnConflict::keep, at).first;
            const pid_t child = ::fork();
            if (child == 0) {
                system_calls::crash(recovery_at);
                Archive::open_for_writing(folder.archive());
                ::_exit(0);
            }
            int status = 0;
            REQUIRE(::waitpid(child, &status, 0) == child);
            Archive::open_for_writing(folder.archive());
            check_promises(folder.archive(), sequence, answers, false);
            if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
                break;
            }
        }
    }
}
