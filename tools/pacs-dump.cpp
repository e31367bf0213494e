// pacs-dump: objects to records, DICOM JSON (PS3.18 Annex F) or lines, and DICOM JSON to objects.

#include "base/log.hpp"
#include "cli/tool.hpp"
#include "cli/validators.hpp"
#include "dicom/words.hpp"
#include "dump/job.hpp"

#include <filesystem>

namespace {

using namespace pacs;
using cli::ExitCode;
using cli::Format;

const cli::ToolInfo info{
    .name = "pacs-dump",
    .summary = "print DICOM objects as records or DICOM JSON",
    .description =
        "Prints the objects of each SOURCE: a file, a folder (with all beneath it), an archive, or "
        "- "
        "for standard input, which is a tar stream, one DICOM object, or records with a path, one "
        "a line. The order is that of the input, whatever --jobs says.\n"
        "\n"
        "ndjson is a flat record for each object, by keyword. dicom-json is the DICOM JSON Model, "
        "PS3.18 Annex F, one object a line. path is for grep: a line for each element, with the "
        "whole path through sequences. table is for eyes.\n"
        "\n"
        "Text is converted to UTF-8, from any character set of PS3.3 C.12.1.1.2. What cannot be "
        "converted has U+FFFD in its place, and the record a warning that names the attributes.\n"
        "\n"
        "Values of bytes that are longer than --bulk-threshold are not printed but pointed at, as "
        "file:///PATH?offset=N&length=N. Of encapsulated pixel data these are all its fragments "
        "with their item headers, without the delimiter. DICOM JSON has no way to point into "
        "standard input, a tar member, a deflated or a byte-swapped data set: there they are "
        "printed, up to 64 MiB each. No value beyond 64 MiB is ever printed.",
    .examples =
        {{"Everything about an object, a line for each attribute",
          "pacs-dump --format path /srv/export/0000/000000.dcm | grep Study"},
         {"Some attributes of all objects of an archive, as a table of CSV",
          "pacs-dump /srv/archive --select PatientID --select StudyDate --select Modality | "
          "jq -r 'select(.type==\"instance\") | [.PatientID, .StudyDate, .Modality] | @csv'"},
         {"DICOM JSON, with all pixels in it",
          "pacs-dump --format dicom-json --bulk-threshold 64MiB /srv/export > "
          "export.json"},
         {"What of a tar stream has private elements",
          "tar cf - /srv/export | pacs-dump --format path --select private -"}},
    .see_also = {"pacs-find(1)", "pacs-store(1)", "pacs-records(5)", "pacs-exit-status(7)"},
    .exit_notes = {{"0", "every object is printed, perhaps with a warning"},
                   {"1", "some could not be read, or not wholly"},
                   {"4", "nothing of the input is DICOM, or it is damaged"}},
};

struct Options {
    std::vector<std::string> sources;
    std::vector<std::string> select;
    std::uint64_t bulk_threshold = 1024;
    std::uint64_t jobs = 0;
    bool meta = false;
};

dump::Shape shape_of(Format format)
{
    switch (format) {
    case Format::ndjson: return dump::Shape::record;
    case Format::dicom_json: return dump::Shape::dicom_json;
    case Format::path: return dump::Shape::path;
    case Format::table: break;
    }
    return dump::Shape::table;
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
    std::uint64_t foreign = 0;
    const auto emit = [&](const dump::Dumped& dumped, bool more) {
        foreign += dumped.foreign ? 1 : 0;
        print(run, dumped, more);
    };
    dump::dump_all(source, how, static_cast<unsigned>(options.jobs), emit);
    run.records().flush();
    const cli::Counts counts = run.records().counts();
    const bool nothing =
        foreign > 0 && foreign == counts.failed + counts.skipped && counts.ok + counts.warning == 0;
    return nothing && counts.failed > 0 ? ExitCode::data : run.records().exit_code();
}

void add_options(CLI::App& app, Options& options)
{
    app.add_option("SOURCE", options.sources, "What to print: a file, folder, archive, or -")
        ->required();
    app.add_option("--select", options.select,
                   "Print only this attribute: a keyword, a tag, a path through sequences with "
                   "dots, 0009xxxx, private, or *")
        ->type_name("KEY");
    cli::add_size(app, "--bulk-threshold", options.bulk_threshold,
                  "Point at values of bytes that are longer");
    app.add_flag("--meta", options.meta, "The File Meta Information (group 0002) too");
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
    return tool.run(argc, argv, [&](cli::Run& run) { return dump_objects(options, run); });
}
