// A batch of the fixture: caches where it was told to keep them, kernels by the judge's evaluator.
#pragma once

#include <chrono>
#include <cstring>
#include <deque>
#include <memory>
#include <vector>

#include <weft/counters.h>

#include "device.h"
#include "eval/eval.h"
#include "semaphore.h"

namespace offers {

// Behind a LOCAL handle's view.
struct LocalView : weft_view {
    char* home = nullptr;
};

struct Cache {
    weft_grid grid{};
    std::uint64_t bytes = 0;
    std::uint32_t kinds = 0;
    std::unique_ptr<DeviceMemory> device;
    std::unique_ptr<cpp::Memory> host;  // home, or mirror where there is device memory too
    weft_view host_view{};
    LocalView device_view{};
    [[nodiscard]] char* home() const {
        return device ? device->data() : static_cast<char*>(host->data());
    }
};

struct Input {
    weft_binding binding{};
    const Cache* inside = nullptr;
    std::unique_ptr<DeviceMemory> imported;
    std::vector<char> copy;  // of host memory that the device does not use in place
    const char* data = nullptr;
};

struct Kernel {
    std::uint32_t domain = 0;
    std::uint64_t width = 1, height = 1;
    std::uint32_t first_uniform = 0;
    std::vector<weft_ir_value> values;
    std::vector<std::uint32_t> args;
    std::vector<weft_ir_loop> loops;
    std::vector<weft_store> stores;
    weft_ir ir{};
};

struct Gathered {
    std::uint32_t output = 0;
    std::vector<std::vector<double>> coords;
    std::vector<double> values;
};

// What a frame says, kept until it is worked off.
struct Frame {
    weft_frame frame{};
    std::vector<double> fields, params, uniforms;
};

class Program final : public cpp::Program {
public:
    Program(cpp::Host host, Device& device, const Behaviour& behaviour, const weft_batch& batch,
            bool is_second)
        : device_(device),
          behaviour_(behaviour),
          is_second_(is_second),
          params_(batch.param_count) {
        for (const weft_output& from : cpp::list(batch.outputs, batch.output_count)) {
            const weft_handle* home = batch.homes ? batch.homes[outputs_.size()] : nullptr;
            outputs_.push_back(from);
            caches_.push_back(from.kind == WEFT_OUTPUT_CACHE ? make_cache(host, from, home)
                                                             : nullptr);
            if (caches_.back() && from.shared != 0) {
                weft_handle handle{};
                handle_of(*caches_.back(), 0, handle);
                host.expose(from.id, handle);
            }
        }
        for (const weft_input& from : cpp::list(batch.inputs, batch.input_count))
            inputs_.push_back(make_input(host, from));
        for (const weft_kernel& from : cpp::list(batch.kernels, batch.kernel_count)) {
            if (from.domain == WEFT_DOMAIN_STREAM)
                throw cpp::Failure(WEFT_UNSUPPORTED, "it makes no sound");
            Kernel& kernel = kernels_.emplace_back();
            kernel.domain = from.domain;
            kernel.width = from.width;
            kernel.height = from.height;
            kernel.first_uniform = from.first_uniform;
            kernel.values.assign(from.ir.values, from.ir.values + from.ir.value_count);
            kernel.args.assign(from.ir.args, from.ir.args + from.ir.arg_count);
            kernel.loops.assign(from.ir.loops, from.ir.loops + from.ir.loop_count);
            kernel.stores.assign(from.stores, from.stores + from.store_count);
            kernel.ir = from.ir;
            kernel.ir.values = kernel.values.data();
            kernel.ir.args = kernel.args.data();
            kernel.ir.loops = kernel.loops.data();
            uniforms_ += from.ir.uniform_count;
        }
    }

    void execute(const weft_frame& frame) override {
        const std::uint64_t value = submit(frame);
        device_.wait(value, UINT64_MAX);
    }

    std::uint64_t submit(const weft_frame& frame, const Order& order = {}) {
        if (behaviour_.is("rejects") && ++submits_ == behaviour_.number("rejects"))
            throw cpp::Failure(WEFT_INTERNAL, "it takes no work, as it was told");
        const bool ordered = !order.waits.empty() || !order.signals.empty();
        if (ordered && behaviour_.is("crashes") && ++ordered_ == behaviour_.number("crashes"))
            *static_cast<volatile int*>(nullptr) = 1;
        for (const Semaphore* wait : order.waits) early += wait->signalled() ? 0 : 1;
        busy += device_.busy() ? 1 : 0;
        auto kept = std::make_shared<Frame>();
        kept->frame = frame;
        kept->fields.assign(frame.fields, frame.fields + WEFT_FIELD_COUNT);
        if (params_ != 0) kept->params.assign(frame.params, frame.params + params_);
        if (uniforms_ != 0) kept->uniforms.assign(frame.uniforms, frame.uniforms + uniforms_);
        return device_.submit([this, kept, order] {
            return in_order(behaviour_, order, [&] { return work(*kept); });
        });
    }

