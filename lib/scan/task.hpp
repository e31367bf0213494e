#pragma once

#include "base/json_line.hpp"
#include "index/files.hpp"
#include "scan/finding.hpp"
#include "stream/content.hpp"
#include "stream/record.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pacs::scan {

/// A folder on its way through a scan.
struct Place {
    std::string path;      ///< as it was named or found; empty: none is to be put before names
    std::string absolute;  ///< for the index; "-" for standard input
    std::shared_ptr<Place> parent;  ///< in the index; empty: the scan began here
    std::int64_t row = 0;           ///< in the index; only the thread that writes it uses this
    std::int64_t device = 0;        ///< st_dev, to be kept in the index; 0: it keeps what it has
};

/// One thing to be done in its turn: a file to be looked at, or something to be said or removed.
struct Task {
    enum class Kind : std::uint8_t {
        file,            ///< to be opened and examined, when it is not as known
        member,          ///< of a tar stream: its content is to be examined
        finished,        ///< `finding` says all
        removed_file,    ///< `removed` is gone from the disk
        removed_folder,  ///< the same, with all beneath it
        moved_folder,    ///< `place` is on another device than the index says
    };
    Kind kind = Kind::file;
    std::shared_ptr<Place> place;
    std::string name;     ///< in its place; any bytes
    bool named = false;   ///< by the user: then it is meant to be an object
    bool urgent = false;  ///< from standard input, where the next one may be long in coming
    bool lookup = false;  ///< there may be a row of that name that the walk does not know
    std::optional<index::KnownFile> known;
    bool may_skip = false;  ///< what is known of it is all that is wanted
    std::int64_t member = 0;
    std::string member_name;
    std::optional<stream::Content> content;
    std::vector<stream::Member> members;  ///< of the record it came with
    std::int64_t removed = 0;             ///< its row
    bool container = false;               ///< a tar file, whose members follow: counted, no record

    // what came of it
    bool unchanged = false;
    Finding finding;
    std::string_view change;        ///< "new" or "changed" when it goes into an index
    std::vector<JsonLine> records;  ///< what is to be said of it; DICOM JSON goes with the first

    /// As it is shown: place and name.
    std::string path() const
    {
        return place->path.empty()         ? name
               : place->path.back() == '/' ? place->path + name
                                           : place->path + "/" + name;
    }
};

/// Tasks that pass from thread to thread at once.
struct Batch {
    std::vector<Task> tasks;
    unsigned worker = 0;  ///< who worked on it, and gets it back to be freed
};

}  // namespace pacs::scan
