/* Whether the time of a refusal tells where the first wrong byte of what was sent is.
 *
 *   constant_time count FILE      under callgrind: dumps what each case of the file takes, with its name
 *   constant_time taint FILE      under memcheck: the secrets count as undefined, and what depends on them does; prints how
 *                                 many branches and addresses that were
 *   constant_time time FILE N     measures the two cases of the file in turns, in an order by chance, N times in all, and
 *                                 prints a mean, how far off the other is, and the variance of that
 *
 * The file begins with a genuine signature. A line of it is a case: its name, the function (open, receive, or naive: open,
 * and then a comparison of the signature that ends at the first difference), the status expected, the Encrypt Key and the
 * token (or -), the signature (or -) and the body. */
#define _POSIX_C_SOURCE 199309L

#include <inttypes.h>
#include <lark_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <valgrind/callgrind.h>
#include <valgrind/memcheck.h>

enum { CASES = 2000, ROOM = 1500, DIGITS = 64, KEPT = 90 };

typedef struct {
    char name[64], function[16], key[64], token[64], signature[DIGITS + 1], body[ROOM];
    int status;
} Case;

static Case cases[CASES];
static size_t count;
/* What is opened is always at one place. */
static LarkWebhook webhook;
static LarkEnvelope envelope;
static uint8_t body[ROOM];
static char signature[DIGITS + 1], genuine[DIGITS + 1];
static volatile int same;

static void fail(const char *what, const char *name) {
    fprintf(stderr, "%s: %s\n", name, what);
    exit(1);
}

static void read_cases(const char *path) {
    FILE *file = fopen(path, "r");
    if (file == NULL || fscanf(file, "%64s", genuine) != 1) {
        fail("cannot be read", path);
    }
    for (Case *it = cases; count < CASES; it++, count++) {
        int found = fscanf(file, "%63s %15s %d %63s %63s %64s %1499s", it->name, it->function, &it->status, it->key, it->token,
                           it->signature, it->body);
        if (found != 7) {
            break;
        }
    }
    if (!feof(file) || count < 2) {
        fail("is no file of cases", path);
    }
    fclose(file);
}

static void set_up(const Case *it) {
    bool has_key = strcmp(it->key, "-") != 0, has_token = strcmp(it->token, "-") != 0;
    LarkErrorKind kind = lark_webhook_init(&webhook, has_key ? it->key : NULL, has_key ? strlen(it->key) : 0,
                                           has_token ? it->token : NULL, has_token ? strlen(it->token) : 0);
    if (kind != 0) {
        fail("the secrets are refused", it->name);
    }
}

/* As a naive receiver compares. */
static __attribute__((noinline)) int is_genuine(const char *digits) {
    for (int i = 0; i < DIGITS; i++) {
        if (((const volatile char *)digits)[i] != genuine[i]) {
            return 0;
        }
    }
    return 1;
}

static __attribute__((noinline)) LarkErrorKind refuse(const Case *it, size_t len) {
    LarkDelivery delivery;
    LarkHttpHeader headers[3] = {{"X-Lark-Request-Timestamp", 24, "1700000000", 10},
                                 {"X-Lark-Request-Nonce", 20, "nonce", 5},
                                 {"X-Lark-Signature", 16, signature, DIGITS}};
    size_t signed_by = it->signature[0] == '-' ? 0 : 3;
    if (it->function[0] == 'r') {
        return lark_webhook_receive(&webhook, headers, signed_by, body, len, 0, &envelope, &delivery, NULL);
    }
    LarkErrorKind kind = lark_webhook_open(&webhook, headers, signed_by, body, len, 0, &delivery, NULL);
    if (it->function[0] == 'n') {
        same = is_genuine(signature);
    }
    return kind;
}

/* Puts a request where it is opened; returns how long its body is. */
static size_t put(const Case *it) {
    memcpy(body, it->body, sizeof body);
    memcpy(signature, it->signature, sizeof signature);
    return strlen(it->body);
}

static void check(const Case *it, LarkErrorKind kind) {
    if (kind != it->status) {
        fprintf(stderr, "%s: expected the status %d, found %d\n", it->name, it->status, (int)kind);
        exit(1);
    }
}

