// What a plugin has made and not yet released, found by its address without a lock: the audio
// thread asks too. An object that is gone stays known until its address is used again.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>

#include <weft/grid.h>

#include "plugin/border.h"

namespace weft::plugin {

class CheckedObjects {
public:
    enum class State : std::uint8_t { live, ending, gone };
    static constexpr std::size_t kViews = 8;  // of one program; more are not looked at

    struct Object {
        std::atomic<const void*> address{nullptr};
        std::atomic<Subject> subject{Subject::none};
        std::atomic<State> state{State::gone};
        std::atomic<std::uint32_t> guest{0};
        std::atomic<const void*> backend{nullptr};  // of a program
        std::atomic<const void*> host{nullptr};     // of a back end: the context it was given
        // Who is within a function that one thread may be in at a time; 0: nobody.
        std::atomic<std::uintptr_t> within{0};
        // Of a program: what it showed, and the newest generation seen there. One thread at a time.
        std::array<std::atomic<const weft_view*>, kViews> views{};
        std::array<std::uint64_t, kViews> generations{};
    };

    // [any thread] Null: never heard of it.
    [[nodiscard]] Object* find(const Guest& guest, Subject subject,
                               const void* address) const noexcept {
        if (address == nullptr) return nullptr;
        const std::size_t first = place(address);
        for (std::size_t i = 0; i < kWindow; ++i) {
            Object& object = objects_[(first + i) % kSize];
            if (is(object, guest, subject, address)) return &object;
        }
        return nullptr;
    }

    // [one thread at a time] Null: there is no room for another; it is not checked then.
    Object* add(const Guest& guest, Subject subject, const void* address) noexcept {
        Object* free = find(guest, subject, address);
        const std::size_t first = place(address);
        for (std::size_t i = 0; i < kWindow && free == nullptr; ++i) {
            Object& object = objects_[(first + i) % kSize];
            if (object.state.load(std::memory_order_relaxed) == State::gone) free = &object;
        }
        if (free == nullptr) return nullptr;
        free->address.store(nullptr, std::memory_order_release);
        free->subject.store(subject, std::memory_order_relaxed);
        free->guest.store(guest.number, std::memory_order_relaxed);
        free->backend.store(nullptr, std::memory_order_relaxed);
        free->host.store(nullptr, std::memory_order_relaxed);
        free->within.store(0, std::memory_order_relaxed);
        for (auto& view : free->views) view.store(nullptr, std::memory_order_relaxed);
        free->generations.fill(0);
        free->state.store(State::live, std::memory_order_relaxed);
        free->address.store(address, std::memory_order_release);
        return free;
    }

private:
    static constexpr std::size_t kSize = 4096;
    static constexpr std::size_t kWindow = 32;

    static std::size_t place(const void* address) noexcept {
        const auto bits = static_cast<std::uint64_t>(reinterpret_cast<std::uintptr_t>(address));
        return static_cast<std::size_t>((bits >> 4) * 0x9e3779b97f4a7c15u >> 52);
    }
    static bool is(const Object& object, const Guest& guest, Subject subject,
                   const void* address) noexcept {
        return object.address.load(std::memory_order_acquire) == address &&
               object.subject.load(std::memory_order_relaxed) == subject &&
               object.guest.load(std::memory_order_relaxed) == guest.number;
    }

    std::unique_ptr<std::array<Object, kSize>> memory_ =
        std::make_unique<std::array<Object, kSize>>();
    std::array<Object, kSize>& objects_ = *memory_;
};

}  // namespace weft::plugin
