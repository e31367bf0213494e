#include "cli/records.hpp"

#include "base/stop.hpp"

#include <unistd.h>

#include <cerrno>
#include <cmath>
#include <csignal>
#include <utility>

namespace pacs::cli {

namespace {

constexpr std::size_t buffer_limit = 64UL * 1024;

void count(Counts& counts, Outcome outcome)
{
    switch (outcome) {
    case Outcome::ok: ++counts.ok; break;
    case Outcome::warning: ++counts.warning; break;
    case Outcome::failed: ++counts.failed; break;
    case Outcome::skipped: ++counts.skipped; break;
    }
}

}  // namespace

std::string_view name_of(Format format) noexcept
{
    switch (format) {
    case Format::ndjson: return "ndjson";
    case Format::table: return "table";
    case Format::dicom_json: return "dicom-json";
    case Format::path: return "path";
    case Format::nagios: return "nagios";
    case Format::prometheus: return "prometheus";
    }
    return "ndjson";
}

Records::Records(Format format, std::vector<Column> columns, int fd)
    : format_(format), fd_(fd), table_(std::move(columns))
{
}

void Records::set_columns(std::vector<Column> columns)
{
    const std::lock_guard lock{mutex_};
    table_ = Table{std::move(columns)};
}

void Records::leave_out_summary()
{
    const std::lock_guard lock{mutex_};
    summary_ = false;
}

void Records::leave_out_seconds()
{
    const std::lock_guard lock{mutex_};
    seconds_ = false;
}

void Records::write(const JsonLine& record, Next next)
{
    const std::lock_guard lock{mutex_};
    ++counts_.records;
    if (record.outcome()) {
        count(counts_, *record.outcome());
        outcomes_ = true;
    }
    put_record(record.str(), next);
}

std::function<void(const JsonLine&)> Records::writer()
{
    return [this](const JsonLine& record) { write(record); };
}

void Records::write_line(std::string_view line, Next next)
{
    const std::lock_guard lock{mutex_};
    ++counts_.records;
    put(line, Next::ready);
    put("\n", next);
}

void Records::flush()
{
    const std::lock_guard lock{mutex_};
    drain();
}

void Records::on_summary(std::function<void(JsonLine& summary)> add)
{
    const std::lock_guard lock{mutex_};
    on_summary_ = std::move(add);
}

Counts Records::counts() const
{
    const std::lock_guard lock{mutex_};
    return counts_;
}

ExitCode Records::exit_code() const
{
    return counts().failed > 0 ? ExitCode::findings : ExitCode::ok;
}

void Records::finish(ExitCode code, std::string_view message)
{
    const std::lock_guard lock{mutex_};
    if (!summary_) {
        drain();
        return;
    }
    JsonLine summary{"summary", code == ExitCode::ok ? Outcome::ok : Outcome::failed};
    summary.add("records", counts_.records);
    if (outcomes_) {
        summary.add("ok", counts_.ok)
            .add("warning", counts_.warning)
            .add("failed", counts_.failed)
            .add("skipped", counts_.skipped);
    }
    if (on_summary_) {
        on_summary_(summary);
    }
    if (!message.empty()) {
        summary.add("message", message);
    }
    if (seconds_) {
        const std::chrono::duration<double> span = std::chrono::steady_clock::now() - start_;
        summary.add("seconds", std::round(span.count() * 1000) / 1000);
    }
    summary.add("exit_status", static_cast<int>(code));
    put_record(summary.str(), Next::ready);
    drain();
}

int Records::write_error() const
{
    const std::lock_guard lock{mutex_};
    return error_;
}

void Records::put_record(const std::string& json_line, Next next)
{
    switch (format_) {
    case Format::ndjson: put(json_line, next); break;
    case Format::table: put(table_.rows(json_line), next); break;
    case Format::dicom_json:
    case Format::path:
    case Format::nagios:
    case Format::prometheus: break;
    }
}

void Records::put(std::string_view text, Next next)
{
    if (text.size() < buffer_limit) {
        buffer_ += text;
    } else {
        drain();
        send(text);
    }
    if (next == Next::waits || buffer_.size() >= buffer_limit) {
        drain();
    }
}

void Records::drain()
{
    send(buffer_);
    buffer_.clear();
}

void Records::send(std::string_view rest)
{
    while (!rest.empty() && error_ == 0) {
        const ssize_t written = ::write(fd_, rest.data(), rest.size());
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written < 0) {
            error_ = errno;
            StopFlag::instance().raise(error_ == EPIPE ? SIGPIPE : 0);
            break;
        }
        rest.remove_prefix(static_cast<std::size_t>(written));
    }
}

}  // namespace pacs::cli
