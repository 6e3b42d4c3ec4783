// Keys over the canonical bytes of a kernel.
#include "object_cache.h"

#include <weft/cpp/text.hpp>

#include <cstring>

#include <llvm/Config/llvm-config.h>

#include "build_id.h"

namespace weft::cpu {
namespace {

void add_grid(disk::KeyMaker& hash, const weft_grid& grid) {
    hash.number(grid.format);
    hash.number(grid.channels);
    hash.number(grid.channel_stride);
    hash.list(grid.axes, grid.axis_count);
}

// Of inputs and outputs those that the kernel uses, with their places in the batch.
void add_kernel(disk::KeyMaker& hash, const KernelContent& content) {
    const weft_kernel& kernel = *content.kernel;
    hash.number(kernel.domain);
    hash.number(kernel.width);
    hash.number(kernel.height);
    hash.list(kernel.ir.values, kernel.ir.value_count);
    hash.list(kernel.ir.args, kernel.ir.arg_count);
    hash.list(kernel.ir.loops, kernel.ir.loop_count);
    hash.list(kernel.ir.affines, kernel.ir.affine_count);
    hash.list(kernel.stores, kernel.store_count);
    std::vector<bool> reads(content.inputs->size());
    for (const weft_ir_value& value : cpp::list(kernel.ir.values, kernel.ir.value_count))
        if (value.op == WEFT_OP_SAMPLE && value.aux < reads.size()) reads[value.aux] = true;
    for (std::uint64_t i = 0; i < reads.size(); ++i) {
        if (!reads[i]) continue;
        const InputShape& input = (*content.inputs)[i];
        hash.number(i);
        hash.number(std::uint32_t{input.getter});
        hash.number(std::uint32_t{input.internal});
        hash.number(input.channel);
        hash.number(input.own);
        add_grid(hash, input.grid);
    }
    for (const weft_store& store : cpp::list(kernel.stores, kernel.store_count)) {
        const OutputShape& output = content.outputs->at(store.output);
        hash.number(output.kind);
        add_grid(hash, output.grid);
    }
}

const std::string& this_build() {
    static const std::string id = build_id();
    return id;
}

// Code is kept only where it can be told from another build's.
bool is_off(std::string_view directory) {
    return directory.empty() || this_build().empty();
}

disk::Cache cache_in(std::string_view directory) {
    return {std::string(directory), "o"};
}

}  // namespace

disk::Key content_key(const Machine& machine, const KernelContent& kernel) {
    disk::KeyMaker hash;
    hash.text(this_build());
    hash.text(LLVM_VERSION_STRING);
    hash.text(machine.cpu);
    hash.text(machine.features);
    hash.number(machine.lanes);
    add_kernel(hash, kernel);
    return hash.key();
}

bool load_code(std::string_view directory, const disk::Key& key, CachedCode& code) {
    if (is_off(directory)) return false;
    const auto content = cache_in(directory).read(key);
    if (!content || content->size() < sizeof code.info) return false;
    std::memcpy(&code.info, content->data(), sizeof code.info);
    code.object.assign(content->data() + sizeof code.info, content->data() + content->size());
    return true;
}

void store_code(std::string_view directory, const disk::Key& key, const CachedCode& code) {
    if (is_off(directory)) return;
    std::vector<std::uint8_t> content(sizeof code.info + code.object.size());
    std::memcpy(content.data(), &code.info, sizeof code.info);
    std::memcpy(content.data() + sizeof code.info, code.object.data(), code.object.size());
    cache_in(directory).write(key, content);
}

}  // namespace weft::cpu
