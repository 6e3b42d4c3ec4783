#include "eval.h"

#include <weft/fields.h>

int weft_field_is_setting(uint32_t field) {
    switch (field) {
#define WEFT_FIELD(number, NAME, name, klass, value, doc) \
    case number:                                          \
        return WEFT_FIELD_CLASS_##klass == WEFT_FIELD_CLASS_SETTING;
#include <weft/fields.def>
#undef WEFT_FIELD
        default: return 0;
    }
}
