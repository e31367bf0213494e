#pragma once

#include "retrieve/way.hpp"
#include "web/http.hpp"

#include <memory>

namespace pacs::retrieve {

/// WADO-RS (PS3.18 10.4): a study or a series by one request, instances one by one over the same
/// connection; each object as the service has it stored, streamed from the answer to the Delivery.
/// A status that speaks of the errand alone (404, 406, 410, ...) is an ending: `not_found` or
/// `rejected`. 405, 415 and 501 mean that there is no such way (nothing_accepted).
std::unique_ptr<Way> web_way(web::ClientOptions options);

}  // namespace pacs::retrieve
