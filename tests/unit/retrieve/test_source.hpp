#pragma once

#include "retrieve/announcer.hpp"
#include "retrieve/job.hpp"

#include "catch.hpp"
#include "dicom/part10.hpp"
#include "dicom/uid.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <mutex>
#include <sstream>

/// A source that has what a test says, and ways to it that do what a test says.
namespace pacs::retrieve::test {

namespace fs = std::filesystem;

inline const std::string ct = "1.2.840.10008.5.1.4.1.1.2";
inline const std::string explicit_le{dicom::uids::explicit_le};

constexpr dicom::Tag available_syntax{0x0008, 0x3002};
constexpr dicom::Tag classes_in_study{0x0008, 0x0062};

/// A folder that is gone at the end.
class Folder {
public:
    Folder()
    {
        std::string name = (fs::temp_directory_path() / "pacs-retrieve-XXXXXX").string();
        REQUIRE(::mkdtemp(name.data()) != nullptr);
        path = name;
    }
    ~Folder() { fs::remove_all(path); }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    std::vector<std::string> files() const
    {
        std::vector<std::string> names;
        for (const auto& entry : fs::recursive_directory_iterator(path)) {
            if (entry.is_regular_file()) {
                names.push_back(fs::relative(entry.path(), path).string());
            }
        }
        std::ranges::sort(names);
        return names;
    }
    fs::path path;
};

inline std::string content_of(const fs::path& path)
{
    std::ifstream in{path, std::ios::binary};
    std::ostringstream all;
    all << in.rdbuf();
    return all.str();
}

struct Item {
    std::string study;
    std::string series;
    std::string instance;
};

inline std::string series_of(const std::string& study, unsigned n)
{
    return study + "." + std::to_string(n);
}

/// Studies 1.2.N, with so many series of so many instances each.
inline std::vector<Item> items(unsigned studies, unsigned series, unsigned instances)
{
    std::vector<Item> all;
    for (unsigned t = 1; t <= studies; ++t) {
        for (unsigned s = 1; s <= series; ++s) {
            for (unsigned i = 1; i <= instances; ++i) {
                const std::string study = "1.2." + std::to_string(t);
                all.push_back({study, series_of(study, s), series_of(series_of(study, s), i)});
            }
        }
    }
    return all;
}

inline std::string data_set_of(const Item& item, const std::string& note = "A")
{
    dicom::DataSet data;
    data.set_text(dicom::tags::sop_class_uid, ct);
    data.set_text(dicom::tags::sop_instance_uid, item.instance);
    data.set_text(dicom::tags::study_instance_uid, item.study);
    data.set_text(dicom::tags::series_instance_uid, item.series);
    data.set_text(dicom::tags::patient_id, note);
    return dicom::encode(data, dicom::TransferSyntax{explicit_le});
}

/// Answers as a server does, hierarchically.
class TestSource : public query::Source {
public:
    explicit TestSource(std::vector<Item> has) : has_(std::move(has)) {}

    query::Ending ask(const query::Question& question, std::uint64_t,
                      const query::AnswerSink& sink) override
    {
        ++questions;
        asked.push_back({question.level, question.identifier});
        query::Ending ending;
        ending.status = net::statuses::success;
        std::vector<std::string> told;
        for (const Item& item : has_) {
            const std::string& uid = question.level == dicom::QueryLevel::study    ? item.study
                                     : question.level == dicom::QueryLevel::series ? item.series
                                                                                   : item.instance;
            if (!matches(question, dicom::tags::study_instance_uid, item.study) ||
                !matches(question, dicom::tags::series_instance_uid, item.series) ||
                !matches(question, dicom::tags::sop_instance_uid, item.instance) ||
                std::ranges::find(told, uid) != told.end()) {
                continue;
            }
            told.push_back(uid);
            ++ending.answers;
            sink({answer(question, item), {}, {}}, false);
        }
        return ending;
    }
    bool tells_when_cut() const override { return true; }
    std::vector<std::string> not_granted() const override { return {}; }
    void close() override {}

