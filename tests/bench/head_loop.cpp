// What others need for the heads of files: the limit of the system (open, read 8 KiB, close), and
// DCMTK's loader up to the pixels. The paths come on standard input and are not timed.
//   head_loop limit|dcmtk THREADS <PATHS
#include <dcmtk/config/osconfig.h>

#include <dcmtk/dcmdata/dcdeftag.h>
#include <dcmtk/dcmdata/dcfilefo.h>
#include <dcmtk/oflog/oflog.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

namespace {

bool read_start(const std::string& path)
{
    std::array<char, 8192> start;
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    const bool done = fd >= 0 && ::read(fd, start.data(), start.size()) > 0;
    return fd >= 0 && ::close(fd) == 0 && done;
}

bool load_with_dcmtk(const std::string& path)
{
    DcmFileFormat file;
    return file
        .loadFileUntilTag(path.c_str(), EXS_Unknown, EGL_noChange, DCM_MaxReadLength,
                          ERM_autoDetect, DCM_PixelData)
        .good();
}

}  // namespace

int main(int argc, char** argv)
{
    const std::vector<std::string> words(argv + 1, argv + argc);
    if (words.size() != 2 || (words[0] != "limit" && words[0] != "dcmtk")) {
        fmt::print(stderr, "head_loop limit|dcmtk THREADS <PATHS\n");
        return 2;
    }
    const bool dcmtk = words[0] == "dcmtk";
    OFLog::configure(OFLogger::OFF_LOG_LEVEL);  // a line for each file would be what is measured
    std::vector<std::string> paths;
    for (std::string line; std::getline(std::cin, line);) {
        paths.push_back(line);
    }
    std::atomic<std::size_t> next{0};
    std::atomic<std::size_t> failed{0};
    const auto start = std::chrono::steady_clock::now();
    std::vector<std::thread> threads;
    for (int left = std::stoi(words[1]); left > 0; --left) {
        threads.emplace_back([&] {
            for (std::size_t at = next++; at < paths.size(); at = next++) {
                failed += (dcmtk ? load_with_dcmtk(paths[at]) : read_start(paths[at])) ? 0U : 1U;
            }
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    fmt::print("{} files, {} failed, {:.6f} s\n", paths.size(), failed.load(), took.count());
    return failed == 0 ? 0 : 1;
}
