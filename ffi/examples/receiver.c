/*
 * Receives events over HTTP, each exactly once, and prints them: a complete receiver on libmicrohttpd.
 *
 *     cc -std=c99 -pthread receiver.c $(pkg-config --cflags --libs lark_event libmicrohttpd) -o receiver
 *
 * It listens on loopback and speaks HTTP: put what terminates TLS before it. Debian's package: libmicrohttpd-dev.
 */
#define _POSIX_C_SOURCE 200809L

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <lark_event.h>
#include <microhttpd.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "event_line.h" /* print_event(): replace it by what you do with an event */

static const char usage[] =
    "usage: receiver [OPTION ...]\n"
    "\n"
    "Receives events on 127.0.0.1 and prints one line for each to standard output: event id, event type, time of\n"
    "creation, id of what it is about, and its status, with tabs between them.\n"
    "\n"
    "  --port PORT                      port to listen on (8080); 0 for any that is free\n"
    "  --threads COUNT                  threads that serve requests, 1 to 64 (4)\n"
    "  --timeout SECONDS                how long a request may take to come in, 1 to 60 (5)\n"
    "  --encrypt-key-file FILE          file with the Encrypt Key; else LARK_ENCRYPT_KEY in the environment\n"
    "  --verification-token-file FILE   file with the Verification Token; else LARK_VERIFICATION_TOKEN\n"
    "  --help                           this text\n"
    "\n"
    "At least one of the secrets is needed. SIGINT and SIGTERM end it: it finishes what it has begun.\n"
    "Exit status: 0 if it was ended so, 1 if it could not start, 2 if the command line was bad.\n";

enum {
    SECRET = 128,        /* the longest secret there is */
    SLOTS = 1 << 17,     /* more than the events of twelve hours; 5 MB */
    CONNECTIONS = 1000,  /* at once */
    LARK_HEADERS = 16,   /* headers that begin with X-Lark-; three are expected */
    DRAIN_MS = 5000      /* how long to wait for the last requests */
};

struct options {
    unsigned port, threads, timeout;
    const char *encrypt_key_file, *verification_token_file;
};

/* One request, from its headers to its reply. */
struct request {
    LarkEnvelope envelope;
    uint64_t begun_ms;
    uint8_t *body;
    size_t len, cap;
};

struct headers {
    LarkHttpHeader items[LARK_HEADERS];
    size_t count;
};

/* Set up before the server starts, only read by its threads. */
static LarkWebhook webhook;
static uint64_t timeout_ms;

/* What the threads share, all of it under the lock. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static LarkDedup dedup;
static LarkDedupSlot slots[SLOTS];
static struct {
    unsigned long requests, handled, duplicates, challenges, refused[400];
    unsigned active;
    int stopping;
} shared;

static uint64_t clock_ms(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* ---- one request ---- */

static LarkSeen begin_event(const char *id, size_t len) {
    LarkSeen seen;
    pthread_mutex_lock(&lock);
    seen = lark_dedup_begin(&dedup, id, len, clock_ms(CLOCK_MONOTONIC));
    shared.duplicates += seen == LARK_SEEN_DUPLICATE;
    pthread_mutex_unlock(&lock);
    return seen;
}

/* A failed event is forgotten, so that it is handled when the platform delivers it again. */
static void end_event(const char *id, size_t len, int good) {
    pthread_mutex_lock(&lock);
    if (good) {
        lark_dedup_commit(&dedup, id, len, clock_ms(CLOCK_MONOTONIC));
        shared.handled++;
    } else {
        lark_dedup_abort(&dedup, id, len);
    }
    pthread_mutex_unlock(&lock);
}

/* Handles an event, unless that has been done; `kind` is what decoding it has said. */
static LarkErrorKind handle(const LarkEnvelope *envelope, LarkErrorKind kind) {
    const char *id = envelope->header.event_id.data;
    size_t len = envelope->header.event_id.len;
    int good;
    if (kind != 0 && (kind < 100 || kind >= 200)) {
        return kind;
    }
    /* With one bad field everything else is there; but without its type an event cannot be told, and without its id not
     * from its repetition. */
    if (envelope->header.event_type.len == 0 || !is_plain(id, len)) {
        return kind != 0 ? kind : LARK_ERROR_KIND_MISSING;
    }
    switch (begin_event(id, len)) {
    case LARK_SEEN_NEW:
        good = print_event(envelope);
        end_event(id, len, good);
        return good ? 0 : LARK_ERROR_KIND_HANDLER;
    case LARK_SEEN_DUPLICATE:
        return 0;
    case LARK_SEEN_IN_PROGRESS:
        return LARK_ERROR_KIND_IN_PROGRESS;
    default:
        return LARK_ERROR_KIND_INVALID_ARGUMENT;
    }
}

