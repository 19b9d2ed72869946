/* Stands between a program and the disk and the clock, by LD_PRELOAD.
 *
 *   SHIM_LOG=FILE     writes down every write, truncation, removal and sync of files under
 *                     SHIM_ROOT, and every answer that leaves with status 200
 *   SHIM_ROOT=FOLDER  the files it is about
 *   SHIM_FAIL_SYNC=N  the N-th sync of such a file fails once with EIO
 *   SHIM_CLOCK=FILE   seconds in this file are added to the wall clock, and to nothing else
 *
 * A record of the log: one letter, then numbers of 8 bytes (place, length), the length of the
 * path in 8 bytes, the path, the bytes.
 *   W write   T truncate   U unlink   S sync   A answer
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static int log_fd = -1;
static char root[PATH_MAX];
static size_t root_length;
static long fail_at, syncs;
static const char *clock_file;

static ssize_t (*real_write)(int, const void *, size_t);
static ssize_t (*real_pwrite)(int, const void *, size_t, off_t);
static ssize_t (*real_writev)(int, const struct iovec *, int);
static ssize_t (*real_send)(int, const void *, size_t, int);
static ssize_t (*real_sendmsg)(int, const struct msghdr *, int);
static int (*real_fsync)(int);
static int (*real_fdatasync)(int);
static int (*real_ftruncate)(int, off_t);
static int (*real_unlink)(const char *);
static int (*real_clock_gettime)(clockid_t, struct timespec *);

static void begin(void) {
    real_write = dlsym(RTLD_NEXT, "write");
    real_pwrite = dlsym(RTLD_NEXT, "pwrite64");
    real_writev = dlsym(RTLD_NEXT, "writev");
    real_send = dlsym(RTLD_NEXT, "send");
    real_sendmsg = dlsym(RTLD_NEXT, "sendmsg");
    real_fsync = dlsym(RTLD_NEXT, "fsync");
    real_fdatasync = dlsym(RTLD_NEXT, "fdatasync");
    real_ftruncate = dlsym(RTLD_NEXT, "ftruncate64");
    real_unlink = dlsym(RTLD_NEXT, "unlink");
    real_clock_gettime = dlsym(RTLD_NEXT, "clock_gettime");
    const char *folder = getenv("SHIM_ROOT");
    if (folder && realpath(folder, root)) root_length = strlen(root);
    const char *fail = getenv("SHIM_FAIL_SYNC");
    fail_at = fail ? atol(fail) : 0;
    clock_file = getenv("SHIM_CLOCK");
    const char *log = getenv("SHIM_LOG");
    if (log) log_fd = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

static void ready(void) { pthread_once(&once, begin); }

/* The path of a descriptor when it is a file we are about; its length, or 0. */
static size_t ours(int fd, char *path) {
    if (!root_length || fd == log_fd) return 0;
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, PATH_MAX - 1);
    if (length <= (ssize_t)root_length || strncmp(path, root, root_length)) return 0;
    path[length] = 0;
    /* The index of the log is memory, made anew at every start. */
    if (length > 4 && !strcmp(path + length - 4, "-shm")) return 0;
    return (size_t)length;
}

static void record(char kind, uint64_t place, const char *path, size_t path_length,
                   const struct iovec *parts, int count, size_t length) {
    if (log_fd < 0) return;
    uint64_t numbers[3] = {place, length, path_length};
    char head[1 + sizeof numbers];
    head[0] = kind;
    memcpy(head + 1, numbers, sizeof numbers);
    pthread_mutex_lock(&lock);
    real_write(log_fd, head, sizeof head);
    if (path_length) real_write(log_fd, path, path_length);
    size_t left = length;
    for (int at = 0; at < count && left; at++) {
        size_t take = parts[at].iov_len < left ? parts[at].iov_len : left;
        real_write(log_fd, parts[at].iov_base, take);
        left -= take;
    }
    pthread_mutex_unlock(&lock);
}

