// An opened media file: its streams, and the decoders for them.
#pragma once

#include "bytes.h"
#include "ffmpeg.h"
#include "result.h"

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

namespace weft::media {

// What is refused before memory is spent on it.
struct Limits {
    uint64_t side = 32768;              // pixels
    uint64_t plane_bytes = 4ull << 30;  // of one picture or sound, all its planes
    uint64_t film_bytes = 2ull << 30;   // of a film held in memory whole
};

enum class Kind { kPicture, kSound, kFilm };

class Container {
public:
    // `name` is the path, for messages and for formats that are known by their extension.
    [[nodiscard]] static Result<std::unique_ptr<Container>> open(std::unique_ptr<Bytes> bytes,
                                                                 const std::string& name,
                                                                 const Limits& limits);

    [[nodiscard]] Kind kind() const { return kind_; }
    [[nodiscard]] AVFormatContext* format() const { return format_.get(); }
    [[nodiscard]] Bytes& bytes() const { return *bytes_; }
    [[nodiscard]] const std::string& name() const { return name_; }
    [[nodiscard]] const Limits& limits() const { return limits_; }
    // Index of the stream, -1 if there is none.
    [[nodiscard]] int picture_stream() const { return picture_stream_; }
    [[nodiscard]] int sound_stream() const { return sound_stream_; }
    [[nodiscard]] const AVStream& stream(int index) const { return *format_->streams[index]; }

    // Adds the file's name to a message.
    [[nodiscard]] Failure failure(weft_status code, const std::string& what) const;
    // Refuses pictures that are larger than the limits.
    [[nodiscard]] Status check_size(uint64_t width, uint64_t height, uint64_t planes) const;

    // Opens the same bytes anew: reading begins at the first packet, whatever the format can seek.
    [[nodiscard]] Status restart();

private:
    Container(std::unique_ptr<Bytes> bytes, const std::string& name, const Limits& limits);
    [[nodiscard]] Status start();
    [[nodiscard]] int open_format(const char* name);
    [[nodiscard]] Status choose_streams();

    std::unique_ptr<Bytes> bytes_;
    ByteReader reader_;
    Owned<AVFormatContext> format_;  // before reader_ goes
    std::string name_;
    Limits limits_;
    Kind kind_ = Kind::kPicture;
    int picture_stream_ = -1;
    int sound_stream_ = -1;
};

[[nodiscard]] bool is_ogg_vorbis(const Container& container, int stream);

// Decodes one stream of a container, in presentation order.
class Decoder {
public:
    // `threads`: how many the codec may use. `strict`: damage is a failure, not concealed.
    [[nodiscard]] static Result<Decoder> open(Container& container, int stream, int threads,
                                              bool strict);

    // The next frame; false at the end of the file.
    [[nodiscard]] Result<bool> next(AVFrame& frame);
    // Forgets what was read: after a seek.
    void flush();
    // Packets that could not be decoded and were left out.
    [[nodiscard]] uint64_t damaged() const { return damaged_; }

private:
    Decoder(Container& container, int stream) : container_(&container), stream_(stream) {}

    // The size of a picture that was refused, zero if none was; written by the codec's threads.
    struct Gate {
        const Container* container;
        std::atomic<uint64_t> width;
        std::atomic<uint64_t> height;
    };

    static int get_buffer(AVCodecContext* codec, AVFrame* frame, int flags);
    [[nodiscard]] Status feed();
    [[nodiscard]] Failure damage(int code) const;

    Container* container_;
    int stream_;
    std::unique_ptr<Gate> gate_;
    Owned<AVCodecContext> codec_;  // before gate_ goes
    Owned<AVPacket> packet_;
    bool strict_ = false;
    bool draining_ = false;
    uint64_t damaged_ = 0;
};

}  // namespace weft::media
