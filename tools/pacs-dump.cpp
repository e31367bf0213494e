// pacs-dump: objects to records, DICOM JSON (PS3.18 Annex F) or lines, and DICOM JSON to objects.

#include "base/error.hpp"
#include "base/log.hpp"
#include "cli/tool.hpp"
#include "cli/validators.hpp"
#include "dicom/words.hpp"
#include "dump/job.hpp"
#include "dump/make_job.hpp"
#include "pacs-dump-words.hpp"

#include <unistd.h>

#include <filesystem>

namespace {

using namespace pacs;
using cli::ExitCode;
using cli::Format;

struct Options {
    std::vector<std::string> sources;
    std::vector<std::string> select;
    std::uint64_t bulk_threshold = 1024;
    std::uint64_t jobs = 0;
    bool meta = false;
    bool to_dicom = false;
    dump::MakeOptions make;
};

dump::Shape shape_of(Format format)
{
    return format == Format::ndjson       ? dump::Shape::record
           : format == Format::dicom_json ? dump::Shape::dicom_json
           : format == Format::path       ? dump::Shape::path
                                          : dump::Shape::table;
}

void print(cli::Run& run, const dump::Dumped& dumped, bool more)
{
    cli::Records& records = run.records();
    const auto next = more ? cli::Next::ready : cli::Next::waits;
    if (!dumped.text.empty()) {
        records.write_line(dumped.text, cli::Next::ready);
    }
    records.write(dumped.record, dumped.rows.empty() ? next : cli::Next::ready);
    for (const JsonLine& row : dumped.rows) {
        records.write(row, &row == &dumped.rows.back() ? next : cli::Next::ready);
    }
    if (records.format() != Format::ndjson && !dumped.complaint.empty()) {
        log::error("{}", dumped.complaint);
    }
    run.progress().add(1, dumped.bytes);
}

ExitCode dump_objects(const Options& options, cli::Run& run)
{
    std::error_code ignored;
    dump::DumpOptions how;
    how.shape = shape_of(run.records().format());
    how.selection = dump::Selection{options.select};
    how.bulk_threshold = options.bulk_threshold;
    how.meta = options.meta;
    how.name_files = options.sources.size() > 1 || options.sources.front() == "-" ||
                     std::filesystem::is_directory(options.sources.front(), ignored);
    stream::Source source{options.sources};
    const std::uint64_t foreign =
        dump::dump_all(source, how, static_cast<unsigned>(options.jobs),
                       [&](const dump::Dumped& dumped, bool more) { print(run, dumped, more); });
    run.records().flush();
    const cli::Counts counts = run.records().counts();
    const bool nothing =
        foreign > 0 && foreign == counts.failed + counts.skipped && counts.ok + counts.warning == 0;
    return nothing && counts.failed > 0 ? ExitCode::data : run.records().exit_code();
}

ExitCode make_objects(Options& options, cli::Run& run)
{
    dump::MakeOptions& make = options.make;
    make.sources = options.sources;
    make.threads = static_cast<unsigned>(options.jobs);
    make.standard_input = STDIN_FILENO;
    make.standard_output = STDOUT_FILENO;
    const bool to_stream = make.output == "-";
    if (to_stream) {
        run.records().leave_out_summary();
    }
    const auto counts = dump::make_all(make, [&](const dump::Making& making, bool more) {
        if (to_stream && !making.complaint.empty()) {
            log::error("{}", making.complaint);
        } else if (!to_stream) {
            run.records().write(making.record, more ? cli::Next::ready : cli::Next::waits);
        }
        run.progress().add(1, making.bytes);
    });
    const bool nothing = counts.made == 0 && counts.failed == counts.malformed;
    return counts.failed == 0 ? ExitCode::ok : nothing ? ExitCode::data : ExitCode::findings;
}

ExitCode run_either(Options& options, cli::Run& run)
{
    if (!options.to_dicom && options.sources.empty()) {
        throw Error(ErrorKind::usage, "reading the command line: SOURCE is required");
    }
    return options.to_dicom ? make_objects(options, run) : dump_objects(options, run);
}

void add_options(CLI::App& app, Options& options)
{
    app.add_option("SOURCE", options.sources, "What to print: a file, folder, archive, or -");
    app.add_option("--select", options.select,
                   "Print only this attribute: a keyword, a tag, a path through sequences with "
                   "dots, 0009xxxx, private, or *")
        ->type_name("KEY");
    cli::add_size(app, "--bulk-threshold", options.bulk_threshold,
                  "Point at values of bytes that are longer");
    app.add_flag("--meta", options.meta, "The File Meta Information (group 0002) too");
    const auto add = [&](const char* name, auto& value, const char* type, const char* help) {
        return app.add_option(name, value, help)->type_name(type)->group("DICOM JSON to objects");
    };
    app.add_flag("--to-dicom", options.to_dicom, "Read DICOM JSON, and make objects of it")
        ->group("DICOM JSON to objects");
    add("-o,--output", options.make.output, "FILE",
        "Where they go: a file, a folder (with / behind a new one), or - for standard output");
    add("--bulk-from", options.make.bulk_from, "DIR", "Follow references into this folder");
    add("--transfer-syntax", options.make.transfer_syntax, "SYNTAX",
        "UID or keyword of that of objects that do not say; else Explicit VR Little "
        "Endian");
    cli::add_number(app, "-j,--jobs", options.jobs, "Read N files at once; 0 is one a core", 0, 64);
}

}  // namespace

int main(int argc, char** argv)
{
    Options options;
    cli::Tool tool{info};
    add_options(tool.options(), options);
    tool.offer_formats({Format::ndjson, Format::table, Format::dicom_json, Format::path},
                       {{"tag", "TAG", 11},
                        {"vr", "VR", 2},
                        {"size", "SIZE", 8, true},
                        {"name", "NAME", 36},
                        {"value", "VALUE"}});
    tool.offer_progress();
    tool.offer_words(cli::WordKind::keyword, dicom::keyword_words);
    tool.offer_words(cli::WordKind::transfer_syntax, dicom::transfer_syntax_words);
    return tool.run(argc, argv, [&](cli::Run& run) { return run_either(options, run); });
}
