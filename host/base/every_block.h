// Marks functions that every block of sound runs through. Their code lies side by side: the thread
// of a device sleeps from one block to the next, and what it runs then is cold, page by page and
// line by line. The fewer of both, the sooner a block is done.
#pragma once

#define WEFT_EVERY_BLOCK [[gnu::hot]]
