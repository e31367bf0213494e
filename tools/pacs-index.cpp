// pacs-index: know what lies in folders: scan them, keep an index of them, find what is twofold.

#include "archive/rebuild.hpp"
#include "cli/tool.hpp"
#include "cli/validators.hpp"
#include "pacs-index-words.hpp"
#include "scan/added_words.hpp"
#include "scan/rebuilt_record.hpp"
#include "scan/scan.hpp"
#include "scan/survey_records.hpp"

#include <memory>

namespace {

using namespace pacs;
using cli::ExitCode;

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
    const auto add_jobs = [&](CLI::App& app, const char* help) {
        cli::add_number(app, "-j,--jobs", options.jobs, help, 0, 256)->type_name("N");
    };
    CLI::App& scan = tool.add_command("scan", "say what lies in files and folders");
    scan.add_option("PATH", options.scan.paths, "What to look at; - is standard input")->required();
    scan.add_option("-i,--index", options.scan.index, "Keep it in this index")->type_name("FILE");
    cli::add_digests(scan, options.scan.digests.file, options.scan.digests.content);
    scan.add_option("--add", options.add, "Have this attribute too, in records and index")
        ->type_name("KEY");
    scan.add_flag("--forget", options.scan.forget,
                  "Remove from the index also what is not there because a disk or PATH is not");
    add_jobs(scan, "N threads; 0 is one a core, more while disks are slow");
    for (const auto& [name, summary] : {std::pair{"duplicates", "list files that are twofold"},
                                        std::pair{"conflicts", "list what contradicts itself"},
                                        std::pair{"stats", "count what is there"}}) {
        tool.add_command(name, summary)
            .add_option("INDEX", options.word, "An index file, or an archive")
            ->required();
    }
    CLI::App& rebuild = tool.add_command("rebuild", "make the index of an archive again");
    rebuild.add_option("ARCHIVE", options.word, "The folder of the archive")->required();
    add_jobs(rebuild, "N threads; 0 is one a core");
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
    tool.offer_words(cli::WordKind::keyword, scan::added_words);
    return tool.run(argc, argv, [&](cli::Run& run) {
        const std::string& command = tool.command();
        return command == "scan"      ? scan_paths(options, run)
               : command == "rebuild" ? rebuild(options, run)
                                      : list(command, options.word, run);
    });
}
