/* A counters file of mnemo written in C: `writer FOLDER` makes it, tells its pid, and waits for its input to end. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { PID = 2, STARTED, BOOT, NAMESPACE = 6, MADE, STATE, NAME = 16, USED = 32, PEAK, ALLOCATED, ALLOCATIONS,
       LIMIT = 39, COMPONENT = 96, METRIC = 480, FILE_BYTES = 8192 };

static int64_t started(void) { /* field 22; the name, in brackets, may hold anything */
    char text[4096] = {0};
    FILE *file = fopen("/proc/self/stat", "r");
    if (!file || !fread(text, 1, sizeof text - 1, file)) exit(1);
    fclose(file);
    char *at = strrchr(text, ')');
    for (int field = 2; field < 22; field++) at = strchr(at, ' ') + 1;
    return atoll(at);
}

static void boot_id(unsigned char *to) {
    FILE *file = fopen("/proc/sys/kernel/random/boot_id", "r");
    if (!file) exit(1);
    for (int i = 0; i < 16; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10) fgetc(file);
        if (fscanf(file, "%2hhx", &to[i]) != 1) exit(1);
    }
    fclose(file);
}

int main(int count, char **words) {
    char path[4096];
    struct stat namespace;
    struct timespec now;
    if (count < 2 || (mkdir(words[1], 0700) && access(words[1], W_OK))) return 1;
    snprintf(path, sizeof path, "%s/%d-c", words[1], getpid());
    int file = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file < 0 || posix_fallocate(file, 0, FILE_BYTES)) return 1;
    int64_t *word = mmap(NULL, FILE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (word == MAP_FAILED || stat("/proc/self/ns/pid", &namespace) || clock_gettime(CLOCK_REALTIME, &now)) return 1;
    word[1] = 1, word[PID] = getpid(), word[STARTED] = started(), word[NAMESPACE] = namespace.st_ino;
    word[MADE] = now.tv_sec * 1000000000LL + now.tv_nsec, word[STATE] = 1;
    boot_id((unsigned char *)&word[BOOT]);
    strcpy((char *)&word[NAME], "in-c");
    word[USED] = 300, word[PEAK] = 500, word[ALLOCATED] = 700, word[ALLOCATIONS] = 7, word[LIMIT] = 1000;
    strcpy((char *)&word[COMPONENT], "inbox"), strcpy((char *)&word[COMPONENT + 4], "letters");
    strcpy((char *)&word[COMPONENT + 6], "block"), word[COMPONENT + 8] = 12, word[COMPONENT + 9] = 20;
    strcpy((char *)&word[METRIC], "load"), strcpy((char *)&word[METRIC + 4], "ratio"), word[METRIC + 6] = 1;
    *(double *)&word[METRIC + 7] = 0.75;
    __atomic_store_n(&word[0], *(const int64_t *)"mnemotrk", __ATOMIC_RELEASE); /* last: now it is a counters file */
    printf("%d\n", getpid()), fflush(stdout);
    return getchar() == EOF ? 0 : 1;
}
