// `weft validate` as CLI11 describes it.
#include <CLI/CLI.hpp>

#include "driver/validate/validate.h"

namespace weft::validate {

CLI::App* add_validate(CLI::App& app, ValidateOptions& options) {
    CLI::App* const command =
        app.add_subcommand("validate", "check that a plugin keeps the contract");
    command->add_option("PLUGIN", options.plugin, "its library, NAME.so, or its name");
    command
        ->add_option("--level", options.level,
                     "how much is looked at: quick, standard (the default) or strict")
        ->type_name("LEVEL")
        ->check(CLI::IsMember({"quick", "standard", "strict"}));
    command
        ->add_option("--check", options.words,
                     "only checks with this in their names, of any level; may be repeated")
        ->type_name("WORD")
        ->allow_extra_args(false);
    command->add_flag("--list", options.list, "list the checks instead of running them");
    command->add_option("--seed", options.seed, "draw the same numbers again")->type_name("N");
    command
        ->add_option("--beside", options.beside,
                     "another plugin, which makes semaphores for one that only takes them")
        ->type_name("PLUGIN");
    command->add_flag("--in-process", options.in_process,
                      "run the checks in this process, for a debugger: a crash ends it");
    command
        ->add_option("--patience", options.patience,
                     "multiply the time limits of the checks by this")
        ->type_name("X")
        ->check(CLI::Range(0.01, 10000.0));
    command->add_flag("--json", options.json, "print one JSON document to standard output");
    command->add_option("--junit", options.junit, "write a report as JUnit's to this file")
        ->type_name("XML");
    command
        ->add_option("--plugin-dir", options.plugin_directories,
                     "search plugins in this directory first")
        ->type_name("DIR");
    command->add_option("--child", options.child)->group("");
    return command;
}

}  // namespace weft::validate
