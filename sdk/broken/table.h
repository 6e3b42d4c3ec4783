/* The table and the exported symbol, of the functions of good.h but for those that were replaced.
 * Included once, at the end. */
#ifndef WEFT_BROKEN_TABLE_H
#define WEFT_BROKEN_TABLE_H

#ifndef DESCRIBE
#define DESCRIBE good_describe
#endif
#ifndef PROBE
#define PROBE good_probe
#endif
#ifndef CREATE
#define CREATE good_create
#endif
#ifndef COMPILE
#define COMPILE good_compile
#endif
#ifndef GET_HANDLE
#define GET_HANDLE good_get_handle
#endif
#ifndef GET_VALUES
#define GET_VALUES good_get_values
#endif
#ifndef EXECUTE
#define EXECUTE good_execute
#endif
#ifndef CANCEL
#define CANCEL NULL
#endif
#ifndef RELEASE
#define RELEASE good_release
#endif
#ifndef CLEANUP
#define CLEANUP good_cleanup
#endif
#ifndef EXTENSION
#define EXTENSION good_extension
#endif

#ifndef API
static const weft_backend_api api = {sizeof(weft_backend_api),
                                     0,
                                     DESCRIBE,
                                     PROBE,
                                     CREATE,
                                     COMPILE,
                                     GET_HANDLE,
                                     GET_VALUES,
                                     EXECUTE,
                                     CANCEL,
                                     RELEASE,
                                     CLEANUP,
                                     EXTENSION};
#define API &api
#endif

static const weft_plugin plugin = {sizeof(weft_plugin), 1, 1, 0, STR("broken"), API};

#ifndef ENTRY
#define ENTRY(version) &plugin
#endif
WEFT_EXPORT const weft_plugin* weft_plugin_entry(uint32_t host_abi_version) {
    (void)host_abi_version;
    return ENTRY(host_abi_version);
}

#endif