    void get_handle(std::uint32_t output, weft_handle& handle) override {
        if (!caches_.at(output)) throw cpp::Failure(WEFT_UNSUPPORTED, "no memory of its own");
        handle_of(*caches_[output], handle.kind, handle);
    }

    void get_values(std::uint32_t output, const weft_points& points, double* values) override {
        double fields[WEFT_FIELD_COUNT];
        for (std::uint64_t n = 0; n < points.count; ++n) {
            for (int f = 0; f < WEFT_FIELD_COUNT; ++f)
                fields[f] = points.fields[f] ? points.fields[f][n] : points.constants[f];
            const double own = points.own ? points.own[n] : 0;
            if (const Cache* cache = caches_.at(output).get()) {
                double coords[WEFT_MAX_AXES] = {};
                for (std::uint32_t a = 0; a < cache->grid.axis_count; ++a) {
                    const std::uint32_t field = cache->grid.axes[a].field;
                    coords[a] = field == WEFT_FIELD_OWN ? own : fields[field];
                }
                values[n] = weft_grid_read(&cache->grid, cache->home(), tick_, 0, coords);
                continue;
            }
            for (const Kernel& kernel : kernels_)
                for (const weft_store& store : kernel.stores)
                    if (store.output == output)
                        values[n] = evaluate(kernel, fields, points.params, nullptr,
                                             tick_)[kernel.args[store.values]];
        }
    }

    const double* gather(std::uint32_t output, std::uint64_t count, const double* const* coords) {
        if (!caches_.at(output)) throw cpp::Failure(WEFT_UNSUPPORTED, "nothing to gather from");
        auto& made = *gathers_.emplace_back(std::make_unique<Gathered>());
        made.output = output;
        for (std::uint32_t a = 0; a < caches_[output]->grid.axis_count; ++a)
            made.coords.emplace_back(coords[a], coords[a] + count);
        made.values.resize(count);
        return made.values.data();
    }

    weft_counters counters{};
    std::uint64_t early = 0;  // semaphores that it was given before they were signalled
    std::uint64_t busy = 0;   // submissions while the device was at work

private:
    std::unique_ptr<Cache> make_cache(cpp::Host host, const weft_output& from,
                                      const weft_handle* lent) {
        auto cache = std::make_unique<Cache>();
        cache->grid = from.grid;
        const weft_axis& ring = from.grid.axes[from.grid.axis_count - 1];
        cache->bytes =
            (static_cast<std::uint64_t>(ring.stride) * ring.capacity + 4095) / 4096 * 4096;
        const std::uint32_t exports = behaviour_.kinds("out:");
        cache->kinds = from.kinds != 0                           ? from.kinds
                       : (exports & bit(WEFT_HANDLE_LOCAL)) != 0 ? bit(WEFT_HANDLE_LOCAL)
                                                                 : bit(WEFT_HANDLE_HOST);
        if ((cache->kinds & ~exports) != 0 && from.kinds != 0 && lent == nullptr)
            throw cpp::Failure(WEFT_UNSUPPORTED, "it cannot live there",
                               std::string(cpp::view(from.node)));
        if (lent != nullptr) {
            if (lent->memory_size < cache->bytes)
                throw cpp::Failure(WEFT_UNSUPPORTED, "it does not fit in there");
            cache->device = std::make_unique<DeviceMemory>(lent->memory_fd, lent->memory_size);
            std::memset(cache->device->data(), 0, cache->bytes);
        } else if ((cache->kinds & ~bit(WEFT_HANDLE_HOST)) != 0)
            cache->device = std::make_unique<DeviceMemory>(cache->bytes);
        if ((cache->kinds & bit(WEFT_HANDLE_HOST)) != 0)
            cache->host = std::make_unique<cpp::Memory>(
                host.allocate(cache->bytes, WEFT_MEMORY_SHARED | WEFT_MEMORY_ZEROED));
        if (cache->host) cache->host_view.data = cache->host->data();
        cache->device_view.home = cache->home();
        cache->host_view.tick = cache->device_view.tick = -1;
        return cache;
    }