static enum MHD_Result reply(struct MHD_Connection *connection, LarkErrorKind kind, const LarkDelivery *delivery) {
    char text[1024];
    size_t len;
    unsigned status = lark_webhook_reply(kind, delivery, text, sizeof text, &len);
    struct MHD_Response *response = MHD_create_response_from_buffer(len, text, MHD_RESPMEM_MUST_COPY);
    enum MHD_Result result;
    if (response == NULL) {
        return MHD_NO;
    }
    MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, LARK_WEBHOOK_CONTENT_TYPE);
    result = MHD_queue_response(connection, status, response);
    MHD_destroy_response(response);
    pthread_mutex_lock(&lock);
    if (kind > 0 && (size_t)kind < sizeof shared.refused / sizeof *shared.refused) {
        shared.refused[kind]++;
    }
    pthread_mutex_unlock(&lock);
    return result;
}

static enum MHD_Result reply_method(struct MHD_Connection *connection) {
    static char text[] = "{\"msg\":\"Method Not Allowed\"}";
    struct MHD_Response *response = MHD_create_response_from_buffer(sizeof text - 1, text, MHD_RESPMEM_PERSISTENT);
    enum MHD_Result result;
    if (response == NULL) {
        return MHD_NO;
    }
    MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, MHD_HTTP_METHOD_POST);
    MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, LARK_WEBHOOK_CONTENT_TYPE);
    result = MHD_queue_response(connection, MHD_HTTP_METHOD_NOT_ALLOWED, response);
    MHD_destroy_response(response);
    return result;
}

/* Collects the headers that count; all of them, since one that is there twice is a fault. */
static enum MHD_Result take_header(void *state, enum MHD_ValueKind kind, const char *name, size_t name_len,
                                   const char *value, size_t value_len) {
    struct headers *headers = state;
    (void)kind;
    if (name_len < 7 || strncasecmp(name, "X-Lark-", 7) != 0) {
        return MHD_YES;
    }
    if (headers->count < LARK_HEADERS) {
        LarkHttpHeader *header = &headers->items[headers->count];
        header->name = name;
        header->name_len = name_len;
        header->value = value;
        header->value_len = value_len;
    }
    headers->count++;
    return MHD_YES;
}

/* The whole request is here. */
static enum MHD_Result finish(struct MHD_Connection *connection, struct request *request) {
    struct headers headers;
    LarkDelivery delivery = {0};
    LarkErrorKind kind = LARK_ERROR_KIND_SIGNATURE_HEADER;
    headers.count = 0;
    MHD_get_connection_values_n(connection, MHD_HEADER_KIND, take_header, &headers);
    if (headers.count <= LARK_HEADERS) {
        kind = lark_webhook_receive(&webhook, headers.items, headers.count, request->body, request->len,
                                    clock_ms(CLOCK_REALTIME), &request->envelope, &delivery, NULL);
    }
    if (delivery.kind == LARK_DELIVERY_KIND_EVENT) {
        kind = handle(&request->envelope, kind);
    } else if (kind == 0) {
        pthread_mutex_lock(&lock);
        shared.challenges++;
        pthread_mutex_unlock(&lock);
    }
    return reply(connection, kind, &delivery);
}

/* The headers of a request are here: refuses what needs no body to be read. */
static enum MHD_Result start(struct MHD_Connection *connection, const char *method, void **state) {
    const char *length = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_CONTENT_LENGTH);
    struct request *request;
    int stopping;
    pthread_mutex_lock(&lock);
    shared.requests++;
    stopping = shared.stopping;
    pthread_mutex_unlock(&lock);
    if (strcmp(method, MHD_HTTP_METHOD_POST) != 0) {
        return reply_method(connection);
    }
    if (length != NULL && strtoull(length, NULL, 10) > webhook.max_body) {
        return reply(connection, LARK_ERROR_KIND_TOO_LARGE, NULL);
    }
    request = stopping ? NULL : calloc(1, sizeof *request);
    if (request == NULL) { /* 503: the platform will try again */
        return reply(connection, LARK_ERROR_KIND_IN_PROGRESS, NULL);
    }
    request->begun_ms = clock_ms(CLOCK_MONOTONIC);
    pthread_mutex_lock(&lock);
    shared.active++;
    pthread_mutex_unlock(&lock);
    *state = request;
    return MHD_YES;
}

/* A piece of the body. MHD_NO closes the connection, which is all that can be done while a body comes in. */
static enum MHD_Result take_body(struct request *request, const char *data, size_t len) {
    size_t needed = request->len + len;
    if (needed > webhook.max_body) { /* without Content-Length */
        return MHD_NO;
    }
    if (clock_ms(CLOCK_MONOTONIC) - request->begun_ms > timeout_ms) { /* drop by drop */
        return MHD_NO;
    }
    if (needed > request->cap) {
        size_t cap = needed < 2048 ? 4096 : 2 * needed;
        uint8_t *body = realloc(request->body, cap);
        if (body == NULL) {
            return MHD_NO;
        }
        request->body = body;
        request->cap = cap;
    }
    memcpy(request->body + request->len, data, len);
    request->len = needed;
    return MHD_YES;
}

