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
    weft_str node;
    weft_str strand;
    uint32_t kind;
    uint32_t target; /* TARGET: index into weft_frame.targets */
    uint64_t ticks;  /* CACHE: N */
    weft_grid grid;  /* TARGET, CACHE: wanted layout; a CACHE's k axis has wrap RING */
    uint64_t id;     /* for weft_host.expose */
    uint32_t shared; /* 1: another back end will look it up; expose it with a handle if possible */
    uint32_t reserved;
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
} weft_batch;

#ifdef __cplusplus
}
#endif
#endif
