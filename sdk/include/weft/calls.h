/* The words in which the headers say when a function may be called: the bracket that begins its
 * comment, `[threads & state]`, and what its comment promises besides. calls.def holds them for
 * every function; what checks a plugin while it runs (WEFT_CHECK=1, weft validate) reads them
 * there. Nothing of this file crosses the ABI. */
#ifndef WEFT_CALLS_H
#define WEFT_CALLS_H

/* Who calls: the host a plugin's function, or a plugin one of the host's. */
#define WEFT_CALL_PLUGIN 0u
#define WEFT_CALL_HOST 1u

/* Threads. A function with several words may be called on any of these threads. A thread can be
 * several at once: `weft render` compiles and makes frames on its only one. */
#define WEFT_THREAD_ANY 1u     /* any-thread: several calls may run at once */
#define WEFT_THREAD_MAIN 2u    /* main-thread: the process's first */
#define WEFT_THREAD_COMPILE 4u /* compile-thread: one call at a time of a back end */
#define WEFT_THREAD_FRAME 8u   /* frame-thread: one call at a time of a program or session */
#define WEFT_THREAD_AUDIO 16u  /* audio-thread: a sound device waits for it */
#define WEFT_THREAD_WORKER 32u /* worker: of a resource group; one call at a time of an object */

/* States, of what the function is called with or on behalf of. */
#define WEFT_STATE_NONE 0u      /* always */
#define WEFT_STATE_CREATED 1u   /* created: from create to cleanup; of the host: both included */
#define WEFT_STATE_COMPILING 2u /* compiling: within a compile of this back end, on its thread */
#define WEFT_STATE_COMPILED 3u  /* compiled: from compile until the program's release */
#define WEFT_STATE_OPEN 4u      /* open: from open to close; of the host: both included */

/* What else is promised. */
#define WEFT_CALL_NO_ALLOCATION 1u /* its callee allocates nothing */
#define WEFT_CALL_NO_LOCK 2u       /* ... and waits for no lock */
#define WEFT_CALL_NO_SYSTEM 4u     /* ... and does not call the system */
#define WEFT_CALL_NO_QUERY 8u      /* ... and asks the host for nothing that is settled before */
#define WEFT_CALL_BLOCKS 16u       /* returns when something has happened */
#define WEFT_CALL_OPTIONAL 32u     /* the pointer may be NULL */
#define WEFT_CALL_TAKES_NULL 64u   /* what it frees may be NULL */
#define WEFT_CALL_ALLOCATES 128u   /* host: not within a call that promised not to */
#define WEFT_CALL_QUERY 256u       /* host: not within a call that promised not to ask */

#endif
