#include "driver/live/run.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "base/trace.h"
#include "driver/live/crash_report.h"
#include "driver/live/departures.h"
#include "driver/live/faults.h"
#include "driver/live/live_files.h"
#include "driver/live/live_sound.h"
#include "driver/live/live_version.h"
#include "driver/live/pace.h"
#include "driver/live/params.h"
#include "driver/live/reload.h"
#include "driver/live/run_report.h"
#include "driver/live/screen.h"
#include "driver/live/service_manager.h"
#include "driver/live/show_record.h"
#include "driver/live/signals.h"
#include "driver/live/terminal_keys.h"
#include "driver/live/wait_for_fix.h"
#include "driver/live/watchdog.h"
#include "driver/offline/outputs.h"
#include "runtime/time.h"
#include "sema/analyze.h"

namespace weft::driver {
namespace {

constexpr int kDone = 0;
constexpr int kWrong = 1;
constexpr int kDevice = 3;

class Run {
public:
    Run(Session& session, const RunOptions& options, Watchdog& watchdog)
        : session_(session), options_(options), watchdog_(watchdog) {}
    ~Run();
    Run(const Run&) = delete;
    Run& operator=(const Run&) = delete;

    int run() {
        if (const auto code = start()) {
            return *code;
        }
        while (!ended()) {
            look_around();
            if (const auto due = pace_->next(version().show())) {
                run_frame(*due);
            }
        }
        end();
        return kDone;
    }

private:
    // --- before the first frame ---
    [[nodiscard]] std::optional<int> start();  // an exit code: there will be none
    bool open_report();
    bool open_record();
    bool open_knobs();
    bool open_sound();
    void tell_what_lacks(const sema::Program& program);
    bool load();
    bool open_screen();
    void begin();
    void write_files();

    // --- between frames ---
    [[nodiscard]] bool ended() const;
    void look_around();
    void change();
    void tell();

    // --- a frame ---
    void run_frame(const Pace::Due& due);
    void present(const Pace::Due& due, const double* params);

    void end();

    [[nodiscard]] RunParts parts() {
        return {*pace_, *sound_, version(), *reloader_, screen_.get()};
    }
    [[nodiscard]] LiveVersion& version() { return LiveVersion::of(*version_); }

