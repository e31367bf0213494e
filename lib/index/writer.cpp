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
    if (sqlite3_wal_checkpoint_v2(database_->handle(), nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr,
                                  nullptr) != SQLITE_OK) {
        database_->fail("checkpointing");
    }
}

}  // namespace pacs::index
