#include "dump/make_job.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/ordered_work.hpp"
#include "base/stop.hpp"
#include "dicom/uid.hpp"
#include "dump/json_objects.hpp"
#include "dump/object_maker.hpp"
#include "dump/object_output.hpp"

#include <poll.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <memory>
#include <optional>
#include <utility>

namespace pacs::dump {

namespace {

constexpr std::size_t waiting_bytes = std::size_t{64} << 20U;

/// One JSON object and where it stands, or why a source has none.
struct Piece {
    std::string place;  ///< "a.json object 3"
    JsonText json;
    std::string reason;  ///< of a source that cannot be read
};

/// An object, or why there is none.
struct Product {
    std::string place;
    std::optional<MadeObject> object;
    std::string reason;
    std::string message;
};

/// The JSON objects of the sources, one after the other.
class Pieces {
public:
    explicit Pieces(const MakeOptions& options) : options_(options), words_(options.sources)
    {
        if (words_.empty()) {
            words_.emplace_back("-");
        }
        if (std::count(words_.begin(), words_.end(), "-") > 1) {
            throw Error(ErrorKind::usage, "reading sources: - can be named once only");
        }
    }

    std::optional<Piece> next()
    {
        while (!StopFlag::instance().raised()) {
            if (!objects_ && next_word_ == words_.size()) {
                return std::nullopt;
            }
            if (!objects_) {
                if (auto failure = open(words_[next_word_++])) {
                    return failure;
                }
            }
            if (auto json = objects_->next()) {
                Piece piece{input_->name() + " object " + std::to_string(json->number), {}, {}};
                piece.json = std::move(*json);
                return piece;
            }
            objects_.reset();
        }
        return std::nullopt;
    }

private:
    std::optional<Piece> open(const std::string& word)
    {
        try {
            file_ = word == "-" ? Descriptor{} : open_for_reading(word);
        } catch (const Error& error) {
            std::error_code ignored;
            Piece failure{
                word, {}, std::filesystem::exists(word, ignored) ? "unreadable" : "not_found"};
            failure.json.defect = error.what();
            return failure;
        }
        input_ =
            std::make_unique<stream::Input>(word == "-" ? options_.standard_input : file_.get(),
                                            word == "-" ? "standard input" : word);
        objects_.emplace(*input_);
        return std::nullopt;
    }

    const MakeOptions& options_;
    std::vector<std::string> words_;
    std::size_t next_word_ = 0;
    Descriptor file_;
    std::unique_ptr<stream::Input> input_;
    std::optional<JsonObjects> objects_;
};

Product make(Piece&& piece, const BulkSource& bulk, const std::string& syntax)
{
    Product product;
    product.place = std::move(piece.place);
    if (!piece.json.defect.empty()) {
        product.reason = piece.reason.empty() ? "malformed_record" : piece.reason;
        product.message = piece.json.defect;
        return product;
    }
    try {
        product.object = ObjectMaker{bulk, syntax}.make(std::move(piece.json.text));
    } catch (const MakeError& error) {
        product.reason = error.reason();
        product.message = error.what();
    }
    return product;
}

bool reader_is_gone(int fd)
{
    pollfd pipe{fd, 0, 0};
    return ::poll(&pipe, 1, 0) == 1 && (pipe.revents & POLLERR) != 0;
}

/// What one product becomes once it is where it belongs, or is not.
Making making_of(Product&& product, ObjectOutput& output)
{
    if (product.object) {
        const std::string uid = product.object->sop_instance_uid;
        const std::string syntax = product.object->transfer_syntax;
        const std::uint64_t size = product.object->content.size();
        try {
            const std::string path = output.put(std::move(*product.object));
            JsonLine line{"instance", Outcome::ok};
            line.add("path", path).add("size", size).add("transfer_syntax", syntax);
            line.add("SOPInstanceUID", uid);
            return {line, {}, size};
        } catch (const ExistsError& error) {
            product.reason = "exists";
            product.message = error.what();
        }
    }
    JsonLine line{"instance", Outcome::failed};
    line.add("reason", product.reason).add("message", product.message).add("member", product.place);
    return {line, product.place + ": " + product.message, 0};
}

/// Does `write`; a reader that went away is no error of ours.
template <typename Write>
void guarded(const MakeOptions& options, const Write& write)
{
    try {
        write();
    } catch (const Error&) {
        if (options.output != "-" || !reader_is_gone(options.standard_output)) {
            throw;
        }
        StopFlag::instance().raise(SIGPIPE);
    }
}

}  // namespace

MakeCounts make_all(const MakeOptions& options,
                    const std::function<void(const Making&, bool more)>& tell)
{
    const std::string syntax{dicom::uid_of(options.transfer_syntax)};
    if (!syntax.empty() && !dicom::is_valid_uid(syntax)) {
        throw Error(ErrorKind::usage,
                    "reading --transfer-syntax: neither a UID nor the keyword of one");
    }
    const BulkSource bulk{options.bulk_from};
    const auto output = open_output(options.output, options.standard_output);
    Pieces pieces{options};
    MakeCounts counts;
    OrderedWork<Piece, Product> work{
        {threads_or_cores(options.threads), waiting_bytes},
        {[&] { return pieces.next(); },
         [&](Piece&& piece) { return make(std::move(piece), bulk, syntax); },
         [&](Product&& product, bool more) {
             counts.malformed += product.reason == "malformed_record" ? 1 : 0;
             guarded(options, [&] {
                 const Making making = making_of(std::move(product), *output);
                 ++(making.complaint.empty() ? counts.made : counts.failed);
                 tell(making, more);
             });
         },
         [](const Product& product) {
             return product.object ? static_cast<std::size_t>(std::min<std::uint64_t>(
                                         product.object->content.size(), waiting_bytes))
                                   : 0;
         }}};
    work.run();
    // Stopped, what is out has no end, so that nobody takes it for all.
    if (!StopFlag::instance().raised()) {
        guarded(options, [&] { output->finish(); });
    }
    return counts;
}

}  // namespace pacs::dump
