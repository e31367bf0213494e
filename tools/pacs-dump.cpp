// pacs-dump: objects to records, DICOM JSON (PS3.18 Annex F) or lines, and DICOM JSON to objects.

#include "base/error.hpp"
#include "base/log.hpp"
#include "cli/tool.hpp"
#include "dicom/words.hpp"
#include "dump/diff.hpp"
#include "dump/job.hpp"
#include "dump/make_job.hpp"
#include "pacs-dump-options.hpp"
#include "pacs-dump-words.hpp"

#include <unistd.h>

#include <filesystem>

namespace {

using namespace pacs;
using cli::ExitCode;
using cli::Format;

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
    if (options.digests.any() && run.records().format() != Format::ndjson) {
        throw Error(ErrorKind::usage,
                    "reading the command line: only ndjson has room for --digest");
    }
    std::error_code ignored;
    dump::DumpOptions how;
    how.shape = shape_of(run.records().format());
    how.selection = dump::Selection{options.select};
    how.bulk_threshold = options.bulk_threshold;
    how.meta = options.meta;
    how.digests = options.digests;
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

ExitCode compare(const Options& options, cli::Run& run)
{
    cli::Records& records = run.records();
    if (options.sources.size() != 2) {
        throw Error(ErrorKind::usage, "reading the command line: --diff compares two objects");
    }
    if (records.format() != Format::ndjson && records.format() != Format::table) {
        throw Error(ErrorKind::usage, "reading the command line: --diff has ndjson and table only");
    }
    records.set_columns(dump::diff_columns());
    const auto result =
        dump::diff(options.sources[0], options.sources[1], dump::Selection{options.ignore},
                   [&](const JsonLine& line) { records.write(line, cli::Next::ready); });
    records.on_summary([result](JsonLine& summary) { result.write(summary); });
    return result.differences == 0 ? ExitCode::ok : ExitCode::findings;
}

ExitCode run_any(Options& options, cli::Run& run)
{
    if (options.to_dicom) {
        return make_objects(options, run);
    }
    if (options.sources.empty()) {
        throw Error(ErrorKind::usage, "reading the command line: SOURCE is required");
    }
    return options.diff ? compare(options, run) : dump_objects(options, run);
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
    return tool.run(argc, argv, [&](cli::Run& run) { return run_any(options, run); });
}