    void handle_of(const Cache& cache, std::uint32_t kind, weft_handle& handle) const {
        for (const std::uint32_t one :
             {WEFT_HANDLE_LOCAL, WEFT_HANDLE_OPAQUE_FD, WEFT_HANDLE_HOST}) {
            if ((kind != 0 && kind != one) || (cache.kinds & bit(one)) == 0) continue;
            const bool host = one == WEFT_HANDLE_HOST;
            handle = {};
            handle.struct_size = sizeof handle;
            handle.kind = one;
            handle.grid = cache.grid;
            handle.view = host ? &cache.host_view : &cache.device_view;
            handle.memory_fd = host                           ? cache.host->fd()
                               : one == WEFT_HANDLE_OPAQUE_FD ? cache.device->fd()
                                                              : -1;
            handle.memory_size = cache.bytes;
            return;
        }
        throw cpp::Failure(WEFT_UNSUPPORTED, "not in such memory");
    }

    std::unique_ptr<Input> make_input(cpp::Host host, const weft_input& from) {
        auto input = std::make_unique<Input>();
        if (from.internal_output != WEFT_NOT_INTERNAL) {
            input->inside = caches_.at(from.internal_output).get();
            input->binding.handle.grid = input->inside->grid;
            return input;
        }
        input->binding = host.lookup(from.id);
        const weft_handle& handle = input->binding.handle;
        const auto refused = behaviour_.numbers.find("refuses");
        if (refused != behaviour_.numbers.end() &&
            input->binding.kind == (refused->second == "fd"     ? WEFT_HANDLE_OPAQUE_FD
                                    : refused->second == "host" ? WEFT_HANDLE_HOST
                                                                : WEFT_HANDLE_LOCAL))
            throw cpp::Failure(WEFT_UNSUPPORTED, "no such memory today",
                               std::string(cpp::view(from.node)));
        if (input->binding.kind == WEFT_HANDLE_OPAQUE_FD)
            input->imported = std::make_unique<DeviceMemory>(handle.memory_fd, handle.memory_size);
        if (input->binding.kind == WEFT_HANDLE_LOCAL)
            input->data = static_cast<const LocalView*>(handle.view)->home;
        if (input->imported) input->data = input->imported->data();
        return input;
    }

    void locate_inputs() {
        for (const auto& input : inputs_) {
            const weft_handle& handle = input->binding.handle;
            if (input->inside) input->data = input->inside->home();
            if (input->inside || input->binding.kind != WEFT_HANDLE_HOST) continue;
            const auto* data = static_cast<const char*>(handle.view->data);
            const unsigned align = std::max(1u, behaviour_.number("align"));
            const bool in_place = (behaviour_.kinds("in:") & bit(WEFT_HANDLE_HOST)) != 0 &&
                                  reinterpret_cast<std::uintptr_t>(data) % align == 0;
            if (in_place) {
                input->data = data;
            } else {
                input->copy.assign(data, data + handle.memory_size - handle.memory_offset);
                input->data = input->copy.data();
                counters.uploaded += input->copy.size();
            }
        }
    }

