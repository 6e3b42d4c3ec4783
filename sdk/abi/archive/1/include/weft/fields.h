/* Numbers of the coordinates, from fields.def. */
#ifndef WEFT_FIELDS_H
#define WEFT_FIELDS_H

#include "abi.h"

enum {
#define WEFT_FIELD(number, NAME, name, klass, value, doc) WEFT_FIELD_##NAME = number,
#include "fields.def"
#undef WEFT_FIELD
    WEFT_FIELD_COUNT = 20
};

#define WEFT_FIELD_CLASS_SPACE 0u
#define WEFT_FIELD_CLASS_CLOCK 1u
#define WEFT_FIELD_CLASS_SETTING 2u

/* Pseudo fields that only passes create, for stream kernels (ir.h): the clock `abstime` of the first
 * sample of a row, and the seconds from there to this sample. abstime = ROW_TIME + COLUMN_TIME up
 * to one rounding. */
#define WEFT_FIELD_ROW_TIME 64u
#define WEFT_FIELD_COLUMN_TIME 65u

/* An instance's own axis (`c@k` of a cache, `s@freq` of a spectrum): not a field of me. */
#define WEFT_FIELD_OWN 128u

#endif
