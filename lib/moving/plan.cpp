#include "moving/plan.hpp"

#include "base/stop.hpp"

#include <algorithm>
#include <utility>

namespace pacs::moving {

using dicom::QueryLevel;

void Plan::add(const JsonLine& answer)
{
    kept_.add(answer.str());
}

void Plan::rewind()
{
    input_ = std::make_unique<stream::Input>(kept_.rewind(), "what is to be moved");
    ahead_.reset();
    seen_ = {};
    at_ = 0;
}

bool Plan::is_new(const Unit& unit)
{
    Unit part;
    part.study = unit.study;
    if (unit.level > QueryLevel::study && seen_.contains(key_of(part))) {
        return false;
    }
    part.series = unit.series;
    if (unit.level > QueryLevel::series && seen_.contains(key_of(part))) {
        return false;
    }
    return seen_.insert(key_of(unit));
}

/// The next answer that names something new.
std::optional<Unit> Plan::read()
{
    if (ahead_) {
        return std::exchange(ahead_, std::nullopt);
    }
    stream::Input::Line line;
    while (input_->read_line(line, reader_.limits().line_bytes)) {
        auto unit = read_unit(reader_.parse(line.text));
        if (unit && is_new(*unit)) {
            return unit;
        }
    }
    return std::nullopt;
}

std::optional<Unit> Plan::read_group()
{
    auto unit = read();
    if (!unit || unit->level != QueryLevel::instance) {
        return unit;
    }
    while (unit->instances.size() < most_instances) {
        auto more = read();
        if (!more) {
            break;
        }
        if (more->level != QueryLevel::instance || more->series != unit->series ||
            more->study != unit->study) {
            ahead_ = std::move(more);
            break;
        }
        unit->instances.push_back(std::move(more->instances.front()));
        std::erase_if(unit->members, [&](const stream::Member& member) {
            return std::ranges::find(more->members, member) == more->members.end();
        });
    }
    unit->expected = unit->instances.size();
    return unit;
}

std::uint64_t Plan::settle(const std::function<std::optional<std::uint64_t>(const Unit&)>& count)
{
    rewind();
    std::uint64_t total = 0;
    while (const auto unit = read_group()) {
        if (StopFlag::instance().raised()) {
            break;
        }
        const auto expected = unit->expected ? unit->expected : count(*unit);
        uncounted_ = uncounted_ || !expected;
        total += expected.value_or(0);
        expected_.push_back(expected);
    }
    rewind();
    return total;
}

std::optional<Unit> Plan::next()
{
    if (at_ >= expected_.size()) {
        return std::nullopt;
    }
    auto unit = read_group();
    if (unit) {
        unit->expected = expected_[at_++];
    }
    return unit;
}

}  // namespace pacs::moving
