/* The one symbol a plugin exports. */
#ifndef WEFT_PLUGIN_H
#define WEFT_PLUGIN_H

#include "backend.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct weft_plugin {
    uint32_t struct_size; /* memory that exists */
    uint32_t abi_min;     /* oldest host contract it can live with */
    uint32_t abi_target;  /* contract it was written for */
    uint32_t reserved;
    weft_str build_id; /* diagnosis only */
    const weft_backend_api* backend;
} weft_plugin;

/* Given the host's highest ABI version, returns a static description, or NULL when the plugin
 * refuses that host. A host speaks every contract up to its highest: one that is newer than the
 * plugin is no reason to refuse. Called once, before anything else. */
typedef const weft_plugin* (*weft_plugin_query)(uint32_t host_abi_version);
#define WEFT_PLUGIN_SYMBOL "weft_plugin_entry"
WEFT_EXPORT const weft_plugin* weft_plugin_entry(uint32_t host_abi_version);

#ifdef __cplusplus
}
#endif
#endif
