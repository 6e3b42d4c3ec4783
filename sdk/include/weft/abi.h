/* The ground of the Weft ABI: versions, statuses, strings. C99, no dependency.
 *
 * Growth rules, for every header of this directory: structs and tables grow at their end only;
 * `struct_size` says how much memory exists; numbers (operators, fields, statuses) are never
 * reused. Of a struct that somebody else made, nobody reads or writes what lies behind its
 * struct_size, nor takes offence at one that is longer than he knows. A number that a plugin does
 * not know (an operator, a domain, a format, a kind) it refuses with WEFT_UNSUPPORTED. All integers
 * are of fixed width, all text is UTF-8 with an explicit length. No bool, no enum and no C++ type
 * crosses the border. */
#ifndef WEFT_ABI_H
#define WEFT_ABI_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The contract this header describes. Raised when something is added; a plugin states the least
 * it needs (abi_min) and the one it was written for (abi_target). */
#define WEFT_ABI_VERSION 1u

#if defined(__GNUC__) || defined(__clang__)
#define WEFT_EXPORT __attribute__((visibility("default")))
#else
#define WEFT_EXPORT
#endif

/* Compile-time layout checks, in C99 and C++ alike. */
#define WEFT_CONCAT_(a, b) a##b
#define WEFT_CONCAT(a, b) WEFT_CONCAT_(a, b)
#define WEFT_STATIC_ASSERT(condition, tag) \
    typedef char WEFT_CONCAT(weft_assert_, tag)[(condition) ? 1 : -1]

/* A conversion that is meant, in C99 and C++ alike: authors turn on what warnings they like. */
#ifdef __cplusplus
#define WEFT_CAST(type, value) static_cast<type>(value)
#else
#define WEFT_CAST(type, value) ((type)(value))
#endif

/* What a fallible call returns. Anything but WEFT_OK has filled the weft_error it was given. */
typedef int32_t weft_status;
#define WEFT_OK 0
#define WEFT_INVALID 1      /* the caller broke the contract or the input is bad */
#define WEFT_UNSUPPORTED 2  /* well-formed, but this back end cannot do it */
#define WEFT_UNAVAILABLE 3  /* a device, driver or file is not there */
#define WEFT_INCOMPATIBLE 4 /* versions or devices do not match */
#define WEFT_TIMEOUT 5
#define WEFT_CANCELLED 6
#define WEFT_DEVICE_LOST 7
#define WEFT_INTERNAL 8 /* a defect of the callee */

/* Borrowed text: `size` bytes of UTF-8, not terminated. {NULL, 0} is the empty text. The memory
 * lives as long as the struct that holds it, unless stated otherwise. */
typedef struct weft_str {
    const char* data;
    uint64_t size;
} weft_str;

/* Where in the user's program something stands: byte range of a source file. file ==
 * WEFT_NO_FILE: nowhere. */
#define WEFT_NO_FILE 0xffffffffu
typedef struct weft_span {
    uint32_t file;
    uint32_t begin;
    uint32_t end;
} weft_span;

/* Filled by a failing call; owned by the caller, who sets struct_size and may pass NULL when it
 * does not want to know. `message` is one line, terminated, without a full stop. */
typedef struct weft_error {
    uint32_t struct_size;
    weft_status code;
    char message[512];
    char node[64]; /* the instance it concerns, "" if none */
    weft_span span;
} weft_error;

#ifdef __cplusplus
}
#endif

/* Whether a struct that one was handed goes as far as `member`: asked of every member that the
 * first SDK did not have (docs/sdk/growth.md), before anything else is. */
#ifdef __cplusplus
#define WEFT_HAS(table, type, member) \
    ((table)->struct_size >= offsetof(type, member) + sizeof(type::member))
#else
#define WEFT_HAS(table, type, member) \
    ((table)->struct_size >= offsetof(type, member) + sizeof(((type*)0)->member))
#endif
#endif
