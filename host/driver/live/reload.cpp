#include "driver/live/reload.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <fstream>
#include <iterator>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include <sys/resource.h>

#include "base/trace.h"
#include "driver/live/watch.h"
#include "plugin/thread_roles.h"
#include "sema/analyze.h"

namespace weft::driver {
namespace {

using Clock = std::chrono::steady_clock;

// Frames and sound come first where there are fewer cores than threads.
constexpr int kNiceness = 5;

// What a program was made of.
struct Contents {
    std::map<std::string, std::string> texts;   // by file
    std::map<std::string, std::string> stamps;  // of files that it loads; "": it was not there
};

std::string text_of(const std::string& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

Contents contents_of(const sema::Program& program, const SourceMap& sources) {
    Contents contents;
    for (FileId file = 0; file < sources.size(); ++file) {
        contents.texts[sources.file(file).path] = sources.file(file).text;
    }
    for (const sema::Instance& instance : program.instances) {
        if (instance.kind != sema::InstanceKind::source) {
            continue;
        }
        for (const std::string& file : files_of(instance)) {
            contents.stamps[file] = stamp_of(file);
        }
    }
    for (const std::string& file : program.missing) {
        contents.stamps[file].clear();
    }
    return contents;
}

}  // namespace

class Reloader::Impl {
public:
    Impl(Session& session, Request request) : session_(session), request_(std::move(request)) {}

    ~Impl() {
        if (thread_.joinable()) {
            {
                const std::lock_guard lock(mutex_);
                stop_ = true;
            }
            watch_->wake();
            thread_.join();
        }
    }
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    std::unique_ptr<Version> first() {
        std::unique_ptr<Version> version = compile(false, Clock::now());
        newest_ = running_ = version.get();
        return version;
    }

    Result<void> start() {
        if (request_.file == "-") {
            return Error{WEFT_UNAVAILABLE, "standard input is not watched for changes"};
        }
        auto watch = Watch::create();
        if (!watch) {
            return std::move(watch).error();
        }
        watch_ = std::move(*watch);
        thread_ = std::thread([this] { work(); });
        return {};
    }

    std::unique_ptr<Version> take() {
        const std::lock_guard lock(mutex_);
        running_ = ready_ != nullptr ? ready_.get() : running_;
        return std::move(ready_);
    }

    void retire(std::unique_ptr<Version> version) {
        if (version == nullptr || !thread_.joinable()) {
            return;  // then there is no other compile thread than the caller
        }
        {
            const std::lock_guard lock(mutex_);
            retired_.push_back(std::move(version));
        }
        watch_->wake();
    }

    void reload() {
        {
            const std::lock_guard lock(mutex_);
            forced_ = true;
        }
        if (watch_ != nullptr) {
            watch_->wake();
        }
    }

    void wait_idle() {
        if (!thread_.joinable()) {
            return;
        }
        std::unique_lock lock(mutex_);
        const std::uint64_t asked = ++asked_;
        watch_->wake();
        idle_.wait(lock, [&] { return answered_ >= asked; });
    }

    ReloadMessage message() const {
        const std::lock_guard lock(mutex_);
        return message_;
    }
    Counts counts() const {
        const std::lock_guard lock(mutex_);
        return counts_;
    }

private:
    // --- the compile thread ---

    void work() {
        const plugin::ThreadRoles roles(WEFT_THREAD_COMPILE);
        const trace::Thread traced("compile");
        (void)::setpriority(PRIO_PROCESS, 0, kNiceness);  // of this thread; a wish
        watch_->set_files(files());
        bool look = true;  // they may have changed since the first version
        bool overtaken = false;
        while (true) {
            const std::uint64_t asked = release_retired();
            bool forced = false;
            {
                const std::lock_guard lock(mutex_);
                forced = std::exchange(forced_, false);
                if (stop_) {
                    return;
                }
            }
            if (forced || overtaken || (look && has_other_contents())) {
                overtaken = !update(forced);
                watch_->set_files(files());
                look = true;  // what changed before it was watched
                continue;
            }
            if (!watch_->has_changed()) {
                answer(asked);
            }
            look = watch_->wait();
        }
    }

    void answer(std::uint64_t asked) {
        const std::lock_guard lock(mutex_);
        answered_ = std::max(answered_, asked);
        idle_.notify_all();
    }

    // Up to which call of wait_idle.
    std::uint64_t release_retired() {
        const auto working = watched();
        std::vector<std::unique_ptr<Version>> retired;
        const std::lock_guard lock(mutex_);
        retired.swap(retired_);
        return asked_;
    }

    [[nodiscard]] std::optional<plugin::Working> watched() const {
        return request_.whereabouts != nullptr
                   ? std::optional<plugin::Working>(std::in_place, *request_.whereabouts)
                   : std::nullopt;
    }

    // Makes a version of what the files hold now. False: it was overtaken by a newer save.
    bool update(bool forced) {
        const Clock::time_point noticed = Clock::now();
        trace::instant(trace::What::event, "edit");
        session_.renew_messages();
        std::unique_ptr<Version> untaken = withdraw();
        std::unique_ptr<Version> version;
        auto task = [&] {
            const auto working = watched();
            version = compile(forced, noticed);
        };
        if (runtime::ResourceGroup* group = session_.find_group("reload"); group != nullptr) {
            group->run(task);
        } else {
            task();
        }
        if (version != nullptr) {
            hand_over(std::move(version));
        } else if (session_.diagnostics().has_errors()) {
            put_back(std::move(untaken));
            tell_failure();
        } else if (same_) {
            tell_same();
        } else {
            put_back(std::move(untaken));
            return false;
        }
        if (request_.notify) {
            request_.notify();
        }
        return true;
    }

