/* After lark_webhook_clear() the secrets are nowhere: not in the webhook, though it is never read again (which is what a
 * compiler takes as leave to drop a plain memset), and not in what the library has had on the stack. */
#include <lark_event.h>
#include <stdio.h>
#include <string.h>
#include "vectors.h"

enum { DEPTH = 64 * 1024, PIECE = 8 };

static const char key[] = WIPE_KEY;
static const char token[] = WIPE_TOKEN;
static uint8_t event[] = WIPE_BODY;
static uint8_t event_again[] = WIPE_BODY;
static uint8_t challenge[] = WIPE_CHALLENGE;
static uint8_t plain[] = WIPE_EVENT;
/* What is made of the key: its hash, and the round keys of both directions. */
static const unsigned char derived[][WIPE_DERIVED_LEN] = WIPE_DERIVED;
static unsigned char memory[sizeof(LarkWebhook)];
static unsigned char stack[DEPTH];

/* Whether eight bytes in a row of a secret are in the memory. */
static int has_bytes(const unsigned char *where, size_t len, const void *secret, size_t secret_len) {
    for (size_t at = 0; at + PIECE <= len; at++) {
        for (size_t piece = 0; piece + PIECE <= secret_len; piece++) {
            if (memcmp(where + at, (const char *)secret + piece, PIECE) == 0) {
                return 1;
            }
        }
    }
    return 0;
}

static int has(const unsigned char *where, size_t len, const char *text) {
    return has_bytes(where, len, text, strlen(text));
}

/* How many of what is made of the key are on the stack that was read. */
static int has_derived(void) {
    int count = 0;
    for (size_t i = 0; i < sizeof derived / sizeof *derived; i++) {
        count += has_bytes(stack, DEPTH, derived[i], sizeof *derived);
    }
    return count;
}

#define NOINLINE __attribute__((noinline, noclone))

static NOINLINE void fill_stack(void) {
    volatile unsigned char room[DEPTH];
    volatile unsigned char *volatile start = room;
    for (size_t i = 0; i < DEPTH; i++) {
        start[i] = 0x5a;
    }
}

/* Reads what earlier calls have left below: on purpose, so no sanitizer and no valgrind for this file. */
static NOINLINE void read_stack(void) {
    volatile unsigned char room[DEPTH];
    volatile unsigned char *volatile start = room;
    for (size_t i = 0; i < DEPTH; i++) {
        stack[i] = start[i];
    }
}

/* A webhook on the stack of a function that never reads it after it has been cleared. */
static NOINLINE void leave_one(int clear) {
    LarkWebhook webhook;
    lark_webhook_init(&webhook, key, sizeof key - 1, token, sizeof token - 1);
    if (clear) {
        lark_webhook_clear(&webhook);
    }
}

/* All that uses the secrets, with the webhook elsewhere: what is on the stack is the library's. */
static NOINLINE int use(LarkWebhook *webhook) {
    LarkDelivery delivery;
    LarkHttpHeader headers[3] = {{"X-Lark-Request-Timestamp", 24, "1700000000", 10},
                                 {"X-Lark-Request-Nonce", 20, "nonce", 5},
                                 {"X-Lark-Signature", 16, WIPE_SIGNATURE, 64}};
#define OPEN(count, body) lark_webhook_open(webhook, headers, count, body, sizeof body - 1, 0, &delivery, NULL)
    int good = OPEN(3, event) == 0;
    good &= OPEN(0, challenge) == 0 && delivery.kind == LARK_DELIVERY_KIND_CHALLENGE;
    good &= OPEN(0, event_again) == LARK_ERROR_KIND_UNVERIFIED;
    lark_webhook_init(webhook, NULL, 0, token, sizeof token - 1);
    good &= OPEN(0, plain) == 0;
    lark_webhook_init(webhook, key, sizeof key - 1, token, sizeof token - 1);
    lark_webhook_set_previous(webhook, key, sizeof key - 1, token, sizeof token - 1);
    return good;
}

int main(void) {
    LarkWebhook *webhook = (LarkWebhook *)(void *)memory;
    int found = 0;

    fill_stack();
    leave_one(0);
    read_stack();
    if (!has(stack, DEPTH, key) || !has(stack, DEPTH, token) || !has_derived()) {
        fputs("the test does not see a webhook that is not cleared\n", stderr);
        return 2;
    }
    fill_stack();
    leave_one(1);
    read_stack();
    if (has(stack, DEPTH, key) || has(stack, DEPTH, token) || has_derived()) {
        fputs("on the stack, of a webhook that has been cleared\n", stderr);
        found = 1;
    }

    fill_stack();
    lark_webhook_init(webhook, key, sizeof key - 1, token, sizeof token - 1);
    read_stack();
    if (has(stack, DEPTH, key) || has(stack, DEPTH, token) || has_derived()) {
        fputs("on the stack, after lark_webhook_init()\n", stderr);
        found = 1;
    }
    if (!has(memory, sizeof memory, key) || !has(memory, sizeof memory, token)) {
        return 3;
    }
    fill_stack();
    if (!use(webhook)) {
        return 4;
    }
    read_stack();
    if (has(stack, DEPTH, key)) { /* the token stands in every event, and so in what is decrypted */
        fputs("on the stack, after use\n", stderr);
        found = 1;
    }
    lark_webhook_clear(webhook);
    for (size_t i = 0; i < sizeof memory; i++) {
        found |= ((volatile unsigned char *)memory)[i] != 0;
    }
    return found;
}
