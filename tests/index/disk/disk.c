/* A disk that fails and remembers, put before the C library with LD_PRELOAD.

   Every call that changes something below a folder is counted; the one whose number
   is asked for fails, alone or with all that follow, or after half of what it was to
   write. All of them can be written to a log, from which a power cut is played. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#define FILES 4096
#define REAL(name) ((__typeof__(&name))real(#name))

static char root[PATH_MAX];
static long calls, fail_at = -1;
static int fail_errno, fail_forever, fail_torn, log_fd = -1;
static char watched[FILES];
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static void *real(const char *name) { return dlsym(RTLD_NEXT, name); }

void disk_watch(const char *folder) { snprintf(root, sizeof root, "%s", folder); }

void disk_fail(long at, int number, int forever, int torn)
{
    calls = 0, fail_at = at, fail_errno = number;
    fail_forever = forever, fail_torn = torn;
}

long disk_calls(void) { return calls; }

void disk_log(const char *path)
{
    log_fd = path ? REAL(open)(path, O_WRONLY | O_CREAT | O_TRUNC, 0600) : -1;
}

static int below(const char *path)
{
    size_t length = strlen(root);
    return length && strncmp(path, root, length) == 0
        && (path[length] == '/' || !path[length]);
}

/* Makes a path absolute; fails when that cannot be done. */
static int whole(int folder, const char *path, char *out)
{
    char link[64], base[PATH_MAX];
    ssize_t length;
    if (path[0] == '/')
        return snprintf(out, PATH_MAX, "%s", path) < PATH_MAX ? 0 : -1;
    if (folder == AT_FDCWD)
        snprintf(link, sizeof link, "/proc/self/cwd");
    else
        snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
    if ((length = readlink(link, base, sizeof base - 1)) < 0)
        return -1;
    base[length] = 0;
    return snprintf(out, PATH_MAX, "%s/%s", base, path) < PATH_MAX ? 0 : -1;
}

/* Counts a call; tells whether it is to fail. */
static int fails(void)
{
    pthread_mutex_lock(&mutex);
    long number = calls++;
    pthread_mutex_unlock(&mutex);
    int does = fail_at >= 0 && (number == fail_at || (fail_forever && number > fail_at));
    if (does)
        errno = fail_errno;
    return does;
}

static void note(char kind, long a, long b, const char *path, const char *to,
                 const void *data, size_t size)
{
    if (log_fd < 0)
        return;
    int kept = errno;
    pthread_mutex_lock(&mutex);
    dprintf(log_fd, "%c %ld %ld %zu %zu %zu\n", kind, a, b,
            path ? strlen(path) : 0, to ? strlen(to) : 0, size);
    if (path && REAL(write)(log_fd, path, strlen(path)) < 0) _exit(99);
    if (to && REAL(write)(log_fd, to, strlen(to)) < 0) _exit(99);
    if (size && REAL(write)(log_fd, data, size) < 0) _exit(99);
    pthread_mutex_unlock(&mutex);
    errno = kept;
}

static int opened(int (*call)(int, const char *, int, ...), int folder,
                  const char *path, int flags, mode_t mode)
{
    char name[PATH_MAX];
    int writes = flags & (O_WRONLY | O_RDWR | O_CREAT | O_TRUNC);
    int ours = root[0] && whole(folder, path, name) == 0 && below(name);
    if (ours && writes && fails())
        return -1;
    int fd = call(folder, path, flags, mode);
    if (fd >= 0 && fd < FILES) {
        watched[fd] = ours;
        if (ours)
            note('O', fd, flags & O_TRUNC ? 1 : 0, name, NULL, NULL, 0);
    }
    return fd;
}

#define MODE mode_t mode = 0; if (flags & (O_CREAT | O_TMPFILE)) { \
    va_list list; va_start(list, flags); mode = va_arg(list, mode_t); va_end(list); }