/* An answer that leaves is written down before it does. */
static void answered(const struct iovec *parts, int count) {
    static const char taken[] = "HTTP/1.1 200";
    if (log_fd < 0 || count < 1 || parts[0].iov_len < sizeof taken - 1) return;
    if (memcmp(parts[0].iov_base, taken, sizeof taken - 1)) return;
    size_t length = 0;
    for (int at = 0; at < count; at++) length += parts[at].iov_len;
    if (length > 4096) length = 4096;
    record('A', 0, "", 0, parts, count, length);
}

ssize_t write(int fd, const void *bytes, size_t length) {
    ready();
    char path[PATH_MAX];
    size_t named = ours(fd, path);
    off_t place = named ? lseek(fd, 0, SEEK_CUR) : 0;
    ssize_t done = real_write(fd, bytes, length);
    if (named && done > 0) {
        struct iovec part = {(void *)bytes, (size_t)done};
        struct stat state;
        int flags = fcntl(fd, F_GETFL);
        if (flags >= 0 && (flags & O_APPEND) && !fstat(fd, &state)) place = state.st_size - done;
        record('W', (uint64_t)place, path, named, &part, 1, (size_t)done);
    }
    return done;
}

ssize_t pwrite64(int fd, const void *bytes, size_t length, off_t place) {
    ready();
    char path[PATH_MAX];
    size_t named = ours(fd, path);
    ssize_t done = real_pwrite(fd, bytes, length, place);
    struct iovec part = {(void *)bytes, (size_t)(done > 0 ? done : 0)};
    if (named && done > 0) record('W', (uint64_t)place, path, named, &part, 1, (size_t)done);
    return done;
}

ssize_t pwrite(int fd, const void *bytes, size_t length, off_t place) {
    return pwrite64(fd, bytes, length, place);
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
    ready();
    answered(parts, count);
    return real_writev(fd, parts, count);
}

ssize_t send(int fd, const void *bytes, size_t length, int flags) {
    ready();
    struct iovec part = {(void *)bytes, length};
    answered(&part, 1);
    return real_send(fd, bytes, length, flags);
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags) {
    ready();
    answered(message->msg_iov, (int)message->msg_iovlen);
    return real_sendmsg(fd, message, flags);
}

static int sync_of(int fd, int (*real)(int)) {
    char path[PATH_MAX];
    size_t named = ours(fd, path);
    if (named && fail_at && __sync_add_and_fetch(&syncs, 1) == fail_at) {
        errno = EIO;
        return -1;
    }
    int done = real(fd);
    if (named && !done) record('S', 0, path, named, NULL, 0, 0);
    return done;
}

int fsync(int fd) {
    ready();
    return sync_of(fd, real_fsync);
}

int fdatasync(int fd) {
    ready();
    return sync_of(fd, real_fdatasync);
}

int ftruncate64(int fd, off_t length) {
    ready();
    char path[PATH_MAX];
    size_t named = ours(fd, path);
    int done = real_ftruncate(fd, length);
    if (named && !done) record('T', (uint64_t)length, path, named, NULL, 0, 0);
    return done;
}

int ftruncate(int fd, off_t length) { return ftruncate64(fd, length); }

int unlink(const char *name) {
    ready();
    char path[PATH_MAX];
    int named = root_length && realpath(name, path) && !strncmp(path, root, root_length);
    int done = real_unlink(name);
    if (named && !done) record('U', 0, path, strlen(path), NULL, 0, 0);
    return done;
}

int clock_gettime(clockid_t which, struct timespec *time) {
    ready();
    int done = real_clock_gettime(which, time);
    if (done || which != CLOCK_REALTIME || !clock_file) return done;
    /* Read anew each time: the test moves the clock while the program runs. */
    int fd = open(clock_file, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return done;
    char text[32] = {0};
    if (read(fd, text, sizeof text - 1) > 0) time->tv_sec += atol(text);
    close(fd);
    return done;
}