    Session& session_;
    const RunOptions& options_;
    Watchdog& watchdog_;
    Signals signals_;
    std::unique_ptr<RunReport> report_;
    std::optional<Faults> faults_;
    std::unique_ptr<ShowRecord> record_;  // null: nobody asked for one
    std::unique_ptr<Knobs> knobs_;
    std::unique_ptr<Reloader> reloader_;
    std::unique_ptr<Version> version_;
    Departures departures_;
    std::unique_ptr<LiveSound> sound_;
    std::optional<LiveFiles> files_;
    std::unique_ptr<Screen> screen_;
    std::unique_ptr<TerminalKeys> keys_;  // null: there are windows, or nobody wants keys
    std::optional<Pace> pace_;
    std::uint64_t message_ = 0;  // the newest that was told
    bool fresh_ = false;         // version_ has not run a frame, and is not heard yet
    bool ready_ = false;         // whoever started us was told
};

bool has_display(const sema::Program& program) {
    return std::any_of(program.sinks.begin(), program.sinks.end(),
                       [](const sema::Sink& sink) { return sink.kind == sema::SinkKind::display; });
}

// What uses a version goes before it.
Run::~Run() {
    watchdog_.tell(nullptr);
    sound_.reset();
    files_.reset();
    screen_.reset();
    if (knobs_ != nullptr) {
        knobs_->leave();
    }
    if (reloader_ != nullptr) {
        departures_.end(*reloader_);
        reloader_->retire(std::move(version_));
        reloader_.reset();
    }
}

// --- before the first frame ----------------------------------------------------------------------

std::optional<int> Run::start() {
    const plugin::Working working(watchdog_.frames);
    if (!open_report() || !open_record() || !open_knobs() || !open_sound() || !load()) {
        return kWrong;
    }
    if (version_ == nullptr) {
        return kDone;  // somebody ended it
    }
    if (!open_screen()) {
        return kDevice;
    }
    begin();
    return std::nullopt;
}

bool Run::open_report() {
    auto report = RunReport::open(options_);
    if (!report) {
        session_.diagnostics().add(Code::command_failed, {}, {report.error().message});
        return false;
    }
    report_ = std::move(*report);
    report_crashes(options_.log);
    watchdog_.tell([this](const std::string& text) { report_->last_words(text); });
    faults_.emplace(*report_);
    return true;
}

bool Run::open_record() {
    if (options_.record.empty()) {
        return true;
    }
    auto record = ShowRecord::create(options_.record);
    if (!record) {
        session_.diagnostics().add(Code::command_failed, {}, {record.error().message});
        return false;
    }
    record_ = std::move(*record);
    return true;
}

bool Run::open_knobs() {
    knobs_ = Knobs::open({options_.file, options_.learn, options_.preset}, session_.diagnostics());
    return knobs_ != nullptr;
}

// The device before the program: it may decide about the rate.
bool Run::open_sound() {
    const sema::Program program = sema::analyze(options_.file, session_.sources(),
                                                session_.environment(), session_.diagnostics());
    if (session_.diagnostics().has_errors()) {
        return false;
    }
    sound_ = LiveSound::open(session_, options_, program);
    if (sound_ == nullptr) {
        return false;
    }
    // What the show begins with holds for every edit.
    if (!session_.options().settings[WEFT_FIELD_RATE]) {
        session_.set(WEFT_FIELD_RATE, program.settings[WEFT_FIELD_RATE]);
    }
    if (const std::string silence = sound_->silence(); !silence.empty()) {
        report_->say(WEFT_LOG_WARNING, "no sound: " + silence);
    }
    tell_what_lacks(program);
    return true;
}

// Devices are opened once, for what the first program needs.
void Run::tell_what_lacks(const sema::Program& program) {
    if (program.sinks.empty()) {
        report_->once("nothing is shown, played or sent: the program has no display, play, ...");
    }
    if (const std::string lacking = sound_->lacking(program); !lacking.empty()) {
        report_->once(lacking);
    }
}

bool Run::load() {
    Reloader::Request request;
    request.file = options_.file;
    request.build = [this](const sema::Program& program) {
        BuildRequest build = live_request(program, options_);
        build.picture_format = formats_of(files_of(session_, program), program);
        return build;
    };
    request.prepare = [this](Version& version) {
        return LiveVersion::prepare(session_, options_, knobs_.get(), version);
    };
    request.whereabouts = &watchdog_.compiler;
    request.given_up = Signals::end_asked;
    request.notify = runtime::wake;
    reloader_ = std::make_unique<Reloader>(session_, std::move(request));
    version_ = reloader_->first();
    session_.print_diagnostics();
    return version_ != nullptr || (Signals::end_asked() && !session_.diagnostics().has_errors());
}

// Windows, where the program has displays and they are wanted.
bool Run::open_screen() {
    if (options_.headless || options_.simulated) {
        return true;
    }
    ScreenOptions wish;
    wish.full_screen = options_.full_screen;
    wish.vsync = options_.vsync;
    wish.monitors = options_.monitors;
    wish.program = options_.file;
    wish.say = [this](std::uint32_t level, std::string_view line) { report_->say(level, line); };
    wish.key = [this](std::string_view key, bool pressed, std::uint32_t modifiers) {
        return knobs_->key(key, pressed, modifiers);
    };
    auto screen = Screen::open(session_, std::move(wish));
    Result<void> done;
    if (screen) {
        screen_ = std::move(*screen);
        done = screen_->adopt(version().program(), version().show(), &version().inputs());
    } else if (has_display(version().program())) {
        done = std::move(screen).error();
    }
    if (!done) {
        session_.diagnostics()
            .add(Code::device_failed, {}, {"no window: " + done.error().message})
            .suggest("'weft run --headless' runs without");
    }
    return done.ok();
}

void Run::begin() {
    files_.emplace(session_);
    write_files();
    knobs_->adopt(version().program(), version().inputs());
    if (record_ != nullptr) {
        record_->program(session_, options_, *version_, sound_->channels());
    }
    sound_->begin(version(), record_ != nullptr ? record_->log() : nullptr, watchdog_.sound);
    pace_.emplace(sound_->clock());
    if (auto done = reloader_->start(); !done) {
        report_->say(WEFT_LOG_WARNING, done.error().message);
    }
    if (screen_ == nullptr && !options_.simulated && knobs_->wants_keys()) {
        keys_ = TerminalKeys::open([this](auto... key) { (void)knobs_->key(key...); });
    }
    watchdog_.begin();
}

// The files of the version that runs.
void Run::write_files() {
    LiveVersion& version = this->version();
    if (auto done = files_->adopt(version.files(), version.show(), version.live()); !done) {
        report_->once(done.error().message);
    }
}

// --- between frames ------------------------------------------------------------------------------

bool Run::ended() const {
    const double fps = version_->program->settings[WEFT_FIELD_FPS];
    const double seconds = static_cast<double>(pace_->newest() + 1) / fps;
    return Signals::end_asked() || (screen_ != nullptr && screen_->ended()) ||
           (options_.duration && seconds >= *options_.duration);
}

// Whatever came since the last frame: signals, windows, another version of the program.
void Run::look_around() {
    const trace::Span span(trace::What::between);
    const plugin::Working working(watchdog_.frames);
    if (Signals::reload_asked()) {
        notify_reloading();
        reloader_->reload();
        ready_ = false;
    }
    if (screen_ != nullptr) {
        screen_->poll();
    }
    if (keys_ != nullptr) {
        keys_->poll();
    }
    if (!fresh_) {
        departures_.look(*reloader_, *sound_, watchdog_.sound_hangs());
    }
    if (departures_.is_clear()) {
        change();
    }
    tell();
    notify_alive(runtime::monotonic());
}

// Another version takes the place of this one, between two frames.
void Run::change() {
    std::unique_ptr<Version> next = reloader_->take();
    if (next == nullptr) {
        return;
    }
    LiveVersion& before = version();
    report_->reloaded(*version_, *next);
    departures_.leave(std::exchange(version_, std::move(next)));
    pace_->change(before.show(), version().show());
    version().follow(before);
    if (record_ != nullptr) {
        record_->program(session_, options_, *version_, sound_->channels());
    }
    knobs_->adopt(version().program(), version().inputs());
    if (screen_ != nullptr) {
        if (auto done = screen_->adopt(version().program(), version().show(), &version().inputs());
            !done) {
            report_->once(done.error().message);
        }
    }
    write_files();
    tell_what_lacks(version().program());
    faults_->clear();
    // Sound that reads of frames waits for the first one.
    fresh_ = sound_reads_frames(version_->built);
    if (!fresh_) {
        sound_->change(version());
    }
}

void Run::tell() {
    if (const ReloadMessage message = reloader_->message(); message.number != message_) {
        message_ = message.number;
        report_->message(message.text);
    }
    if (auto failure = version().live().take_failure()) {
        if (faults_->failed(version(), *failure, runtime::monotonic())) {
            reloader_->reload();
        }
    }
    faults_->hang(version(), watchdog_.take_news(), runtime::monotonic());
    for (const Knobs::News& news : knobs_->take_news()) {
        report_->say(news.warning ? WEFT_LOG_WARNING : WEFT_LOG_INFO, news.text);
    }
    if (knobs_->take_reload()) {
        reloader_->reload();
    }
    if (record_ != nullptr) {
        if (const std::string trouble = record_->take_trouble(); !trouble.empty()) {
            report_->say(WEFT_LOG_WARNING, trouble);
        }
    }
    for (const std::string& news : files_->take_news()) {
        report_->once(news);
    }
    report_->tick(parts());
}

// --- a frame -------------------------------------------------------------------------------------

void Run::run_frame(const Pace::Due& due) {
    const trace::Span span(trace::What::frame, nullptr, due.frame);
    const plugin::Working working(watchdog_.frames);
    LiveVersion& version = this->version();
    const runtime::Show& show = version.show();
    sound_->catch_up(
        sound_->clock().moment_of(static_cast<double>(show.first_sample(due.frame + 1))));
    const double began = runtime::monotonic();
    if (faults_->look(version, began)) {
        reloader_->reload();
    }
    runtime::FrameRequest request;
    request.absframe = due.frame;
    request.left_out = due.left_out;
    request.targets = version.targets();
    const double abstime = static_cast<double>(due.frame) / show.settings[WEFT_FIELD_FPS];
    request.params = version.inputs().frame(due.moment, abstime);
    request.samples_done = version.live().readable();
    const Result<void> done = version.live().frame(request);
    if (std::exchange(fresh_, false)) {
        sound_->change(version);
    }
    if (!done) {
        pace_->failed();
        if (faults_->failed(version, done.error(), began)) {
            reloader_->reload();
        }
        return;
    }
    faults_->passed(began);
    files_->frame(due.frame, version.targets());
    if (record_ != nullptr) {
        record_->frame(version, request);
    }
    version.control().tempo(version.tempo(request.params, abstime, due.moment));
    if (auto sent = version.control().send(version.targets(), due.moment); !sent) {
        report_->once(sent.error().message);
    }
    present(due, request.params);
    pace_->done(began);
    if (!std::exchange(ready_, true)) {
        notify_ready();
    }
}

// A window that fails does not end a show.
void Run::present(const Pace::Due& due, const double* params) {
    if (screen_ == nullptr || !screen_->has_displays()) {
        return;
    }
    const trace::Span span(trace::What::present);
    ScreenStatus status = report_->screen_status(parts());
    status.params = params;
    for (std::string& line : knobs_->lines()) {
        status.more.push_back(std::move(line));
    }
    screen_->status(status);
    sound_->tap().open(screen_->wants_sound());
    sound_->tap().drain([&](auto... samples) { screen_->sound(samples...); });
    FrameResult result;
    result.absframe = due.frame;
    result.targets = version().targets();
    if (auto done = screen_->show(result, version().buffers().data()); !done) {
        report_->once(done.error().message);
    }
}

void Run::end() {
    notify_stopping();
    keys_.reset();
    {
        const plugin::Working working(watchdog_.frames);
        if (screen_ != nullptr) {
            screen_->finish();
        }
        files_->complete();
        knobs_->leave();
        report_->end(parts());
    }
    watchdog_.end(kDone);
    if (watchdog_.sound_hangs() || version().show().hangs() || departures_.hang()) {
        // What does not come back cannot be destroyed.
        watchdog_.tell(nullptr);
        report_.reset();
        std::fflush(nullptr);
        std::_Exit(kDone);
    }
}

int run_once(Session& session, const RunOptions& options) {
    return Run(session, options, Watchdog::start(session.options().deadline_ns)).run();
}

}  // namespace

int run(Session& session, const RunOptions& options) {
    if (options.simulated) {
        runtime::make_time_up(runtime::monotonic());
    }
    while (true) {
        const int code = run_once(session, options);
        if (code != kWrong || !waits_for_fix(session, options)) {
            Watchdog::start(session.options().deadline_ns).end(code);
            return code;
        }
        session.print_diagnostics();
        if (!wait_for_fix(session)) {
            return code;
        }
        session.renew_messages();
    }
}

}  // namespace weft::driver
