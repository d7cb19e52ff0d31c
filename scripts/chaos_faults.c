/* Faults below the C library, for the real server: scripts/chaos compiles this and loads it in front of it (LD_PRELOAD).

   Calls on files below PARVIS_FAULT_DIR fail as the control file PARVIS_FAULT_CONTROL says, which is mapped, so that it
   can be changed while the server runs. The wall clock is shifted by its `clock` for the whole process. The server itself
   knows nothing of this. The layout of `control` is also in chaos_disk.py. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

struct control {
    volatile uint8_t flush, write, open, tear; /* errno of fsync, of writes, of opening for writing; tear a write and die */
    volatile uint32_t after;                   /* writes that succeed before one is torn */
    volatile int64_t clock;                    /* microseconds added to the wall clock */
    volatile uint32_t failed;                  /* calls that failed */
};

static struct control *control;
static const char *directory;

__attribute__((constructor)) static void begin(void) {
    const char *path = getenv("PARVIS_FAULT_CONTROL");
    directory = getenv("PARVIS_FAULT_DIR");
    if (!path || !directory) return;
    int descriptor = open(path, O_RDWR | O_CLOEXEC);
    if (descriptor < 0) return;
    void *mapped = mmap(NULL, sizeof(struct control), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
    close(descriptor);
    if (mapped != MAP_FAILED) control = mapped;
}

static int is_ours(int descriptor) {
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length <= 0) return 0;
    path[length] = 0;
    size_t prefix = strlen(directory);
    return strncmp(path, directory, prefix) == 0 && path[prefix] == '/';
}

static int fails(uint8_t code, int descriptor) {
    if (!code || !is_ours(descriptor)) return 0;
    __atomic_add_fetch(&control->failed, 1, __ATOMIC_RELAXED);
    errno = code;
    return 1;
}

#define REAL(name) static __typeof__(&name) real; if (!real) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

int fsync(int descriptor) {
    REAL(fsync);
    return control && fails(control->flush, descriptor) ? -1 : real(descriptor);
}

int fdatasync(int descriptor) {
    REAL(fdatasync);
    return control && fails(control->flush, descriptor) ? -1 : real(descriptor);
}

int ftruncate(int descriptor, off_t size) {
    REAL(ftruncate);
    return control && fails(control->write, descriptor) ? -1 : real(descriptor, size);
}

int ftruncate64(int descriptor, off64_t size) {
    REAL(ftruncate64);
    return control && fails(control->write, descriptor) ? -1 : real(descriptor, size);
}

ssize_t write(int descriptor, const void *bytes, size_t count) {
    REAL(write);
    return control && fails(control->write, descriptor) ? -1 : real(descriptor, bytes, count);
}

ssize_t pwrite(int descriptor, const void *bytes, size_t count, off_t offset) {
    REAL(pwrite);
    return control && fails(control->write, descriptor) ? -1 : real(descriptor, bytes, count, offset);
}

ssize_t pwrite64(int descriptor, const void *bytes, size_t count, off64_t offset) {
    REAL(pwrite64);
    if (control && fails(control->write, descriptor)) return -1;
    if (control && control->tear && is_ours(descriptor)
        && __atomic_fetch_sub(&control->after, 1, __ATOMIC_RELAXED) == 1) {
        real(descriptor, bytes, count / 2 + 1, offset);
        _exit(137);
    }
    return real(descriptor, bytes, count, offset);
}

static int refuses(const char *path, int flags) {
    if (!control || !control->open || (flags & O_ACCMODE) == O_RDONLY) return 0;
    size_t prefix = strlen(directory);
    if (strncmp(path, directory, prefix) != 0 || path[prefix] != '/') return 0;
    __atomic_add_fetch(&control->failed, 1, __ATOMIC_RELAXED);
    errno = control->open;
    return 1;
}

#define OPENS(name)                                                   \
    int name(const char *path, int flags, ...) {                      \
        static int (*real)(const char *, int, ...);                   \
        if (!real) real = (int (*)(const char *, int, ...))dlsym(RTLD_NEXT, #name); \
        va_list rest;                                                 \
        va_start(rest, flags);                                        \
        mode_t mode = va_arg(rest, mode_t);                           \
        va_end(rest);                                                 \
        return refuses(path, flags) ? -1 : real(path, flags, mode);   \
    }
OPENS(open)
OPENS(open64)

/* The wall clock; what is measured with the monotonic one is not touched, as on a real machine. */
int clock_gettime(clockid_t clock, struct timespec *time) {
    REAL(clock_gettime);
    int code = real(clock, time);
    if (control && code == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE) && control->clock) {
        int64_t nanoseconds = time->tv_nsec + control->clock % 1000000 * 1000;
        time->tv_sec += control->clock / 1000000 + nanoseconds / 1000000000;
        time->tv_nsec = nanoseconds % 1000000000;
        if (time->tv_nsec < 0) {
            time->tv_nsec += 1000000000;
            time->tv_sec -= 1;
        }
    }
    return code;
}

int gettimeofday(struct timeval *restrict time, void *restrict zone) {
    (void)zone;
    struct timespec now;
    if (clock_gettime(CLOCK_REALTIME, &now)) return -1;
    time->tv_sec = now.tv_sec;
    time->tv_usec = now.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *result) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (result) *result = now.tv_sec;
    return now.tv_sec;
}
