#include "send/payload.hpp"

#include "base/ordered_work.hpp"

#include <memory>
#include <mutex>
#include <semaphore>
#include <span>
#include <utility>

namespace pacs::send {

Payload make_payload(const Parcel& parcel, const std::string& transfer_syntax,
                     const Coercion& coercion)
{
    constexpr std::uint64_t large_bytes = 16ULL << 20U;
    static std::mutex one_large_at_a_time;
    static std::counting_semaphore<> turns{threads_or_cores(0)};
    std::unique_lock<std::mutex> lock{one_large_at_a_time, std::defer_lock};
    if (parcel.head.data_size > large_bytes) {
        lock.lock();
    }
    turns.acquire();
    const std::shared_ptr<void> turn{nullptr, [](void*) { turns.release(); }};
    dicom::ConvertOptions options;
    options.edits = coercion.edits_for(parcel.head.character_set);
    const std::string bytes = parcel.content.read_from(parcel.head.file.data_offset);
    dicom::Converted converted =
        dicom::convert(std::as_bytes(std::span{bytes}), parcel.head.file.syntax,
                       dicom::TransferSyntax{transfer_syntax}, options);
    return {std::move(converted.data_set), converted.decoded_lossy};
}

}  // namespace pacs::send
