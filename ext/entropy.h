/* Random bytes from the kernel: the system call, and the vDSO's way to the same bytes without one.
 *
 * Included by compat.h, whose RG_HAS_GETRANDOM decides.
 */
#ifndef REGRAFT_ENTROPY_H
#define REGRAFT_ENTROPY_H

#if RG_HAS_GETRANDOM
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

/* The kernel's own name of the generator in the vDSO (Linux 6.11 and later), by architecture. */
#if defined(__aarch64__)
#define RG_VDSO_GETRANDOM "__kernel_getrandom"
#else
#define RG_VDSO_GETRANDOM "__vdso_getrandom"
#endif

/* What the kernel wants of the memory in which the generator keeps its state (linux/random.h). */
struct rg_vdso_state_needs {
    unsigned int size;
    unsigned int protection;
    unsigned int flags;
    unsigned int reserved[13];
};

typedef ssize_t (*rg_vdso_getrandom)(void *out, size_t size, unsigned int flags, void *state, size_t state_size);

static rg_vdso_getrandom rg_vdso_generate = NULL;
static void *rg_vdso_state = NULL;
static size_t rg_vdso_state_size = 0;

#define RG_getrandom(out, size, flags) syscall(SYS_getrandom, out, (size_t)(size), (unsigned int)(flags))
#define RG_open_device() open("/dev/urandom", O_RDONLY | O_CLOEXEC)
#define RG_read_device(device, out, size) read(device, out, (size_t)(size))
#define RG_close_device(device) close(device)

/* Find the generator in the vDSO. Call it when the system call has answered: then the kernel's pool has its seed,
 * and no call of the generator waits. */
static inline void
RG_prepare_vdso(void)
{
    struct rg_vdso_state_needs needs;
    rg_vdso_getrandom generate;
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    void *vdso = dlopen("linux-vdso.so.1", RTLD_LAZY | RTLD_LOCAL | RTLD_NOLOAD);
    void *state;
    if (vdso == NULL)
        return;
    generate = (rg_vdso_getrandom)dlsym(vdso, RG_VDSO_GETRANDOM);
    memset(&needs, 0, sizeof(needs));
    if (generate == NULL || generate(NULL, 0, 0, &needs, ~(size_t)0) != 0)
        return;
    if (needs.size == 0 || needs.size > page)
        return;
    /* With the kernel's flags the page is emptied in a child of fork() and left out of core dumps; an empty state
     * makes the generator take a new key. */
    state = mmap(NULL, page, (int)needs.protection, (int)needs.flags, -1, 0);
    if (state == MAP_FAILED)
        return;
    rg_vdso_state = state;
    rg_vdso_state_size = needs.size;
    rg_vdso_generate = generate;
}

/* Whether the bytes were written. One thread at a time: the GIL is held. A signal cannot come in between, as
 * Python runs its handlers when no C code is running. */
#define RG_fill_by_vdso(out, size) \
    (rg_vdso_generate != NULL && \
     rg_vdso_generate(out, size, 0, rg_vdso_state, rg_vdso_state_size) == (ssize_t)(size))
#else
/* Compiled, never called: CAPABILITIES says so. */
#define RG_getrandom(out, size, flags) (errno = ENOSYS, -1)
#define RG_open_device() (errno = ENOENT, -1)
#define RG_read_device(device, out, size) (errno = ENOENT, -1)
#define RG_close_device(device) ((void)(device))
#define RG_prepare_vdso() ((void)0)
#define RG_fill_by_vdso(out, size) 0
#endif

#endif
