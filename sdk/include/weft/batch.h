/* What a back end is asked to compile: a batch of consecutive nodes, as sources it opens itself
 * (builtins such as load) and kernels over coordinates. Everything a batch points to is owned by
 * the host and lives until compile returns, unless stated otherwise. */
#ifndef WEFT_BATCH_H
#define WEFT_BATCH_H

#include "grid.h"
#include "ir.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct weft_program weft_program; /* opaque, one compiled batch */

/* Domains: where a kernel is evaluated.
 * RASTER: width x height points, x and y at pixel centres, once a frame.
 * STREAM: consecutive samples of the audio clock, x = y = 0.5.
 * POINTS: a list of points given by the caller, every field free (get_values). */
#define WEFT_DOMAIN_RASTER 0u
#define WEFT_DOMAIN_STREAM 1u
#define WEFT_DOMAIN_POINTS 2u

/* A constant argument of a builtin. */
#define WEFT_ARG_NUMBER 0u
#define WEFT_ARG_TEXT 1u
typedef struct weft_arg {
    weft_str name; /* empty: positional */
    uint32_t kind;
    uint32_t reserved;
    double number;
    weft_str text;
} weft_arg;

/* A builtin that makes strands, to be opened by its own back end. Output i of the source is
 * exposed as batch output first_output + i. Relative paths are already resolved by the host. */
typedef struct weft_source {
    weft_str node;    /* instance name, for messages */
    weft_str builtin; /* "load" */
    const weft_arg* args;
    uint32_t arg_count;
    uint32_t first_output;
    uint32_t output_count;
    weft_span span;
} weft_source;

/* A materialised strand that SAMPLE values read (aux = index into weft_batch.inputs).
 * INTERNAL inputs read an output of this same batch; others are looked up through the host. */
typedef struct weft_input {
    weft_str node;
    weft_str strand;
    uint32_t internal_output; /* index into weft_batch.outputs, or WEFT_NOT_INTERNAL */
    uint32_t channel;         /* plane of the grid */
    uint64_t id;              /* for weft_host.lookup */
} weft_input;
#define WEFT_NOT_INTERNAL 0xffffffffu

/* Outputs: where results go.
 * TARGET: memory the host gives with every frame (weft_frame.targets[target]); freed by nobody.
 * CACHE: the last `ticks` ticks of a strand, kept by the back end in memory of its choice (from
 *   weft_host.memory_alloc where it is to be shared), zero before anything was captured. A store
 *   to it is the capture of this tick.
 * SOURCE: one strand of a weft_source.
 * VALUES: answered by get_values only, from a POINTS kernel. */
#define WEFT_OUTPUT_TARGET 0u
#define WEFT_OUTPUT_CACHE 1u
#define WEFT_OUTPUT_SOURCE 2u
#define WEFT_OUTPUT_VALUES 3u

typedef struct weft_output {
    weft_str node; /* the instance, of a TARGET the sink's statement ("display"); "": nobody's */
    weft_str strand;
    uint32_t kind;
    uint32_t target; /* TARGET: index into weft_frame.targets */
    uint64_t ticks;  /* CACHE: N */
    weft_grid grid;  /* TARGET, CACHE: wanted layout; a CACHE's k axis has wrap RING */
    uint64_t id;     /* for weft_host.expose */
    uint32_t shared; /* 1: another back end will look it up; expose it with a handle if possible */
    uint32_t kinds;  /* CACHE: bit 1 << WEFT_HANDLE_*: what its memory must be reachable as. It
                        lives in the one that is not HOST (LOCAL: in the back end's own memory);
                        HOST beside it is a copy after every execute, HOST alone is where it
                        lives. 0: the back end's choice */
} weft_output;

/* Store `values` into an output. For F32/F64 grids value_count planes from `channel` on; for
 * packed formats exactly 4 values (r, g, b, a). The kernel's values are final: clamping and NaN
 * rules of sinks are already part of the IR. */
typedef struct weft_store {
    uint32_t output;
    uint32_t channel;
    uint32_t value_count;
    uint32_t values; /* index into weft_ir.args */
} weft_store;

/* Kernels of a batch run in their order; each sees what the ones before it stored in this tick.
 * A SAMPLE of an INTERNAL cache that its own kernel stores reads earlier ticks only (constant
 * k >= 1); one of a cache that an earlier kernel stored may read any k. A stream cache therefore
 * keeps capacity >= ticks + the samples of one block. */
typedef struct weft_kernel {
    uint32_t domain;
    uint32_t reserved;
    uint64_t width;  /* RASTER */
    uint64_t height; /* RASTER */
    weft_ir ir;
    const weft_store* stores;
    uint32_t store_count;
    uint32_t first_uniform; /* UNIFORM i is weft_frame.uniforms[first_uniform + i] */
} weft_kernel;

/* An output of an older program, of the same instance of the back end, whose place a CACHE output
 * of the new program takes: its memory and its weft_view, at the same address, contents and tick
 * kept; both live until the last of the two programs is released. They may run in turns, and over
 * the same ticks: what they store there is the same. Nothing of it changes before the new program's
 * first execute. Where a back end cannot do that (another layout is needed, or memory of another
 * kind) the cache begins empty, as one without an inheritance does, and `taken` stays 0. */
typedef struct weft_inherit {
    weft_program* program; /* NULL: nothing to take over */
    uint32_t output;       /* of that program, a CACHE */
    uint32_t taken;        /* [out] 1: taken over; 0 when given */
} weft_inherit;

typedef struct weft_batch {
    uint32_t struct_size;
    uint32_t context; /* WEFT_CONTEXT_*, backend.h */
    weft_str name;    /* for messages and traces */
    const weft_source* sources;
    const weft_kernel* kernels;
    const weft_input* inputs;
    const weft_output* outputs;
    uint32_t source_count;
    uint32_t kernel_count;
    uint32_t input_count;
    uint32_t output_count;
    uint32_t param_count; /* PARAM aux < param_count: weft_frame.params */
    uint32_t reserved;
    const double* settings; /* WEFT_FIELD_COUNT numbers; those of class SETTING are set */
    /* By output: memory for a CACHE to live in, lent by a back end that reads it, in the kind that
     * weft_output.kinds asks for; it outlives the program, its contents are undefined. NULL: the
     * back end makes its own; for all outputs where the table is NULL. WEFT_UNSUPPORTED when it
     * cannot live there, or not in so little. */
    const weft_handle* const* homes;
    weft_inherit* inherit; /* by output; NULL: there is nothing to take over */
    /* By output: the statement of the program that asks for it, for weft_error.span; NULL: they are
     * not known. */
    const weft_span* spans;
} weft_batch;

#ifdef __cplusplus
}
#endif
#endif
