#include "query/fingerprints.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace pacs::query {

namespace {

constexpr std::uint64_t mark_bit = 1;

/// FNV-1a, with the mixing of splitmix64 at the end.
std::uint64_t hash(std::string_view text, std::uint64_t seed, std::uint64_t factor) noexcept
{
    std::uint64_t value = seed;
    for (const char c : text) {
        value = (value ^ static_cast<unsigned char>(c)) * factor;
    }
    value = (value ^ (value >> 30U)) * 0xBF58476D1CE4E5B9U;
    value = (value ^ (value >> 27U)) * 0x94D049BB133111EBU;
    return value ^ (value >> 31U);
}

}  // namespace

Fingerprints::Slot Fingerprints::slot_of(std::string_view text) noexcept
{
    return {hash(text, 0xCBF29CE484222325U, 0x100000001B3U) | 1U,
            hash(text, 0x9E3779B97F4A7C15U, 0xD6E8FEB86659FD93U) & ~mark_bit};
}

std::size_t Fingerprints::find(const Slot& wanted) const noexcept
{
    std::size_t at = wanted.low / 2 % slots_.size();
    while (slots_[at].high != 0 &&
           (slots_[at].high != wanted.high || (slots_[at].low & ~mark_bit) != wanted.low)) {
        at = (at + 1) % slots_.size();
    }
    return at;
}

void Fingerprints::grow()
{
    std::vector<Slot> old =
        std::exchange(slots_, std::vector<Slot>(std::max<std::size_t>(slots_.size() * 2, 16)));
    for (const Slot& slot : old) {
        if (slot.high != 0) {
            slots_[find({slot.high, slot.low & ~mark_bit})] = slot;
        }
    }
}

bool Fingerprints::insert(std::string_view text)
{
    if (size_ * 4 >= slots_.size() * 3) {
        grow();
    }
    const Slot wanted = slot_of(text);
    Slot& slot = slots_[find(wanted)];
    if (slot.high != 0) {
        return false;
    }
    slot = wanted;
    ++size_;
    return true;
}

bool Fingerprints::contains(std::string_view text) const noexcept
{
    return size_ > 0 && slots_[find(slot_of(text))].high != 0;
}

bool Fingerprints::mark(std::string_view text) noexcept
{
    if (size_ == 0) {
        return false;
    }
    Slot& slot = slots_[find(slot_of(text))];
    if (slot.high == 0) {
        return false;
    }
    marked_ += (slot.low & mark_bit) == 0 ? 1 : 0;
    slot.low |= mark_bit;
    return true;
}

void Fingerprints::unmark() noexcept
{
    for (Slot& slot : slots_) {
        slot.low &= ~mark_bit;
    }
    marked_ = 0;
}

}  // namespace pacs::query
