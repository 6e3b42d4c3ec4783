// Tables over time: CSV with a header, or a JSON array of one object a row. Numbers are the
// shortest text that reads back as the same f64.

#include "output.h"

#include <charconv>
#include <cmath>

namespace weft::media {

namespace {

constexpr size_t kFlushAt = 64 * 1024;

std::string number_text(double value) {
    char buffer[32];
    const auto end = std::to_chars(buffer, buffer + sizeof buffer, value);
    return {buffer, end.ptr};
}

std::string csv_name(const std::string& name) {
    if (name.find_first_of(",\"\r\n") == std::string::npos) return name;
    std::string quoted = "\"";
    for (const char c : name) quoted += c == '"' ? "\"\"" : std::string(1, c);
    return quoted + "\"";
}

std::string json_name(const std::string& name) {
    std::string quoted = "\"";
    for (const char c : name) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            quoted += '\\';
            quoted += c;
        } else if (byte < 0x20) {
            const char* digits = "0123456789abcdef";
            quoted += std::string("\\u00") + digits[byte >> 4] + digits[byte & 15];
        } else {
            quoted += c;
        }
    }
    return quoted + "\"";
}

class TableFile : public Output {
public:
    TableFile(const OutputSettings& settings, std::unique_ptr<AtomicFile> file)
        : json_(settings.extension == "json"), file_(std::move(file)) {
        for (const std::string& name : settings.columns)
            names_.push_back(json_ ? json_name(name) : csv_name(name));
        if (json_) {
            text_ = "[";
            return;
        }
        for (size_t i = 0; i < names_.size(); ++i) text_ += (i ? "," : "") + names_[i];
        text_ += "\n";
    }

    Status row(const double* values) override {
        if (json_) text_ += rows_ ? ",\n{" : "\n{";
        for (size_t i = 0; i < names_.size(); ++i) {
            if (i) text_ += json_ ? ", " : ",";
            if (json_) text_ += names_[i] + ": ";
            // JSON has no word for what is not a number.
            text_ += json_ && !std::isfinite(values[i]) ? "null" : number_text(values[i]);
        }
        text_ += json_ ? "}" : "\n";
        ++rows_;
        return text_.size() < kFlushAt ? Status() : flush();
    }

    Status finish() override {
        if (json_) text_ += rows_ ? "\n]\n" : "]\n";
        if (Status status = flush(); !status.ok()) return status;
        return file_->commit();
    }

private:
    Status flush() {
        Status status = file_->write(text_.data(), text_.size());
        text_.clear();
        return status;
    }

    bool json_;
    std::unique_ptr<AtomicFile> file_;
    std::vector<std::string> names_;  // as they are written
    std::string text_;
    uint64_t rows_ = 0;
};

}  // namespace

OpenedOutput open_table(const OutputSettings& settings) {
    if (settings.columns.empty()) return Failure{WEFT_INVALID, "a table needs a column"};
    Result<std::unique_ptr<AtomicFile>> file = AtomicFile::create(settings.path);
    if (!file.ok()) return file.failure();
    return std::unique_ptr<Output>(std::make_unique<TableFile>(settings, std::move(*file)));
}

}  // namespace weft::media