    // Null: the diagnostics say why, or it means the same as the newest, or it was overtaken.
    std::unique_ptr<Version> compile(bool forced, Clock::time_point noticed) {
        const trace::Span span(trace::What::compile, "version");
        auto version = std::make_unique<Version>();
        version->messages = session_.messages();
        version->number = number_ + 1;
        version->program = std::make_unique<sema::Program>(sema::analyze(
            request_.file, session_.sources(), session_.environment(), session_.diagnostics()));
        const sema::Program& program = *version->program;
        contents_ = contents_of(program, session_.sources());
        if (session_.diagnostics().has_errors()) {
            return nullptr;
        }
        BuildRequest build = request_.build(program);
        build.program = &program;
        build.live = true;
        if (newest_ != nullptr) {
            build.before = &newest_->built;
            build.heard = &newest_->built.show->sound_inputs;
        }
        same_ = false;
        build.still_wanted = [&](const ProgramIdentity& identity) {
            same_ = !forced && newest_ != nullptr && identity == newest_->built.identity;
            const bool given_up = newest_ == nullptr && request_.given_up && request_.given_up();
            return !same_ && !given_up && !is_stopped() && !is_overtaken();
        };
        std::optional<BuiltShow> built = build_show(session_, build);
        if (!built) {
            return nullptr;
        }
        version->built = std::move(*built);
        if (request_.prepare) {
            if (auto done = request_.prepare(*version); !done) {
                if (!done.error().message.empty()) {
                    session_.diagnostics().add(Code::device_failed, {}, {done.error().message});
                }
                return nullptr;
            }
        }
        version->seconds = std::chrono::duration<double>(Clock::now() - noticed).count();
        ++number_;
        return version;
    }

    [[nodiscard]] bool is_stopped() const {
        const std::lock_guard lock(mutex_);
        return stop_;
    }

    // A newer save is there. That something happened to a file does not tell: it may have been the
    // save that is being compiled.
    [[nodiscard]] bool is_overtaken() const {
        return watch_ != nullptr && watch_->has_changed() && has_other_contents();
    }

    // A version that nobody took yet is not to be taken any more: what comes next takes the place
    // of the one that runs, so that nothing goes on or begins by what nobody saw or heard.
    std::unique_ptr<Version> withdraw() {
        const std::lock_guard lock(mutex_);
        newest_ = running_;
        return std::move(ready_);
    }

    void put_back(std::unique_ptr<Version> untaken) {
        if (untaken != nullptr) {
            newest_ = untaken.get();
            const std::lock_guard lock(mutex_);
            ready_ = std::move(untaken);
        }
    }

    void hand_over(std::unique_ptr<Version> version) {
        newest_ = version.get();
        const std::lock_guard lock(mutex_);
        counts_.seconds = version->seconds;
        ready_ = std::move(version);
        ++counts_.built;
        clear_message();
    }

    void tell_failure() {
        std::string text = session_.diagnostics().render(false);
        const std::lock_guard lock(mutex_);
        ++counts_.failed;
        ++message_.number;
        message_.text = std::move(text);
    }

    void tell_same() {
        const std::lock_guard lock(mutex_);
        ++counts_.same;
        clear_message();
    }

    void clear_message() {
        if (!message_.text.empty()) {
            message_.text.clear();
            ++message_.number;
        }
    }

    // --- what a program is made of ---

    [[nodiscard]] bool has_other_contents() const {
        return std::any_of(contents_.texts.begin(), contents_.texts.end(),
                           [](const auto& one) { return text_of(one.first) != one.second; }) ||
               std::any_of(contents_.stamps.begin(), contents_.stamps.end(),
                           [](const auto& one) { return stamp_of(one.first) != one.second; });
    }

    [[nodiscard]] std::vector<std::string> files() const {
        std::vector<std::string> files{request_.file};
        for (const auto* contents : {&contents_.texts, &contents_.stamps}) {
            for (const auto& [file, content] : *contents) {
                files.push_back(file);
            }
        }
        return files;
    }

    Session& session_;
    Request request_;
    std::unique_ptr<Watch> watch_;
    std::thread thread_;

    // Of the compile thread.
    Version* newest_ = nullptr;  // the last that was made; not released before another is taken
    std::uint64_t number_ = 0;
    bool same_ = false;
    Contents contents_;

    mutable std::mutex mutex_;  // guards what follows
    std::condition_variable idle_;
    std::unique_ptr<Version> ready_;
    Version* running_ = nullptr;  // the last that was taken
    std::vector<std::unique_ptr<Version>> retired_;
    ReloadMessage message_;
    Counts counts_;
    std::uint64_t asked_ = 0;     // calls of wait_idle
    std::uint64_t answered_ = 0;  // of them
    bool forced_ = false;
    bool stop_ = false;
};

Reloader::Reloader(Session& session, Request request)
    : impl_(std::make_unique<Impl>(session, std::move(request))) {}
Reloader::~Reloader() = default;

std::unique_ptr<Version> Reloader::first() {
    return impl_->first();
}
Result<void> Reloader::start() {
    return impl_->start();
}
std::unique_ptr<Version> Reloader::take() {
    return impl_->take();
}
void Reloader::retire(std::unique_ptr<Version> version) {
    impl_->retire(std::move(version));
}
void Reloader::reload() {
    impl_->reload();
}
void Reloader::wait_idle() {
    impl_->wait_idle();
}
ReloadMessage Reloader::message() const {
    return impl_->message();
}
Reloader::Counts Reloader::counts() const {
    return impl_->counts();
}

}  // namespace weft::driver
