#pragma once

#include <stdexcept>
#include <string>
#include <utility>

namespace pacs {

/// Why an operation as a whole could not be done. Each kind has one exit status
/// (cli/exit_code.hpp).
enum class ErrorKind {
    usage,    ///< the caller asked for something that makes no sense
    peer,     ///< the remote side was unreachable, rejected, aborted or timed out
    data,     ///< bytes we were given do not follow the standard
    storage,  ///< local file, database or disk failure
    limit,    ///< stopped at a limit the user set; run again to go on
    locked,   ///< another run holds the lock
    refused,  ///< a safety gate said no
    bug,      ///< an invariant of ours is broken
};

/// Ends the operation in progress. What happens to one instance among many is not
/// an Error but a result value, because the other instances must still be handled.
class Error : public std::runtime_error {
public:
    /// `message` is "doing X to Y: reason", lower case, no full stop; `hint`, when there is one,
    /// is one line that tells the user what to try.
    Error(ErrorKind kind, const std::string& message, std::string hint = {})
        : std::runtime_error(message), kind_(kind), hint_(std::move(hint))
    {
    }

    ErrorKind kind() const noexcept { return kind_; }
    const std::string& hint() const noexcept { return hint_; }

private:
    ErrorKind kind_;
    std::string hint_;
};

}  // namespace pacs
