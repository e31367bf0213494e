#pragma once

#include "dicom/query_level.hpp"
#include "net/status.hpp"
#include "retrieve/study.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pacs::retrieve {

/// What a Way is sent for: a study, one series of it, or some instances of one series.
struct Errand {
    std::shared_ptr<const Study> study;  ///< never nullptr
    /// `study` and `series`: all that the source has of it. `instance`: these instances only.
    dicom::QueryLevel level = dicom::QueryLevel::study;
    /// Those that are awaited, as places in Study::instances, never empty; but for level `study`
    /// all are of one series. Others that come are not kept.
    std::vector<std::uint32_t> instances;
    /// How often these were asked for in vain: from the second time on, a way may be less exact in
    /// what it proposes than the announcement was.
    unsigned attempt = 0;

    /// Of the series, or of the first instance.
    const std::string& series() const { return study->series_of(instances.front()); }
};

/// What became of one object that a Way handed over.
struct Receipt {
    /// The object was taken: it is whole, sound and was asked for. It will have its final name once
    /// it is as safe as promised; should that fail, its record says so.
    bool taken = false;
    /// How to answer a C-STORE: success, or a failure of PS3.4 Table B.2-1 and why.
    net::Status status;
    std::string comment;  ///< at most 64 characters, no patient data; empty when taken
};

/// Takes the bytes of one object as they come. Used by one thread. Destroyed without finish(): the
/// object was cut off, nothing of it is kept, and it may be handed over again.
class ObjectSink {
public:
    virtual ~ObjectSink() = default;
    /// False once it is clear that the object will not be taken; finish() says why.
    virtual bool wanted() const noexcept = 0;
    /// The next bytes, in order, valid during the call; to be called for those of an object that is
    /// not wanted, too. May wait for a disk or a pipe. What is wrong with the object is told by
    /// finish(). Throws only when the source is to be cut off: net::PeerError(too_large) for an
    /// object that is longer than JobHub::max_object_bytes, Error(storage) when nothing more can be
    /// kept, of whatever object.
    virtual void write(std::span<const std::byte> bytes) = 0;
    /// The object is complete.
    virtual Receipt finish() = 0;
};

/// What is known of an object before its data set comes.
struct Arrival {
    std::string sop_class;
    std::string instance;
    std::string transfer_syntax;
};

/// Where a Way hands over what it was sent for, errand by errand. Thread-safe: a source may send on
/// several associations at once.
class Delivery {
public:
    virtual ~Delivery() = default;
    /// A data set follows, in the transfer syntax told. Never nullptr, also for an object that was
    /// not asked for, has come already, or cannot be taken: its sink is not wanted().
    virtual std::unique_ptr<ObjectSink> begin(const Arrival& arrival) = 0;
    /// A whole file follows (PS3.10 7.1), which says itself what it is.
    virtual std::unique_ptr<ObjectSink> begin_file() = 0;
    /// True when the errand asks for this instance, come or not.
    virtual bool asks_for(std::string_view instance) const = 0;
    /// True when all that the errand asks for was taken.
    virtual bool complete() const = 0;
    /// True when nothing more can be taken, so that the source may as well stop.
    virtual bool over() const = 0;
};

/// Why one instance of an errand did not come, where a Way knows it.
struct Refusal {
    std::uint32_t place = 0;  ///< in Study::instances
    std::string reason;       ///< a word of pacs-records(5)
    std::string message;      ///< for people
};

/// How an errand ended, as the source tells it. What was taken is known to the Delivery, which is
/// believed; this says why the rest did not come.
struct WayEnding {
    std::optional<net::Status> status = {};  ///< final, of C-GET or C-MOVE
    /// The source's own counts of sub-operations, where it gave them.
    std::optional<std::uint64_t> completed = {};
    std::optional<std::uint64_t> failed = {};
    std::optional<std::uint64_t> warning = {};
    std::vector<std::string> failed_instances = {};  ///< as the source named them: foreign text
    /// Why the rest did not come: a word of pacs-records(5), and for people. Empty: the source
    /// says that it has sent all.
    std::string reason = {};
    std::string message = {};
    bool may_pass = true;  ///< asking again may help
    /// Those that have a reason of their own.
    std::vector<Refusal> refused = {};
};

/// One way to have objects of a source come: C-GET, C-MOVE to ourselves, WADO-RS, reading files.
/// Used by one thread; each thread that fetches has its own.
class Way {
public:
    virtual ~Way() = default;
    /// "get", "move", "web", "copy": the word of --via and of `via` in records.
    virtual std::string_view name() const noexcept = 0;
    /// Does an errand: returns when nothing more will come of it. Connects when it must, and keeps
    /// what it connected for the next errand. Instances that are not announced with what this way
    /// needs to know are asked for nevertheless. Obeys StopFlag: tells the source and ends.
    ///
    /// Throws net::PeerError when the source cannot be reached, or fails in the middle (what was
    /// taken stands; the next fetch() connects anew), with PeerFault::nothing_accepted when it does
    /// not offer this way.
    virtual WayEnding fetch(const Errand& errand, Delivery& delivery) = 0;
    /// Ends the conversation in good order, as far as that can be had.
    virtual void close() noexcept = 0;
};

/// Makes a Way for one more thread.
using WayMaker = std::function<std::unique_ptr<Way>()>;

}  // namespace pacs::retrieve
