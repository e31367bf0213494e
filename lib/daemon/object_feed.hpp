#pragma once

#include "archive/proof.hpp"
#include "index/selection.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>

namespace pacs::daemon {

/// The objects of a selection, proven ahead of those who send them, in constant memory. Any number
/// of threads may take from it.
class ObjectFeed {
public:
    /// `ahead` objects are read before they are asked for. The prover must outlive it.
    ObjectFeed(index::Selection selection, archive::Prover& prover, std::size_t ahead);
    ~ObjectFeed();  ///< drops what was read; does not wait for it
    ObjectFeed(const ObjectFeed&) = delete;
    ObjectFeed& operator=(const ObjectFeed&) = delete;

    enum class Next : std::uint8_t {
        object,   ///< one was given, perhaps with a fault
        waiting,  ///< it is still being read
        end,      ///< there is none any more, or stop() was called, or the index failed
    };
    /// Waits at most `patience`.
    Next next(archive::ProvenObject& object, std::chrono::milliseconds patience);
    /// Nothing more is read or given.
    void stop();
    /// Names what was not given, without reading it, until `visit` returns false or the index
    /// fails; it is then gone.
    void drain(const std::function<bool(const std::string& instance_uid)>& visit);

private:
    struct Slot;
    struct State;
    void fill();

    archive::Prover& prover_;
    const std::size_t ahead_;
    std::shared_ptr<State> state_;  ///< shared with what is being read
};

}  // namespace pacs::daemon
