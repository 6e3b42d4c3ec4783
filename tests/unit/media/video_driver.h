// A camera's driver for tests: while one lives, /dev/videoN of this process is it. It stands in
// front of the C library's open and ioctl. Of V4L2_PIX_FMT_NV12M it speaks the interface with
// several planes.
#pragma once

#include <linux/videodev2.h>

#include <cstdint>
#include <mutex>
#include <span>
#include <string>
#include <vector>

namespace weft::test {

class VideoDriver {
public:
    VideoDriver(int number, uint32_t fourcc, uint32_t width, uint32_t height);
    VideoDriver(const VideoDriver&) = delete;
    VideoDriver& operator=(const VideoDriver&) = delete;
    ~VideoDriver();

    // Hands a picture to whoever streams; false when nobody does, or has left no buffer.
    bool feed(std::span<const uint8_t> bytes);
    void unplug();
    // Comes back, under another number perhaps, with pictures of another size.
    void plug(int number, uint32_t width, uint32_t height);
    bool streaming();
    int opened();  // so far

    // What the C library's functions become; false: another file is meant.
    bool open(const char* path, int& result);
    bool control(int fd, unsigned long request, void* argument, int& result);

private:
    int answer(unsigned long request, void* argument);
    int make_buffers(uint32_t count);
    int take_back(v4l2_buffer& buffer);
    void describe(v4l2_format& format) const;
    uint8_t* memory(uint32_t index, uint32_t plane);
    void fill(uint32_t index, uint32_t plane, std::span<const uint8_t> bytes);
    void stop();

    std::mutex mutex_;
    std::string path_;
    const uint32_t fourcc_;
    uint32_t width_;
    uint32_t height_;
    bool plugged_ = true;
    bool streaming_ = false;
    int opened_ = 0;
    int fd_ = -1;                 // a file, as it can be mapped; poll always finds it readable
    uint8_t* memory_ = nullptr;   // all of it
    const uint32_t planes_;       // memories that a picture is in
    uint32_t plane_size_ = 0;     // bytes of one
    std::vector<uint32_t> used_;  // bytes of each plane of each buffer
    std::vector<uint32_t> queued_;
    std::vector<uint32_t> filled_;
};

}  // namespace weft::test
