#include "daemon/object_feed.hpp"

#include "base/error.hpp"
#include "base/log.hpp"
#include "index/index.hpp"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <utility>
#include <vector>

namespace pacs::daemon {

namespace {

constexpr std::size_t page_rows = 256;

}  // namespace

struct ObjectFeed::Slot {
    std::string instance_uid;
    archive::ProvenObject object;
    bool ready = false;
};

struct ObjectFeed::State {
    explicit State(index::Selection selected) : selection(std::move(selected)) {}

    std::mutex mutex;
    std::condition_variable changed;
    index::Selection selection;
    std::deque<index::StoredInstance> page;
    std::deque<std::shared_ptr<Slot>> slots;  ///< in order
    bool over = false;                        ///< nothing comes after the page

    /// The next row; false at the end. A failing index is an end, too.
    bool next_row(index::StoredInstance& row)
    {
        try {
            if (page.empty() && !over) {
                auto rows = selection.next(page_rows);
                page.assign(std::make_move_iterator(rows.begin()),
                            std::make_move_iterator(rows.end()));
            }
        } catch (const Error& error) {
            log::error("retrieving: {}", error.what());
        }
        over = over || page.empty();
        if (over) {
            return false;
        }
        row = std::move(page.front());
        page.pop_front();
        return true;
    }
};

ObjectFeed::ObjectFeed(index::Selection selection, archive::Prover& prover, std::size_t ahead)
    : prover_(prover), ahead_(ahead), state_(std::make_shared<State>(std::move(selection)))
{
}

ObjectFeed::~ObjectFeed()
{
    stop();
}

/// The mutex is held.
void ObjectFeed::fill()
{
    index::StoredInstance row;
    while (state_->slots.size() < ahead_ && state_->next_row(row)) {
        auto slot = std::make_shared<Slot>();
        slot->instance_uid = row.instance_uid;
        state_->slots.push_back(slot);
        prover_.prove(std::move(row), [state = state_, slot](archive::ProvenObject&& object) {
            const std::scoped_lock lock{state->mutex};
            slot->object = std::move(object);
            slot->ready = true;
            state->changed.notify_all();
        });
    }
}

ObjectFeed::Next ObjectFeed::next(archive::ProvenObject& object, std::chrono::milliseconds patience)
{
    std::unique_lock lock{state_->mutex};
    fill();
    auto& slots = state_->slots;
    const bool settled = state_->changed.wait_for(
        lock, patience, [&] { return slots.empty() || slots.front()->ready; });
    if (!settled) {
        return Next::waiting;
    }
    if (slots.empty()) {
        return Next::end;
    }
    object = std::move(slots.front()->object);
    slots.pop_front();
    fill();
    return Next::object;
}

void ObjectFeed::stop()
{
    const std::scoped_lock lock{state_->mutex};
    state_->over = true;
    state_->page.clear();
    state_->slots.clear();
    state_->changed.notify_all();
}

void ObjectFeed::drain(const std::function<bool(const std::string&)>& visit)
{
    const std::scoped_lock lock{state_->mutex};
    bool more = true;
    for (const auto& slot : std::exchange(state_->slots, {})) {
        more = more && visit(slot->instance_uid);
    }
    index::StoredInstance row;
    while (more && state_->next_row(row)) {
        more = visit(row.instance_uid);
    }
    state_->changed.notify_all();
}

}  // namespace pacs::daemon