static void count_each(void) {
    for (const Case *it = cases; it < cases + count; it++) {
        set_up(it);
        /* Once before: what a library finds out of the processor at its first call. */
        check(it, refuse(it, put(it)));
        size_t len = put(it);
        CALLGRIND_ZERO_STATS;
        LarkErrorKind kind = refuse(it, len);
        CALLGRIND_DUMP_STATS_AT(it->name);
        check(it, kind);
    }
}

static void mark_bytes(void *bytes, size_t len, bool secret) {
    if (secret) {
        (void)VALGRIND_MAKE_MEM_UNDEFINED(bytes, len);
    } else {
        (void)VALGRIND_MAKE_MEM_DEFINED(bytes, len);
    }
}

/* What is secret: not how long it is, and not whether there is one. Where a request is refused for its padding the Encrypt
 * Key is not, for which of the keys a signature fits is known by then, and all else depends on it. */
static void mark(const Case *it, bool secret) {
    for (int i = 0; i < 2; i++) {
        mark_bytes(webhook.cipher_keys[i].bytes, sizeof webhook.cipher_keys[i].bytes, secret);
        if (it->status != LARK_ERROR_KIND_DECRYPTION) {
            mark_bytes(webhook.encrypt_keys[i].bytes, sizeof webhook.encrypt_keys[i].bytes, secret);
            mark_bytes(webhook.verification_tokens[i].bytes, sizeof webhook.verification_tokens[i].bytes, secret);
        }
    }
    mark_bytes(genuine, DIGITS, secret);
}

static void taint_each(void) {
    for (const Case *it = cases; it < cases + count; it++) {
        set_up(it);
        size_t len = put(it);
        mark(it, true);
        unsigned before = VALGRIND_COUNT_ERRORS;
        LarkErrorKind kind = refuse(it, len);
        unsigned after = VALGRIND_COUNT_ERRORS;
        mark(it, false);
        mark_bytes(body, sizeof body, false);
        mark_bytes(&envelope, sizeof envelope, false);
        mark_bytes(&kind, sizeof kind, false);
        check(it, kind);
        printf("%s %u\n", it->name, after - before);
    }
}

static uint64_t now_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static int by_size(const void *one, const void *other) {
    double difference = *(const double *)one - *(const double *)other;
    return (difference > 0) - (difference < 0);
}

/* In the manner of dudect: two classes in turns by chance, the slowest measurements left out, Welch's t. */
static void time_two(size_t samples) {
    double *times = malloc(samples * sizeof *times), *sorted = malloc(samples * sizeof *sorted);
    unsigned char *classes = malloc(samples);
    uint64_t chance = now_ns() | 1;
    if (times == NULL || sorted == NULL || classes == NULL) {
        fail("no memory", "time");
    }
    set_up(&cases[0]);
    for (size_t i = 0; i < samples; i++) {
        chance ^= chance << 13;
        chance ^= chance >> 7;
        chance ^= chance << 17;
        classes[i] = chance >> 40 & 1;
        const Case *it = &cases[classes[i]];
        size_t len = put(it);
        uint64_t start = now_ns();
        LarkErrorKind kind = refuse(it, len);
        times[i] = sorted[i] = (double)(now_ns() - start);
        check(it, kind);
    }
    qsort(sorted, samples, sizeof *sorted, by_size);
    double limit = sorted[samples / 100 * KEPT], n[2] = {0}, sum[2] = {0}, squares[2] = {0}, mean[2], variance[2];
    for (size_t i = 0; i < samples; i++) {
        if (times[i] <= limit) {
            n[classes[i]] += 1;
            sum[classes[i]] += times[i];
            squares[classes[i]] += times[i] * times[i];
        }
    }
    for (int i = 0; i < 2; i++) {
        mean[i] = sum[i] / n[i];
        variance[i] = squares[i] / n[i] - mean[i] * mean[i];
    }
    double difference = mean[1] - mean[0], uncertain = variance[0] / n[0] + variance[1] / n[1];
    printf("%.3f %.6f %.9f %.0f\n", mean[0], difference, uncertain, n[0] + n[1]);
    free(times);
    free(sorted);
    free(classes);
}

int main(int argc, char **argv) {
    if (argc < 3) {
        return 2;
    }
    read_cases(argv[2]);
    if (strcmp(argv[1], "count") == 0) {
        count_each();
    } else if (strcmp(argv[1], "taint") == 0) {
        taint_each();
    } else if (argc == 4) {
        time_two(strtoul(argv[3], NULL, 10));
    }
    return 0;
}
