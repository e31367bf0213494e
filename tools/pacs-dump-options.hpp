// What can be asked of pacs-dump.

#pragma once

#include "cli/tool.hpp"
#include "cli/validators.hpp"
#include "dump/dump.hpp"
#include "dump/make_job.hpp"

#include <cstdint>
#include <string>
#include <vector>

struct Options {
    std::vector<std::string> sources;
    std::vector<std::string> select;
    std::vector<std::string> ignore;
    std::uint64_t bulk_threshold = 1024;
    std::uint64_t jobs = 0;
    pacs::dicom::WantedDigests digests;
    bool meta = false;
    bool diff = false;
    bool to_dicom = false;
    pacs::dump::MakeOptions make;
};

inline void add_options(CLI::App& app, Options& options)
{
    app.add_option("SOURCE", options.sources, "What to print: a file, folder, archive, or -");
    app.add_option("--select", options.select,
                   "Print only this attribute: a keyword, a tag, a path through sequences with "
                   "dots, 0009xxxx, private, or *")
        ->type_name("KEY");
    pacs::cli::add_size(app, "--bulk-threshold", options.bulk_threshold,
                        "Point at values of bytes that are longer");
    app.add_flag("--meta", options.meta, "The File Meta Information (group 0002) too");
    pacs::cli::add_digests(app, options.digests.file, options.digests.content);
    CLI::Option* diff =
        app.add_flag("--diff", options.diff, "Say where two objects differ, not in what encoding");
    app.add_option("--ignore", options.ignore, "Do not compare this attribute; as in --select")
        ->type_name("KEY")
        ->needs(diff);
    diff->excludes("--select", "--bulk-threshold", "--meta", "--digest");
    const auto add = [&](const char* name, auto& value, const char* type, const char* help) {
        return app.add_option(name, value, help)->type_name(type)->group("DICOM JSON to objects");
    };
    app.add_flag("--to-dicom", options.to_dicom, "Read DICOM JSON, and make objects of it")
        ->group("DICOM JSON to objects")
        ->excludes("--diff", "--digest");
    add("-o,--output", options.make.output, "FILE",
        "Where they go: a file, a folder (with / behind a new one), or - for standard output");
    add("--bulk-from", options.make.bulk_from, "DIR", "Follow references into this folder");
    add("--transfer-syntax", options.make.transfer_syntax, "SYNTAX",
        "UID or keyword of that of objects that do not say; else Explicit VR Little "
        "Endian");
    pacs::cli::add_number(app, "-j,--jobs", options.jobs, "Read N files at once; 0 is one a core",
                          0, 64);
}
