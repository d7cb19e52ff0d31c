/* Only the functions that take a context handle, which may be used from many threads. */
#define GEOS_USE_ONLY_R_API
#include <geos_c.h>
