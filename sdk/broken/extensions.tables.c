/* Whatever it is asked for, it has it. */
#define NAME "extensions.tables"
#include "good.h"

static const void* extension(weft_str id) {
    static const uint32_t table[64] = {sizeof table};
    static const char known[] = "weft.nothing/";
    return id.size >= sizeof known - 1 && memcmp(id.data, known, sizeof known - 1) == 0 ? table
                                                                                        : NULL;
}

#define EXTENSION extension
#include "table.h"
