#include "driver/commands.h"

namespace weft::driver {
int graph(Session&, const GraphOptions&) { return 3; }
}  // namespace weft::driver
