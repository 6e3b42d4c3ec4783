// Semaphores: those that the plugin makes, and those that it is given by others. Another instance
// of the plugin stands for the others: what the two know of each other is a descriptor.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <optional>
#include <vector>

#include <weft/semaphore.h>

#include "driver/validate/trial_memory.h"

namespace weft::validate {
namespace {

constexpr int kTurns = 10;
constexpr int kWarm = 5;
constexpr int kTimes = 50;
constexpr std::uint64_t kPatienceNs = 5'000'000'000;
// For a signal that does not come: more than a trial's work takes.
constexpr std::uint64_t kInVainNs = 100'000'000;

// A back end with semaphores, and what it says that it can do. The check has ended where there is
// nothing to look at.
struct Side {
    const weft_semaphore_api* api;
    const weft_memory_api* memory;
    Instance instance;
    weft_memory_caps kinds{};
    weft_semaphore_caps caps{};

    Side(Context& context, const Instance& of)
        : api(table<weft_semaphore_api>(of, WEFT_SEMAPHORE_EXTENSION)),
          memory(table<weft_memory_api>(of, WEFT_MEMORY_EXTENSION)),
          instance(of) {
        if (!instance.backend) return;
        if (!api || !memory) {
            context.skip("it has no weft.semaphore/1");
            return;
        }
        kinds.struct_size = sizeof kinds;
        caps.struct_size = sizeof caps;
        weft_error error = empty_error();
        weft_status status = of.calls->call("weft_memory_api.caps", "", [&] {
            return memory->caps(instance.backend, &kinds, &error);
        });
        if (status == WEFT_OK)
            status = of.calls->call("weft_semaphore_api.caps", "",
                                    [&] { return api->caps(instance.backend, &caps, &error); });
        context.expect(status == WEFT_OK, "caps fails: " + said(status, error));
    }
    [[nodiscard]] bool exports() const { return (caps.flags & WEFT_SEMAPHORE_EXPORTS) != 0; }
    [[nodiscard]] bool waits() const { return (caps.flags & WEFT_SEMAPHORE_WAITS) != 0; }
    [[nodiscard]] bool signals() const { return (caps.flags & WEFT_SEMAPHORE_SIGNALS) != 0; }
    // Skips where it takes none.
    [[nodiscard]] bool imports(Context& context) const {
        if (!context.ended() && !waits() && !signals())
            context.skip(fmt::format("it takes no semaphores of others here: {}", caps.no_import));
        return !context.ended();
    }

private:
    template <class Api>
    static const Api* table(const Instance& of, std::string_view id) {
        return of.backend ? static_cast<const Api*>(of.calls->extension(id)) : nullptr;
    }
};

// Who makes semaphores for the plugin: the one beside it, or another instance of itself.
class Maker {
public:
    // Skips where there is none.
    Maker(Context& context, const Side& plugin) {
        if (context.subject().beside.empty()) {
            if (plugin.exports())
                own_.emplace(context, 1u);
            else
                context.skip(
                    fmt::format("it takes semaphores and makes none: {}; --beside names "
                                "a plugin that makes them",
                                plugin.caps.no_export));
        } else if (const weft_backend_api* const beside = context.beside()) {
            own_.emplace(context, *beside);
        }
        if (context.ended() || !own_->get().backend) return;
        side_.emplace(context, own_->get());
        if (!context.ended() && !side_->exports())
            context.skip(fmt::format("{} makes no semaphores here: {}", context.subject().beside,
                                     side_->caps.no_export));
        if (!context.ended() && !one_device(plugin.caps, side_->caps))
            context.skip("it and the plugin beside it are on different devices");
    }
    [[nodiscard]] const Side& side() const { return *side_; }

private:
    static bool one_device(const weft_semaphore_caps& one, const weft_semaphore_caps& other) {
        return std::equal(std::begin(one.device_uuid), std::end(one.device_uuid),
                          std::begin(other.device_uuid));
    }

