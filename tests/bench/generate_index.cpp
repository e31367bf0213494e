// Makes an index of any number of invented instances, through the writer that the archive uses, and
// measures searches in it: `generate_index FILE INSTANCES` then `generate_index FILE`.

#include "base/error.hpp"
#include "dicom/dictionary.hpp"
#include "index/index.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using namespace pacs;
using Clock = std::chrono::steady_clock;

constexpr std::uint64_t instances_per_series = 50;
constexpr std::uint64_t series_per_study = 4;
constexpr std::uint64_t studies_per_patient = 3;
constexpr std::uint64_t rows_in_transaction = 10'000;

constexpr std::array surnames{"Abel",   "Berg", "Celik", "Dorn", "Eder",   "Fink", "Graf", "Hahn",
                              "Ivanov", "Jung", "Kern",  "Lang", "Müller", "Noll", "Otto", "Pohl",
                              "Quast",  "Roth", "Sauer", "Thal", "Uhl",    "Voss", "Wolf", "Zahn"};
constexpr std::array first_names{"Anna", "Bela", "Clara", "Dora", "Emil", "Fritz", "Gerda", "Hugo"};
constexpr std::array modalities{"CT", "MR", "CR", "US", "SR", "DX", "PT", "MG"};
constexpr std::array classes{"1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.5.1.4.1.1.4",
                             "1.2.840.10008.5.1.4.1.1.1", "1.2.840.10008.5.1.4.1.1.6.1",
                             "1.2.840.10008.5.1.4.1.1.88.11"};

/// A number that depends on nothing but the other, spread over all 64 bits.
std::uint64_t mix(std::uint64_t number)
{
    number += 0x9E3779B97F4A7C15U;
    number = (number ^ (number >> 30U)) * 0xBF58476D1CE4E5B9U;
    number = (number ^ (number >> 27U)) * 0x94D049BB133111EBU;
    return number ^ (number >> 31U);
}

std::string uid_of(char kind, std::uint64_t number)
{
    return fmt::format("2.25.{}{}{}", kind, mix(number), number);
}

/// As devices make them: those of a series stand next to each other, series anywhere.
std::string instance_uid_of(std::uint64_t number)
{
    return fmt::format("{}.{}", uid_of('2', number / instances_per_series),
                       number % instances_per_series + 1);
}

