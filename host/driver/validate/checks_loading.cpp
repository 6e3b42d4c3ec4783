// A library that opens, exports one symbol, and is what its manifest says.
#include <elf.h>
#include <fmt/format.h>
#include <weft/async.h>
#include <weft/audio.h>
#include <weft/control.h>
#include <weft/counters.h>
#include <weft/devices.h>
#include <weft/gather.h>
#include <weft/memory.h>
#include <weft/residency.h>
#include <weft/semaphore.h>
#include <weft/window.h>
#include <weft/writer.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <weft/cpp/text.hpp>

#include "base/read_file.h"
#include "driver/validate/context.h"
#include "kit/holdings.h"
#include "plugin/call.h"
#include "plugin/library.h"
#include "plugin/reference.h"

namespace weft::validate {
namespace {

// The manifest that says nothing that could be a lie: of the plugin itself.
plugin::Manifest manifest_of(const Context& context) {
    plugin::Manifest manifest = plugin::reference_manifest();
    manifest.name = context.subject().name;
    return manifest;
}

// As the host opens it, all but the manifest.
void opens(Context& context) {
    if (context.subject().library.empty()) return context.skip("it is built in");
    const auto library = plugin::Library::open(context.subject().library, manifest_of(context));
    // The tables are looked at before the manifest.
    const bool lies = !library && library.error().message.find("disagree") != std::string::npos;
    context.expect(library.ok() || lies, library ? "" : library.error().message);
}

// --- The symbols of the file ---------------------------------------------------------------------

// Symbols that a linker adds by itself.
bool of_the_linker(std::string_view name) {
    constexpr std::array<std::string_view, 5> kNames = {"_init", "_fini", "_edata", "_end",
                                                        "__bss_start"};
    return std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

// Names that the library gives to others; the first trouble in the file ends it.
std::vector<std::string> exported(const std::string& file) {
    std::vector<std::string> names;
    const auto at = [&file](std::uint64_t offset, auto& to) {
        if (offset > file.size() || file.size() - offset < sizeof to) return false;
        std::memcpy(&to, file.data() + offset, sizeof to);
        return true;
    };
    Elf64_Ehdr header{};
    if (!at(0, header)) return names;
    for (std::uint64_t i = 0; i < header.e_shnum; ++i) {
        Elf64_Shdr symbols{}, texts{};
        if (!at(header.e_shoff + i * sizeof symbols, symbols) || symbols.sh_type != SHT_DYNSYM ||
            !at(header.e_shoff + symbols.sh_link * sizeof texts, texts))
            continue;
        for (std::uint64_t s = 0; s < symbols.sh_size / sizeof(Elf64_Sym); ++s) {
            Elf64_Sym symbol{};
            if (!at(symbols.sh_offset + s * sizeof symbol, symbol)) return names;
            const unsigned char visibility = ELF64_ST_VISIBILITY(symbol.st_other);
            const std::uint64_t text = texts.sh_offset + symbol.st_name;
            if (symbol.st_shndx == SHN_UNDEF || symbol.st_shndx == SHN_ABS ||
                ELF64_ST_BIND(symbol.st_info) == STB_LOCAL || visibility == STV_HIDDEN ||
                visibility == STV_INTERNAL || text >= file.size())
                continue;
            std::string name(file.c_str() + text);
            if (!of_the_linker(name)) names.push_back(std::move(name));
        }
    }
    return names;
}

void exports(Context& context) {
    if (context.subject().library.empty()) return context.skip("it is built in");
    const auto file = read_file(context.subject().library);
    if (!file) return context.fail(file.error().message);
    const std::vector<std::string> names = exported(*file);
    const auto other = std::find_if(names.begin(), names.end(), [](const std::string& name) {
        return name != WEFT_PLUGIN_SYMBOL;
    });
    if (other != names.end())
        return context.fail(fmt::format("it exports '{}' too, {} symbols in all",
                                        plugin::one_line(*other, 200), names.size()));
    context.expect(!names.empty(), "it exports nothing");
}

// --- The manifest --------------------------------------------------------------------------------

void manifest(Context& context) {
    if (context.subject().library.empty()) return context.skip("it is built in");
    if (!context.load()) return;
    const auto text = read_file(context.subject().manifest);
    if (!text) return context.fail(fmt::format("{}.json is not beside it", context.subject().name));
    const auto parsed = plugin::parse_manifest(*text, context.subject().name);
    if (!parsed) return context.fail(parsed.error().message);
    const auto library = plugin::Library::open(context.subject().library, *parsed);
    if (!library) return context.fail(library.error().message);
    for (const std::string& id : parsed->extensions)
        context.expect(context.calls().extension(id) != nullptr,
                       fmt::format("its manifest lists the extension {}, which it has not", id));
}

// --- What it says of itself ----------------------------------------------------------------------

// All that describe tells, as one text to compare.
std::string told(const weft_backend_info& info) {
    std::string text = fmt::format("{} {} {}", info.flags, info.contexts, cpp::view(info.name));
    text += fmt::format("|{}|{}", cpp::view(info.version), cpp::view(info.summary));
    for (const weft_str& name : cpp::list(info.builtins, info.builtin_count))
        text += fmt::format("|{}", cpp::view(name));
    for (const weft_str& name : cpp::list(info.sinks, info.sink_count))
        text += fmt::format("|{}", cpp::view(name));
    return text;
}

void describe(Context& context) {
    if (!context.load()) return;
    const weft_backend_info* const first = &context.info();
    const std::string before = told(*first);
    for (const weft_str text : {first->name, first->version, first->summary}) {
        const std::string_view seen = cpp::view(text);
        if (!context.expect(
                plugin::one_line(seen) == seen && !seen.empty(),
                fmt::format("'{}' is empty, or not one line of UTF-8", plugin::one_line(seen))))
            return;
    }
    weft_probe probe{};
    probe.struct_size = sizeof probe;
    weft_error error = empty_error();
    (void)context.calls().probe(&probe, &error);
    weft_backend* backend = nullptr;
    const weft_status made = context.calls().create(context.host().table(), &backend, &error);
    context.expect(context.calls().describe() == first, "describe gave another pointer later on");
    if (made == WEFT_OK) context.calls().cleanup(backend);
    context.expect(context.calls().describe() == first, "describe gave another pointer later on");
    context.expect(told(*first) == before, "what describe had told has changed");
}

void probe(Context& context) {
    if (!context.load()) return;
    for (int turn = 0; turn < 3; ++turn) {
        weft_probe result{};
        result.struct_size = sizeof result;
        weft_error error = empty_error();
        const weft_status status = context.calls().probe(&result, &error);
        if (status != WEFT_OK)
            return context.fail(
                fmt::format("it cannot say whether it is available: {}", said(status, error)));
        for (const std::string_view text : {std::string_view(result.device, sizeof result.device),
                                            std::string_view(result.reason, sizeof result.reason)})
            if (text.find('\0') == std::string_view::npos ||
                plugin::one_line(text.substr(0, text.find('\0'))) !=
                    text.substr(0, text.find('\0')))
                return context.fail("a text of probe is not one terminated line of UTF-8");
        if (result.available > 1)
            return context.fail(fmt::format("available is {}, not 0 or 1", result.available));
        if (result.available == 0 && result.reason[0] == '\0')
            return context.fail("it is not available and does not say why");
        if (result.available == 1 && result.score < 0)
            return context.fail(fmt::format("its score is {}, below 0", result.score));
    }
}

// Each call opens and closes what it needs: what drivers open once does not rise further.
void probe_closes(Context& context) {
    if (!context.load()) return;
    kit::Holdings before;
    constexpr int kWarm = 3, kTurns = 8;
    for (int turn = 0; turn < kWarm + kTurns; ++turn) {
        if (turn == kWarm) before = kit::Holdings::now();
        weft_probe result{};
        result.struct_size = sizeof result;
        weft_error error = empty_error();
        (void)context.calls().probe(&result, &error);
    }
    const kit::Holdings after = kit::Holdings::now();
    context.expect(
        after.descriptors < before.descriptors + kTurns,
        fmt::format("{} calls of probe left {} descriptors open", kTurns,
                    after.descriptors - std::min(before.descriptors, after.descriptors)));
    context.expect(after.threads < before.threads + kTurns,
                   fmt::format("{} calls of probe left {} threads running", kTurns,
                               after.threads - std::min(before.threads, after.threads)));
}

// --- Extensions ----------------------------------------------------------------------------------

// An extension of ours: as much of its table as the host asks for.
struct Extension {
    const char* id;
    std::size_t size;
};
constexpr Extension kExtensions[] = {
    {WEFT_ASYNC_EXTENSION, sizeof(weft_async_api)},
    {WEFT_AUDIO_EXTENSION, sizeof(weft_audio_api)},
    {WEFT_CONTROL_EXTENSION, sizeof(weft_control_api)},
    {WEFT_COUNTERS_EXTENSION, sizeof(weft_counters_api)},
    {WEFT_DEVICES_EXTENSION, sizeof(weft_devices_api)},
    {WEFT_GATHER_EXTENSION, sizeof(weft_gather_api)},
    {WEFT_MEMORY_EXTENSION, sizeof(weft_memory_api)},
    {WEFT_RESIDENCY_EXTENSION, sizeof(weft_residency_api)},
    {WEFT_SEMAPHORE_EXTENSION, sizeof(weft_semaphore_api)},
    {WEFT_TEMPO_EXTENSION, sizeof(weft_control_api)},
    {WEFT_WINDOW_EXTENSION, sizeof(weft_window_api)},
    {WEFT_WRITER_EXTENSION, sizeof(weft_writer_api)},
};

void extensions(Context& context) {
    if (!context.load()) return;
    for (const Extension& extension : kExtensions) {
        const void* const table = context.calls().extension(extension.id);
        // Not terminated: the id is that long and no longer.
        const std::string longer = std::string(extension.id) + "0";
        const void* const again =
            context.calls().extension(std::string_view(longer).substr(0, longer.size() - 1));
        if (!context.expect(context.calls().extension(longer) == nullptr,
                            fmt::format("it has a table for '{}', which there is not", longer)) ||
            !context.expect(table == again, fmt::format("{} is another table when it is asked for "
                                                        "again, by a text that is not terminated",
                                                        extension.id)))
            return;
        std::uint32_t size = 0;
        if (table) std::memcpy(&size, table, sizeof size);
        context.expect(!table || size >= extension.size,
                       fmt::format("its table of {} is only {} bytes long", extension.id, size));
    }
}

// --- Hosts that come later, and the end ----------------------------------------------------------

void newer_host(Context& context) {
    if (context.subject().library.empty()) return context.skip("it is built in");
    if (!context.load(WEFT_ABI_VERSION + 1000)) {
        if (context.refused()) context.fail("it refuses a host because that is newer");
        return;
    }
    context.expect(context.plugin().abi_min <= WEFT_ABI_VERSION,
                   "for a newer host it needs a newer contract");
}

// Used a little; then the process ends with all that runs at its exit.
void exit(Context& context) {
    if (!context.load()) return;
    weft_backend* backend = nullptr;
    weft_error error = empty_error();
    if (context.calls().create(context.host().table(), &backend, &error) == WEFT_OK)
        context.calls().cleanup(backend);
}

constexpr Check kChecks[] = {
    {"loading.opens", Level::quick,
     "the library opens with RTLD_NOW, has weft_plugin_entry, and its tables are whole",
     "plugin.h; backend.h", opens},
    {"loading.exports", Level::quick, "weft_plugin_entry is the one symbol that it exports",
     "plugin.h", exports},
    {"loading.manifest", Level::quick,
     "the manifest stands beside the library and says what the library says", "the page below",
     manifest},
    {"loading.describe", Level::quick, "describe gives the same static data, whenever it is called",
     "backend.h, describe", describe},
    {"loading.probe", Level::quick,
     "probe says whether the back end can work here, and why it cannot", "backend.h, weft_probe",
     probe},
    {"loading.probe-closes", Level::standard, "probe closes what it opens", "backend.h, probe",
     probe_closes},
    {"loading.extensions", Level::quick,
     "extension gives an id one table, whole, however the id is told", "backend.h, extension",
     extensions},
    {"loading.newer-host", Level::standard,
     "a host that is newer than the plugin is not refused: it speaks the older contracts too",
     "plugin.h, weft_plugin_query", newer_host},
    {"loading.exit", Level::quick, "the process ends as usual when the plugin was used",
     "backend.h, cleanup", exit, 30, true},
};

}  // namespace

std::span<const Check> loading_checks() {
    return kChecks;
}

}  // namespace weft::validate
