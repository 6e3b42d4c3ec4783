// A show that crashes says in which function of which plugin, and for which part of the program,
// before the system does with it what it does with those that crash.
#pragma once

#include <string>

namespace weft::driver {

// From now on, to standard error and to the log, a file that exists; "": none. For good, and only
// for signals that nobody else wants to know of.
void report_crashes(const std::string& log);

}  // namespace weft::driver
