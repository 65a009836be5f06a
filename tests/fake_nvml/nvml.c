/* A stand-in for libnvidia-ml.so.1, scripted by the text file that $FAKE_NVML names.
 *
 * The file is read again whenever it changes, so a test can lose a GPU, or hang the driver, in mid-run:
 *
 *   device NAME UUID TOTAL_MIB USED_MIB UTIL TEMP POWER_MW LIMIT_MW THROTTLE   devices count from 0 in file order
 *   process DEVICE PID USED_MIB [graphics]
 *   mig DEVICE NAME UUID TOTAL_MIB USED_MIB                                    instances count from 0 per device
 *   count N                                        devices the driver admits to (the first N)
 *   error FUNCTION CODE [DEVICE]                   FUNCTION "*" means every call
 *   slow FUNCTION MILLISECONDS     hang FUNCTION     segv FUNCTION
 *
 * %XX in a name is one byte. Compile with -DNO_V3 or -DNO_V2 to leave the functions of that version out.
 * Prototypes and structures follow the public NVML reference.
 */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MIB (1024ULL * 1024ULL)
enum { OK = 0, NOT_SUPPORTED = 3, NOT_FOUND = 6, INSUFFICIENT_SIZE = 7, INVALID = 2 };
enum { DEVICES = 32, PROCESSES = 256, MIGS = 64, RULES = 64, TEXT = 128 };

typedef struct { unsigned long long total, free, used; } memory_t;
typedef struct { unsigned version; unsigned long long total, reserved, free, used; } memory_v2_t;
typedef struct { unsigned gpu, memory; } utilization_t;
typedef struct { unsigned pid; unsigned long long used; unsigned gpu_instance, compute_instance; } process_t;

typedef struct {
    char name[TEXT], uuid[TEXT];
    unsigned long long total, used, throttle;
    long util, temperature, power, limit;
    int parent; /* -1: a GPU; else the GPU of this MIG instance */
    int number;
} device_t;

static device_t devices[DEVICES], migs[MIGS];
static struct { int device, graphics; process_t info; } processes[PROCESSES];
static struct { char verb[16], function[64]; long value; int device; } rules[RULES];
static int device_count, mig_count, process_count, rule_count, admitted;
static struct timespec read_at;
static ino_t read_inode;
static off_t read_size;

static void unescape(char *to, const char *from) {
    size_t n = 0;
    for (; *from && n < TEXT - 1; from++) {
        unsigned byte;
        if (*from == '%' && sscanf(from + 1, "%2x", &byte) == 1) { to[n++] = (char)byte; from += 2; }
        else to[n++] = *from;
    }
    to[n] = 0;
}

static void read_line(const char *line) {
    char name[TEXT * 3], uuid[TEXT], verb[16], rest[64] = "";
    device_t d = {.parent = -1};
    process_t p = {0};
    int owner;
    long value = 0;
    if (sscanf(line, "device %383s %127s %llu %llu %ld %ld %ld %ld %llu", name, uuid, &d.total, &d.used, &d.util,
               &d.temperature, &d.power, &d.limit, &d.throttle) == 9 && device_count < DEVICES) {
        unescape(d.name, name); strcpy(d.uuid, uuid); d.number = device_count; devices[device_count++] = d;
    } else if (sscanf(line, "mig %d %383s %127s %llu %llu", &owner, name, uuid, &d.total, &d.used) == 5
               && mig_count < MIGS) {
        unescape(d.name, name); strcpy(d.uuid, uuid); d.parent = owner; d.number = 0;
        for (int i = 0; i < mig_count; i++) d.number += migs[i].parent == owner;
        migs[mig_count++] = d;
    } else if (sscanf(line, "process %d %u %llu %63s", &owner, &p.pid, &p.used, rest) >= 3
               && process_count < PROCESSES) {
        p.used *= MIB;
        processes[process_count].device = owner;
        processes[process_count].graphics = strcmp(rest, "graphics") == 0;
        processes[process_count++].info = p;
    } else if (sscanf(line, "count %ld", &value) == 1) {
        admitted = (int)value;
    } else if (sscanf(line, "%15s %63s %ld %d", verb, rest, &value, &owner) >= 2 && rule_count < RULES) {
        strcpy(rules[rule_count].verb, verb); strcpy(rules[rule_count].function, rest);
        rules[rule_count].value = value;
        rules[rule_count].device = sscanf(line, "%*s %*s %*s %d", &owner) == 1 ? owner : -1;
        rule_count++;
    }
}

static void read_script(void) {
    const char *path = getenv("FAKE_NVML");
    struct stat now;
    char line[1024];
    if (!path || stat(path, &now)) return;
    if (now.st_mtim.tv_sec == read_at.tv_sec && now.st_mtim.tv_nsec == read_at.tv_nsec && now.st_ino == read_inode
        && now.st_size == read_size) return;
    read_at = now.st_mtim; read_inode = now.st_ino; read_size = now.st_size;
    device_count = mig_count = process_count = rule_count = 0; admitted = -1;
    FILE *file = fopen(path, "r");
    if (!file) return;
    while (fgets(line, sizeof line, file)) read_line(line);
    fclose(file);
}

static int number_of(const void *handle) {
    const device_t *device = handle;
    return !device ? -1 : device->parent >= 0 ? device->parent : device->number;
}

/* What the script says of a call: its error code, after any slowness, hang or crash. */
static int called(const char *function, const void *handle) {
    read_script();
    for (int i = 0; i < rule_count; i++) {
        if (strcmp(rules[i].function, function) && strcmp(rules[i].function, "*")) continue;
        if (rules[i].device >= 0 && rules[i].device != number_of(handle)) continue;
        if (!strcmp(rules[i].verb, "slow")) usleep((useconds_t)rules[i].value * 1000);
        if (!strcmp(rules[i].verb, "hang")) for (;;) pause();
        if (!strcmp(rules[i].verb, "segv")) raise(SIGSEGV);
        if (!strcmp(rules[i].verb, "error")) return (int)rules[i].value;
    }
    return OK;
}
#define ENTER(handle) do { int code = called(__func__, handle); if (code) return code; } while (0)

