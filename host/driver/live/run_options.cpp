#include "driver/live/run_options.h"

#include <CLI/CLI.hpp>

namespace weft::driver {

CLI::App* add_run(CLI::App& app, RunOptions& run, std::optional<double>& duration) {
    CLI::App* command = app.add_subcommand("run", "run a program live; it reloads on change");
    command->add_option("FILE", run.file, "the program")->required();
    command->add_option("--duration", duration, "seconds until it ends; else it goes on")
        ->type_name("S");
    command->add_flag("--headless", run.headless, "no windows");
    command
        ->add_option("--audio-device", run.audio_device,
                     "what plays, by a part of its name; none: nothing; a second one plays the "
                     "channels that follow")
        ->type_name("DEVICE")
        ->allow_extra_args(false);
    command
        ->add_option("--audio-map", run.audio_map,
                     "to which channels of the device, from 1: 3,4 or 1-8; a second one is of the "
                     "second device")
        ->type_name("CHANNELS")
        ->allow_extra_args(false);
    command
        ->add_option("--input-device", run.input_device,
                     "what mic() hears, by a part of its name; none: nothing; a second one is "
                     "mic(2)")
        ->type_name("DEVICE")
        ->allow_extra_args(false);
    command->add_option("--input-map", run.input_map, "from which channels of the device")
        ->type_name("CHANNELS")
        ->allow_extra_args(false);
    command->add_option("--block", run.block, "samples of a block; else the device's choice")
        ->type_name("N")
        ->check(CLI::Range(1u, 8192u));
    command
        ->add_option(
            "--osc", run.listen,
            "where to listen for OSC, else port 9000 of this machine alone: PORT, HOST:PORT, "
            "tcp:..., unix:PATH")
        ->type_name("WHERE")
        ->allow_extra_args(false);
    command
        ->add_option("--midi-in", run.midi_in,
                     "MIDI ports to listen to, by a part of their names; else all")
        ->type_name("PORT")
        ->allow_extra_args(false);
    command
        ->add_option("--midi-out", run.midi_out,
                     "MIDI ports to send to, by a part of their names; else one of our own")
        ->type_name("PORT")
        ->allow_extra_args(false);
    command
        ->add_option_function<std::string>(
            "--midi-clock", [&run](const std::string& port) { run.midi_clock.push_back(port); },
            "send the beat as MIDI clock, to where messages go or to these ports")
        ->type_name("PORT")
        ->expected(0, 1)
        ->trigger_on_parse();
    command
        ->add_option("--midi-api", run.midi_api,
                     "alsa or jack; else ALSA's sequencer where there is one, or JACK")
        ->type_name("API")
        ->check(CLI::IsMember({"alsa", "jack"}));
    command->add_flag("--link", run.link, "tempo and beat from Ableton Link");
    command
        ->add_option_function<std::string>(
            "--status", [&run](const std::string& where) { run.status = where; },
            "one line of JSON a second: to standard output, a file, or unix:PATH")
        ->type_name("WHERE")
        ->expected(0, 1);
    command->add_option("--log", run.log, "what is to be said goes to this file as well")
        ->type_name("FILE");
    command->add_option("--log-size", run.log_size, "how large it may become, as in 512K; else 10M")
        ->type_name("SIZE")
        ->transform(CLI::AsSizeValue(false).description(""));
    command->add_option("--log-keep", run.log_kept, "how many full ones are kept; else 5")
        ->type_name("N")
        ->check(CLI::Range(0u, 1000u));
    command
        ->add_option_function<std::string>(
            "--restart",
            [&run](const std::string& text) {
                auto policy = parse_restart(text);
                if (!policy) {
                    throw CLI::ValidationError("--restart", policy.error().message);
                }
                run.restart = *policy;
            },
            "start it again when it crashed, hung or lost a device: on-failure, always or no, at "
            "most so often within so long, else 10/300s")
        ->type_name("WHEN[:N/SECONDSs]");
    command->add_option("--record", run.record, "keep all that comes in, for render --replay")
        ->type_name("LOG");
    command->add_flag("--learn", run.learn, "knobs take the next controller that is moved");
    command->add_option("--preset", run.preset, "begin with the knobs of this preset")
        ->type_name("NAME");
    command->add_flag("--fullscreen", run.full_screen, "windows without a border");
    command->add_option("--monitor", run.monitors, "where: part of a name, or a number from 0")
        ->type_name("MONITOR")
        ->allow_extra_args(false);
    command->add_flag_callback(
        "--vsync", [&run] { run.vsync = true; }, "wait for the screen, as usual");
    command->add_flag_callback(
        "--free", [&run] { run.vsync = false; }, "show a picture as soon as it is there");
    command->add_flag("--assert-zero-copy", run.assert_zero_copy,
                      "fail if an edge between back ends copies");
    command->add_flag("--simulate", run.simulated, "time passes as fast as frames are done")
        ->group("");
    return command;
}

}  // namespace weft::driver
