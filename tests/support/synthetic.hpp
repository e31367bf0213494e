#pragma once

#include "dicom/data_set.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace pacs::test {

/// What synthetic objects shall be like. The same plan gives the same bytes on every machine.
struct Plan {
    std::uint64_t seed = 1;
    std::uint64_t instances_per_series = 20;
    std::uint64_t series_per_study = 2;
    std::uint64_t studies_per_patient = 2;
    std::uint64_t bytes = 6600;       ///< of a file, about; at least 1,200, at most 4 GiB of pixels
    std::string syntax = "explicit";  ///< explicit, implicit, big, deflated or rle
    bool charsets = true;             ///< names in many character sets, else ASCII only
};

/// The `index`-th object of a plan: all but its pixels. Invented people, valid UIDs under 2.25,
/// patients, studies and series shared as the plan says.
struct Synthetic {
    dicom::DataSet header;
    std::uint64_t pixel_bytes = 0;
    std::uint64_t pixel_seed = 0;
};
Synthetic synthesize(const Plan& plan, std::uint64_t index);

/// Writes it as a PS3.10 file. Native pixels are written in pieces, so any size costs little
/// memory; deflated and rle objects are held whole. Throws Error(storage).
void write_object(const std::filesystem::path& path, const Plan& plan, const Synthetic& object);

/// A UID under 2.25 that depends on nothing but its two numbers.
std::string synthetic_uid(std::uint64_t kind, std::uint64_t number);

/// The transfer syntax UID of Plan::syntax. Throws Error(usage) for an unknown word.
std::string syntax_uid(const std::string& word);

/// Writes odd objects into folder/legal (an archive must take each as it is) and folder/broken (it
/// must refuse each), each named after its oddity; returns how many.
std::size_t write_odd_objects(const std::filesystem::path& folder, std::uint64_t seed);

}  // namespace pacs::test
