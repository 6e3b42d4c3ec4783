#include "ports.h"

#include <weft/cpp/text.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "jack_presence.h"

namespace weft::midi {

namespace {

// Of the 16 KiB that RtMidi's ring has, each message taking four bytes more.
constexpr std::size_t kRoom = 8192;
constexpr std::size_t kHeader = sizeof(int);

// What RtMidi has to say goes to the terminal, or is thrown, unless somebody takes it.
void keep(RtMidiError::Type, const std::string& text, void* failure) {
    *static_cast<std::string*>(failure) = text;
}

void open(RtMidi& midi, int number, const std::string& failure) {
    if (number == InPort::kVirtual)
        midi.openVirtualPort("weft");
    else
        midi.openPort(static_cast<unsigned>(number), "weft");
    if (!failure.empty()) throw cpp::Failure(WEFT_UNAVAILABLE, failure);
}

}  // namespace

std::string why_no_alsa() {
    // Whether it can be used only opening it tells: the kernel loads its part then.
    const int file = ::open("/dev/snd/seq", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (file >= 0) {
        ::close(file);
        return {};
    }
    if (errno == ENOENT) return "ALSA has no sequencer (there is no /dev/snd/seq)";
    if (errno == EACCES)
        return "ALSA's sequencer is not for this user (/dev/snd/seq is for the group audio)";
    return std::string("ALSA's sequencer cannot be opened (/dev/snd/seq: ") + std::strerror(errno) +
           ")";
}

std::vector<std::string> port_names(RtMidi& midi) {
    std::vector<std::string> names(midi.getPortCount());
    for (unsigned i = 0; i < names.size(); ++i) names[i] = midi.getPortName(i);
    return names;
}

InPort::InPort(RtMidi::Api api, std::uint32_t id, std::string name, int number, cpp::Wake& arrived)
    : id_(id), name_(std::move(name)), arrived_(arrived), midi_(api, "weft-in") {
    midi_.setErrorCallback(keep, &failure_);
    midi_.ignoreTypes(true, false, true);  // clock is heard, system exclusive and sensing are not
    midi_.setCallback(
        [](double delta, std::vector<unsigned char>* bytes, void* self) {
            if (bytes != nullptr) static_cast<InPort*>(self)->arrive(delta, *bytes);
        },
        this);
    open(midi_, number, failure_);
}

void InPort::arrive(double delta, const std::vector<unsigned char>& bytes) {
    Packet packet;
    packet.time = arrival_.at(delta, cpp::now());
    for (std::size_t at = 0; at < bytes.size(); at += packet.size) {
        packet.size = static_cast<std::uint8_t>(std::min(bytes.size() - at, packet.bytes.size()));
        std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(at), packet.size,
                    packet.bytes.begin());
        if (!ring_.push(packet)) lost_.fetch_add(1, std::memory_order_relaxed);
    }
    arrived_.wake();
}

OutPort::OutPort(RtMidi::Api api, std::string name, int number, const JackPresence& jack)
    : name_(std::move(name)), api_(api), jack_(jack), midi_(api, "weft-out") {
    midi_.setErrorCallback(keep, &failure_);
    open(midi_, number, failure_);
}

// RtMidi (5.0) frees the ring of bytes before it ends the client whose callback reads them. A
// callback that begins after closePort leaves the ring alone; one that had begun is over by then.
OutPort::~OutPort() {
    midi_.closePort();
    if (api_ == RtMidi::UNIX_JACK) jack_.let_blocks_pass();
}

bool OutPort::send(std::span<const std::uint8_t> bytes, std::uint64_t cycles) {
    if (api_ == RtMidi::UNIX_JACK) {
        // One block may have begun before the latest bytes came, two have not.
        if (cycles >= cycle_ + 2) {
            cycle_ = cycles;
            unread_ = 0;
        }
        if (unread_ + bytes.size() + kHeader > kRoom) return false;
        unread_ += bytes.size() + kHeader;
    }
    failure_.clear();
    midi_.sendMessage(bytes.data(), bytes.size());
    return failure_.empty();
}

}  // namespace weft::midi
