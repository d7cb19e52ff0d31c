// The console's own files (Sources/Web/CityConsole/Site), carried inside the binary.
#ifndef CCONSOLESITE_H
#define CCONSOLESITE_H

#include <stddef.h>

typedef struct {
    const char *path;  // below Site, for example "js/main.js"
    const unsigned char *bytes;
    size_t count;
} console_site_file;

// The file at `index`, or NULL past the last one. The memory is part of the binary and never changes.
const console_site_file *console_site_file_at(size_t index);

#endif