    Device::Outcome work(const Frame& kept) {
        const weft_frame& frame = kept.frame;
        const auto late = std::chrono::milliseconds(behaviour_.number("late"));
        std::this_thread::sleep_for(late);
        const bool loses = behaviour_.is("loses") && (!is_second_ || behaviour_.is("again"));
        ++works_;
        if (loses && works_ == behaviour_.number("loses")) return {WEFT_DEVICE_LOST, "it is gone"};
        const bool once = behaviour_.number("fails") != 0;
        if (behaviour_.is("fails") && (!once || works_ == behaviour_.number("fails")))
            return {WEFT_INTERNAL, "it fails, as it was told to"};
        while (behaviour_.is("hangs")) {
            if (frame.cancel && __atomic_load_n(frame.cancel, __ATOMIC_RELAXED) != 0)
                return {WEFT_CANCELLED, "cancelled"};
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
        locate_inputs();
        tick_ = static_cast<std::int64_t>(kept.fields[WEFT_FIELD_ABSFRAME]);
        for (const Kernel& kernel : kernels_)
            if (kernel.domain == WEFT_DOMAIN_RASTER) run(kernel, kept);
        for (const auto& cache : caches_) {
            if (!cache) continue;
            cache->host_view.tick = cache->device_view.tick = tick_;
            ++cache->host_view.generation;
            ++cache->device_view.generation;
            if (!cache->device || !cache->host) continue;
            std::memcpy(cache->host->data(), cache->device->data(), cache->bytes);
            counters.mirrored += cache->bytes;
        }
        for (const auto& gathered : gathers_) {
            const Cache& cache = *caches_[gathered->output];
            for (std::size_t n = 0; n < gathered->values.size(); ++n) {
                double coords[WEFT_MAX_AXES] = {};
                for (std::size_t a = 0; a < gathered->coords.size(); ++a)
                    coords[a] = gathered->coords[a][n];
                gathered->values[n] = weft_grid_read(&cache.grid, cache.home(), tick_, 0, coords);
            }
            counters.gathered += gathered->values.size() * sizeof(double);
        }
        ++counters.frames;
        return {};
    }

    void run(const Kernel& kernel, const Frame& kept) {
        std::vector<double> fields = kept.fields;
        for (std::uint64_t j = 0; j < kernel.height; ++j) {
            fields[WEFT_FIELD_Y] =
                (static_cast<double>(j) + 0.5) / static_cast<double>(kernel.height);
            for (std::uint64_t i = 0; i < kernel.width; ++i) {
                fields[WEFT_FIELD_X] =
                    (static_cast<double>(i) + 0.5) / static_cast<double>(kernel.width);
                const std::vector<double> values =
                    evaluate(kernel, fields.data(), kept.params.data(),
                             kept.uniforms.data() + kernel.first_uniform, tick_);
                for (const weft_store& store : kernel.stores)
                    put(kernel, store, values, kept.frame, i, j);
            }
        }
    }

    void put(const Kernel& kernel, const weft_store& store, const std::vector<double>& values,
             const weft_frame& frame, std::uint64_t i, std::uint64_t j) {
        const weft_output& output = outputs_[store.output];
        const Cache* cache = caches_[store.output].get();
        if (!cache && (output.kind != WEFT_OUTPUT_TARGET || frame.skip_targets != 0)) return;
        const weft_grid& grid = cache ? cache->grid : output.grid;
        void* data = cache ? cache->home() : frame.targets[output.target].data;
        std::uint64_t index[WEFT_MAX_AXES] = {};
        for (std::uint32_t a = 0; a < grid.axis_count; ++a)
            index[a] = grid.axes[a].wrap == WEFT_WRAP_RING  ? weft_grid_slot(&grid.axes[a], tick_)
                       : grid.axes[a].field == WEFT_FIELD_X ? i
                                                            : j;
        for (std::uint32_t c = 0; c < store.value_count; ++c)
            weft_grid_store(&grid, data, store.channel + c, index,
                            values[kernel.args[store.values + c]]);
    }

    struct Reading {
        Program* program;
        const double* fields;
        const double* params;
        std::int64_t tick;
    };

    static double sample(void* user, std::uint32_t number, const double* coords,
                         std::uint32_t count) {
        const auto& reading = *static_cast<Reading*>(user);
        const Input& input = *reading.program->inputs_[number];
        const weft_grid& grid = input.binding.handle.grid;
        if (input.binding.kind != WEFT_HANDLE_NONE || input.inside)
            return weft_grid_read(&grid, input.data, reading.tick, 0, coords);
        double place[WEFT_FIELD_COUNT];
        std::memcpy(place, reading.fields, sizeof place);
        double own = 0;
        for (std::uint32_t a = 0; a < count; ++a)
            (grid.axes[a].field == WEFT_FIELD_OWN ? own : place[grid.axes[a].field]) = coords[a];
        const double* none[WEFT_FIELD_COUNT] = {};
        const weft_points points = {sizeof points, 0, 1, none, place, &own, reading.params};
        double value = 0;
        weft_error error{};
        error.struct_size = sizeof error;
        (void)input.binding.get_values(input.binding.getter, &points, &value, &error);
        return value;
    }

    std::vector<double> evaluate(const Kernel& kernel, const double* fields, const double* params,
                                 const double* uniforms, std::int64_t tick) {
        Reading reading{this, fields, params, tick};
        weft_eval_env env{};
        env.fields = fields;
        env.uniforms = uniforms;
        env.params = params;
        env.sample = sample;
        env.sample_user = &reading;
        std::vector<double> values(weft_eval_scratch(&kernel.ir));
        (void)weft_eval_ir(&kernel.ir, &env, values.data());
        return values;
    }

    Device& device_;
    const Behaviour& behaviour_;
    bool is_second_;  // compiled after the device was lost
    unsigned works_ = 0;
    unsigned submits_ = 0;
    unsigned ordered_ = 0;
    std::uint32_t params_;
    std::uint32_t uniforms_ = 0;
    std::int64_t tick_ = -1;
    std::vector<weft_output> outputs_;
    std::vector<std::unique_ptr<Cache>> caches_;
    std::vector<std::unique_ptr<Input>> inputs_;
    std::deque<Kernel> kernels_;
    std::vector<std::unique_ptr<Gathered>> gathers_;
};

}  // namespace offers
