/* What shared stores need of the system and of OpenSSL; see stores.pxi.
 *
 * Needs compat.h, whose RG_HAS_* decide; no version number stands here.
 */
#ifndef REGRAFT_STORES_H
#define REGRAFT_STORES_H

#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <time.h>
#ifndef _WIN32
#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>
#define RG_process_id() ((long)getpid())
#else
#include <process.h>
#define RG_process_id() ((long)_getpid())
#endif

#if RG_HAS_OPENSSL3
#define RG_load_file(store, path) X509_STORE_load_file(store, path)
#define RG_load_directory(store, path) X509_STORE_load_path(store, path)
#else
#define RG_load_file(store, path) X509_STORE_load_locations(store, path, NULL)
#define RG_load_directory(store, path) X509_STORE_load_locations(store, NULL, path)
#endif

static inline int
RG_is_file(const char *path)
{
    struct stat found;
    return stat(path, &found) == 0 && (found.st_mode & S_IFMT) != S_IFDIR;
}

/* Whether OpenSSL could find a certificate in a directory: one file at least is named by a hash ("0a775a30.0").
 * Directories that programs' packages make, and in which nobody has put certificates, are common. */
static inline int
RG_has_certificates(const char *path)
{
#ifdef _WIN32
    return RG_is_directory(path);
#else
    DIR *directory = opendir(path);
    struct dirent *entry;
    int found = 0;

    if (directory == NULL)
        return 0;
    while (!found && (entry = readdir(directory)) != NULL)
        found = strspn(entry->d_name, "0123456789abcdef") == 8 && entry->d_name[8] == '.'
            && strspn(entry->d_name + 9, "0123456789") > 0
            && entry->d_name[9 + strspn(entry->d_name + 9, "0123456789")] == '\0';
    closedir(directory);
    return found;
#endif
}

/* What tells the states of a file apart. */
typedef struct {
    unsigned long long device, inode, size;
    long long modified, changed;           /* seconds */
    long modified_part, changed_part;      /* nanoseconds */
} rg_file_state;

/* False where two states could not be told apart (pipes, systems without inodes or nanoseconds), or
 * where this process may not read the file: who lost the right must not get it from what was kept. */
static inline int
RG_look_at_file(const char *path, rg_file_state *state)
{
#ifdef _WIN32
    (void)path; (void)state;
    return 0;
#else
    struct stat found;
    int file, done;

    if (stat(path, &found) != 0 || !S_ISREG(found.st_mode))
        return 0;
    file = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (file < 0)
        return 0;
    done = fstat(file, &found) == 0 && S_ISREG(found.st_mode);
    close(file);
    if (!done)
        return 0;
    state->device = (unsigned long long)found.st_dev;
    state->inode = (unsigned long long)found.st_ino;
    state->size = (unsigned long long)found.st_size;
    state->modified = (long long)found.st_mtime;
    state->changed = (long long)found.st_ctime;
#ifdef __APPLE__
    state->modified_part = found.st_mtimespec.tv_nsec;
    state->changed_part = found.st_ctimespec.tv_nsec;
#else
    state->modified_part = found.st_mtim.tv_nsec;
    state->changed_part = found.st_ctim.tv_nsec;
#endif
    return 1;
#endif
}

static inline int
RG_same_state(const rg_file_state *a, const rg_file_state *b)
{
    return a->device == b->device && a->inode == b->inode && a->size == b->size
        && a->modified == b->modified && a->modified_part == b->modified_part
        && a->changed == b->changed && a->changed_part == b->changed_part;
}

/* Whether the file has been left alone for a while. The clocks of file systems are coarse (up to two
 * seconds): of a file that was written just now, the next writing may leave the same state. */
static inline int
RG_is_settled(const rg_file_state *state)
{
    return (long long)time(NULL) - state->modified > 2;
}

#endif
