// pacs-index: know what lies in folders: scan them, keep an index of them, find what is twofold.

#include "archive/rebuild.hpp"
#include "cli/tool.hpp"
#include "cli/validators.hpp"
#include "scan/rebuilt_record.hpp"
#include "scan/scan.hpp"
#include "scan/survey_records.hpp"

#include <memory>

namespace {

using namespace pacs;
using cli::ExitCode;

const cli::ToolInfo info{
    .name = "pacs-index",
    .summary = "scan folders for DICOM objects and keep an index of them",
    .description =
        "scan prints a record for each object it finds: attributes that are worth knowing, path, "
        "size, transfer syntax. PATH is a file, a folder (with all beneath it), an archive, a tar "
        "file (in folders those named *.tar), a DICOMDIR (the files that it names), or - for "
        "standard input: a tar stream, one object, or records or paths, one a line. What is no "
        "object, damaged or unreadable has a record that says so, and the scan goes on. Links to "
        "folders are not followed. The first 64 KiB of a file are read, more where its UIDs come "
        "later, all of it with --digest.\n"
        "\n"
        "With --index the findings are kept in a file that pacs-find searches; one that is there "
        "is "
        "brought up to date, and records tell only of what is new, changed, removed or not well. A "
        "file is not read again while its size, time of modification and inode are the same; what "
        "is gone is removed when its folder could be read to the end. Of several files with one "
        "instance the first counts. A scan may be stopped at any time: the next one goes on.\n"
        "\n"
        "duplicates lists files whose instance another one holds with the same content; conflicts "
        "one instance with several contents, one study with several patients, one series in "
        "several studies; stats counts. Contents are compared by SHA-256 where --digest computed "
        "it, else by size: not_compared in the summary counts the pairs where only that was done. "
        "INDEX is an index file or an archive, which has its conflicts in conflicts/.\n"
        "\n"
        "rebuild makes the index of an archive again from its objects, and replaces the old one at "
        "the end; no daemon may be using it.",
    .examples =
        {{"What is there, by modality",
          "pacs-index scan /srv/export | jq -r '.Modality // empty' | sort | uniq -c"},
         {"Keep an index, and search it",
          "pacs-index scan /srv/export --index export.db; pacs-find export.db --modality MR"},
         {"Which files are twofold?", "pacs-index duplicates export.db"},
         {"What contradicts itself?", "pacs-index conflicts export.db"},
         {"Count by modality, class, year", "pacs-index stats export.db"},
         {"Not under a running daemon", "pacs-index rebuild /srv/archive", 7}},
    .see_also = {"pacs-find(1)", "pacs-store(1)", "pacs-archived(1)", "pacs-archive(5)",
                 "pacs-exit-status(7)"},
    .exit_notes = {{"1", "some files are damaged or unreadable, or there are conflicts"},
                   {"7", "another scan writes the index, or a daemon uses the archive"},
                   {"8", "--index names an archive's own index"}},
};

struct Options {
    scan::ScanOptions scan;
    std::vector<std::string> add;
    std::string word;
    std::uint64_t jobs = 0;
};

ExitCode scan_paths(const Options& options, cli::Run& run)
{
    cli::Records& records = run.records();
    scan::ScanOptions how = options.scan;
    how.add = scan::added_tags(options.add);
    how.threads = static_cast<unsigned>(options.jobs);
    how.dicom_json = records.format() == cli::Format::dicom_json;
    how.on_record = [&](const JsonLine& record, std::string_view json) {
        json.empty() ? records.write(record, cli::Next::ready)
                     : records.write_line(json, cli::Next::ready);
    };
    how.on_pause = [&] { records.flush(); };
    how.on_progress = [&](auto files, auto bytes) { run.progress().add(files, bytes); };
    const auto counters = std::make_shared<scan::ScanCounters>();
    records.on_summary([counters](JsonLine& summary) { counters->write(summary); });
    scan::scan(how, *counters);
    return records.exit_code();
}

ExitCode list(const std::string& what, const std::string& word, cli::Run& run)
{
    cli::Records& records = run.records();
    const auto counters = std::make_shared<scan::SurveyCounters>();
    records.on_summary([counters](JsonLine& summary) { counters->write(summary); });
    records.set_columns(scan::survey_columns(what));
    scan::survey(what, word, *counters,
                 [&](const JsonLine& record) { records.write(record, cli::Next::ready); });
    return records.exit_code();
}

ExitCode rebuild(const Options& options, cli::Run& run)
{
    const archive::RebuildOptions how{
        static_cast<unsigned>(options.jobs),
        [&](auto objects, auto bytes) { run.progress().add(objects, bytes); }};
    const auto report = archive::rebuild_archive(options.word, how);
    run.records().write(scan::rebuilt_record(report, options.word));
    return ExitCode::ok;
}

void add_commands(cli::Tool& tool, Options& options)
{
    const auto add_jobs = [&](CLI::App& app) {
        cli::add_number(app, "-j,--jobs", options.jobs, "N threads; 0 is one a core", 0, 256)
            ->type_name("N");
    };
    CLI::App& scan = tool.add_command("scan", "say what lies in files and folders");
    scan.add_option("PATH", options.scan.paths, "What to look at; - is standard input")->required();
    scan.add_option("-i,--index", options.scan.index, "Keep it in this index")->type_name("FILE");
    scan.add_flag("--digest", options.scan.digest, "Compute SHA-256 of each object");
    scan.add_option("--add", options.add, "Have this attribute too, in records and index")
        ->type_name("KEY");
    add_jobs(scan);
    for (const auto& [name, summary] : {std::pair{"duplicates", "list files that are twofold"},
                                        std::pair{"conflicts", "list what contradicts itself"},
                                        std::pair{"stats", "count what is there"}}) {
        tool.add_command(name, summary)
            .add_option("INDEX", options.word, "An index file, or an archive")
            ->required();
    }
    CLI::App& rebuild = tool.add_command("rebuild", "make the index of an archive again");
    rebuild.add_option("ARCHIVE", options.word, "The folder of the archive")->required();
    add_jobs(rebuild);
}

}  // namespace

int main(int argc, char** argv)
{
    Options options;
    cli::Tool tool{info};
    add_commands(tool, options);
    using enum cli::Format;
    tool.offer_formats({ndjson, table, dicom_json}, scan::survey_columns("scan"), {"scan"});
    tool.offer_formats({ndjson, table}, scan::survey_columns("scan"),
                       {"duplicates", "conflicts", "stats", "rebuild"});
    tool.offer_progress({"scan", "rebuild"});
    return tool.run(argc, argv, [&](cli::Run& run) {
        const std::string& command = tool.command();
        return command == "scan"      ? scan_paths(options, run)
               : command == "rebuild" ? rebuild(options, run)
                                      : list(command, options.word, run);
    });
}
