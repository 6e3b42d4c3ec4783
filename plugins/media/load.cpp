#include "load.h"

#include "film_source.h"
#include "picture.h"
#include "sound.h"

namespace weft::media {

namespace {

constexpr uint32_t kMaxPlanes = 4;  // r, g, b, a

Result<LoadOptions> read_options(Arguments& arguments) {
    LoadOptions options;
    Result<std::string> path = arguments.take_text("the name of a file");
    if (!path.ok()) return path.failure();
    options.path = *path;
    constexpr uint32_t kNotGiven = ~0u;
    Result<uint32_t> wrap = take_wrap(arguments, kNotGiven);
    if (!wrap.ok()) return wrap.failure();
    if (*wrap != kNotGiven) options.wrap = *wrap;
    Result<std::optional<std::string>> stream = arguments.take_named_text("stream");
    if (!stream.ok()) return stream.failure();
    options.stream = stream->value_or("");
    if (*stream && options.stream != "sound" && options.stream != "picture")
        return Failure{WEFT_INVALID,
                       "stream is \"sound\" or \"picture\", not \"" + options.stream + "\""};
    Result<std::optional<double>> window = arguments.take_named_number("weft.window");
    if (!window.ok()) return window.failure();
    options.window = window->value_or(0) != 0;
    if (Status rest = arguments.finish(); !rest.ok()) return rest.failure();
    return options;
}

}  // namespace

OpenedSource open_media(std::unique_ptr<Bytes> bytes, const LoadOptions& options,
                        const Limits& limits, const Services& services) {
    Result<std::unique_ptr<Container>> opened =
        Container::open(std::move(bytes), options.path, limits);
    if (!opened.ok()) return opened.failure();
    Container& container = **opened;
    const bool no_sound = container.sound_stream() < 0;
    if (options.stream == "sound" && no_sound)
        return container.failure(WEFT_INVALID, "has no sound");
    if (options.stream == "picture" && container.picture_stream() < 0)
        return container.failure(WEFT_INVALID, "has no pictures");
    if (options.stream == "sound" || container.kind() == Kind::kSound)
        return open_sound(container, services, options.outputs,
                          options.wrap.value_or(WEFT_WRAP_ZERO));

    if (options.outputs > kMaxPlanes)
        return container.failure(
            WEFT_INVALID, "has at most 4 outputs, r, g, b and a; " +
                              std::to_string(options.outputs) + " are asked for" +
                              (no_sound ? "" : " (its sound is read with stream: \"sound\")"));
    const uint32_t wrap = options.wrap.value_or(WEFT_WRAP_CLAMP);
    if (container.kind() == Kind::kPicture)
        return open_picture(container, services, options.outputs, wrap);
    return open_film(std::move(*opened), services, {options.outputs, wrap, options.window});
}

OpenedSource open_load(OpenRequest& request) {
    Result<LoadOptions> options = read_options(request.arguments);
    if (!options.ok()) return options.failure();
    options->outputs = static_cast<uint32_t>(request.outputs.size());
    Result<std::unique_ptr<Bytes>> bytes = open_file(options->path);
    if (!bytes.ok()) return bytes.failure();
    return open_media(std::move(*bytes), *options, Limits{}, *request.services);
}

}  // namespace weft::media
