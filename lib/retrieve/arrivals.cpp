#include "retrieve/arrivals.hpp"

#include "archive/object_check.hpp"
#include "base/error.hpp"
#include "base/log.hpp"
#include "base/stopwatch.hpp"
#include "base/units.hpp"
#include "dicom/header_scan.hpp"
#include "dicom/part10.hpp"
#include "dicom/uid.hpp"
#include "net/peer_error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace pacs::retrieve {

namespace {

using net::statuses::cannot_understand;
using net::statuses::data_set_mismatch;
using net::statuses::out_of_resources;
using net::statuses::processing_failure;

/// A file head that is longer than this is no head.
constexpr std::size_t longest_head = std::size_t{1} << 20U;

}  // namespace

/// One object on its way in: the scanner looks at it while its bytes go to the output.
class ArrivingObject : public ObjectSink {
public:
    /// A data set that was announced by what stands before it.
    ArrivingObject(Arrivals& arrivals, const Arrival& arrival) : arrivals_(arrivals)
    {
        announcement_.sop_class_uid = arrival.sop_class;
        announcement_.sop_instance_uid = arrival.instance;
        announcement_.transfer_syntax_uid = arrival.transfer_syntax;
        if (!dicom::is_valid_uid(arrival.instance) || !dicom::is_valid_uid(arrival.sop_class)) {
            refuse(processing_failure, "the UIDs of the object are not valid");
        } else if (claim()) {
            start(dicom::TransferSyntax{arrival.transfer_syntax});
            const std::string head =
                dicom::make_file_head(arrival.sop_class, arrival.instance, arrival.transfer_syntax);
            put(std::as_bytes(std::span{head}));
        }
    }
    /// A file, which says itself what it is.
    explicit ArrivingObject(Arrivals& arrivals) : arrivals_(arrivals), is_file_(true) {}
    ~ArrivingObject() override
    {
        if (claimed_) {
            give_back({});
        }
    }
    ArrivingObject(const ArrivingObject&) = delete;
    ArrivingObject& operator=(const ArrivingObject&) = delete;

    bool wanted() const noexcept override { return !refusal_; }
    void write(std::span<const std::byte> bytes) override;
    Receipt finish() override;

private:
    void refuse(net::Status status, std::string comment);
    bool claim();
    void start(const dicom::TransferSyntax& syntax);
    void put(std::span<const std::byte> bytes);
    void scan(std::span<const std::byte> bytes);
    void take_head(std::span<const std::byte> bytes, bool last);
    void name_file();
    bool sound();
    bool belongs();
    void give_back(const Failure& why);
    void give_up(const Failure& why);
    void end_if_too_long(std::size_t more);
    void end_if_not_kept();
    void refuse_for_room();
    void keep();

    Arrivals& arrivals_;
    bool is_file_ = false;
    Stopwatch since_;
    std::uint64_t came_ = 0;  ///< bytes
    archive::Announcement announcement_;
    std::vector<std::byte> head_;  ///< of a file, until it can be read
    std::unique_ptr<dicom::HeaderScanner> scanner_;
    std::unique_ptr<Keeper> keeper_;
    std::optional<Receipt> refusal_;
    bool claimed_ = false;
    bool extra_ = false;
};

void ArrivingObject::write(std::span<const std::byte> bytes)
{
    end_if_too_long(bytes.size());
    if (refusal_) {
        return;
    }
    if (is_file_ && scanner_ == nullptr) {
        take_head(bytes, false);
    } else {
        scan(bytes);
    }
    end_if_not_kept();
}

/// Whatever it is: nobody may send for ever.
void ArrivingObject::end_if_too_long(std::size_t more)
{
    const std::uint64_t most = arrivals_.hub_.max_object_bytes;
    came_ += more;
    if (came_ <= most) {
        return;
    }
    name_file();
    const std::string why =
        fmt::format("it is longer than {}, the most that is taken as one object", size_text(most));
    give_up({.reason = "too_large", .message = why});
    refuse(out_of_resources, "it is too long");
    const std::string& instance = announcement_.sop_instance_uid;
    throw net::PeerError(
        net::PeerFault::too_large, net::PeerStage::answer,
        fmt::format("receiving {}: {}", instance.empty() ? "an object" : log::printable(instance),
                    why));
}

/// There is no room for it. When there is none for anything the source is to stop.
void ArrivingObject::end_if_not_kept()
{
    if (keeper_ != nullptr && keeper_->failed()) {
        name_file();
        refuse_for_room();
        if (const std::string all = arrivals_.hub_.output->failure(); !all.empty()) {
            throw Error(ErrorKind::storage, all);
        }
    }
}

