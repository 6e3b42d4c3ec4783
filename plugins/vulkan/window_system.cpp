#include "window_system.h"

#include <algorithm>

#include <weft/cpp/backend.hpp>

namespace weft::vulkan {
namespace {

WindowSystemOf system_of_backend = nullptr;

WindowSystem::Entry& entry_of(weft_window* window) {
    return *reinterpret_cast<WindowSystem::Entry*>(window);
}

std::uint32_t monitors(weft_backend*, weft_monitor* to, std::uint32_t capacity) noexcept {
    try {
        return list_monitors(to, capacity);
    } catch (...) {
        return 0;  // there is no screen: open() says why
    }
}

weft_status open(weft_backend* backend, const weft_window_wish* wish, weft_window** window,
                 weft_error* error) noexcept {
    *window = nullptr;
    return cpp::guarded(error, [&] {
        *window = reinterpret_cast<weft_window*>(&system_of_backend(backend).open(*wish));
    });
}

weft_status present(weft_window* window, const weft_window_picture* picture,
                    weft_error* error) noexcept {
    return cpp::guarded(error,
                        [&] { entry_of(window).system.present(entry_of(window), *picture); });
}

weft_status overlay(weft_window* window, weft_str text, weft_error* error) noexcept {
    return cpp::guarded(error, [&] { entry_of(window).window.overlay(cpp::view(text)); });
}

std::uint32_t poll(weft_backend* backend, weft_window_event* events,
                   std::uint32_t capacity) noexcept {
    try {
        return system_of_backend(backend).poll(events, capacity);
    } catch (...) {
        return 0;
    }
}

weft_status change(weft_window* window, const weft_window_wish* wish, weft_error* error) noexcept {
    return cpp::guarded(error, [&] {
        entry_of(window).open.change(*wish);
        entry_of(window).window.set_vsync((wish->flags & WEFT_WINDOW_VSYNC) != 0);
    });
}

void counters(weft_window* window, weft_window_counters* counters) noexcept {
    entry_of(window).window.tell(*counters);
}

weft_status read(weft_window* window, void* pixels, std::uint64_t size, std::uint32_t* width,
                 std::uint32_t* height, weft_error* error) noexcept {
    return cpp::guarded(error, [&] {
        const Extent extent = entry_of(window).window.extent();
        *width = extent.width;
        *height = extent.height;
        if (pixels == nullptr) return;
        if (size < std::uint64_t{extent.width} * extent.height * 4)
            throw cpp::Failure(WEFT_INVALID, "there is not enough room for the window's pixels");
        entry_of(window).system.read(entry_of(window), pixels);
    });
}

void close(weft_window* window) noexcept {
    if (window != nullptr) entry_of(window).system.close(entry_of(window));
}

}  // namespace

WindowSystem::Entry::Entry(WindowSystem& of, std::shared_ptr<Glfw> glfw,
                           const weft_window_wish& wish)
    : system(of),
      open(std::move(glfw), wish),
      window(of.host_, open, of.opened_, (wish.flags & WEFT_WINDOW_VSYNC) != 0, of.events_) {}

WindowSystem::Entry& WindowSystem::open(const weft_window_wish& wish) {
    auto entry = std::make_unique<Entry>(*this, Glfw::hold(), wish);
    if (device_ == nullptr)
        device_ = std::make_unique<WindowDevice>(host_, entry->open.glfw(), entry->open.get());
    try {
        entry->window.take(*device_);
    } catch (...) {
        entry.reset();
        if (entries_.empty()) device_.reset();
        throw;
    }
    ++opened_;
    entries_.push_back(std::move(entry));
    return *entries_.back();
}

// The device goes with the last window, before the connection to the window system does.
void WindowSystem::close(Entry& entry) {
    const auto self = std::find_if(entries_.begin(), entries_.end(),
                                   [&](const auto& one) { return one.get() == &entry; });
    const std::unique_ptr<Entry> closing = std::move(*self);
    entries_.erase(self);
    closing->window.drop();
    if (entries_.empty()) device_.reset();
}

void WindowSystem::drop() {
    for (const auto& entry : entries_) entry->window.drop();
    device_.reset();
}

void WindowSystem::renew() {
    drop();
    const OpenWindow& any = entries_.front()->open;
    try {
        device_ = std::make_unique<WindowDevice>(host_, any.glfw(), any.get());
        for (const auto& entry : entries_) entry->window.take(*device_);
    } catch (...) {
        drop();  // all of them, or none
        throw;
    }
}

void WindowSystem::check_screen() {
    if (!entries_.front()->open.glfw()->lost()) return;
    drop();
    throw cpp::Failure(WEFT_UNAVAILABLE, "the screen is gone: its server ended");
}

template <class Work>
void WindowSystem::on_device(Work&& work) {
    check_screen();
    try {
        if (device_ == nullptr) renew();  // it could not be made again when it was lost
        work();
    } catch (const cpp::Failure& failure) {
        check_screen();
        (*entries_.front()->open.glfw())->PollEvents();  // a server that ended is noticed now
        check_screen();
        if (failure.code() != WEFT_DEVICE_LOST) throw;
        host_.log(WEFT_LOG_WARNING, std::string("window: made anew: ") + failure.what());
        renew();
        throw;
    }
}

void WindowSystem::present(Entry& entry, const weft_window_picture& picture) {
    on_device([&] { entry.window.present(picture); });
}

void WindowSystem::read(Entry& entry, void* pixels) {
    on_device([&] { entry.window.read(pixels); });
}

std::uint32_t WindowSystem::poll(weft_window_event* events, std::uint32_t capacity) {
    if (!entries_.empty() && !entries_.front()->open.glfw()->lost())
        (*entries_.front()->open.glfw())->PollEvents();
    for (const auto& entry : entries_) entry->open.settle();
    const auto count = static_cast<std::uint32_t>(std::min<std::size_t>(capacity, events_.size()));
    std::copy_n(events_.begin(), count, events);
    events_.erase(events_.begin(), events_.begin() + count);
    return count;
}

std::uint32_t list_monitors(weft_monitor* monitors, std::uint32_t capacity) {
    const std::shared_ptr<Glfw> glfw = Glfw::hold();
    const std::vector<GLFWmonitor*> all = glfw->monitors();
    for (std::size_t i = 0; i < all.size() && i < capacity; ++i) {
        weft_monitor& to = monitors[i];
        const GLFWvidmode* const mode = glfw->video_mode(all[i]);
        float scale_x = 1;
        float scale_y = 1;
        (*glfw)->GetMonitorContentScale(all[i], &scale_x, &scale_y);
        to.primary = i == 0 ? 1 : 0;
        to.width = mode != nullptr ? static_cast<std::uint32_t>(mode->width) : 0;
        to.height = mode != nullptr ? static_cast<std::uint32_t>(mode->height) : 0;
        to.refresh = mode != nullptr ? mode->refreshRate : 0;
        to.scale = static_cast<double>(scale_y);
        cpp::copy_text(to.name, (*glfw)->GetMonitorName(all[i]));
    }
    return static_cast<std::uint32_t>(all.size());
}

const weft_window_api* window_api(WindowSystemOf system_of) {
    system_of_backend = system_of;
    static constexpr weft_window_api api = {
        sizeof(weft_window_api),
        0,
        monitors,
        open,
        present,
        overlay,
        poll,
        change,
        counters,
        read,
        close,
    };
    return &api;
}

}  // namespace weft::vulkan
