#pragma once

#include "base/json_line.hpp"
#include "cli/exit_code.hpp"
#include "cli/table.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pacs::cli {

/// What standard output looks like.
enum class Format : std::uint8_t {
    ndjson,      ///< one JSON object a line, pacs-records(5)
    table,       ///< for eyes
    dicom_json,  ///< the DICOM JSON Model (PS3.18 Annex F), one object a line, no summary
    path,        ///< one line an element, for grep; no summary
    nagios,      ///< the one line of a monitoring plugin; decides the exit status, too
    prometheus,  ///< text exposition for node_exporter, no summary
};

/// The word of --format: "dicom-json".
std::string_view name_of(Format format) noexcept;

/// Whether more records are already there, so that a line need not go out by itself.
enum class Next : std::uint8_t { waits, ready };

struct Counts {
    std::uint64_t records = 0;
    std::uint64_t ok = 0;
    std::uint64_t warning = 0;
    std::uint64_t failed = 0;
    std::uint64_t skipped = 0;
};

/// Writes the records of one run to standard output. Made by Tool, which prints the summary when
/// the run ends, in whatever way: it cannot be forgotten.
///
/// Thread-safe. Never throws for a broken output: it raises the stop flag instead, so that every
/// loop ends as for a signal, and Tool turns it into the exit status (5, or 141 for a pipe whose
/// reader is gone).
class Records {
public:
    /// `columns` are those of Format::table; `fd` is written with write(2), a line at a time.
    Records(Format format, std::vector<Column> columns, int fd);

    Format format() const noexcept { return format_; }
    /// Other columns for Format::table than those offered; before the first record.
    void set_columns(std::vector<Column> columns);
    /// Leaves the summary out, for output that is no run's: --explain.
    void leave_out_summary();
    /// Leaves `seconds` out of the summary, for output that is to be compared with another run's.
    void leave_out_seconds();

    /// Writes one record and counts it by its outcome. With Next::ready it may stay in a buffer of
    /// 64 KiB until the next one, or flush(). Formats after Format::table are written by
    /// write_line() only.
    void write(const JsonLine& record, Next next = Next::waits);
    /// write() as a function, for what knows no Records; must not outlive this.
    std::function<void(const JsonLine&)> writer();
    /// Writes finished text, without its last newline, in any format: for DICOM JSON and paths.
    void write_line(std::string_view line, Next next = Next::waits);
    void flush();

    /// `add` puts the tool's own counts into the summary; it is called once, at the end.
    void on_summary(std::function<void(JsonLine& summary)> add);
    Counts counts() const;
    /// 1 when an item failed, else 0.
    ExitCode exit_code() const;

    /// Prints the summary and flushes. `message` is the error that ended the run, or empty.
    /// Only Tool calls this.
    void finish(ExitCode code, std::string_view message);
    /// The system's error number of the first write that failed, 0 for none.
    int write_error() const;

private:
    void put(std::string_view text, Next next);  // needs the mutex
    void drain();                                // needs the mutex
    void send(std::string_view text);            // needs the mutex
    void put_record(const std::string& json_line, Next next);

    const Format format_;
    const int fd_;
    Table table_;
    const std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
    mutable std::mutex mutex_;
    std::string buffer_;
    std::function<void(JsonLine&)> on_summary_;
    Counts counts_;
    bool outcomes_ = false;  // some record had one
    bool summary_ = true;
    bool seconds_ = true;
    int error_ = 0;
};

}  // namespace pacs::cli
