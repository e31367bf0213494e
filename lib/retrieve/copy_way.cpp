#include "retrieve/copy_way.hpp"

#include "base/digest.hpp"
#include "base/error.hpp"
#include "base/stop.hpp"
#include "stream/content.hpp"
#include "stream/input.hpp"
#include "stream/tar_reader.hpp"

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace pacs::retrieve {

namespace {

constexpr std::size_t piece_bytes = std::size_t{256} << 10U;

class CopyWay : public Way {
public:
    CopyWay() : piece_(piece_bytes) {}
    std::string_view name() const noexcept override { return "copy"; }
    WayEnding fetch(const Errand& errand, Delivery& delivery) override;
    void close() noexcept override {}

private:
    using Members = std::map<std::string, std::uint32_t>;  ///< name of a member: its instance
    void copy_file(const Errand& errand, std::uint32_t place, Delivery& delivery,
                   WayEnding& ending);
    void copy_members(const Errand& errand, const std::string& path, Members wanted,
                      Delivery& delivery, WayEnding& ending);
    void copy(const stream::Content& content, const query::AnswerPlace& from, std::uint32_t place,
              Delivery& delivery, WayEnding& ending);

    std::vector<std::byte> piece_;
};

WayEnding CopyWay::fetch(const Errand& errand, Delivery& delivery)
{
    WayEnding ending;
    ending.may_pass = false;
    std::map<std::string, Members> tars;
    for (const std::uint32_t place : errand.instances) {
        if (StopFlag::instance().raised()) {
            break;
        }
        const query::AnswerPlace& from = errand.study->places.at(place);
        if (from.inside) {
            tars[from.path].emplace(from.member, place);
        } else {
            copy_file(errand, place, delivery, ending);
        }
    }
    for (auto& [path, wanted] : tars) {
        copy_members(errand, path, std::move(wanted), delivery, ending);
    }
    return ending;
}

void CopyWay::copy_file(const Errand& errand, std::uint32_t place, Delivery& delivery,
                        WayEnding& ending)
{
    const query::AnswerPlace& from = errand.study->places[place];
    try {
        copy(stream::Content::of_file(from.path), from, place, delivery, ending);
    } catch (const Error& error) {
        Refusal why{.place = place, .reason = "unreadable", .message = error.what()};
        ending.refused.push_back(std::move(why));
    }
}

/// One walk through a tar file for all that is wanted of it.
void CopyWay::copy_members(const Errand& errand, const std::string& path, Members wanted,
                           Delivery& delivery, WayEnding& ending)
{
    std::string message = "the tar file has no such member any more";
    try {
        const Descriptor file = open_for_reading(path);
        stream::Input input{file.get(), path};
        stream::TarReader reader{input};
        while (!wanted.empty() && !StopFlag::instance().raised()) {
            const auto member = reader.next();
            if (!member) {
                break;
            }
            const auto found = wanted.find(member->name);
            if (found != wanted.end() && member->refused.empty()) {
                copy(member->content, errand.study->places[found->second], found->second, delivery,
                     ending);
                wanted.erase(found);
            }
        }
    } catch (const Error& error) {
        message = error.what();
    }
    for (const auto& [member, place] : wanted) {
        ending.refused.push_back({.place = place, .reason = "unreadable", .message = message});
    }
}

void CopyWay::copy(const stream::Content& content, const query::AnswerPlace& from,
                   std::uint32_t place, Delivery& delivery, WayEnding& ending)
{
    const auto sink = delivery.begin_file();
    Sha256 digest;
    for (std::uint64_t at = 0; sink->wanted();) {
        const std::size_t count = content.read_at(at, piece_);
        if (count == 0) {
            break;
        }
        const auto bytes = std::span{piece_}.first(count);
        if (!from.digests.sha256.empty()) {
            digest.update(bytes);
        }
        sink->write(bytes);
        at += count;
    }
    if (sink->wanted() && !from.digests.sha256.empty() &&
        to_hex(digest.finish()) != from.digests.sha256) {
        ending.refused.push_back({.place = place,
                                  .reason = "damaged",
                                  .message = "its bytes are not those that the index knows: " +
                                             (from.inside ? from.member : from.path)});
        return;
    }
    (void)sink->finish();
}

}  // namespace

std::unique_ptr<Way> copy_way()
{
    return std::make_unique<CopyWay>();
}

}  // namespace pacs::retrieve