    struct Asked {
        dicom::QueryLevel level;
        dicom::DataSet identifier;
    };
    unsigned questions = 0;
    std::vector<Asked> asked;
    std::string syntax;                ///< told of each instance; empty: not told
    std::vector<std::string> classes;  ///< told of each study

private:
    static bool matches(const query::Question& question, dicom::Tag tag, const std::string& value)
    {
        const auto wanted = question.identifier.texts(tag);
        return wanted.empty() || wanted.front().empty() ||
               std::ranges::find(wanted, value) != wanted.end();
    }
    dicom::DataSet answer(const query::Question& question, const Item& item) const
    {
        const auto wanted = [&](dicom::Tag tag) { return question.identifier.has(tag); };
        dicom::DataSet data;
        data.set_text(dicom::tags::query_retrieve_level, dicom::level_value(question.level));
        data.set_text(dicom::tags::study_instance_uid, item.study);
        if (question.level >= dicom::QueryLevel::series) {
            data.set_text(dicom::tags::series_instance_uid, item.series);
        }
        if (question.level == dicom::QueryLevel::instance) {
            data.set_text(dicom::tags::sop_instance_uid, item.instance);
            if (wanted(dicom::tags::sop_class_uid)) {
                data.set_text(dicom::tags::sop_class_uid, ct);
            }
            if (wanted(available_syntax) && !syntax.empty()) {
                data.set_text(available_syntax, syntax);
            }
        }
        if (question.level == dicom::QueryLevel::study && wanted(classes_in_study)) {
            std::string all;
            for (const std::string& uid : classes) {
                all += (all.empty() ? "" : "\\") + uid;
            }
            data.set_text(classes_in_study, all);
        }
        return data;
    }

    std::vector<Item> has_;
};

/// What a TestWay does with an errand.
using Script = std::function<WayEnding(const Errand&, Delivery&)>;

class TestWay : public Way {
public:
    TestWay(std::string_view name, Script script) : name_(name), script_(std::move(script)) {}
    std::string_view name() const noexcept override { return name_; }
    WayEnding fetch(const Errand& errand, Delivery& delivery) override
    {
        return script_(errand, delivery);
    }
    void close() noexcept override {}

private:
    std::string_view name_;
    Script script_;
};

inline Item item_of(const Errand& errand, std::uint32_t place)
{
    return {errand.study->uid, errand.study->series_of(place), errand.study->instances[place].uid};
}

/// Hands one object over, as a data set; false when it was not taken.
inline Receipt hand_over(Delivery& delivery, const Item& item, const std::string& data)
{
    const auto sink = delivery.begin({ct, item.instance, explicit_le});
    sink->write(std::as_bytes(std::span{data}));
    return sink->finish();
}
inline Receipt hand_over(Delivery& delivery, const Item& item)
{
    return hand_over(delivery, item, data_set_of(item));
}

/// Delivers all that is asked for.
inline WayEnding deliver(const Errand& errand, Delivery& delivery)
{
    for (const std::uint32_t place : errand.instances) {
        (void)hand_over(delivery, item_of(errand, place));
    }
    WayEnding ending;
    ending.status = net::statuses::success;
    return ending;
}

/// A whole job: what it told, and what it threw.
struct Outcome {
    std::vector<std::string> records;
    JobCounters counters;
    std::string thrown;
    std::optional<ErrorKind> kind;

    std::size_t count(std::string_view text) const
    {
        return static_cast<std::size_t>(std::ranges::count_if(
            records,
            [&](const std::string& each) { return each.find(text) != std::string::npos; }));
    }
};

struct Setting {
    std::vector<Item> source = {};
    std::vector<std::string> words = {};
    std::vector<std::pair<std::string_view, Script>> ways = {{"get", deliver}};
    unsigned lanes = 1;
    unsigned retries = 2;
    std::uint64_t max_object_bytes = usual_max_object_bytes;
};

inline std::unique_ptr<Outcome> run(const Setting& setting, Output& output)
{
    auto outcome = std::make_unique<Outcome>();
    std::mutex mutex;
    JobHub hub{"@test", &output, &outcome->counters,
               [&](const Told& told) {
                   const std::scoped_lock lock{mutex};
                   outcome->records.push_back(told.record.str());
               },
               setting.max_object_bytes};
    TestSource source{setting.source};
    try {
        SelectionOptions what;
        what.words = setting.words;
        Selection selection{what, source, hub};
        Announcer announcer{source, {}};
        JobOptions how;
        how.hub = hub;
        how.lanes = setting.lanes;
        how.retry = {setting.retries, std::chrono::milliseconds{1}};
        for (const auto& [name, script] : setting.ways) {
            how.ways.emplace_back(
                [name = name, script = script] { return std::make_unique<TestWay>(name, script); });
        }
        Job{how, selection, announcer}.run();
    } catch (const Error& error) {
        outcome->thrown = error.what();
        outcome->kind = error.kind();
    }
    return outcome;
}

inline std::unique_ptr<Outcome> run(const Setting& setting, const Folder& folder)
{
    FolderOptions options;
    options.folder = folder.path;
    const auto output = folder_output(options);
    return run(setting, *output);
}

}  // namespace pacs::retrieve::test