    std::optional<OwnInstance> own_;
    std::optional<Side> side_;
};

// A semaphore of the plugin's own: whoever waits for it sees what was written before the signal.
void check_signals(Context& context, const Instance& instance, const weft_memory_api& memory,
                   const weft_semaphore_api& api, std::uint32_t kind) {
    TrialMemory trial(context, instance, memory, kind, 1);
    if (!trial.trial) return;
    weft_semaphore* semaphore = nullptr;
    std::int32_t fd = -1;
    weft_error error = empty_error();
    weft_status status = context.calls().call("weft_semaphore_api.create", "", [&] {
        return api.create(instance.backend, &semaphore, &fd, &error);
    });
    if (!context.expect(status == WEFT_OK, "create of a semaphore fails: " + said(status, error)))
        return;
    context.expect(fd >= 0, "a semaphore is exported without a descriptor");
    for (std::uint32_t turn = 0; turn < 10 && !context.ended(); ++turn) {
        const std::uint32_t seed = 77 + turn;
        weft_order_trial* work = nullptr;
        status = context.calls().call("weft_semaphore_api.trial_write", "", [&] {
            return api.trial_write(instance.backend, trial.trial, &trial.handle, seed, semaphore,
                                   &work, &error);
        });
        if (!context.expect(status == WEFT_OK, "trial_write fails: " + said(status, error))) break;
        std::uint64_t sum = 0;
        status = context.calls().call("weft_semaphore_api.trial_read", "", [&] {
            return api.trial_read(instance.backend, trial.trial, &trial.handle, semaphore,
                                  5'000'000'000, &sum, &error);
        });
        context.expect(status == WEFT_OK, "trial_read fails: " + said(status, error));
        context.expect(sum == sum_of(seed), "what waits for a semaphore is read before its signal");
        context.calls().call("weft_semaphore_api.trial_end", "",
                             [&] { api.trial_end(instance.backend, work); });
    }
    context.calls().call("weft_semaphore_api.release", "",
                         [&] { api.release(instance.backend, semaphore); });
    context.calls().call("weft_semaphore_api.release", "of NULL",
                         [&] { api.release(instance.backend, nullptr); });
}

// --- Of others -----------------------------------------------------------------------------------

// The file behind a descriptor; none: it is not open.
struct File {
    bool open = false;
    dev_t device = 0;
    ino_t number = 0;

    explicit File(int fd) {
        struct stat found {};
        open = ::fstat(fd, &found) == 0;
        if (!open) return;
        device = found.st_dev;
        number = found.st_ino;
    }
    bool operator==(const File&) const = default;
};

// A semaphore of one instance, and what another imported of it. `lent` is the descriptor that was
// imported: the caller's, which closes it.
class Link {
public:
    Link(Context& context, const Side& maker, const Side& importer)
        : context_(context), maker_(maker), importer_(importer) {
        weft_error error = empty_error();
        weft_status status = context.calls().call("weft_semaphore_api.create", "", [&] {
            return maker.api->create(maker.instance.backend, &own, &fd, &error);
        });
        if (!context.expect(status == WEFT_OK && own != nullptr,
                            "create of a semaphore fails: " + said(status, error)))
            return;
        lent = ::fcntl(fd, F_DUPFD_CLOEXEC, 0);
        if (!context.expect(lent >= 0, "the descriptor of a semaphore is not open")) return;
        status = context.calls().call("weft_semaphore_api.import", "", [&] {
            return importer.api->import(importer.instance.backend, lent, &imported, &error);
        });
        context.expect(status == WEFT_OK && imported != nullptr,
                       "import of a semaphore fails: " + said(status, error));
    }
    ~Link() {
        release_imported();
        if (own)
            context_.calls().call("weft_semaphore_api.release", "",
                                  [&] { maker_.api->release(maker_.instance.backend, own); });
        return_lent();
    }
    Link(const Link&) = delete;
    Link& operator=(const Link&) = delete;

    [[nodiscard]] bool ok() const { return imported != nullptr; }
    void release_imported() {
        if (imported)
            context_.calls().call("weft_semaphore_api.release", "of an imported one", [&] {
                importer_.api->release(importer_.instance.backend, imported);
            });
        imported = nullptr;
    }
    void return_lent() {
        if (lent >= 0) ::close(lent);
        lent = -1;
    }

    weft_semaphore* own = nullptr;
    std::int32_t fd = -1;
    int lent = -1;
    weft_semaphore* imported = nullptr;

private:
    Context& context_;
    const Side& maker_;
    const Side& importer_;
};

// One end of a trial of order: a side with its semaphore, and the memory that it reaches.
struct End {
    const Side& side;
    weft_semaphore* semaphore;
    const weft_trial* trial;  // null: what the handle describes, which is another's
    const weft_handle& handle;
};

// A kind of memory that a side makes; WEFT_HANDLE_NONE: none.
std::uint32_t first_kind(const Side& side) {
    for (std::uint32_t kind = WEFT_HANDLE_HOST; kind < 32; ++kind)
        if ((side.kinds.exports >> kind & 1) != 0) return kind;
    return WEFT_HANDLE_NONE;
}

// Who makes the semaphores, the plugin, and memory of each.
struct Two {
    Context& context;
    const Side& maker;
    const Side& plugin;
    TrialMemory first, second;
    bool shared;  // the plugin reads and writes the memory of the maker

    Two(Context& at, const Side& from, const Side& to, std::uint32_t kind)
        : context(at),
          maker(from),
          plugin(to),
          first(at, from.instance, *from.memory, kind, 1),
          second(at, to.instance, *to.memory, first_kind(to), 1),
          shared(kind != WEFT_HANDLE_LOCAL && (to.kinds.imports >> kind & 1) != 0) {}

    [[nodiscard]] End end_of_maker(const Link& link) const {
        return {maker, link.own, first.trial, first.handle};
    }
    [[nodiscard]] End end_of_plugin(const Link& link) const {
        if (shared) return {plugin, link.imported, nullptr, first.handle};
        return {plugin, link.imported, second.trial, second.handle};
    }

    // One writes and signals, the other waits and reads.
    weft_status turn(const End& writer, const End& reader, std::uint32_t seed,
                     weft_error& error) const {
        weft_order_trial* work = nullptr;
        const weft_semaphore_api& api = *writer.side.api;
        weft_backend* const backend = writer.side.instance.backend;
        weft_status status = context.calls().call("weft_semaphore_api.trial_write", "", [&] {
            return api.trial_write(backend, writer.trial, &writer.handle, seed, writer.semaphore,
                                   &work, &error);
        });
        if (status != WEFT_OK) return status;
        std::uint64_t sum = 0;
        status = read(reader, kPatienceNs, sum, error);
        if (status == WEFT_OK && shared)
            context.expect(sum == sum_of(seed),
                           "what waits for another's semaphore is read before its signal");
        context.calls().call("weft_semaphore_api.trial_end", "",
                             [&] { api.trial_end(backend, work); });
        return status;
    }
    weft_status read(const End& reader, std::uint64_t timeout_ns, std::uint64_t& sum,
                     weft_error& error) const {
        return context.calls().call("weft_semaphore_api.trial_read", "", [&] {
            return reader.side.api->trial_read(reader.side.instance.backend, reader.trial,
                                               &reader.handle, reader.semaphore, timeout_ns, &sum,
                                               &error);
        });
    }
};

// A wait for a signal that nobody gives.
void check_waits_in_vain(const Two& two) {
    Context& context = two.context;
    const Link link(context, two.maker, two.plugin);
    if (!link.ok()) return;
    // Of its own memory, which it certainly reaches.
    const End reader{two.plugin, link.imported, two.second.trial, two.second.handle};
    std::uint64_t sum = 0;
    weft_error error = empty_error();
    const weft_status status = two.read(reader, kInVainNs, sum, error);
    if (!context.expect(status != WEFT_OK,
                        "work that waits for another's semaphore runs without a signal"))
        return;
    context.expect(status == WEFT_TIMEOUT,
                   fmt::format("trial_read, when no signal comes, says {}", said(status, error)));
    context.expect_error("trial_read", status, error);
}

// Turns in one direction. False: memory of this kind is not taken, which is a fault of opaque
// descriptors alone, that the host relies on; each has to use its own.
bool check_turns(const Two& two, bool importer_signals) {
    Context& context = two.context;
    Link link(context, two.maker, two.plugin);
    // It may be closed as soon as it was imported.
    link.return_lent();
    if (!link.ok()) return true;
    const End writer = importer_signals ? two.end_of_plugin(link) : two.end_of_maker(link);
    const End reader = importer_signals ? two.end_of_maker(link) : two.end_of_plugin(link);
    for (std::uint32_t turn = 0; turn < kTurns && !context.ended(); ++turn) {
        weft_error error = empty_error();
        const weft_status status = two.turn(writer, reader, 77 + turn, error);
        const bool refused = status == WEFT_UNSUPPORTED && two.shared && turn == 0;
        if (refused && two.first.handle.kind != WEFT_HANDLE_OPAQUE_FD) return false;
        if (status == WEFT_TIMEOUT)
            context.fail(importer_signals ? "its signal of another's semaphore does not come"
                                          : "the signal of another's semaphore does not reach it");
        context.expect(status == WEFT_OK, fmt::format("a turn with another's semaphore fails: {}",
                                                      said(status, error)));
    }
    return true;
}

void check_directions(Two& two) {
    for (const bool importer_signals : {false, true}) {
        if (importer_signals ? !two.plugin.signals() : !two.plugin.waits()) continue;
        if (two.context.ended() || check_turns(two, importer_signals)) continue;
        two.shared = false;
        (void)check_turns(two, importer_signals);
    }
}

// --- What is no semaphore ------------------------------------------------------------------------

struct Stranger {
    std::string name;
    int fd;
    bool own;  // to be closed here
};

std::vector<Stranger> strangers(const Context& context) {
    int ends[2] = {-1, -1};
    (void)!::pipe2(ends, O_CLOEXEC);
    return {{"-1", -1, false},
            {"a descriptor that is not open", 1 << 20, false},
            {"a file in memory", ::memfd_create("no semaphore", MFD_CLOEXEC), true},
            {"a pipe", ends[0], true},
            {"the other end of a pipe", ends[1], true},
            {"a directory", ::open(context.directory().c_str(), O_RDONLY | O_CLOEXEC), true}};
}

void check_refusal(Context& context, const Side& plugin, const Stranger& stranger) {
    const File before(stranger.fd);
    weft_semaphore* semaphore = nullptr;
    weft_error error = empty_error();
    const weft_status status =
        context.calls().call("weft_semaphore_api.import", stranger.name, [&] {
            return plugin.api->import(plugin.instance.backend, stranger.fd, &semaphore, &error);
        });
    if (!context.expect(status != WEFT_OK,
                        fmt::format("import takes {} for a semaphore", stranger.name)))
        return;
    context.expect_error("import", status, error);
    context.expect(semaphore == nullptr, "import fails and leaves a semaphore");
    context.expect(File(stranger.fd) == before,
                   fmt::format("import, which refuses {}, closes it", stranger.name));
}

}  // namespace

void check_semaphores(Context& context) {
    const Side found(context, instance_of(context));
    if (context.ended()) return;
    if (!found.exports())
        return context.skip(fmt::format("it exports no semaphores here: {}", found.caps.no_export));
    for (std::uint32_t kind = WEFT_HANDLE_HOST; kind < 32 && !context.ended(); ++kind)
        if ((found.kinds.exports >> kind & 1) != 0)
            check_signals(context, found.instance, *found.memory, *found.api, kind);
}

void check_imported_semaphores(Context& context) {
    const Side plugin(context, instance_of(context));
    if (!plugin.imports(context)) return;
    const Maker maker(context, plugin);
    bool looked = false;
    for (std::uint32_t kind = WEFT_HANDLE_HOST; kind < 32 && !context.ended(); ++kind) {
        if ((maker.side().kinds.exports >> kind & 1) == 0) continue;
        Two two(context, maker.side(), plugin, kind);
        if (!two.first.trial || !two.second.trial) continue;
        if (!looked && plugin.waits()) check_waits_in_vain(two);
        looked = true;
        check_directions(two);
    }
    if (!looked) context.skip("there is no memory for a trial");
}

void check_bad_semaphores(Context& context) {
    const Side plugin(context, instance_of(context));
    if (!plugin.imports(context)) return;
    // Memory of the device is not among them: to some drivers it is a descriptor like that of a
    // semaphore, and nobody can tell the two apart.
    const std::vector<Stranger> all = strangers(context);
    kit::Holdings before;
    for (int time = -kWarm; time < kTimes && !context.ended(); ++time) {
        if (time == 0) before = kit::Holdings::now();
        for (const Stranger& stranger : all)
            if (!context.ended()) check_refusal(context, plugin, stranger);
    }
    if (!context.ended())
        expect_flat(context, before, fmt::format("{} imports that it refused", kTimes));
    for (const Stranger& stranger : all)
        if (stranger.own) ::close(stranger.fd);
    // And works on, if there is anything to be seen of that.
    if (context.ended() || (!plugin.exports() && context.subject().beside.empty())) return;
    const Maker maker(context, plugin);
    if (!context.ended()) const Link link(context, maker.side(), plugin);
}

void check_semaphore_descriptors(Context& context) {
    const Side plugin(context, instance_of(context));
    if (!plugin.imports(context)) return;
    const Maker maker(context, plugin);
    kit::Holdings before;
    for (int time = -kWarm; time < kTimes && !context.ended(); ++time) {
        if (time == 0) before = kit::Holdings::now();
        Link link(context, maker.side(), plugin);
        if (!link.ok()) return;
        const File semaphore(link.fd);
        context.expect(semaphore.open, "the descriptor of a semaphore is closed before release");
        context.expect(File(link.lent) == semaphore,
                       "import closes the descriptor, which stays the caller's");
        // Something else in the place of what the caller closes: whoever kept the number finds it.
        const int place = link.lent;
        const int sentinel = ::memfd_create("not yours", MFD_CLOEXEC);
        if (::dup3(sentinel, place, O_CLOEXEC) != place) return context.skip("no descriptors left");
        const File kept(sentinel);
        ::close(sentinel);
        link.release_imported();
        context.expect(File(place) == kept,
                       "release of an imported semaphore closes a descriptor that is not its own");
        context.expect(File(link.fd) == semaphore,
                       "release of an imported semaphore closes the descriptor of who made it");
    }
    if (!context.ended()) expect_flat(context, before, fmt::format("{} imports", kTimes));
}

}  // namespace weft::validate
