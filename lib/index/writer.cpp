#include "index/index.hpp"
#include "index/sqlite.hpp"
#include "index/writer_connection.hpp"

namespace pacs::index {

Writer::Writer(const std::filesystem::path& database, Synchronous synchronous)
    : connection_(std::make_unique<WriterConnection>(database, synchronous))
{
}
Writer::~Writer() = default;
Writer::Writer(Writer&&) noexcept = default;
Writer& Writer::operator=(Writer&&) noexcept = default;

void Writer::begin()
{
    connection_->begin();
}

bool Writer::insert(const InstanceRecord& record)
{
    return connection_->insert(record);
}

void Writer::replace(const InstanceRecord& record)
{
    connection_->replace(record);
}

std::optional<StoredInstance> Writer::find(std::string_view instance_uid)
{
    return connection_->find(instance_uid);
}

void Writer::commit()
{
    connection_->commit();
}

void Writer::rollback() noexcept
{
    connection_->rollback();
}

bool Writer::commit_in_doubt() const noexcept
{
    return connection_->commit_in_doubt();
}

void Writer::bury_failed_commit()
{
    connection_->bury_failed_commit();
}

void Writer::checkpoint()
{
    connection_->checkpoint();
}

std::uint64_t Writer::log_pages() const noexcept
{
    return connection_->log_pages();
}

Checkpointer::Checkpointer(const std::filesystem::path& database)
    : database_(std::make_unique<Database>(database, Database::Mode::write))
{
    database_->run("PRAGMA synchronous = FULL");
}
Checkpointer::~Checkpointer() = default;
Checkpointer::Checkpointer(Checkpointer&&) noexcept = default;

void Checkpointer::run()
{
    database_->checkpoint();
}

}  // namespace pacs::index
