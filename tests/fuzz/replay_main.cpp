// Runs a fuzz target over files, as a test where there is no libFuzzer: each argument is a file or
// a folder of files. A folder without files is an error: nothing would have been tested.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

// NOLINTBEGIN(readability-identifier-naming): libFuzzer's names
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" __attribute__((weak)) int LLVMFuzzerInitialize(int* argc, char*** argv);
// NOLINTEND(readability-identifier-naming)

namespace {

void replay(const std::filesystem::path& path)
{
    std::ifstream file(path, std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>{file}, {}};
    LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
}

std::size_t replay_all(const std::filesystem::path& path)
{
    if (!std::filesystem::is_directory(path)) {
        replay(path);
        return 1;
    }
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(path)) {
        if (entry.is_regular_file()) {
            std::printf("%s\n", entry.path().c_str());
            std::fflush(stdout);  // so that the file that crashes is named last
            replay(entry.path());
            ++count;
        }
    }
    return count;
}

}  // namespace

int main(int argc, char** argv)
{
    if (LLVMFuzzerInitialize != nullptr) {
        LLVMFuzzerInitialize(&argc, &argv);
    }
    for (int i = 1; i < argc; ++i) {
        if (replay_all(argv[i]) == 0) {
            std::fprintf(stderr, "%s: no files\n", argv[i]);
            return 1;
        }
    }
    return argc > 1 ? 0 : 2;
}
