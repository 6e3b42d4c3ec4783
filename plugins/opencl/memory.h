// Memory of an OpenCL device. Where the device works in host memory every buffer is host memory of
// ours that it uses in place; elsewhere what the host sees is mapped, but while work uses it.
#pragma once

#include "context.h"

namespace weft::opencl {

class Memory final : public gpu::Buffer {
public:
    // What has to happen around work that uses it.
    enum class Access : std::uint8_t {
        plain,     // nothing
        mapped,    // unmapped before, mapped again behind (Context::stays_mapped: plain)
        staged,    // `staging` is written to it before
        fetched,   // it is read into `staging` behind
        external,  // acquired before, released behind
    };

    [[nodiscard]] static std::unique_ptr<Memory> allocate(Context& context, std::uint64_t size,
                                                          gpu::Place place);
    [[nodiscard]] static std::unique_ptr<Memory> import_host(Context& context, void* data,
                                                             std::uint64_t size);
    [[nodiscard]] static std::unique_ptr<Memory> import_fd(Context& context, int fd,
                                                           std::uint64_t size);
    ~Memory() override;

    [[nodiscard]] cl_mem get() const { return memory_.get(); }
    [[nodiscard]] Access access() const { return access_; }

    // In the order of a queue: what access() asks for. The work may have written from `begin` to
    // `end`; `event` may be null.
    void before(cl_command_queue queue);
    void behind(cl_command_queue queue, std::uint64_t begin, std::uint64_t end, cl_event* event);

private:
    explicit Memory(Context& context) : context_(context) {}
    void take(std::uint64_t bytes, gpu::Place place);
    void on_host(std::uint64_t bytes, bool shared);
    void on_device(std::uint64_t bytes, gpu::Place place);
    [[nodiscard]] Handle<cl_mem> create(cl_mem_flags flags, std::uint64_t bytes, void* data);
    [[nodiscard]] char* map(cl_mem memory, std::uint64_t bytes, bool wait, cl_event* event);

    Context& context_;
    Access access_ = Access::plain;
    std::uint64_t bytes_ = 0;
    bool taken_ = false;     // on the account
    void* pages_ = nullptr;  // ours to unmap, after the objects below are released
    std::uint64_t pages_bytes_ = 0;
    cl_mem mapped_ = nullptr;  // that `host` is the address of; null: of pages
    Handle<cl_mem> memory_{nullptr, nullptr};
    Handle<cl_mem> staging_{nullptr, nullptr};
};

}  // namespace weft::opencl
