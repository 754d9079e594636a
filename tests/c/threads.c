/* Threads that share one webhook, as lark_webhook_open() and lark_webhook_receive() promise: each request of each thread must
 * be taken for what it is. Run alone and under helgrind. */
#define _POSIX_C_SOURCE 200809L

#include <lark_event.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vectors.h"

enum { THREADS = 8, ROOM = 2048, KINDS = 6 };

typedef struct {
    const char *body, *signature;
    bool is_signed;
    LarkErrorKind open;
    LarkDeliveryKind delivery;
} Request;

/* Genuine events and challenges, and what forgers would send, in turns. */
static const Request requests[KINDS] = {
    {WIPE_BODY, WIPE_SIGNATURE, true, 0, LARK_DELIVERY_KIND_EVENT},
    {WIPE_BODY, S3_SIGNATURE, true, LARK_ERROR_KIND_SIGNATURE, 0},
    {WIPE_CHALLENGE, "", false, 0, LARK_DELIVERY_KIND_CHALLENGE},
    {WIPE_BODY, "", false, LARK_ERROR_KIND_UNVERIFIED, 0},
    {PADDING_BODY, PADDING_SIGNATURE, true, LARK_ERROR_KIND_DECRYPTION, 0},
    {TOKEN_BODY, TOKEN_SIGNATURE, true, LARK_ERROR_KIND_TOKEN, 0},
};
static LarkWebhook webhook;
static int rounds;
static pthread_mutex_t door = PTHREAD_MUTEX_INITIALIZER;

/* What only one thread uses. */
typedef struct {
    pthread_t thread;
    int number, wrong;
    LarkEnvelope envelope;
} Worker;

static bool is_right(Worker *worker, const Request *request, bool receive) {
    uint8_t body[ROOM];
    LarkDelivery delivery;
    LarkError error;
    LarkHttpHeader headers[3] = {{"X-Lark-Request-Timestamp", 24, "1700000000", 10},
                                 {"X-Lark-Request-Nonce", 20, "nonce", 5},
                                 {"X-Lark-Signature", 16, request->signature, 64}};
    size_t len = strlen(request->body), count = request->is_signed ? 3 : 0;
    memcpy(body, request->body, len);
    LarkErrorKind kind = receive ? lark_webhook_receive(&webhook, headers, count, body, len, 0, &worker->envelope, &delivery, &error)
                                 : lark_webhook_open(&webhook, headers, count, body, len, 0, &delivery, &error);
    if (kind != request->open || error.kind != kind || delivery.kind != request->delivery) {
        return false;
    }
    if (receive && kind == 0) {
        bool is_event = delivery.kind == LARK_DELIVERY_KIND_EVENT;
        return worker->envelope.event.tag == (is_event ? LARK_EVENT_PROCESS_CC_UPDATED : LARK_EVENT_NONE);
    }
    return true;
}

static void *work(void *argument) {
    Worker *worker = argument;
    pthread_mutex_lock(&door); /* All start at once. */
    pthread_mutex_unlock(&door);
    for (int round = 0; round < rounds; round++) {
        for (int kind = 0; kind < KINDS; kind++) {
            /* Each thread is at another place. */
            const Request *request = &requests[(kind + worker->number) % KINDS];
            worker->wrong += !is_right(worker, request, round % 2 != 0);
        }
    }
    return NULL;
}

int main(int argc, char **argv) {
    static Worker workers[THREADS];
    int wrong = 0;
    rounds = argc > 1 ? atoi(argv[1]) : 1000;
    if (lark_webhook_init(&webhook, WIPE_KEY, strlen(WIPE_KEY), WIPE_TOKEN, strlen(WIPE_TOKEN)) != 0) {
        return 2;
    }
    /* helgrind does not know atomics, by which a library remembers what the processor can: one request before asks. */
    for (int kind = 0; argc > 2 && kind < KINDS; kind++) {
        wrong += !is_right(&workers[0], &requests[kind], true);
    }
    pthread_mutex_lock(&door);
    for (int i = 0; i < THREADS; i++) {
        workers[i].number = i;
        if (pthread_create(&workers[i].thread, NULL, work, &workers[i]) != 0) {
            return 3;
        }
    }
    pthread_mutex_unlock(&door);
    for (int i = 0; i < THREADS; i++) {
        pthread_join(workers[i].thread, NULL);
        wrong += workers[i].wrong;
    }
    lark_webhook_clear(&webhook);
    printf("%d threads, %d requests each, %d not taken for what they are\n", THREADS, rounds * KINDS, wrong);
    return wrong != 0;
}
