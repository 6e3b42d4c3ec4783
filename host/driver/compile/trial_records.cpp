#include "driver/compile/trial_records.h"

#include <sys/stat.h>

#include <chrono>
#include <cstring>
#include <fstream>

#include <fmt/format.h>

namespace weft::driver {
namespace {

// Stands before the circumstances.
struct Record {
    double seconds;
    std::int64_t when;
};

disk::Key key_of(const TrialRecords::Question& question) {
    return disk::make_key({question.trial});
}

}  // namespace

std::optional<Measured> TrialRecords::find(const Question& question) const {
    const auto content = cache_.read(key_of(question));
    Record record{};
    if (!content || content->size() < sizeof record) {
        return std::nullopt;
    }
    std::memcpy(&record, content->data(), sizeof record);
    const std::string circumstances(content->begin() + sizeof record, content->end());
    if (circumstances != question.circumstances) {
        return std::nullopt;
    }
    return Measured{record.seconds, record.when};
}

void TrialRecords::keep(const Question& question, double seconds) const {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    const Record record{seconds, std::chrono::duration_cast<std::chrono::seconds>(now).count()};
    const std::string& circumstances = question.circumstances;
    std::vector<std::uint8_t> content(sizeof record + circumstances.size());
    std::memcpy(content.data(), &record, sizeof record);
    std::copy(circumstances.begin(), circumstances.end(), content.begin() + sizeof record);
    cache_.write(key_of(question), content);
}

std::string identity_of(const plugin::PluginInfo& plugin) {
    struct stat file {};
    const std::string path = plugin.library.empty() ? "/proc/self/exe" : plugin.library;
    const bool there = ::stat(path.c_str(), &file) == 0;
    return fmt::format("{} {} {}, {} bytes of {}.{:09}", plugin.manifest.name,
                       plugin.manifest.version, plugin.build_id, there ? file.st_size : 0,
                       there ? file.st_mtim.tv_sec : 0, there ? file.st_mtim.tv_nsec : 0);
}

std::string boot_id() {
    std::string id;
    std::getline(std::ifstream("/proc/sys/kernel/random/boot_id"), id);
    return id;
}

}  // namespace weft::driver
