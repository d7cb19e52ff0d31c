/* Tells the thread sanitizer of a Mutex that was waited for: scripts/sanitize compiles this and loads it in front of the tests
   (LD_PRELOAD).

   Swift's Mutex takes a free lock by an atomic in the caller, which the sanitizer sees, and waits for a held one inside of
   libswiftSynchronization, which it does not: then all that the lock guards would be reported as a race. These two functions stand in
   front of that library's, whose names are mangled, and whose self is the context of a Swift call. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>

#define LOCK "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define UNLOCK "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"
#define SWIFT __attribute__((swiftcall))
#define SELF __attribute__((swift_context)) void *mutex

typedef SWIFT void Lock(uint32_t thread, SELF);
typedef SWIFT void Unlock(SELF);

/* The tool that starts the tests is loaded with this, too, and has no sanitizer. */
static void tell(const char *what, void *mutex) {
    void (*function)(void *) = (void (*)(void *))dlsym(RTLD_DEFAULT, what);
    if (function) function(mutex);
}

SWIFT void lock_slow(uint32_t thread, SELF) __asm__(LOCK);
SWIFT void lock_slow(uint32_t thread, SELF) {
    ((Lock *)dlsym(RTLD_NEXT, LOCK))(thread, mutex);
    tell("__tsan_acquire", mutex);
}

SWIFT void unlock_slow(SELF) __asm__(UNLOCK);
SWIFT void unlock_slow(SELF) {
    tell("__tsan_release", mutex);
    ((Unlock *)dlsym(RTLD_NEXT, UNLOCK))(mutex);
}
