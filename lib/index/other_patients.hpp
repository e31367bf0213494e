#pragma once

#include "index/record.hpp"
#include "index/sqlite.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace pacs::index {

/// Whom an object says its patient is, to be compared: ID and issuer, and where there is no ID the
/// name.
std::string person(std::string_view id, std::string_view issuer, std::string_view name);
std::string person(const InstanceRecord& record);

/// The table other_patient of an archive's index: the instances that name another patient than
/// their study does, which is called what its first object said. In a sound archive it is empty.
/// Throws Error(storage).
class OtherPatients {
public:
    explicit OtherPatients(Database& database);

    /// Writes an instance down when its patient is another than that of its study.
    void note(const InstanceRecord& record, std::int64_t study, std::int64_t instance);
    /// To be called before the row of the instance goes.
    void drop(std::string_view instance_uid);
    void drop_study(std::int64_t study);

private:
    Statement find_;
    Statement add_;
    Statement drop_;
    Statement drop_study_;
};

}  // namespace pacs::index
