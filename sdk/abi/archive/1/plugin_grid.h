/* Reading a grid anywhere, by the words of the first grid.h. */
#ifndef ARCHIVED_PLUGIN_GRID_H
#define ARCHIVED_PLUGIN_GRID_H

#include <weft/grid.h>

/* Channel `channel` at `coords`, one an axis; `frame` and `sample` are the ticks at which rings are
 * read. */
double grid_read(const weft_grid* grid, const void* data, uint32_t channel, const double* coords,
                 int64_t frame, int64_t sample);

#endif
