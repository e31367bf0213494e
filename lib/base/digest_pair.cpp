#include "base/digest_pair.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <utility>

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>
#endif

namespace pacs {

#if defined(__x86_64__)

// OpenSSL computes one digest at a time, which leaves a third of the unit idle: each SHA256RNDS2
// waits for the one before. What follows is FIPS 180-4 section 6.2 for one or two buffers in step.

namespace {

#define PACS_SHA __attribute__((target("sha,sse4.1"), always_inline)) inline

using Bytes = std::span<const std::byte>;

constexpr std::size_t block_bytes = 64;
constexpr std::size_t quads = 16;  ///< of the 64 rounds

/// FIPS 180-4 section 4.2.2.
alignas(16) constexpr std::uint32_t constants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

/// One digest on its way: a to h in the order the instructions want them, and sixteen words of the
/// message schedule.
struct Lane {
    __m128i abef;
    __m128i cdgh;
    __m128i words[4];
    const std::byte* next;
};

PACS_SHA void start(Lane& lane, Bytes bytes)
{
    // FIPS 180-4 section 5.3.3
    lane.abef = _mm_set_epi32(0x6a09e667, static_cast<int>(0xbb67ae85), 0x510e527f,
                              static_cast<int>(0x9b05688c));
    lane.cdgh = _mm_set_epi32(0x3c6ef372, static_cast<int>(0xa54ff53a), 0x1f83d9ab, 0x5be0cd19);
    lane.next = bytes.data();
}

PACS_SHA void load(Lane& lane)
{
    const __m128i big_endian = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
    for (std::size_t i = 0; i < 4; ++i) {
        const auto* const from = reinterpret_cast<const __m128i*>(lane.next + 16 * i);
        lane.words[i] = _mm_shuffle_epi8(_mm_loadu_si128(from), big_endian);
    }
    lane.next += block_bytes;
}

/// Four rounds, and the four words of the schedule that come sixteen later.
template <std::size_t quad>
PACS_SHA void four_rounds(Lane& lane)
{
    constexpr std::size_t at = quad % 4;
    const auto* const k = reinterpret_cast<const __m128i*>(constants + 4 * quad);
    const __m128i sum = _mm_add_epi32(lane.words[at], _mm_load_si128(k));
    lane.cdgh = _mm_sha256rnds2_epu32(lane.cdgh, lane.abef, sum);
    lane.abef = _mm_sha256rnds2_epu32(lane.abef, lane.cdgh, _mm_shuffle_epi32(sum, 0x0e));
    if constexpr (quad + 4 < quads) {
        const __m128i last = lane.words[(at + 3) % 4];
        __m128i word = _mm_sha256msg1_epu32(lane.words[at], lane.words[(at + 1) % 4]);
        word = _mm_add_epi32(word, _mm_alignr_epi8(last, lane.words[(at + 2) % 4], 4));
        lane.words[at] = _mm_sha256msg2_epu32(word, last);
    }
}

template <std::size_t... quad>
PACS_SHA void all_rounds(Lane& lane, std::index_sequence<quad...> /*all*/)
{
    (four_rounds<quad>(lane), ...);
}

template <std::size_t... quad>
PACS_SHA void all_rounds(Lane& first, Lane& second, std::index_sequence<quad...> /*all*/)
{
    ((four_rounds<quad>(first), four_rounds<quad>(second)), ...);
}

__attribute__((target("sha,sse4.1"))) void add_blocks(Lane& lane, std::size_t count)
{
    Lane now = lane;  // in registers
    for (; count > 0; --count) {
        const Lane before = now;
        load(now);
        all_rounds(now, std::make_index_sequence<quads>{});
        now.abef = _mm_add_epi32(now.abef, before.abef);
        now.cdgh = _mm_add_epi32(now.cdgh, before.cdgh);
    }
    lane = now;
}

__attribute__((target("sha,sse4.1"))) void add_blocks(Lane& one, Lane& other, std::size_t count)
{
    Lane first = one;
    Lane second = other;
    for (; count > 0; --count) {
        const Lane first_before = first;
        const Lane second_before = second;
        load(first);
        load(second);
        all_rounds(first, second, std::make_index_sequence<quads>{});
        first.abef = _mm_add_epi32(first.abef, first_before.abef);
        first.cdgh = _mm_add_epi32(first.cdgh, first_before.cdgh);
        second.abef = _mm_add_epi32(second.abef, second_before.abef);
        second.cdgh = _mm_add_epi32(second.cdgh, second_before.cdgh);
    }
    one = first;
    other = second;
}

/// What is left of `bytes` behind the lane, with the padding of FIPS 180-4 section 5.1.1.
__attribute__((target("sha,sse4.1"))) Sha256Value finish(Lane& lane, Bytes bytes)
{
    const Bytes rest = bytes.subspan(static_cast<std::size_t>(lane.next - bytes.data()));
    add_blocks(lane, rest.size() / block_bytes);
    const Bytes tail = rest.last(rest.size() % block_bytes);
    std::array<std::byte, 2 * block_bytes> padded{};
    std::ranges::copy(tail, padded.begin());
    padded.at(tail.size()) = std::byte{0x80};
    const std::size_t blocks = tail.size() + 9 <= block_bytes ? 1 : 2;
    std::uint64_t bits = std::uint64_t{bytes.size()} * 8;
    for (std::size_t i = 1; i <= 8; ++i, bits >>= 8U) {
        padded.at(blocks * block_bytes - i) = static_cast<std::byte>(bits & 0xFFU);
    }
    lane.next = padded.data();
    add_blocks(lane, blocks);
    const __m128i feba = _mm_shuffle_epi32(lane.abef, 0x1b);
    const __m128i dchg = _mm_shuffle_epi32(lane.cdgh, 0xb1);
    const __m128i big_endian = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
    Sha256Value value;
    auto* const to = reinterpret_cast<__m128i*>(value.data());
    _mm_storeu_si128(to, _mm_shuffle_epi8(_mm_blend_epi16(feba, dchg, 0xf0), big_endian));
    _mm_storeu_si128(to + 1, _mm_shuffle_epi8(_mm_alignr_epi8(dchg, feba, 8), big_endian));
    return value;
}

__attribute__((target("sha,sse4.1"))) std::array<Sha256Value, 2> in_step(Bytes first, Bytes second)
{
    Lane one;
    Lane other;
    start(one, first);
    start(other, second);
    add_blocks(one, other, std::min(first.size(), second.size()) / block_bytes);
    return {finish(one, first), finish(other, second)};
}

bool has_sha_extensions() noexcept
{
    unsigned a = 0;
    unsigned b = 0;
    unsigned c = 0;
    unsigned d = 0;
    const bool sha = __get_cpuid_count(7, 0, &a, &b, &c, &d) != 0 && (b & bit_SHA) != 0;
    return sha && __get_cpuid(1, &a, &b, &c, &d) != 0 && (c & bit_SSE4_1) != 0;
}

#undef PACS_SHA

}  // namespace

std::array<Sha256Value, 2> sha256_of_both(std::span<const std::byte> first,
                                          std::span<const std::byte> second)
{
    static const bool fast = has_sha_extensions();
    return fast ? in_step(first, second)
                : std::array<Sha256Value, 2>{Sha256::of(first), Sha256::of(second)};
}

#else

std::array<Sha256Value, 2> sha256_of_both(std::span<const std::byte> first,
                                          std::span<const std::byte> second)
{
    return {Sha256::of(first), Sha256::of(second)};
}

#endif

}  // namespace pacs