void ArrivingObject::refuse_for_room()
{
    const Failure why{.reason = "storage", .message = keeper_->why()};
    if (arrivals_.hub_.output->failure().empty()) {
        give_up(why);
    } else if (claimed_) {
        give_back(why);
    }
    refuse(out_of_resources, "it could not be stored");
}

void ArrivingObject::refuse(net::Status status, std::string comment)
{
    refusal_ = Receipt{false, status, std::move(comment)};
    keeper_.reset();
}

/// False: it is not to be taken.
bool ArrivingObject::claim()
{
    StudyWork& work = *arrivals_.work_;
    const std::string& instance = announcement_.sop_instance_uid;
    const bool all = arrivals_.errand_.level != dicom::QueryLevel::instance;
    const Claim claim =
        all || arrivals_.asks_for(instance) ? work.claim(instance, all) : Claim::stranger;
    switch (claim) {
    case Claim::mine: break;
    case Claim::extra: extra_ = true; break;
    case Claim::had:
        ++arrivals_.hub_.counters->duplicates;
        refuse(net::statuses::success, {});  // it is there: nothing else would be true
        return false;
    case Claim::coming:
        ++arrivals_.hub_.counters->duplicates;
        refuse(processing_failure, "the same instance is just coming");
        return false;
    case Claim::stranger:
        ++arrivals_.hub_.counters->not_asked;
        log::info("{} was not asked for", log::printable(instance));
        refuse(cannot_understand, "this instance was not asked for");
        return false;
    }
    claimed_ = true;
    if (!arrivals_.hub_.output->failure().empty()) {
        give_back({.reason = "storage", .message = arrivals_.hub_.output->failure()});
        refuse(out_of_resources, "nothing more can be stored");
        return false;
    }
    return true;
}

void ArrivingObject::start(const dicom::TransferSyntax& syntax)
{
    scanner_ = std::make_unique<dicom::HeaderScanner>(syntax, Naming::wanted());
    keeper_ = arrivals_.hub_.output->begin();
}

void ArrivingObject::put(std::span<const std::byte> bytes)
{
    if (keeper_ && !keeper_->failed()) {
        keeper_->write(bytes);
    }
}

void ArrivingObject::scan(std::span<const std::byte> bytes)
{
    if (scanner_->feed(bytes)) {
        put(bytes);
    } else {
        keeper_.reset();  // finish() says why
    }
}

/// Gathers the start of a file until its head can be read. `last`: no more bytes follow.
void ArrivingObject::take_head(std::span<const std::byte> bytes, bool last)
{
    head_.insert(head_.end(), bytes.begin(), bytes.end());
    if (head_.size() < dicom::file_head_bytes && !last) {
        return;
    }
    try {
        const dicom::FileHead head = dicom::read_file_head(head_);
        announcement_.transfer_syntax_uid = head.syntax.uid();
        start(head.syntax);
        const std::vector<std::byte> all = std::exchange(head_, {});
        const std::size_t offset = std::min<std::size_t>(head.data_offset, all.size());
        put(std::span{all}.first(offset));
        scan(std::span{all}.subspan(offset));
    } catch (const Error& error) {
        if (last || head_.size() > longest_head) {
            refuse(cannot_understand, "not a DICOM file");
            log::info("what came is no DICOM file: {}", error.what());
        }
    }
}

/// A file says itself who it is, as soon as so much of it has come.
void ArrivingObject::name_file()
{
    if (is_file_ && scanner_ != nullptr) {
        announcement_.sop_class_uid = scanner_->header().text(dicom::tags::sop_class_uid);
        announcement_.sop_instance_uid = scanner_->header().text(dicom::tags::sop_instance_uid);
    }
}

/// Structure and UIDs, and that it is what was said to come.
bool ArrivingObject::sound()
{
    scanner_->finish();
    if (scanner_->defect().empty()) {
        name_file();
    }
    auto objection = archive::objection_to(*scanner_, is_file_ ? nullptr : &announcement_);
    if (!objection) {
        return true;
    }
    log::info("{}: {}", log::printable(announcement_.sop_instance_uid),
              log::printable(objection->detail));
    if (claimed_) {
        give_back({.reason = "damaged", .message = objection->detail});
    }
    refuse(objection->status, std::move(objection->comment));
    return false;
}