int nvmlInitWithFlags(unsigned flags) { (void)flags; ENTER(NULL); return OK; }
int nvmlShutdown(void) { ENTER(NULL); return OK; }
const char *nvmlErrorString(int code) { return code == 4242 ? "Something of this driver only" : "?"; }

int nvmlDeviceGetCount_v2(unsigned *count) {
    ENTER(NULL);
    *count = (unsigned)(admitted >= 0 && admitted < device_count ? admitted : device_count);
    return OK;
}

int nvmlDeviceGetHandleByIndex_v2(unsigned index, void **handle) {
    if ((int)index < DEVICES) ENTER(&devices[index]);
    if ((int)index >= device_count) return INVALID;
    *handle = &devices[index];
    return OK;
}

int nvmlDeviceGetName(const device_t *d, char *to, unsigned n) { ENTER(d); snprintf(to, n, "%s", d->name); return OK; }
int nvmlDeviceGetUUID(const device_t *d, char *to, unsigned n) { ENTER(d); snprintf(to, n, "%s", d->uuid); return OK; }

int nvmlDeviceGetMemoryInfo(const device_t *d, memory_t *memory) {
    ENTER(d);
    memory->total = d->total * MIB; memory->used = d->used * MIB + 300 * MIB; /* the old call counts the reserve too */
    memory->free = memory->total - memory->used;
    return OK;
}

#ifndef NO_V2
int nvmlDeviceGetMemoryInfo_v2(const device_t *d, memory_v2_t *memory) {
    ENTER(d);
    memory->total = d->total * MIB; memory->used = d->used * MIB; memory->reserved = 300 * MIB;
    memory->free = memory->total - memory->used - memory->reserved;
    return OK;
}
#endif

int nvmlDeviceGetUtilizationRates(const device_t *d, utilization_t *rates) {
    ENTER(d);
    if (d->parent >= 0) return NOT_SUPPORTED;
    rates->gpu = (unsigned)d->util; rates->memory = 0;
    return OK;
}
int nvmlDeviceGetTemperature(const device_t *d, int sensor, unsigned *to) {
    (void)sensor; ENTER(d); if (d->parent >= 0) return NOT_SUPPORTED; *to = (unsigned)d->temperature; return OK;
}
int nvmlDeviceGetPowerUsage(const device_t *d, unsigned *to) {
    ENTER(d); if (d->parent >= 0) return NOT_SUPPORTED; *to = (unsigned)d->power; return OK;
}
int nvmlDeviceGetEnforcedPowerLimit(const device_t *d, unsigned *to) {
    ENTER(d); if (d->parent >= 0) return NOT_SUPPORTED; *to = (unsigned)d->limit; return OK;
}
int nvmlDeviceGetCurrentClocksThrottleReasons(const device_t *d, unsigned long long *to) {
    ENTER(d); *to = d->throttle; return OK;
}

static int list(const device_t *d, unsigned *count, process_t *to, int graphics) {
    unsigned room = *count, found = 0;
    for (int i = 0; i < process_count; i++) {
        if (processes[i].device != number_of(d) || processes[i].graphics != graphics) continue;
        if (found < room && to) to[found] = processes[i].info;
        found++;
    }
    *count = found;
    return found > room || (found && !to) ? INSUFFICIENT_SIZE : OK;
}
#ifndef NO_V3
int nvmlDeviceGetComputeRunningProcesses_v3(const device_t *d, unsigned *n, process_t *to) { ENTER(d); return list(d, n, to, 0); }
int nvmlDeviceGetGraphicsRunningProcesses_v3(const device_t *d, unsigned *n, process_t *to) { ENTER(d); return list(d, n, to, 1); }
int nvmlDeviceGetMPSComputeRunningProcesses_v3(const device_t *d, unsigned *n, process_t *to) { ENTER(d); (void)to; *n = 0; return OK; }
#endif
#ifndef NO_V2
int nvmlDeviceGetComputeRunningProcesses_v2(const device_t *d, unsigned *n, process_t *to) { ENTER(d); return list(d, n, to, 0); }
int nvmlDeviceGetGraphicsRunningProcesses_v2(const device_t *d, unsigned *n, process_t *to) { ENTER(d); return list(d, n, to, 1); }
int nvmlDeviceGetMPSComputeRunningProcesses_v2(const device_t *d, unsigned *n, process_t *to) { ENTER(d); (void)to; *n = 0; return OK; }
#endif

int nvmlSystemGetProcessName(unsigned pid, char *to, unsigned n) { ENTER(NULL); snprintf(to, n, "/usr/bin/job-%u", pid); return OK; }

int nvmlDeviceGetMigMode(const device_t *d, unsigned *now, unsigned *pending) {
    ENTER(d);
    if (mig_count == 0) return NOT_SUPPORTED;
    *now = 0;
    for (int i = 0; i < mig_count; i++) *now |= migs[i].parent == d->number;
    *pending = *now;
    return OK;
}
int nvmlDeviceGetMaxMigDeviceCount(const device_t *d, unsigned *count) { ENTER(d); *count = 7; return OK; }
int nvmlDeviceGetMigDeviceHandleByIndex(const device_t *d, unsigned index, void **handle) {
    ENTER(d);
    for (int i = 0; i < mig_count; i++)
        if (migs[i].parent == d->number && migs[i].number == (int)index) { *handle = &migs[i]; return OK; }
    return NOT_FOUND;
}
