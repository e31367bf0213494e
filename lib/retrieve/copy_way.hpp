#pragma once

#include "retrieve/way.hpp"

#include <memory>

namespace pacs::retrieve {

/// "copy": reads the files that an archive or an index of ours says the objects lie in
/// (Study::places), members of tar files too. A file that is gone, cannot be read, or has another
/// digest than the index says is not delivered.
std::unique_ptr<Way> copy_way();

}  // namespace pacs::retrieve