/* Called with the headers, with each piece of the body, and once more at the end. */
static enum MHD_Result answer(void *unused, struct MHD_Connection *connection, const char *url, const char *method,
                              const char *version, const char *data, size_t *len, void **state) {
    enum MHD_Result result;
    (void)unused;
    (void)url;
    (void)version;
    if (*state == NULL) {
        return start(connection, method, state);
    }
    if (*len == 0) {
        return finish(connection, *state);
    }
    result = take_body(*state, data, *len);
    *len = 0;
    return result;
}

/* The reply has been sent, or there will be none because the connection broke or was too slow. */
static void completed(void *unused, struct MHD_Connection *connection, void **state,
                      enum MHD_RequestTerminationCode reason) {
    struct request *request = *state;
    (void)unused;
    (void)connection;
    (void)reason;
    if (request != NULL) {
        *state = NULL;
        free(request->body);
        free(request);
        pthread_mutex_lock(&lock);
        shared.active--;
        pthread_mutex_unlock(&lock);
    }
}

/* ---- start and end ---- */

/* memset alone may be left out by a compiler that sees nothing being read afterwards. */
static void wipe(void *memory, size_t len) {
    volatile unsigned char *bytes = memory;
    while (len-- > 0) {
        *bytes++ = 0;
    }
}

/* Reads a secret, without the line's end. Not with stdio, whose buffer would keep a copy. Returns its length, or -1. */
static long read_file(const char *name, char *secret, size_t cap) {
    size_t len = 0;
    ssize_t got = 1;
    int file = open(name, O_RDONLY);
    while (file >= 0 && got > 0 && len < cap) {
        got = read(file, secret + len, cap - len);
        len += got > 0 ? (size_t)got : 0;
    }
    if (file < 0 || got < 0) {
        fprintf(stderr, "receiver: %s: %s\n", name, strerror(errno));
        len = cap;
    }
    if (file >= 0) {
        close(file);
    }
    while (len > 0 && len < cap && (secret[len - 1] == '\n' || secret[len - 1] == '\r')) {
        len--;
    }
    return len < cap ? (long)len : -1;
}

/* Returns the length of a secret, -1 if it is bad, -2 if there is none. */
static long read_secret(const char *file, const char *variable, char *secret, size_t cap) {
    const char *value = file == NULL ? getenv(variable) : NULL;
    size_t len = value != NULL ? strlen(value) : 0;
    if (file != NULL) {
        return read_file(file, secret, cap);
    }
    if (value == NULL) {
        return -2;
    }
    if (len >= cap) {
        return -1;
    }
    memcpy(secret, value, len);
    return (long)len;
}

/* The environment can be read by others for as long as the program runs: files are the better place. */
static int set_up_webhook(const struct options *options) {
    char key[SECRET + 3], token[SECRET + 3]; /* room for a line's end, and to see that there is more */
    long key_len = read_secret(options->encrypt_key_file, "LARK_ENCRYPT_KEY", key, sizeof key);
    long token_len = read_secret(options->verification_token_file, "LARK_VERIFICATION_TOKEN", token, sizeof token);
    LarkErrorKind kind = LARK_ERROR_KIND_INVALID_ARGUMENT;
    if (key_len != -1 && token_len != -1) {
        kind = lark_webhook_init(&webhook, key_len >= 0 ? key : NULL, key_len >= 0 ? (size_t)key_len : 0,
                                 token_len >= 0 ? token : NULL, token_len >= 0 ? (size_t)token_len : 0);
    }
    wipe(key, sizeof key);
    wipe(token, sizeof token);
    unsetenv("LARK_ENCRYPT_KEY");
    unsetenv("LARK_VERIFICATION_TOKEN");
    if (kind != 0) {
        fputs("receiver: an Encrypt Key or a Verification Token of 1 to 128 bytes is needed; see --help\n", stderr);
    }
    return kind == 0;
}

