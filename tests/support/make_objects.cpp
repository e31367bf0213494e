// make_objects: synthetic DICOM files for tests, the quick start and benchmarks.

#include "base/error.hpp"
#include "synthetic.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <cstdio>
#include <exception>
#include <filesystem>
#include <string>

namespace {

struct Options {
    std::filesystem::path folder;
    pacs::test::Plan plan;
    std::uint64_t count = 40;
    std::uint64_t first = 0;
    bool ascii = false;
    bool odd = false;
};

/// FOLDER/<thousands>/<number>.dcm, so that no folder grows large.
void make(const Options& options)
{
    if (options.odd) {
        std::filesystem::create_directories(options.folder);
        pacs::test::write_odd_objects(options.folder, options.plan.seed);
        return;
    }
    for (std::uint64_t index = options.first; index < options.first + options.count; ++index) {
        const auto folder = options.folder / fmt::format("{:04}", index / 1000);
        if (index == options.first || index % 1000 == 0) {
            std::filesystem::create_directories(folder);
        }
        pacs::test::write_object(folder / fmt::format("{:06}.dcm", index), options.plan,
                                 pacs::test::synthesize(options.plan, index));
    }
}

}  // namespace

int main(int argc, char** argv)
{
    Options options;
    CLI::App app{
        "Makes synthetic DICOM files: invented people, the same bytes for the same options."};
    app.add_option("folder", options.folder, "Where to put them; made if needed")->required();
    app.add_option("--count", options.count, "How many")->capture_default_str();
    app.add_option("--first", options.first, "Number of the first one")->capture_default_str();
    app.add_option("--bytes", options.plan.bytes, "Size of a file, about; 526000 is a CT slice")
        ->transform(CLI::AsSizeValue(true))
        ->capture_default_str();
    app.add_option("--seed", options.plan.seed, "Other seeds make other patients and UIDs")
        ->capture_default_str();
    app.add_option("--per-series", options.plan.instances_per_series, "Instances of a series")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    app.add_option("--per-study", options.plan.series_per_study, "Series of a study")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    app.add_option("--syntax", options.plan.syntax, "explicit, implicit, big, deflated or rle")
        ->capture_default_str();
    app.add_flag("--ascii", options.ascii, "No character set but the default");
    app.add_flag("--odd", options.odd, "One file for each oddity instead: legal/ and broken/");
    CLI11_PARSE(app, argc, argv);
    options.plan.charsets = !options.ascii;
    try {
        make(options);
    } catch (const std::exception& error) {
        fmt::print(stderr, "make_objects: {}\n", error.what());
        return 5;
    }
    return 0;
}
