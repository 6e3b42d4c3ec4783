/* A host of the first days: built against the headers beside this file, it knows their structs at
 * their sizes and the functions they had, and nothing newer. It opens one plugin of today, compiles
 * a batch, runs two frames and prints what came of it.
 *
 *   host PLUGIN.so [cache]      with a cache too; exit 77: not available on this machine, and why
 *
 * Whatever it lends ends at the end of a page that cannot be read further: who takes a struct for
 * longer than its struct_size says falls. */
#define _GNU_SOURCE
#include <weft/plugin.h>

#include <dlfcn.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define WIDTH 8u
#define HEIGHT 4u
#define PAGE 4096u

static void check(int good, const char* what) {
    if (good) return;
    fprintf(stderr, "host: %s\n", what);
    exit(1);
}

/* --- Memory that ends where it ends ----------------------------------------------------------- */

static size_t pages(size_t size) {
    return (size + PAGE - 1) / PAGE * PAGE;
}

/* A copy of `size` bytes that ends at the end of its last page. */
static void* lend(const void* from, size_t size) {
    const size_t room = pages(size);
    char* at = mmap(NULL, room + PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    check(at != MAP_FAILED && mprotect(at + room, PAGE, PROT_NONE) == 0, "mmap");
    at += room - size;
    memcpy(at, from, size);
    return at;
}

static void take_back(void* lent, size_t size) {
    munmap((char*)lent + size - pages(size), pages(size) + PAGE);
}

/* --- What the host offers --------------------------------------------------------------------- */

static void host_log(void* context, uint32_t level, weft_str text) {
    (void)context;
    if (level <= WEFT_LOG_WARNING) fprintf(stderr, "log: %.*s\n", (int)text.size, text.data);
}

static weft_status host_lookup(void* context, uint64_t id, weft_binding* binding,
                               weft_error* error) {
    (void)context, (void)id, (void)binding, (void)error;
    return WEFT_INVALID;
}

static weft_handle exposed;

static weft_status host_expose(void* context, uint64_t id, const weft_handle* handle,
                               weft_error* error) {
    (void)context, (void)error;
    check(id == 7 && handle->struct_size >= sizeof exposed, "expose: not what was asked for");
    exposed = *handle;
    return WEFT_OK;
}

static weft_status host_memory_alloc(void* context, uint64_t size, uint32_t flags,
                                     weft_memory* memory, weft_error* error) {
    (void)context, (void)flags, (void)error;
    memory->size = size;
    memory->fd = -1;
    memory->data = aligned_alloc(PAGE, pages(size ? size : 1));
    check(memory->data != NULL, "out of memory");
    memset(memory->data, 0, pages(size ? size : 1));
    return WEFT_OK;
}

static void host_memory_free(void* context, weft_memory* memory) {
    (void)context;
    free(memory->data);
    memory->data = NULL;
}

static void host_parallel(void* context, uint64_t count, void (*task)(void*, uint64_t),
                          void* user) {
    uint64_t i;
    (void)context;
    for (i = 0; i < count; ++i) task(user, i);
}

static uint32_t host_concurrency(void* context) {
    (void)context;
    return 1;
}

static weft_str host_cache_directory(void* context) {
    const weft_str off = {"", 0};
    (void)context;
    return off;
}

static const weft_host table = {sizeof(weft_host), WEFT_ABI_VERSION,    NULL,
                                host_log,          host_lookup,         host_expose,
                                host_memory_alloc, host_memory_free,    host_parallel,
                                host_concurrency,  host_cache_directory};

/* --- The program: x * param + y, as a picture, at points, and remembered ---------------------- */

static const weft_ir_value values[] = {
    {WEFT_OP_FIELD, WEFT_VARIES_COLUMN, WEFT_PRECISION_F32, 0, 0, WEFT_FIELD_X, 0},
    {WEFT_OP_PARAM, WEFT_VARIES_PROGRAM, WEFT_PRECISION_F32, 0, 0, 0, 0},
    {WEFT_OP_MUL, WEFT_VARIES_COLUMN, WEFT_PRECISION_F32, 2, 0, 0, 0},
    {WEFT_OP_FIELD, WEFT_VARIES_ROW, WEFT_PRECISION_F32, 0, 0, WEFT_FIELD_Y, 0},
    {WEFT_OP_ADD, WEFT_VARIES_POINT, WEFT_PRECISION_F32, 2, 2, 0, 0}};
static const uint32_t args[] = {0, 1, 2, 3, 4};

static double expected(double x, double y) {
    return x * 2.5 + y;
}

static weft_axis axis(uint32_t field, uint64_t count, int64_t stride) {
    weft_axis a = {0};
    a.field = field;
    a.count = count;
    a.origin = 0.5 / (double)count;
    a.step = 1.0 / (double)count;
    a.stride = stride;
    return a;
}

static weft_output output(uint32_t kind) {
    weft_output o;
    memset(&o, 0, sizeof o);
    o.kind = kind;
    o.id = 7;
    if (kind == WEFT_OUTPUT_VALUES) return o;
    o.grid.axis_count = 2;
    o.grid.channels = 1;
    o.grid.axes[0] = axis(WEFT_FIELD_X, WIDTH, 4);
    o.grid.axes[1] = axis(WEFT_FIELD_Y, HEIGHT, 4 * WIDTH);
    if (kind == WEFT_OUTPUT_TARGET) return o;
    o.ticks = 3;
    o.shared = 1;
    o.grid.axis_count = 3;
    o.grid.axes[2] = axis(WEFT_FIELD_OWN, 3, 0);
    o.grid.axes[2].origin = 0;
    o.grid.axes[2].step = 1;
    o.grid.axes[2].filter = WEFT_FILTER_FLOOR;
    o.grid.axes[2].wrap = WEFT_WRAP_RING;
    return o;
}

static weft_kernel kernel(uint32_t domain, const weft_store* store) {
    weft_kernel k;
    memset(&k, 0, sizeof k);
    k.domain = domain;
    k.width = WIDTH;
    k.height = HEIGHT;
    k.ir.struct_size = sizeof k.ir;
    k.ir.value_count = 5;
    k.ir.values = values;
    k.ir.args = args;
    k.ir.arg_count = 5;
    k.stores = store;
    k.store_count = 1;
    return k;
}

static weft_program* compile(const weft_backend_api* api, weft_backend* backend, uint32_t count) {
    static const uint32_t kinds[] = {WEFT_OUTPUT_TARGET, WEFT_OUTPUT_VALUES, WEFT_OUTPUT_CACHE};
    static const weft_store stores[] = {{0, 0, 1, 4}, {1, 0, 1, 4}, {2, 0, 1, 4}};
    weft_output outputs[3];
    weft_kernel kernels[3];
    double settings[WEFT_FIELD_COUNT] = {0};
    weft_error error = {sizeof(weft_error), 0, "", "", {0, 0, 0}};
    weft_batch batch;
    weft_program* program = NULL;
    weft_status status;
    void* lent[4];
    uint32_t i;
    settings[WEFT_FIELD_WIDTH] = WIDTH;
    settings[WEFT_FIELD_HEIGHT] = HEIGHT;
    settings[WEFT_FIELD_FPS] = 60;
    settings[WEFT_FIELD_RATE] = 48000;
    lent[0] = lend(stores, count * sizeof *stores);
    for (i = 0; i < count; ++i) {
        outputs[i] = output(kinds[i]);
        kernels[i] = kernel(i == 1 ? WEFT_DOMAIN_POINTS : WEFT_DOMAIN_RASTER,
                            (const weft_store*)lent[0] + i);
    }
    lent[1] = lend(outputs, count * sizeof *outputs);
    lent[2] = lend(kernels, count * sizeof *kernels);
    memset(&batch, 0, sizeof batch);
    batch.struct_size = sizeof batch;
    batch.kernels = lent[2];
    batch.kernel_count = count;
    batch.outputs = lent[1];
    batch.output_count = count;
    batch.param_count = 1;
    batch.settings = settings;
    lent[3] = lend(&batch, sizeof batch);
    status = api->compile(backend, lent[3], &program, &error);
    if (status != WEFT_OK) fprintf(stderr, "compile: %s\n", error.message);
    check(status == WEFT_OK && program != NULL, "compile failed");
    take_back(lent[0], count * sizeof *stores);
    take_back(lent[1], count * sizeof *outputs);
    take_back(lent[2], count * sizeof *kernels);
    take_back(lent[3], sizeof batch);
    return program;
}

/* --- What came of it -------------------------------------------------------------------------- */

static void check_picture(const float* picture, const char* what) {
    uint32_t x, y;
    for (y = 0; y < HEIGHT; ++y)
        for (x = 0; x < WIDTH; ++x)
            check(fabs(picture[y * WIDTH + x] - expected((x + 0.5) / WIDTH, (y + 0.5) / HEIGHT)) <
                      1e-6,
                  what);
}

static void run(const weft_backend_api* api, weft_program* program, int64_t tick) {
    static float picture[WIDTH * HEIGHT];
    const double param = 2.5;
    const weft_target target = {picture, sizeof picture};
    double fields[WEFT_FIELD_COUNT] = {0.5, 0.5};
    weft_error error = {sizeof(weft_error), 0, "", "", {0, 0, 0}};
    weft_frame frame;
    void* lent;
    memset(picture, 0, sizeof picture);
    memset(&frame, 0, sizeof frame);
    fields[WEFT_FIELD_FRAME] = fields[WEFT_FIELD_ABSFRAME] = (double)tick;
    fields[WEFT_FIELD_TIME] = fields[WEFT_FIELD_ABSTIME] = (double)tick / 60;
    frame.struct_size = sizeof frame;
    frame.target_count = 1;
    frame.fields = fields;
    frame.params = &param;
    frame.targets = &target;
    frame.first_sample = tick * 800;
    frame.capture = 1;
    lent = lend(&frame, sizeof frame);
    if (api->execute(program, lent, &error) != WEFT_OK) fprintf(stderr, "%s\n", error.message);
    take_back(lent, sizeof frame);
    check_picture(picture, "execute: another picture");
}

static void ask(const weft_backend_api* api, weft_program* program) {
    static const double xs[] = {0.25, -3, 1e3};
    const double param = 2.5;
    double constants[WEFT_FIELD_COUNT] = {0}, got[3] = {0, 0, 0};
    const double* fields[WEFT_FIELD_COUNT] = {xs};
    weft_error error = {sizeof(weft_error), 0, "", "", {0, 0, 0}};
    weft_points points = {sizeof(weft_points), 0, 3, NULL, NULL, NULL, NULL};
    void* lent;
    int i;
    constants[WEFT_FIELD_Y] = 10;
    points.fields = fields;
    points.constants = constants;
    points.params = &param;
    lent = lend(&points, sizeof points);
    if (api->get_values(program, 1, lent, got, &error) != WEFT_OK)
        fprintf(stderr, "%s\n", error.message);
    take_back(lent, sizeof points);
    for (i = 0; i < 3; ++i)
        check(fabs(got[i] - expected(xs[i], 10)) <= 1e-6 * fabs(expected(xs[i], 10)),
              "get_values: another value");
    printf("%.9g %.9g %.9g\n", got[0], got[1], got[2]);
}

/* The tick of `now`, read in the memory that was exposed. */
static void look(const weft_backend_api* api, weft_program* program, int64_t now) {
    weft_handle handle = {0};
    const weft_axis* ring = &exposed.grid.axes[2];
    float picture[WIDTH * HEIGHT];
    uint32_t x, y;
    handle.struct_size = sizeof handle;
    check(api->get_handle(program, 2, &handle, NULL) == WEFT_OK, "get_handle failed");
    check(handle.kind == WEFT_HANDLE_HOST && handle.view == exposed.view, "it exposed another");
    check(exposed.view->tick == now && ring->capacity >= 3, "the cache did not move on");
    for (y = 0; y < HEIGHT; ++y)
        for (x = 0; x < WIDTH; ++x)
            memcpy(&picture[y * WIDTH + x],
                   (const char*)exposed.view->data + now % (int64_t)ring->capacity * ring->stride +
                       x * exposed.grid.axes[0].stride + y * exposed.grid.axes[1].stride,
                   sizeof(float));
    check_picture(picture, "the cache remembers something else");
    printf("tick %d\n", (int)now);
}

static const weft_backend_api* open_plugin(const char* path) {
    const weft_plugin* plugin;
    weft_plugin_query entry = NULL;
    void* library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    void* symbol = library ? dlsym(library, WEFT_PLUGIN_SYMBOL) : NULL;
    if (!symbol) fprintf(stderr, "%s\n", dlerror());
    check(symbol != NULL, "it cannot be opened");
    memcpy(&entry, &symbol, sizeof entry);
    plugin = entry(WEFT_ABI_VERSION);
    check(plugin != NULL, "it refuses this host");
    check(plugin->struct_size >= sizeof *plugin, "its description is too short");
    check(plugin->abi_min <= WEFT_ABI_VERSION, "it needs a newer host");
    check(plugin->backend->struct_size >= sizeof *plugin->backend, "its table is too short");
    check(plugin->backend->describe()->struct_size >= sizeof(weft_backend_info), "describe");
    return plugin->backend;
}

int main(int argc, char** argv) {
    static const weft_probe nothing = {sizeof(weft_probe), 0, 0, 0, "", ""};
    const int remembers = argc > 2 && strcmp(argv[2], "cache") == 0;
    const weft_backend_api* api;
    weft_backend* backend = NULL;
    weft_program* program;
    weft_probe* probe = lend(&nothing, sizeof nothing);
    weft_host* host = lend(&table, sizeof table);
    int64_t tick;
    check(argc > 1, "which plugin?");
    api = open_plugin(argv[1]);
    check(api->probe(probe, NULL) == WEFT_OK, "probe failed");
    if (!probe->available) {
        printf("%s\n", probe->reason);
        return 77;
    }
    check(api->create(host, &backend, NULL) == WEFT_OK && backend, "create failed");
    program = compile(api, backend, remembers ? 3 : 2);
    for (tick = 0; tick < 5; ++tick) {
        run(api, program, tick);
        if (remembers) look(api, program, tick);
    }
    ask(api, program);
    if (api->cancel) api->cancel(program);
    api->release(program);
    api->cleanup(backend);
    return 0;
}
