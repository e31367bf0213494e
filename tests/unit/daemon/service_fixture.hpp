#pragma once

#include "daemon/service.hpp"
#include "dicom/data_set.hpp"
#include "dicom/uid.hpp"
#include "net/association.hpp"
#include "net/find.hpp"
#include "net/store.hpp"

#include <unistd.h>

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// Test fixtures of the daemon's service: a scratch folder, an archive served on a port that the
/// system chooses, and a client of our own.
namespace pacs::test {

/// A folder that is gone with the object.
class ScratchFolder {
public:
    ScratchFolder()
    {
        std::string name = (std::filesystem::temp_directory_path() / "pacs-test-XXXXXX").string();
        if (mkdtemp(name.data()) == nullptr) {
            throw std::runtime_error("no scratch folder");
        }
        path_ = name;
    }
    ~ScratchFolder()
    {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    ScratchFolder(const ScratchFolder&) = delete;
    ScratchFolder& operator=(const ScratchFolder&) = delete;

    const std::filesystem::path& path() const noexcept { return path_; }

private:
    std::filesystem::path path_;
};

inline constexpr std::string_view ct_image = "1.2.840.10008.5.1.4.1.1.2";

/// A small instance; patient, study and series follow from its number, eight instances a study.
inline dicom::DataSet instance(unsigned number, std::string_view sop_class = ct_image)
{
    using dicom::Tag;
    const unsigned study = number / 8;
    const std::string study_uid = "1.2.826.0.1.3680043.9." + std::to_string(study + 1);
    const std::string series_uid = study_uid + "." + std::to_string(number % 8 / 4 + 1);
    dicom::DataSet object;
    object.set_text(Tag{0x0008, 0x0016}, sop_class);
    object.set_text(Tag{0x0008, 0x0018}, series_uid + "." + std::to_string(number + 1));
    object.set_text(Tag{0x0008, 0x0020}, "2024010" + std::to_string(study % 9 + 1));
    object.set_text(Tag{0x0008, 0x0050}, "A" + std::to_string(study));
    object.set_text(Tag{0x0008, 0x0060}, "CT");
    object.set_text(Tag{0x0010, 0x0010}, "Test^Patient" + std::to_string(study));
    object.set_text(Tag{0x0010, 0x0020}, "P" + std::to_string(study));
    object.set_text(Tag{0x0020, 0x000D}, study_uid);
    object.set_text(Tag{0x0020, 0x000E}, series_uid);
    object.set_text(Tag{0x0020, 0x0013}, std::to_string(number + 1));
    return object;
}

/// A Service on loopback at a port of the system's choice.
class Archived {
public:
    explicit Archived(ArchivedSettings settings = {}, daemon::Destinations destinations = {})
    {
        settings.archive = folder_.path() / "archive";
        settings.listen = {"127.0.0.1:0"};
        if (settings.aet.empty()) {
            settings.aet = {"ARCHIVE"};
        }
        settings_ = std::move(settings);
        service_ = std::make_unique<daemon::Service>(
            daemon::Configuration{settings_, std::move(destinations)});
        service_->start();
    }

    daemon::Service& service() noexcept { return *service_; }
    const ArchivedSettings& settings() const noexcept { return settings_; }
    std::filesystem::path path() const { return settings_.archive; }

    net::Address address(std::string ae = "ARCHIVE") const
    {
        return {std::move(ae), "127.0.0.1", service_->addresses().at(0).port};
    }

    /// An association with one context for each class.
    std::unique_ptr<net::Association> call(const std::vector<net::Proposal>& proposals,
                                           net::RequestOptions options = {},
                                           std::string ae = "ARCHIVE") const
    {
        options.calling_ae = "TESTER";
        options.idle_timeout = std::chrono::seconds{20};
        return net::Association::request(address(std::move(ae)), options, proposals);
    }

private:
    ScratchFolder folder_;
    ArchivedSettings settings_;
    std::unique_ptr<daemon::Service> service_;
};

inline net::Proposal proposal(std::string_view abstract_syntax,
                              std::string_view transfer_syntax = dicom::uids::explicit_le)
{
    return {std::string{abstract_syntax}, {std::string{transfer_syntax}}, {}};
}

inline std::span<const std::byte> as_bytes(const std::string& text)
{
    return std::as_bytes(std::span{text});
}

/// C-STOREs `object` as the instance `announced` (its own UID when empty) and waits.
inline net::StoreOutcome store(net::Association& association, const dicom::DataSet& object,
                               const std::string& announced = {})
{
    const std::string sop_class = object.text(dicom::tags::sop_class_uid);
    const net::Context& context = association.require_context(sop_class);
    const std::string bytes = dicom::encode(object, dicom::TransferSyntax{context.transfer_syntax});
    net::StoreRequest request;
    request.sop_class = sop_class;
    request.sop_instance =
        announced.empty() ? object.text(dicom::tags::sop_instance_uid) : announced;
    net::StoreScu scu{association};
    net::StoreOutcome outcome;
    const net::Piece piece{as_bytes(bytes)};
    scu.submit(request, context.id, {&piece, 1},
               [&](const net::StoreOutcome& got) { outcome = got; });
    scu.finish();
    return outcome;
}

/// All answers of one C-FIND, and how it ended.
struct Found {
    net::FindResult result;
    std::vector<dicom::DataSet> answers;
};

inline Found find(net::Association& association, std::string_view sop_class,
                  const dicom::DataSet& identifier, std::size_t cancel_after = SIZE_MAX)
{
    const net::Context& context = association.require_context(sop_class);
    const dicom::TransferSyntax syntax{context.transfer_syntax};
    Found found;
    found.result = net::find(
        association, context.id, dicom::encode(identifier, syntax), [&](net::FindAnswer&& answer) {
            found.answers.push_back(dicom::decode(as_bytes(answer.identifier), syntax));
            return found.answers.size() >= cancel_after ? net::Next::cancel : net::Next::more;
        });
    return found;
}

/// An identifier of a level with keys by tag and value.
inline dicom::DataSet identifier(std::string_view level,
                                 const std::vector<std::pair<dicom::Tag, std::string>>& keys)
{
    dicom::DataSet data_set;
    data_set.set_text(dicom::tags::query_retrieve_level, level);
    for (const auto& [tag, value] : keys) {
        data_set.set_text(tag, value);
    }
    return data_set;
}

}  // namespace pacs::test