static struct MHD_Daemon *start_server(const struct options *options) {
    const union MHD_DaemonInfo *info;
    struct MHD_Daemon *daemon;
    struct sockaddr_in address;
    memset(&address, 0, sizeof address);
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons((uint16_t)options->port);
    daemon = MHD_start_daemon(MHD_USE_AUTO_INTERNAL_THREAD | MHD_USE_ITC, 0, NULL, NULL, answer, NULL,
                              MHD_OPTION_SOCK_ADDR, (struct sockaddr *)&address,
                              MHD_OPTION_THREAD_POOL_SIZE, options->threads,
                              MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS,
                              MHD_OPTION_CONNECTION_TIMEOUT, options->timeout,
                              MHD_OPTION_LISTENING_ADDRESS_REUSE, 1u,
                              MHD_OPTION_NOTIFY_COMPLETED, completed, NULL, MHD_OPTION_END);
    info = daemon != NULL ? MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT) : NULL;
    if (info == NULL) {
        fprintf(stderr, "receiver: cannot listen on 127.0.0.1:%u\n", options->port);
        if (daemon != NULL) {
            MHD_stop_daemon(daemon);
        }
        return NULL;
    }
    fprintf(stderr, "listening on http://127.0.0.1:%u\n", (unsigned)info->port);
    return daemon;
}

/* Takes no new connections and no new requests, and waits for those that have been begun. */
static void stop_server(struct MHD_Daemon *daemon) {
    const struct timespec pause = {0, 10 * 1000 * 1000};
    uint64_t end = clock_ms(CLOCK_MONOTONIC) + DRAIN_MS;
    MHD_socket listening = MHD_quiesce_daemon(daemon);
    unsigned active = 1;
    if (listening != MHD_INVALID_SOCKET) { /* refuses; threads may still look at it, so it is closed at the end */
        shutdown(listening, SHUT_RDWR);
    }
    while (active > 0 && clock_ms(CLOCK_MONOTONIC) < end) {
        pthread_mutex_lock(&lock);
        shared.stopping = 1;
        active = shared.active;
        pthread_mutex_unlock(&lock);
        if (active > 0) {
            nanosleep(&pause, NULL);
        }
    }
    MHD_stop_daemon(daemon);
    if (listening != MHD_INVALID_SOCKET) {
        close(listening);
    }
}

static void print_counts(void) {
    fprintf(stderr, "requests %lu, handled %lu, duplicates %lu, challenges %lu", shared.requests, shared.handled,
            shared.duplicates, shared.challenges);
    for (size_t kind = 0; kind < sizeof shared.refused / sizeof *shared.refused; kind++) {
        const char *name = lark_error_kind_name((LarkErrorKind)kind);
        if (shared.refused[kind] > 0 && name != NULL) {
            fprintf(stderr, ", %s %lu", name, shared.refused[kind]);
        }
    }
    fputc('\n', stderr);
}

static int parse_number(const char *text, unsigned least, unsigned most, unsigned *number) {
    char *end;
    unsigned long value;
    errno = 0;
    value = strtoul(text, &end, 10);
    if (text[0] < '0' || text[0] > '9' || *end != 0 || errno != 0 || value < least || value > most) {
        return 0;
    }
    *number = (unsigned)value;
    return 1;
}

static int parse(int argc, char **argv, struct options *options) {
    for (int i = 1; i + 1 < argc; i += 2) {
        const char *name = argv[i], *value = argv[i + 1];
        int good = 1;
        if (strcmp(name, "--port") == 0) {
            good = parse_number(value, 0, 65535, &options->port);
        } else if (strcmp(name, "--threads") == 0) {
            good = parse_number(value, 1, 64, &options->threads);
        } else if (strcmp(name, "--timeout") == 0) {
            good = parse_number(value, 1, 60, &options->timeout);
        } else if (strcmp(name, "--encrypt-key-file") == 0) {
            options->encrypt_key_file = value;
        } else if (strcmp(name, "--verification-token-file") == 0) {
            options->verification_token_file = value;
        } else {
            good = 0;
        }
        if (!good) {
            return 0;
        }
    }
    return argc % 2 == 1;
}

int main(int argc, char **argv) {
    struct options options = {8080, 4, 5, NULL, NULL};
    struct MHD_Daemon *daemon;
    sigset_t signals;
    int signal_number;
    if (argc == 2 && strcmp(argv[1], "--help") == 0) {
        fputs(usage, stdout);
        return 0;
    }
    if (!parse(argc, argv, &options)) {
        fputs(usage, stderr);
        return 2;
    }
    if (!has_output()) {
        fputs("receiver: standard output is closed\n", stderr);
        return 1;
    }
    timeout_ms = 1000 * (uint64_t)options.timeout;
    /* Before there are threads, so that all of them leave the signals to sigwait(). */
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
    signal(SIGPIPE, SIG_IGN); /* a peer that has gone, or a reader of the output, is an error and not the end */
    if (!set_up_webhook(&options) || lark_dedup_init(&dedup, slots, SLOTS, LARK_DEDUP_TTL_MS) != 0) {
        return 1;
    }
    daemon = start_server(&options);
    if (daemon == NULL) {
        lark_webhook_clear(&webhook);
        return 1;
    }
    sigwait(&signals, &signal_number);
    stop_server(daemon);
    lark_webhook_clear(&webhook);
    print_counts();
    return fflush(stdout) == 0 ? 0 : 1;
}