int open(const char *path, int flags, ...)
{ MODE return opened(REAL(openat), AT_FDCWD, path, flags, mode); }
int open64(const char *path, int flags, ...)
{ MODE return opened(REAL(openat), AT_FDCWD, path, flags, mode); }
int openat(int folder, const char *path, int flags, ...)
{ MODE return opened(REAL(openat), folder, path, flags, mode); }
int openat64(int folder, const char *path, int flags, ...)
{ MODE return opened(REAL(openat), folder, path, flags, mode); }

static int ours(int fd) { return fd >= 0 && fd < FILES && watched[fd]; }

int close(int fd)
{
    if (ours(fd)) {
        watched[fd] = 0;
        note('C', fd, 0, NULL, NULL, NULL, 0);
    }
    return REAL(close)(fd);
}

static ssize_t written(int fd, const void *data, size_t size, off_t at)
{
    if (fails()) {
        int kept = errno;
        if (fail_torn && REAL(pwrite)(fd, data, size / 2, at) < 0)
            errno = kept;
        errno = kept;
        return -1;
    }
    return REAL(pwrite)(fd, data, size, at);
}

ssize_t write(int fd, const void *data, size_t size)
{
    if (!ours(fd))
        return REAL(write)(fd, data, size);
    off_t at = lseek(fd, 0, SEEK_CUR);
    ssize_t n = written(fd, data, size, at);
    if (n > 0) {
        lseek(fd, at + n, SEEK_SET);
        note('W', fd, at, NULL, NULL, data, n);
    }
    return n;
}

static ssize_t placed(int fd, const void *data, size_t size, off_t at)
{
    if (!ours(fd))
        return REAL(pwrite)(fd, data, size, at);
    ssize_t n = written(fd, data, size, at);
    if (n > 0)
        note('W', fd, at, NULL, NULL, data, n);
    return n;
}

ssize_t pwrite(int fd, const void *data, size_t size, off_t at)
{ return placed(fd, data, size, at); }
ssize_t pwrite64(int fd, const void *data, size_t size, off64_t at)
{ return placed(fd, data, size, at); }

static int cut(int fd, off_t length)
{
    if (ours(fd) && fails())
        return -1;
    int result = REAL(ftruncate)(fd, length);
    if (ours(fd) && !result)
        note('T', fd, length, NULL, NULL, NULL, 0);
    return result;
}

int ftruncate(int fd, off_t length) { return cut(fd, length); }
int ftruncate64(int fd, off64_t length) { return cut(fd, length); }

int fsync(int fd)
{
    if (ours(fd) && fails())
        return -1;
    int result = REAL(fsync)(fd);
    if (ours(fd) && !result)
        note('S', fd, 0, NULL, NULL, NULL, 0);
    return result;
}

int fdatasync(int fd) { return fsync(fd); }

int rename(const char *old, const char *new)
{
    if (below(new) && fails())
        return -1;
    int result = REAL(rename)(old, new);
    if (below(new) && !result)
        note('R', 0, 0, old, new, NULL, 0);
    return result;
}

int mkdir(const char *path, mode_t mode)
{
    if (below(path) && fails())
        return -1;
    int result = REAL(mkdir)(path, mode);
    if (below(path) && !result)
        note('M', 0, 0, path, NULL, NULL, 0);
    return result;
}

int unlinkat(int folder, const char *path, int flags)
{
    char name[PATH_MAX];
    int is_ours = root[0] && whole(folder, path, name) == 0 && below(name);
    if (is_ours && fails())
        return -1;
    int result = REAL(unlinkat)(folder, path, flags);
    if (is_ours && !result)
        note('U', 0, 0, name, NULL, NULL, 0);
    return result;
}

int unlink(const char *path) { return unlinkat(AT_FDCWD, path, 0); }
int rmdir(const char *path) { return unlinkat(AT_FDCWD, path, AT_REMOVEDIR); }