/// It is of the study, and of the series, that it was asked for with.
bool ArrivingObject::belongs()
{
    const dicom::DataSet& header = scanner_->header();
    const std::string study = header.text(dicom::tags::study_instance_uid);
    const std::string series = header.text(dicom::tags::series_instance_uid);
    if (!arrivals_.is_stranger(study, series)) {
        return true;
    }
    ++arrivals_.hub_.counters->not_asked;
    give_back({.reason = "mismatch",
               .message = "the object that came is of another study or series than announced"});
    refuse(data_set_mismatch, "of another study or series");
    return false;
}

void ArrivingObject::give_back(const Failure& why)
{
    claimed_ = false;
    arrivals_.work_->give_back(announcement_.sop_instance_uid, why);
}

/// It is not asked for again: its record says why already.
void ArrivingObject::give_up(const Failure& why)
{
    const std::string& instance = announcement_.sop_instance_uid;
    StudyWork& work = *arrivals_.work_;
    const auto place = work.find(instance);
    if (refusal_ || (!claimed_ && !(dicom::is_valid_uid(instance) && claim()))) {
        return;  // not ours to tell of
    }
    give_back(why);
    if (!place) {
        return;  // nobody awaits it
    }
    work.settle(*place);
    ++arrivals_.hub_.counters->missing;
    const Study& study = work.study();
    const Identity identity{
        study.class_of(*place), instance, study.series_of(*place), study.uid, {}};
    arrivals_.hub_.tell({missing_record(identity,
                                        {.node = arrivals_.hub_.node,
                                         .via = arrivals_.via_,
                                         .attempts = arrivals_.errand_.attempt + 1},
                                        why, work.members_of(instance, identity.series)),
                         0, complaint(identity, why.message)});
}

Receipt ArrivingObject::finish()
{
    if (!refusal_ && is_file_ && scanner_ == nullptr) {
        take_head({}, true);
    }
    if (!refusal_ && sound() && (claimed_ || claim()) && belongs()) {
        if (keeper_->failed()) {
            refuse_for_room();
        } else {
            keep();
        }
    }
    return refusal_.value_or(Receipt{true, net::statuses::success, {}});
}

void ArrivingObject::keep()
{
    claimed_ = false;
    const dicom::DataSet& header = scanner_->header();
    Identity identity{announcement_.sop_class_uid, announcement_.sop_instance_uid,
                      header.text(dicom::tags::series_instance_uid),
                      header.text(dicom::tags::study_instance_uid),
                      announcement_.transfer_syntax_uid};
    arrivals_.work_->take(identity.instance, identity.series);
    keeper_->keep(header, [hub = &arrivals_.hub_, work = arrivals_.work_, via = arrivals_.via_,
                           attempts = arrivals_.errand_.attempt + 1, since = since_, extra = extra_,
                           identity = std::move(identity)](Kept&& kept) {
        Passage passage{hub->node, via, attempts, since.seconds(), extra};
        JobCounters& counters = *hub->counters;
        if (kept.kind == KeptKind::kept) {
            ++counters.retrieved;
            counters.bytes += kept.size;
        } else if (kept.kind == KeptKind::exists) {
            ++counters.existed;
        } else if (!extra) {
            ++counters.missing;
        }
        counters.unannounced += extra && kept.kind == KeptKind::kept ? 1 : 0;
        const bool there = kept.kind == KeptKind::kept || kept.kind == KeptKind::exists;
        const auto& members = work->members_of(identity.instance, identity.series);
        hub->tell({kept_record(identity, passage, kept, members), kept.size,
                   there ? std::string{} : complaint(identity, kept.message)});
    });
}

Arrivals::Arrivals(const JobHub& hub, std::shared_ptr<StudyWork> work, Errand errand,
                   std::string_view via)
    : hub_(hub), work_(std::move(work)), errand_(std::move(errand)), via_(via)
{
    std::ranges::sort(errand_.instances);
}

std::unique_ptr<ObjectSink> Arrivals::begin(const Arrival& arrival)
{
    return std::make_unique<ArrivingObject>(*this, arrival);
}

std::unique_ptr<ObjectSink> Arrivals::begin_file()
{
    return std::make_unique<ArrivingObject>(*this);
}

bool Arrivals::asks_for(std::string_view instance) const
{
    const auto place = work_->find(instance);
    return place && std::ranges::binary_search(errand_.instances, *place);
}

bool Arrivals::is_stranger(const std::string& study, const std::string& series) const
{
    return study != errand_.study->uid ||
           (errand_.level != dicom::QueryLevel::study && series != errand_.series());
}

}  // namespace pacs::retrieve
