#pragma once

#include "base/error.hpp"
#include "dump/object_maker.hpp"

#include <memory>
#include <string>

namespace pacs::dump {

/// Where made objects go.
class ObjectOutput {
public:
    ObjectOutput() = default;
    ObjectOutput(const ObjectOutput&) = delete;
    ObjectOutput& operator=(const ObjectOutput&) = delete;
    virtual ~ObjectOutput() = default;

    /// Takes one object; where it is now, for its record: a path, or the name of a tar member.
    /// Throws ExistsError when it cannot go there, Error(storage) when nothing can any more.
    virtual std::string put(MadeObject object) = 0;
    /// No more objects follow. Throws Error(storage).
    virtual void finish() = 0;
};

/// There is something already where an object should go; it is left as it is.
class ExistsError : public Error {
public:
    explicit ExistsError(const std::string& message) : Error(ErrorKind::storage, message) {}
};

/// - "-": `fd`, which stays the caller's. One object goes out as it is, several as a tar stream;
/// the
///   first is therefore kept until the second, or finish(), comes.
/// - a folder, or a path that ends in /: <study>/<series>/<instance>.dcm beneath it, folders made
///   as needed. Without study or series the name is <instance>.dcm, in a tar stream too.
/// - any other path: that file, for one object.
std::unique_ptr<ObjectOutput> open_output(const std::string& where, int fd);

}  // namespace pacs::dump