std::string day_of(std::uint64_t number)
{
    const auto random = mix(number);
    return fmt::format("{}{:02}{:02}", 2010 + random % 15, 1 + random / 100 % 12,
                       1 + random / 10'000 % 28);
}

std::string patient_name(std::uint64_t patient)
{
    return fmt::format("{}{}^{}", surnames.at(mix(patient) % surnames.size()), mix(patient) % 997,
                       first_names.at(mix(patient) / 1000 % first_names.size()));
}

dicom::Tag tag_of(std::string_view keyword)
{
    return dicom::find_keyword(keyword)->tag;
}

index::InstanceRecord record_of(std::uint64_t number)
{
    const std::uint64_t series = number / instances_per_series;
    const std::uint64_t study = series / series_per_study;
    const std::uint64_t patient = study / studies_per_patient;
    index::InstanceRecord record;
    record.study_uid = uid_of('1', study);
    record.series_uid = uid_of('2', series);
    record.instance_uid = instance_uid_of(number);
    record.class_uid = classes.at(mix(series) % classes.size());
    record.transfer_syntax_uid = "1.2.840.10008.1.2.1";
    record.shard = "ab";
    record.sha256 = fmt::format("{0:016x}{0:016x}{0:016x}{0:016x}", mix(number));
    record.size = 526'000;
    record.received_ms = 1'700'000'000'000 + static_cast<std::int64_t>(number);
    record.source = "MODALITY";
    const std::array<std::pair<const char*, std::string>, 16> values{{
        {"PatientName", patient_name(patient)},
        {"PatientID", fmt::format("PID{}", patient)},
        {"PatientBirthDate", day_of(patient + 7)},
        {"PatientSex", patient % 2 == 0 ? "M" : "F"},
        {"StudyDate", day_of(study)},
        {"StudyTime", fmt::format("{:02}{:02}00", study % 24, study % 60)},
        {"AccessionNumber", fmt::format("A{}", study)},
        {"StudyDescription", fmt::format("Description {}", study % 500)},
        {"ReferringPhysicianName", patient_name(study % 300)},
        {"Modality", modalities.at(mix(series) % modalities.size())},
        {"SeriesNumber", std::to_string(series % series_per_study + 1)},
        {"SeriesDescription", fmt::format("Series {}", series % 100)},
        {"InstanceNumber", std::to_string(number % instances_per_series + 1)},
        {"ContentDate", day_of(study)},
        {"Rows", "512"},
        {"Columns", "512"},
    }};
    for (const auto& [keyword, value] : values) {
        record.values[tag_of(keyword)] = value;
    }
    return record;
}

void generate(const std::filesystem::path& path, std::uint64_t count)
{
    index::Index::create_or_migrate(path);
    index::Writer writer{path, index::Synchronous::normal};
    const auto start = Clock::now();
    for (std::uint64_t number = 0; number < count;) {
        writer.begin();
        for (std::uint64_t i = 0; i < rows_in_transaction && number < count; ++i) {
            writer.insert(record_of(number++));
        }
        writer.commit();
        if (number % 1'000'000 == 0) {
            const std::chrono::duration<double> seconds = Clock::now() - start;
            fmt::print("{} rows, {:.0f}/s\n", number,
                       static_cast<double>(number) / seconds.count());
            std::fflush(stdout);
        }
    }
}

dicom::DataSet identifier(std::string_view level,
                          const std::vector<std::pair<std::string_view, std::string>>& keys)
{
    dicom::DataSet made;
    made.set_text(dicom::tags::specific_character_set, "ISO_IR 192");
    made.set_text(dicom::tags::query_retrieve_level, level);
    for (const char* keyword : {"StudyInstanceUID", "PatientName", "PatientID", "StudyDate"}) {
        made.set_text(tag_of(keyword), "");
    }
    for (const auto& [keyword, value] : keys) {
        made.set_text(tag_of(keyword), value);
    }
    return made;
}

/// Runs `question(i)` many times and prints the median, the 99th percentile and the answers.
void measure(const index::Index& index, std::string_view name, int times,
             const std::function<dicom::DataSet(std::uint64_t)>& question, bool fuzzy = false)
{
    std::vector<double> us;
    std::uint64_t answers = 0;
    std::mt19937_64 random{42};
    for (int i = 0; i < times; ++i) {
        const auto asked = question(random());
        const auto start = Clock::now();
        auto search = index.search(index::parse_query(dicom::QueryRoot::study, asked,
                                                      {.relational = true, .fuzzy = fuzzy}));
        while (search.next()) {
            ++answers;
        }
        us.push_back(std::chrono::duration<double, std::micro>(Clock::now() - start).count());
    }
    std::ranges::sort(us);
    const auto at = [&us](double part) {
        return us.at(static_cast<std::size_t>(part * static_cast<double>(us.size() - 1)));
    };
    fmt::print("{:<34} p50 {:>10.0f} us  p99 {:>10.0f} us  answers {:.1f}\n", name, at(0.5),
               at(0.99), static_cast<double>(answers) / times);
    std::fflush(stdout);
}

void measure_all(const std::filesystem::path& path)
{
    const index::Index index{path};
    const auto counts = index.counts();
    fmt::print("{} patients, {} studies, {} series, {} instances, {:.1f} GB\n", counts.patients,
               counts.studies, counts.series, counts.instances,
               static_cast<double>(std::filesystem::file_size(path)) / 1e9);
    const std::uint64_t studies = counts.studies;
    measure(index, "study by UID", 2000, [&](auto r) {
        return identifier("STUDY", {{"StudyInstanceUID", uid_of('1', r % studies)}});
    });
    measure(index, "study by accession number", 2000, [&](auto r) {
        return identifier("STUDY", {{"AccessionNumber", fmt::format("A{}", r % studies)}});
    });
    measure(index, "study by patient ID", 2000, [&](auto r) {
        return identifier("STUDY", {{"PatientID", fmt::format("PID{}", r % counts.patients)}});
    });
    measure(index, "study by name", 2000, [&](auto r) {
        return identifier("STUDY", {{"PatientName", patient_name(r % counts.patients)}});
    });
    measure(index, "study by name*", 1000, [&](auto r) {
        const std::string name = patient_name(r % counts.patients);
        return identifier("STUDY", {{"PatientName", name.substr(0, name.find('^')) + "*"}});
    });
    measure(index, "study by *name*", 50, [&](auto r) {
        return identifier("STUDY",
                          {{"PatientName", fmt::format("*{}^a*", mix(r % counts.patients) % 997)}});
    });
    measure(
        index, "study by name, fuzzy", 500,
        [&](auto r) {
            std::string name = patient_name(r % counts.patients);
            std::ranges::replace(name, '^', ' ');
            return identifier("STUDY", {{"PatientName", name}});
        },
        true);
    measure(index, "study by day", 1000, [&](auto r) {
        return identifier("STUDY", {{"StudyDate", day_of(r % studies)}});
    });
    measure(index, "study by day and modality", 1000, [&](auto r) {
        return identifier("STUDY",
                          {{"StudyDate", day_of(r % studies)}, {"ModalitiesInStudy", "CT"}});
    });
    measure(index, "study by description contains", 50, [&](auto r) {
        return identifier("STUDY", {{"StudyDescription", fmt::format("*tion {}", r % 500)}});
    });
    measure(index, "series of a study", 2000, [&](auto r) {
        return identifier("SERIES", {{"StudyInstanceUID", uid_of('1', r % studies)},
                                     {"SeriesInstanceUID", ""},
                                     {"NumberOfSeriesRelatedInstances", ""}});
    });
    measure(index, "instances of a series (50)", 1000, [&](auto r) {
        const std::uint64_t series = r % counts.series;
        return identifier("IMAGE", {{"StudyInstanceUID", uid_of('1', series / series_per_study)},
                                    {"SeriesInstanceUID", uid_of('2', series)},
                                    {"SOPInstanceUID", ""}});
    });
    measure(index, "instance by UID", 2000, [&](auto r) {
        return identifier("IMAGE", {{"SOPInstanceUID", instance_uid_of(r % counts.instances)}});
    });
    measure(index, "all studies", 3, [&](auto) { return identifier("STUDY", {}); });
}

}  // namespace

int main(int argc, char** argv)
{
    try {
        if (argc == 3) {
            const std::string_view text = argv[2];
            std::uint64_t count = 0;
            std::from_chars(text.data(), text.data() + text.size(), count);
            generate(argv[1], count);
            return 0;
        }
        if (argc == 2) {
            measure_all(argv[1]);
            return 0;
        }
        fmt::print(stderr, "usage: generate_index FILE [INSTANCES]\n");
        return 2;
    } catch (const Error& error) {
        fmt::print(stderr, "generate_index: {}\n", error.what());
        return 5;
    }
}
